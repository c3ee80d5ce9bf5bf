with

run_context as (
    select as_at from {{ ref('stg_run_context') }}
),

linked_records as (
    select * from {{ ref('item_linked_records') }}
    where kind = 'childrens_social_care'
),

coverage as (
    select * from {{ ref('item_feed_coverage') }}
    where extract = 'csc_cla_episodes'
),

episodes as (
    {{ current_rows('stg_csc_cla_episodes') }}
),

-- V3 and V4 are series of short breaks: the child lives at home and does not count as in care.
children_in_care as (
    select distinct linked_records.person_key -- two open episodes are still one child
    from linked_records
    inner join episodes
        on
            linked_records.partner = episodes.partner
            and linked_records.record_id = episodes.person_id
    cross join run_context
    where
        {{ open_at('episodes.start_date', 'episodes.end_date', 'run_context.as_at') }}
        and upper(coalesce(episodes.legal_status, '')) not in ('V3', 'V4')
),

flagged as (
    select
        coverage.person_key,
        {{ flag('children_in_care.person_key is not null', 'coverage.is_covered') }} as is_child_in_care
    from coverage
    left outer join children_in_care on coverage.person_key = children_in_care.person_key
)

select * from flagged
