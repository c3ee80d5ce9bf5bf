with

linked_records as (
    select * from {{ ref('item_linked_records') }}
),

current_addresses as (
    select * from {{ ref('item_current_addresses') }}
),

feeds as (
    select * from {{ ref('item_feeds') }}
    where holds_address
),

withheld_people as (
    select * from {{ ref('item_withheld_people') }}
),

host_systems as (
    select distinct
        person_key,
        partner
    from linked_records -- two records of one system are one host system
),

address_feeds as (
    select
        partner,
        bool_and(is_current) as is_current
    from feeds
    group by partner
),

compared as (
    select
        host_systems.person_key,
        host_systems.partner,
        current_addresses.address_line_1,
        current_addresses.address_line_2,
        current_addresses.town,
        current_addresses.postcode,
        case
            when withheld_people.is_address_withheld then 'withheld'
            when current_addresses.person_key is not null then 'shown'
            when address_feeds.is_current then 'none'
            else 'not_current'
        end as address_status
    from host_systems
    inner join withheld_people on host_systems.person_key = withheld_people.person_key
    inner join address_feeds on host_systems.partner = address_feeds.partner
    left outer join current_addresses
        on
            host_systems.person_key = current_addresses.person_key
            and host_systems.partner = current_addresses.partner
),

shown as (
    select
        compared.person_key,
        compared.partner,
        compared.address_status,
        case when compared.address_status = 'shown' then compared.address_line_1 end as address_line_1,
        case when compared.address_status = 'shown' then compared.address_line_2 end as address_line_2,
        case when compared.address_status = 'shown' then compared.town end as town,
        case when compared.address_status = 'shown' then compared.postcode end as postcode
    from compared
)

select * from shown
