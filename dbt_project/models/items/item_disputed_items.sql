with

disputes as (
    select * from {{ ref('item_disputes') }}
    where is_standing and partner is null
),

listed as (
    select
        person_key,
        array_agg(distinct item order by item) as items
    from disputes
    group by person_key
)

select * from listed
