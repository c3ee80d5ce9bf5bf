with

run_context as (
    select publish_id from {{ ref('stg_run_context') }}
),

partners as (
    select * from {{ ref('stg_partners') }}
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

described as (
    select
        partners.partner,
        partners.name as partner_name,
        partners.kind,
        partners.source,
        newest_extracts.data_as_at,
        run_context.publish_id
    from partners
    cross join run_context
    left outer join newest_extracts on partners.partner = newest_extracts.partner
)

select * from described
