with

run_context as (
    select as_at from {{ ref('stg_run_context') }}
),

settings as (
    select * from {{ ref('stg_item_settings') }}
),

tenancy_feeds as (
    select * from {{ ref('item_feed_coverage') }}
    where extract in ('ren_tenants', 'ren_tenancies')
),

current_tenancies as (
    select * from {{ ref('item_current_tenancies') }}
),

balances as (
    {{ current_rows('stg_ren_balances') }}
),

fresh_balances as (
    select
        balances.partner,
        balances.tenancy_id,
        balances.balance,
        row_number() over (
            partition by balances.partner, balances.tenancy_id
            order by balances.balance_date desc
        ) as recency
    from balances
    cross join run_context
    cross join settings
    where
        balances.balance_date <= run_context.as_at
        and balances.balance_date >= run_context.as_at - settings.balance_max_age_days
),

-- A credit on an account without a fresh balance could outweigh the debt on another: one gap leaves the sum unknown.
accounts as (
    select
        current_tenancies.person_key,
        sum(fresh_balances.balance) as owed,
        bool_and(fresh_balances.balance is not null) as is_complete
    from current_tenancies
    left outer join fresh_balances
        on
            current_tenancies.partner = fresh_balances.partner
            and current_tenancies.tenancy_id = fresh_balances.tenancy_id
            and fresh_balances.recency = 1
    group by current_tenancies.person_key
),

-- A landlord whose tenancies are not current may hold an account that nobody sees.
known_accounts as (
    select
        accounts.person_key,
        accounts.owed,
        accounts.is_complete and bool_and(tenancy_feeds.is_covered) as is_complete
    from accounts
    inner join tenancy_feeds on accounts.person_key = tenancy_feeds.person_key
    group by accounts.person_key, accounts.owed, accounts.is_complete
),

flagged as (
    select
        known_accounts.person_key,
        {{ flag(
            'known_accounts.is_complete and known_accounts.owed > settings.arrears_min', 'known_accounts.is_complete'
        ) }} as is_in_rent_arrears
    from known_accounts
    cross join settings
)

select * from flagged
