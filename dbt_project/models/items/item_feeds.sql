with

run_context as (
    select as_at from {{ ref('stg_run_context') }}
),

freshness as (
    select * from {{ ref('stg_freshness') }}
),

feeds as (
    select * from {{ ref('feeds') }}
),

snapshots as (
    select * from {{ ref('stg_current_snapshots') }}
),

aged as (
    select
        freshness.partner,
        freshness.extract,
        feeds.feed_name,
        freshness.max_age_days,
        feeds.holds_address = 'Y' as holds_address,
        coalesce(snapshots.extract_date >= run_context.as_at - freshness.max_age_days, false) as is_current,
        snapshots.extract_date as data_as_at
    from freshness
    cross join run_context
    inner join feeds on freshness.extract = feeds.extract
    left outer join snapshots
        on
            freshness.partner = snapshots.partner
            and freshness.extract = snapshots.extract
            -- People that a return mentions are no roll and no register.
            and snapshots.is_fallback is not true
)

select * from aged
