with

run_context as (
    select as_at from {{ ref('stg_run_context') }}
),

linked_records as (
    select * from {{ ref('item_linked_records') }}
    where kind = 'social_housing'
),

tenants as (
    {{ current_rows('stg_ren_tenants') }}
),

tenancies as (
    {{ current_rows('stg_ren_tenancies') }}
),

current_tenancies as (
    select distinct -- two records of one person may name the same tenancy
        linked_records.person_key,
        tenancies.partner,
        tenancies.tenancy_id,
        tenancies.start_date
    from linked_records
    inner join tenants
        on
            linked_records.partner = tenants.partner
            and linked_records.record_id = tenants.person_id
    inner join tenancies
        on
            tenants.partner = tenancies.partner
            and tenants.tenancy_id = tenancies.tenancy_id
    cross join run_context
    where
        {{ open_at_if_started('tenants.moved_in_date', 'tenants.moved_out_date', 'run_context.as_at') }}
        and {{ open_at('tenancies.start_date', 'tenancies.end_date', 'run_context.as_at') }}
)

select * from current_tenancies
