with

current_year as (
    select start_year from {{ ref('item_academic_year') }}
),

settings as (
    select lateness_codes from {{ ref('stg_item_settings') }}
),

linked_records as (
    select * from {{ ref('item_linked_records') }}
    where kind = 'education'
),

pupils as (
    {{ current_rows('stg_edu_pupils') }}
),

attendance as (
    {{ current_rows('stg_edu_attendance') }}
),

codes as (
    select * from {{ ref('attendance_codes') }}
),

-- 2026/27, 2026-27, 202627 and 2026/2027 are one year; 2026 alone may be either.
marks as (
    select
        attendance.partner,
        attendance.person_id,
        attendance.laestab,
        attendance.sessions,
        upper(attendance.attendance_code) as attendance_code,
        codes.meaning,
        coalesce(codes.is_present_mark = 'Y', false) as is_present_mark
    from attendance
    inner join current_year
        on substr(attendance.academic_year, 1, 4) = current_year.start_year::text
    left outer join codes on upper(attendance.attendance_code) = codes.attendance_code
    where attendance.academic_year ~ '^[0-9]{4}[^0-9]?([0-9]{2}|[0-9]{4})$'
),

-- Some schools send whole registers, others only what was missed: then the pupil's own figure says what was possible.
registers as (
    select
        partner,
        laestab,
        bool_or(is_present_mark) as are_whole
    from marks
    group by partner, laestab
),

summed as (
    select
        marks.partner,
        marks.person_id,
        marks.laestab,
        sum(marks.sessions) filter (where marks.meaning <> 'not_possible') as counted,
        sum(marks.sessions) filter (where marks.meaning in ('authorised', 'unauthorised')) as absent,
        sum(marks.sessions) filter (
            where marks.attendance_code = any(string_to_array(settings.lateness_codes, ', '))
        ) as late,
        bool_or(marks.meaning is null) as has_unknown_code
    from marks
    cross join settings
    group by marks.partner, marks.person_id, marks.laestab
),

rolls as (
    select
        linked_records.person_key,
        pupils.partner,
        pupils.person_id,
        pupils.laestab,
        max(pupils.sessions_possible) as sessions_possible
    from linked_records
    inner join pupils
        on
            linked_records.partner = pupils.partner
            and linked_records.record_id = pupils.person_id
    where pupils.laestab is not null
    group by linked_records.person_key, pupils.partner, pupils.person_id, pupils.laestab
),

sessions as (
    select
        rolls.person_key,
        rolls.partner,
        rolls.laestab,
        coalesce(sum(summed.absent), 0) as absent,
        coalesce(sum(summed.late), 0) as late,
        sum(
            case
                when registers.are_whole then summed.counted
                when not registers.are_whole then greatest(rolls.sessions_possible, summed.counted)
            end
        ) as possible,
        coalesce(bool_or(summed.has_unknown_code), false)
        -- a list of absences without the pupil's own figure cannot be held against anything
        or coalesce(bool_or(not registers.are_whole and rolls.sessions_possible is null), false) as is_unknown
    from rolls
    left outer join registers
        on
            rolls.partner = registers.partner
            and rolls.laestab = registers.laestab
    left outer join summed
        on
            rolls.partner = summed.partner
            and rolls.person_id = summed.person_id
            and rolls.laestab = summed.laestab
    group by rolls.person_key, rolls.partner, rolls.laestab
)

select * from sessions
