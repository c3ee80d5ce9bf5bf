with

run_context as (
    select publish_id from {{ ref('stg_run_context') }}
),

partners as (
    select * from {{ ref('stg_partners') }}
),

feeds as (
    select * from {{ ref('item_feeds') }}
),

snapshots as (
    select * from {{ ref('stg_current_snapshots') }}
),

newest_extracts as (
    select
        partner,
        max(extract_date) as data_as_at
    from snapshots
    group by partner
),

-- The C collation sorts alike on every server.
feed_lists as (
    select
        partner,
        string_agg(
            feed_name || ' (data to ' || data_as_at || ', may be ' || max_age_days || ' days old)',
            '; ' order by feed_name collate "C"
        ) filter (where data_as_at is not null and not is_current) as feeds_not_current,
        string_agg(feed_name, '; ' order by feed_name collate "C") filter (where data_as_at is null)
            as feeds_not_delivered,
        bool_or(is_current) as has_current
    from feeds
    group by partner
),

described as (
    select
        partners.partner,
        partners.name as partner_name,
        partners.kind,
        partners.source,
        case when feed_lists.has_current and feed_lists.feeds_not_current is null then 'Y' else 'N' end as is_current,
        feed_lists.feeds_not_current,
        feed_lists.feeds_not_delivered,
        newest_extracts.data_as_at,
        run_context.publish_id
    from partners
    cross join run_context
    left outer join feed_lists on partners.partner = feed_lists.partner
    left outer join newest_extracts on partners.partner = newest_extracts.partner
)

select * from described
