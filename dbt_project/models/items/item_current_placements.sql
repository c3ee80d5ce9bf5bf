with

run_context as (
    select as_at from {{ ref('stg_run_context') }}
),

linked_records as (
    select * from {{ ref('item_linked_records') }}
    where kind = 'temporary_accommodation'
),

members as (
    select * from {{ ref('stg_hou_household_members') }}
),

placements as (
    select * from {{ ref('stg_hou_ta_placements') }}
),

current_placements as (
    select
        linked_records.person_key,
        placements.partner,
        placements.address_line_1,
        placements.address_line_2,
        placements.town,
        placements.postcode,
        coalesce(placements.refuge, false) as refuge,
        row_number() over (
            partition by linked_records.person_key, placements.partner
            order by
                -- a placement of one's own before the household's
                case when placements.person_id is not null then 0 else 1 end,
                placements.start_date desc,
                placements.placement_id asc
        )::integer as precedence
    from linked_records
    inner join members
        on
            linked_records.partner = members.partner
            and linked_records.record_id = members.person_id
    inner join placements
        on
            members.partner = placements.partner
            and members.case_id = placements.case_id
            and (placements.person_id is null or members.person_id = placements.person_id)
    cross join run_context
    where
        {{ open_at('placements.start_date', 'placements.end_date', 'run_context.as_at') }}
        and {{ open_at_if_started('members.joined_date', 'members.left_date', 'run_context.as_at') }}
)

select * from current_placements
