{% set most_steps = 8 %}
with

link_paths as (
    select * from {{ ref('link_paths') }}
),

linked_clusters as (
    select * from {{ ref('linked_clusters') }}
),

links as (
    select * from {{ ref('links') }}
),

rules as (
    select * from {{ ref('linkage_rules') }}
),

sentences as (
    select
        links.link_id,
        case
            when links.left_partner = links.right_partner
                then
                    'two ' || {{ linkage_source_in_words('links.left_source') }} || ' records of '
                    || links.left_partner
            else
                'the ' || {{ linkage_source_in_words('links.left_source') }} || ' record of ' || links.left_partner
                || ' and the ' || {{ linkage_source_in_words('links.right_source') }} || ' record of '
                || links.right_partner
        end
        || ' are linked in tier ' || cast(links.tier as text) || ' because ' || rules.meaning
        || ' (' || {{ linkage_evidence_in_words('links.evidence') }} || ').' as sentence
    from links
    inner join rules
        on links.rule = rules.rule
),

told as (
    select
        link_paths.person_key,
        linked_clusters.partner,
        linked_clusters.source,
        linked_clusters.record_id,
        link_paths.link_path,
        case
            when link_paths.steps = 0
                then 'The housing record of ' || linked_clusters.partner || ' that brings the person into scope.'
            else
                concat_ws(
                    ' ',
                    'The ' || {{ linkage_source_in_words('linked_clusters.source') }} || ' record of '
                    || linked_clusters.partner || ' belongs to the person by a link of tier '
                    || cast(link_paths.tier as text) || ' at the weakest.',
                    {% for step in range(1, most_steps + 1) -%}
                    'Step {{ step }}: ' || step_{{ step }}.sentence{{ ',' if not loop.last }}
                    {% endfor -%}
                )
        end as explanation,
        link_paths.steps,
        link_paths.tier as weakest_tier
    from link_paths
    inner join linked_clusters
        on link_paths.record_key = linked_clusters.record_key
    {% for step in range(1, most_steps + 1) -%}
    left join sentences as step_{{ step }}
        on split_part(link_paths.link_path, ' ', {{ step }}) = step_{{ step }}.link_id
    {% endfor -%}
)

select * from told
