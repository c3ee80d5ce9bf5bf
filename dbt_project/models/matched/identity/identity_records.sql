{% set identity_columns = [
    'last_name', 'first_name', 'whole_name', 'given_name', 'sex', 'nhs_number', 'upn', 'former_upn', 'nino',
    'social_care_id', 'education_id', 'birth_date',
] %}
with

checked as {{ inlined() }} (
    select * from {{ ref('identity_checked') }}
),

run_context as (
    select * from {{ ref('stg_run_context') }}
),

lawful_identifiers as (
    select * from {{ ref('stg_lawful_identifiers') }}
),

-- rows of one person that disagree in a field say nothing about that field
agreed as (
    select
        record_key,
        partner,
        source,
        record_id,
        {% for column in identity_columns -%}
        case when min({{ column }}) = max({{ column }}) then min({{ column }}) end as {{ column }},
        {% endfor -%}
        is_adult_by_role,
        is_restricted
    from checked
    where has_several_rows
    group by record_key, partner, source, record_id, is_adult_by_role, is_restricted
),

one_per_record as {{ inlined() }} (
    select
        record_key,
        partner,
        source,
        record_id,
        {{ identity_columns | join(', ') }},
        is_adult_by_role,
        is_restricted
    from checked
    where not has_several_rows
    union all
    select * from agreed
),

{{ identity_lawful() }},

-- few numbers stand on three records of one system, so only theirs are looked at twice
numbers_on_many_records as (
    select
        partner,
        nhs_number
    from one_per_record
    where nhs_number is not null and birth_date is not null
    group by partner, nhs_number
    having count(*) > 2
),

numbers_on_many_dates as (
    select
        one_per_record.partner,
        one_per_record.nhs_number
    from one_per_record
    inner join numbers_on_many_records
        on one_per_record.partner = numbers_on_many_records.partner
            and one_per_record.nhs_number = numbers_on_many_records.nhs_number
    group by one_per_record.partner, one_per_record.nhs_number
    having count(distinct one_per_record.birth_date) > 2
),

identities as (
    select
        one_per_record.record_key,
        one_per_record.partner,
        one_per_record.source,
        one_per_record.record_id,
        one_per_record.last_name,
        one_per_record.first_name,
        case when one_per_record.first_name is not null then one_per_record.whole_name end as whole_name,
        case
            when one_per_record.first_name is not null
                then coalesce(one_per_record.given_name, one_per_record.whole_name)
        end as given_name,
        one_per_record.sex,
        case
            when lawful.nhs_number and numbers_on_many_dates.nhs_number is null then one_per_record.nhs_number
        end as nhs_number,
        -- a temporary pupil number is replaced by a school's own: it says nothing outside that school
        {% for upn in ['upn', 'former_upn'] -%}
        case
            when lawful.upn and not {{ identity_upn_is_temporary('one_per_record.' ~ upn) }}
                then one_per_record.{{ upn }}
        end as {{ upn }},
        {% endfor -%}
        case when lawful.nino then one_per_record.nino end as nino,
        case when lawful.social_care_id then one_per_record.social_care_id end as social_care_id,
        case when lawful.education_id then one_per_record.education_id end as education_id,
        case
            when one_per_record.birth_date is not null
                then one_per_record.birth_date <= run_context.as_at - interval '18 years'
            when one_per_record.is_adult_by_role is not null then one_per_record.is_adult_by_role
            -- nobody has a National Insurance number before the age of fifteen
            when lawful.nino and one_per_record.nino is not null then true
        end as is_adult,
        one_per_record.is_restricted,
        one_per_record.birth_date
    from one_per_record
    cross join run_context
    left join lawful
        on one_per_record.partner = lawful.partner
    left join numbers_on_many_dates
        on one_per_record.partner = numbers_on_many_dates.partner
            and one_per_record.nhs_number = numbers_on_many_dates.nhs_number
)

select * from identities
