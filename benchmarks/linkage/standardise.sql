-- The records as the compared policies and Splink see them: one row per record in `standard`. DuckDB.
-- The same cleaning as Hearthlink's own in outline (case, accents, titles, placeholders, check digits), written apart
-- from it and for another engine, so that a fault in one does not hide in both.
create or replace table standard as
with
letters as (
    select
        record,
        source,
        partner,
        record_id,
        {% for name in names %}
        nullif(
            regexp_replace(
                regexp_replace(
                    upper(strip_accents(translate({{ name }}, 'ŁłĐđØøıħ', 'LlDdOoih'))),
                    '^((MR|MRS|MS|MISS|MX|DR)[. ]+)+', ''
                ),
                '[^A-Z]', '', 'g'
            ),
            ''
        ) as {{ name }},
        {% endfor %}
        try_cast(birth_date as date) as birth_date,
        upper(sex) as sex,
        regexp_replace(nhs_number, '[^0-9]', '', 'g') as nhs_number,
        upper(upn) as upn,
        upper(former_upn) as former_upn,
        upper(replace(nino, ' ', '')) as nino,
        case when source in ('csc', 'asc') then record_id else social_care_id end as social_care_id,
        case when source = 'edu' then record_id else education_id end as education_id,
        nullif(upper(replace(postcode, ' ', '')), '') as postcode
    from records
)

select
    record,
    source,
    partner,
    record_id,
    {% for name in names %}
    case when {{ name }} not in ('UNKNOWN', 'NK', 'NOTKNOWN', 'BABY', 'TEST', 'NONE') then {{ name }} end as {{ name }},
    {% endfor %}
    case
        when birth_date not in (date '1900-01-01', date '1901-01-01', date '1899-12-30', date '1970-01-01') then birth_date
    end as birth_date,
    sex,
    case
        when length(nhs_number) = 10
            and replace(nhs_number, left(nhs_number, 1), '') <> ''
            and (
                {% for place in range(1, 11) %}
                {{ 11 - place }} * cast(substr(nhs_number, {{ place }}, 1) as integer){{ ' +' if not loop.last }}
                {% endfor %}
            ) % 11 = 0
            then nhs_number
    end as nhs_number,
    case when upn similar to '[A-Z][0-9]{12}' then upn end as upn,
    case when former_upn similar to '[A-Z][0-9]{12}' then former_upn end as former_upn,
    nino,
    social_care_id,
    education_id,
    postcode
from letters
