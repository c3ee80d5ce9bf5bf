{# CTEs up to `compared`: each pair with what its two clusters say of the same fields. Needs the CTEs pairs,
   clusters, pool_identities, postcodes, common_names, first_names, twin_birthdays. A cluster holds one number of each kind,
   because the undo step after each tier sees to it; of names and dates it may hold two, and either may agree. `few`
   tells that the pairs are few where Postgres cannot know: their records are then looked up first. #}
{% macro linkage_compare(few=false) -%}
-- a cluster of several pairs may stand here as often: its profile is the same, and telling the repeats apart costs more
compared_clusters as (
    select left_cluster as cluster_id from pairs
    union {{ 'distinct' if few else 'all' }}
    select right_cluster as cluster_id from pairs
),

compared_members as {{ written_out() if few }} (
    select
        clusters.cluster_id,
        clusters.record_key
    from compared_clusters
    inner join clusters
        on compared_clusters.cluster_id = clusters.cluster_id
),

compared_records as (
    select
        compared_members.cluster_id,
        pool_identities.*,
        postcodes.postcode
    from compared_members
    inner join pool_identities
        on compared_members.record_key = pool_identities.record_key
    left join postcodes
        on pool_identities.record_key = postcodes.record_key
),

profiles as (
    select
        cluster_id,
        max(nhs_number) as nhs_number,
        max(upn) as upn,
        max(former_upn) as former_upn,
        max(nino) as nino,
        max(case when is_adult then 1 when not is_adult then 0 end) as is_adult,
        {% for column in ['last_name', 'first_name', 'whole_name', 'given_name', 'sex', 'birth_date'] -%}
        min({{ column }}) as {{ column }}_a,
        max({{ column }}) as {{ column }}_b,
        {% endfor -%}
        {{ linkage_set('postcode') }} as postcodes
    from compared_records
    group by cluster_id
),

compared as (
    select
        pairs.*,
        {{ linkage_flag('l.nhs_number', 'r.nhs_number') }} as nhs_number,
        case
            when l.upn = r.former_upn or r.upn = l.former_upn then 'agree'
            else {{ linkage_flag('l.upn', 'r.upn') }}
        end as upn,
        {{ linkage_flag('l.nino', 'r.nino') }} as nino,
        {{ linkage_flag_of_two('last_name') }} as last_name,
        {{ linkage_first_name_flag() }} as first_name,
        {{ linkage_birth_date_flag() }} as birth_date,
        {{ linkage_flag_of_two('sex') }} as sex,
        case
            when l.postcodes is null or r.postcodes is null then 'missing'
            when {{ linkage_sets_meet('l.postcodes', 'r.postcodes') }} then 'agree'
            else 'conflict'
        end as postcode,
        l.birth_date_a is null and r.birth_date_a is null as is_undated,
        coalesce(l.is_adult <> r.is_adult, false) as is_other_generation,
        {{ linkage_given_name_is_shared() }} as is_given_name_shared,
        left_short.short_form is not null or right_short.short_form is not null as is_short_form,
        {{ linkage_first_name_is_misspelt() }} as is_misspelt_first_name,
        {{ linkage_names_are_crossed() }} as is_crossed_name,
        left_common.last_name is not null or right_common.last_name is not null as is_common_name,
        coalesce(left_common.is_very_common, false) or coalesce(right_common.is_very_common, false) as is_very_common_name,
        left_twins.last_name is not null or right_twins.last_name is not null as is_twin_birthday,
        coalesce({{ linkage_is_new_year('l.birth_date_a') }}, false)
        or coalesce({{ linkage_is_new_year('r.birth_date_a') }}, false) as is_new_year
    from pairs
    inner join profiles as l
        on pairs.left_cluster = l.cluster_id
    inner join profiles as r
        on pairs.right_cluster = r.cluster_id
    {% for side, profile, other in [('left', 'l', 'r'), ('right', 'r', 'l')] -%}
    left join common_names as {{ side }}_common
        on {{ profile }}.last_name_a = {{ side }}_common.last_name
        and {{ profile }}.first_name_a = {{ side }}_common.first_name
        and floor(extract(year from coalesce({{ profile }}.birth_date_a, {{ other }}.birth_date_a)) / 10) = {{ side }}_common.decade
    left join twin_birthdays as {{ side }}_twins
        on {{ profile }}.last_name_a = {{ side }}_twins.last_name
        and {{ profile }}.birth_date_a = {{ side }}_twins.birth_date
    left join first_names as {{ side }}_names
        on {{ profile }}.first_name_a = {{ side }}_names.first_name
    left join {{ ref('linkage_short_names') }} as {{ side }}_short
        on {{ profile }}.given_name_a = {{ side }}_short.short_form
        and {{ other }}.given_name_a = {{ side }}_short.first_name
    {% endfor -%}
)
{%- endmacro %}
