{# CTE `settled`: the clusters that hold an ambiguous key of names and dates and are told apart by more of the same
   kind: whole first name and home agree for one of them in each system, and for no other. Twins share the key, Jack
   and Jacob, and so do two strangers of one name; each of them has a name or a home of its own. Needs the CTEs
   all_keys, ambiguous_keys and clusters. A restricted holder counts, and is not told apart from anybody. #}
{% macro linkage_settled() -%}
ambiguous_holders as (
    select
        all_keys.record_key,
        all_keys.partner,
        all_keys.rule,
        all_keys.key,
        all_keys.is_restricted,
        clusters.cluster_id,
        clusters.is_in_scope,
        identities.first_name
    from all_keys
    inner join ambiguous_keys
        on all_keys.rule = ambiguous_keys.rule
        and all_keys.key = ambiguous_keys.key
    inner join clusters
        on all_keys.record_key = clusters.record_key
    inner join {{ ref('pool_identities') }} as identities
        on all_keys.record_key = identities.record_key
),

-- a key of thousands of records has few names that begin alike
names_of_key as (
    select distinct
        rule,
        key,
        first_name
    from ambiguous_holders
),

-- Mia and Mia-Rose, Harry and Harrison: a record of the one may be the other's, by a name in short
alike_names as (
    select distinct
        one.rule,
        one.key,
        one.first_name
    from names_of_key as one
    inner join names_of_key as other
        on one.rule = other.rule
        and one.key = other.key
        and one.first_name <> other.first_name
    left join {{ ref('linkage_short_names') }} as is_short
        on one.first_name = is_short.short_form
        and other.first_name = is_short.first_name
    left join {{ ref('linkage_short_names') }} as has_short
        on one.first_name = has_short.first_name
        and other.first_name = has_short.short_form
    where
        is_short.short_form is not null
        or has_short.short_form is not null
        or substr(one.first_name, 1, length(other.first_name)) = other.first_name
        or substr(other.first_name, 1, length(one.first_name)) = one.first_name
),

at_home as (
    select
        holders.rule,
        holders.key || '|' || holders.first_name || '|' || homes.postcode as key,
        holders.partner,
        holders.cluster_id,
        min(holders.record_key) as record_key,
        max(case when holders.is_in_scope then 1 else 0 end) as in_scope,
        max(case when holders.is_restricted then 1 else 0 end) as restricted
    from ambiguous_holders as holders
    inner join {{ ref('identity_postcodes') }} as homes
        on holders.record_key = homes.record_key
    left join alike_names
        on holders.rule = alike_names.rule
        and holders.key = alike_names.key
        and holders.first_name = alike_names.first_name
    where alike_names.key is null
    group by holders.rule, holders.key, holders.first_name, homes.postcode, holders.partner, holders.cluster_id
),

settled_keys as (
    select
        rule,
        key
    from at_home
    group by rule, key
    having count(*) = count(distinct partner) and min(cluster_id) < max(cluster_id) and max(restricted) = 0
),

settled as (
    select
        at_home.rule,
        at_home.key,
        at_home.cluster_id,
        min(at_home.record_key) as record_key,
        max(at_home.in_scope) as in_scope
    from at_home
    inner join settled_keys
        on at_home.rule = settled_keys.rule
        and at_home.key = settled_keys.key
    group by at_home.rule, at_home.key, at_home.cluster_id
)
{%- endmacro %}
