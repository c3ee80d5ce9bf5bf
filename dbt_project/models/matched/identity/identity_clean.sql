with

source_records as (
    select * from {{ ref('identity_source_records') }}
),

-- written out before any check: Postgres would otherwise repeat each regular expression per digit of a checksum
cleaned as (
    select
        record_key,
        partner,
        source,
        record_id,
        {{ normalise_name('last_name') }} as last_name,
        {{ normalise_name('first_name') }} as first_name,
        {{ normalise_given_name('first_name') }} as given_name,
        {{ normalise_sex('sex') }} as sex,
        {{ normalise_identifier('nhs_number') }} as nhs_number,
        {{ normalise_identifier('upn') }} as upn,
        {{ normalise_identifier('former_upn') }} as former_upn,
        {{ normalise_identifier('nino') }} as nino,
        {{ normalise_system_id('social_care_id') }} as social_care_id,
        {{ normalise_system_id('education_id') }} as education_id,
        is_adult_by_role,
        is_restricted,
        has_several_rows,
        birth_date
    from source_records
)

select * from cleaned
