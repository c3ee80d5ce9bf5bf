with

run_context as (
    select publish_id from {{ ref('stg_run_context') }}
),

host_addresses as (
    select * from {{ ref('item_host_addresses') }}
),

disputes as (
    select * from {{ ref('item_disputes') }}
    where item = 'home_address' and is_standing
),

disputed_systems as (
    select distinct -- two people of one household may dispute the same, and one person twice
        person_key,
        partner
    from disputes
),

visibility as (
    select * from {{ ref('item_visibility') }}
),

judged as (
    select
        host_addresses.person_key,
        host_addresses.partner,
        host_addresses.address_status,
        host_addresses.address_line_1,
        host_addresses.address_line_2,
        host_addresses.town,
        host_addresses.postcode,
        disputed_systems.person_key is not null as is_disputed
    from host_addresses
    left outer join disputed_systems
        on
            host_addresses.person_key = disputed_systems.person_key
            and host_addresses.partner = disputed_systems.partner
),

shown as (
    select
        judged.person_key,
        judged.partner,
        case when judged.is_disputed then 'withheld' else judged.address_status end as address_status,
        case when not judged.is_disputed then judged.address_line_1 end as address_line_1,
        case when not judged.is_disputed then judged.address_line_2 end as address_line_2,
        case when not judged.is_disputed then judged.town end as town,
        case when not judged.is_disputed then judged.postcode end as postcode,
        visibility.visible_to,
        run_context.publish_id
    from judged
    inner join visibility on judged.person_key = visibility.person_key
    cross join run_context
)

select * from shown
