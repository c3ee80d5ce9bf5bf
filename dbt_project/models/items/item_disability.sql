with

run_context as (
    select as_at from {{ ref('stg_run_context') }}
),

settings as (
    select
        disabled_psr,
        disability_needs_record
    from {{ ref('stg_item_settings') }}
),

linked_records as (
    select * from {{ ref('item_linked_records') }}
),

coverage as (
    select * from {{ ref('item_feed_coverage') }}
    where extract in ('csc_disabilities', 'asc_events')
),

codes as (
    {{ current_rows('stg_csc_disabilities') }}
),

events as (
    {{ current_rows('stg_asc_events') }}
),

code_names as (
    select * from {{ ref('disability_codes') }}
),

support_reasons as (
    select * from {{ ref('support_reasons') }}
),

childrens_records as (
    select
        codes.partner,
        codes.person_id,
        upper(codes.disability_code) = 'NONE' as says_none,
        code_names.shown_as
    from codes
    left outer join code_names on upper(codes.disability_code) = code_names.disability_code
),

-- A carer's reason is about the person cared for.
latest_reasons as (
    select
        events.partner,
        events.person_id,
        events.primary_support_reason,
        rank() over (partition by events.partner, events.person_id order by events.start_date desc) as recency
    from events
    cross join run_context
    where
        events.start_date <= run_context.as_at
        and events.primary_support_reason is not null
        and coalesce(events.client_type, '') !~* '^carer'
),

-- A primary reason names the main need, not every one: it can show a disability, but never that there is none.
adults_records as (
    select
        latest_reasons.partner,
        latest_reasons.person_id,
        false as says_none,
        support_reasons.shown_as
    from latest_reasons
    inner join support_reasons on latest_reasons.primary_support_reason ~* support_reasons.pattern
    cross join settings
    where
        latest_reasons.recency = 1
        and support_reasons.support_reason = any(string_to_array(settings.disabled_psr, ', '))
),

records as (
    select * from childrens_records
    union all
    select * from adults_records
),

linked_people as (
    select distinct -- two systems may name the same disability
        linked_records.person_key,
        records.says_none,
        records.shown_as
    from linked_records
    inner join records
        on
            linked_records.partner = records.partner
            and linked_records.record_id = records.person_id
),

-- The C collation sorts alike on every server.
described as (
    select
        person_key,
        string_agg(shown_as, '; ' order by shown_as collate "C") as disabilities,
        bool_or(says_none) as says_none,
        bool_or(not says_none and shown_as is null) as has_unknown_code
    from linked_people
    group by person_key
),

enquiries as (
    select
        person_key,
        bool_and(is_covered) as is_complete
    from coverage
    group by person_key
),

flagged as (
    select
        enquiries.person_key,
        {{ flag(
            'described.disabilities is not null',
            'enquiries.is_complete and not coalesce(described.has_unknown_code, false)'
            ' and (coalesce(described.says_none, false) or not settings.disability_needs_record)'
        ) }} as is_disabled,
        described.disabilities
    from enquiries
    cross join settings
    left outer join described on enquiries.person_key = described.person_key
)

select * from flagged
