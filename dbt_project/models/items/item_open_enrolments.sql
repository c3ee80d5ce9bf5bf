with

run_context as (
    select as_at from {{ ref('stg_run_context') }}
),

linked_records as (
    select * from {{ ref('item_linked_records') }}
    where kind = 'education'
),

pupils as (
    {{ current_rows('stg_edu_pupils') }}
),

enrolments as (
    select
        pupils.*,
        case upper(pupils.enrol_status) when 'C' then 1 when 'M' then 2 when 'S' then 3 end as status_rank
    from pupils
),

-- Colleges (F) and guests (O) are no current school. A roll entry without a status is one all the same, but comes last.
open_enrolments as (
    select
        linked_records.person_key,
        enrolments.partner,
        enrolments.laestab,
        upper(enrolments.sen_provision) as sen_provision,
        row_number() over (
            partition by linked_records.person_key
            order by
                coalesce(enrolments.status_rank, 4),
                enrolments.entry_date desc nulls last,
                enrolments.laestab asc,
                enrolments.partner asc
        )::integer as precedence
    from linked_records
    inner join enrolments
        on
            linked_records.partner = enrolments.partner
            and linked_records.record_id = enrolments.person_id
    cross join run_context
    where
        {{ open_at_if_started('enrolments.entry_date', 'enrolments.leaving_date', 'run_context.as_at') }}
        and (enrolments.enrol_status is null or enrolments.status_rank is not null)
        and enrolments.laestab is not null
)

select * from open_enrolments
