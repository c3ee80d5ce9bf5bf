with

run_context as (
    select as_at from {{ ref('stg_run_context') }}
),

linked_records as (
    select * from {{ ref('item_linked_records') }}
),

current_placements as (
    select * from {{ ref('item_current_placements') }}
),

current_tenancies as (
    select * from {{ ref('item_current_tenancies') }}
),

tenancies as (
    select * from {{ ref('stg_ren_tenancies') }}
),

childrens_addresses as (
    {{ current_rows('stg_csc_addresses') }}
),

adults_persons as (
    {{ current_rows('stg_asc_persons') }}
),

pupils as (
    {{ current_rows('stg_edu_pupils') }}
),

candidates as (
    select
        person_key,
        partner,
        address_line_1,
        address_line_2,
        town,
        postcode,
        -precedence as ranking,
        null::date as since
    from current_placements
    union all
    select
        current_tenancies.person_key,
        current_tenancies.partner,
        tenancies.address_line_1,
        tenancies.address_line_2,
        tenancies.town,
        tenancies.postcode,
        0 as ranking,
        current_tenancies.start_date as since
    from current_tenancies
    inner join tenancies
        on
            current_tenancies.partner = tenancies.partner
            and current_tenancies.tenancy_id = tenancies.tenancy_id
    union all
    select
        linked_records.person_key,
        childrens_addresses.partner,
        childrens_addresses.address_line_1,
        childrens_addresses.address_line_2,
        childrens_addresses.town,
        childrens_addresses.postcode,
        0 as ranking,
        childrens_addresses.start_date as since
    from linked_records
    inner join childrens_addresses
        on
            linked_records.partner = childrens_addresses.partner
            and linked_records.record_id = childrens_addresses.person_id
    cross join run_context
    where {{ open_at('childrens_addresses.start_date', 'childrens_addresses.end_date', 'run_context.as_at') }}
    union all
    select
        linked_records.person_key,
        adults_persons.partner,
        adults_persons.address_line_1,
        adults_persons.address_line_2,
        adults_persons.town,
        adults_persons.postcode,
        0 as ranking,
        null::date as since
    from linked_records
    inner join adults_persons
        on
            linked_records.partner = adults_persons.partner
            and linked_records.record_id = adults_persons.person_id
    union all
    select
        linked_records.person_key,
        pupils.partner,
        pupils.address_line_1,
        pupils.address_line_2,
        pupils.town,
        pupils.postcode,
        case when pupils.leaving_date is null or pupils.leaving_date > run_context.as_at then 1 else 0 end as ranking,
        pupils.entry_date as since
    from linked_records
    inner join pupils
        on
            linked_records.partner = pupils.partner
            and linked_records.record_id = pupils.person_id
    cross join run_context
),

written_candidates as (
    select
        candidates.*,
        row_number() over (
            partition by candidates.person_key, candidates.partner
            order by
                candidates.ranking desc,
                candidates.since desc nulls last,
                candidates.postcode asc,
                candidates.address_line_1 asc,
                candidates.address_line_2 asc,
                candidates.town asc
        ) as precedence
    from candidates
    where
        coalesce(candidates.address_line_1, candidates.address_line_2, candidates.town, candidates.postcode) is not null
),

current_addresses as (
    select
        person_key,
        partner,
        address_line_1,
        address_line_2,
        town,
        postcode
    from written_candidates
    where precedence = 1
)

select * from current_addresses
