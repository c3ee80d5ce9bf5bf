{# CTEs up to `merged`: the connected components of the accepted pairs, as the smallest cluster that each cluster
   can reach. Needs the CTEs accepted and clusters. Each round takes the smallest label around and then follows it
   to its own label, so the distance covered grows like a power of two. `open_labels` names whatever the rounds
   have not brought together. #}
{% macro linkage_components(rounds=4) -%}
edges as (
    select distinct
        left_cluster,
        right_cluster
    from accepted
),

ends as (
    select
        node,
        count(*) as edges
    from (
        select left_cluster as node from edges
        union all
        select right_cluster as node from edges
    ) as ends_of_edges
    group by node
),

-- most pairs touch no other: they are done
met as (
    select
        edges.left_cluster,
        edges.right_cluster,
        left_end.edges = 1 and right_end.edges = 1 as is_alone
    from edges
    inner join ends as left_end
        on edges.left_cluster = left_end.node
    inner join ends as right_end
        on edges.right_cluster = right_end.node
),

neighbours as (
    select left_cluster as node, right_cluster as neighbour from met where not is_alone
    union all
    select right_cluster as node, left_cluster as neighbour from met where not is_alone
    union all
    select left_cluster as node, left_cluster as neighbour from met where not is_alone
    union all
    select right_cluster as node, right_cluster as neighbour from met where not is_alone
),

labels_0 as (
    select
        node,
        min(neighbour) as label
    from neighbours
    group by node
),

{% for round in range(1, rounds + 1) -%}
hooked_{{ round }} as (
    select
        neighbours.node,
        min(labels.label) as label
    from {{ 'neighbours' if round == 1 else 'open_neighbours' }} as neighbours
    inner join labels_{{ round - 1 }} as labels
        on neighbours.neighbour = labels.node
    group by neighbours.node
),

labels_{{ round }} as (
    select
        hooked.node,
        jumped.label
    from hooked_{{ round }} as hooked
    inner join hooked_{{ round }} as jumped
        on hooked.label = jumped.node
),

{% if round == 1 -%}
{{ linkage_open_labels('first_open_labels', 'neighbours', 'labels_1') }},

-- one round is enough for nearly all: only where two labels still meet, the others go on
labels_by_openness as (
    select
        labels_1.node,
        labels_1.label,
        open.label is not null as is_open
    from labels_1
    left join first_open_labels as open
        on labels_1.label = open.label
),

open_neighbours as (
    select neighbours.*
    from neighbours
    inner join labels_by_openness as labels
        on neighbours.node = labels.node and labels.is_open
),

{% endif -%}
{% endfor -%}
{{ linkage_open_labels('open_labels', 'open_neighbours', 'labels_' ~ rounds) }},

labels as (
    select * from labels_{{ rounds }}
    union all
    select node, label from labels_by_openness where not is_open
    union all
    select left_cluster as node, left_cluster as label from met where is_alone
    union all
    select right_cluster as node, left_cluster as label from met where is_alone
),

merged as (
    select
        clusters.record_key,
        clusters.partner,
        clusters.cluster_id as cluster_before,
        labels.label as cluster_id
    from clusters
    inner join labels
        on clusters.cluster_id = labels.node
)
{%- endmacro %}

{# CTE `name`: the labels that meet another over a pair of neighbours, so are not yet one. #}
{% macro linkage_open_labels(name, neighbours, labels) -%}
{{ name }} as (
    select labels.label
    from {{ neighbours }} as neighbours
    inner join {{ labels }} as labels
        on neighbours.node = labels.node
    inner join {{ labels }} as other_labels
        on neighbours.neighbour = other_labels.node
    where labels.label <> other_labels.label
    group by labels.label
)
{%- endmacro %}

{# CTEs up to `undone`: the merged clusters that cannot be one person, one reason each. Needs the CTEs merged,
   open_labels and pool_identities. No half is picked as the right one: the whole merge is undone. A method of tier 5
   has judged the two dates of its pair: only a generation between them speaks against it here. #}
{% macro linkage_undo(may_repeat_partner=false, may_differ_in_date=false) -%}
{{ linkage_forbidden() }},

repeated_partners as (
    select cluster_id
    from merged
    group by cluster_id, partner
    having min(cluster_before) < max(cluster_before){{ ' and false' if may_repeat_partner }}
),

merged_profiles as (
    select
        merged.cluster_id,
        min(pool_identities.nhs_number) <> max(pool_identities.nhs_number) as has_two_nhs_numbers,
        min(pool_identities.upn) <> max(pool_identities.upn)
        and coalesce(max(pool_identities.former_upn) not in (min(pool_identities.upn), max(pool_identities.upn)), true)
            as has_two_upns,
        min(pool_identities.nino) <> max(pool_identities.nino) as has_two_ninos,
        count(distinct pool_identities.birth_date) as birth_dates,
        min(pool_identities.birth_date) as birth_date_a,
        max(pool_identities.birth_date) as birth_date_b
    from merged
    inner join pool_identities
        on merged.record_key = pool_identities.record_key
    group by merged.cluster_id
),

faults as (
    select
        merged_profiles.cluster_id,
        case
            when forbidden.cluster_id is not null then 'undone_kept_apart'
            when merged_profiles.has_two_nhs_numbers then 'undone_two_nhs_numbers'
            when merged_profiles.has_two_upns then 'undone_two_upns'
            when merged_profiles.has_two_ninos then 'undone_two_ninos'
            when merged_profiles.birth_dates > 2 then 'undone_three_birth_dates'
            when not {{ linkage_dates_are_close('merged_profiles.birth_date_a', 'merged_profiles.birth_date_b') }}
                {%- if may_differ_in_date %}
                and not {{ linkage_is_one_generation('merged_profiles.birth_date_a', 'merged_profiles.birth_date_b') }}
                {%- endif %}
                then 'undone_far_birth_dates'
            when repeated_partners.cluster_id is not null then 'undone_two_records_of_one_partner'
            when open_labels.label is not null then 'undone_chain_too_long'
        end as undone_reason
    from merged_profiles
    left join forbidden
        on merged_profiles.cluster_id = forbidden.cluster_id
    left join (select distinct cluster_id from repeated_partners) as repeated_partners
        on merged_profiles.cluster_id = repeated_partners.cluster_id
    left join open_labels
        on merged_profiles.cluster_id = open_labels.label
),

undone as (
    select * from faults
    where undone_reason is not null
)
{%- endmacro %}

{# The model's last CTE `clustered`: one row per record of the pool with its cluster after the tier. #}
{% macro linkage_clustered() -%}
clustered as (
    select
        clusters.record_key,
        clusters.partner,
        case
            when undone.cluster_id is null then coalesce(merged.cluster_id, clusters.cluster_id)
            else clusters.cluster_id
        end as cluster_id,
        undone.undone_reason,
        clusters.is_in_scope
    from clusters
    left join merged
        on clusters.record_key = merged.record_key
    left join undone
        on merged.cluster_id = undone.cluster_id
)
{%- endmacro %}
