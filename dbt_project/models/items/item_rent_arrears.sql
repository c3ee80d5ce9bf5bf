with

run_context as (
    select * from {{ ref('stg_run_context') }}
),

current_tenancies as (
    select * from {{ ref('item_current_tenancies') }}
),

balances as (
    select * from {{ ref('stg_ren_balances') }}
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
    where
        balances.balance_date <= run_context.as_at
        and balances.balance_date >= run_context.as_at - run_context.balance_max_age_days
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

flagged as (
    select
        accounts.person_key,
        {{ flag('accounts.is_complete and accounts.owed > run_context.arrears_min', 'accounts.is_complete') }}
            as is_in_rent_arrears
    from accounts
    cross join run_context
)

select * from flagged
