with

addresses as (
    select * from {{ ref('identity_addresses') }}
),

compact as (
    select distinct
        record_key,
        partner,
        {{ normalise_identifier('postcode') }} as postcode
    from addresses
),

valid as (
    select
        record_key,
        partner,
        postcode
    from compact
    where {{ normalise_matches('postcode', identity_postcode_pattern()) }}
)

select * from valid
