with

involvements as (
    select * from {{ ref('item_open_involvements') }}
),

withheld_people as (
    select * from {{ ref('item_withheld_people') }}
),

-- Of a hidden person only the team is named, as the one to contact: it decides what may be told.
caseworkers as (
    select distinct -- two workers of one team are one row once their names are withheld
        involvements.person_key,
        involvements.service,
        involvements.team,
        case
            when withheld_people.is_hidden
                then 'Contact ' || coalesce(involvements.team, involvements.service, 'the service')
            else involvements.worker_name
        end as worker_name,
        case when not withheld_people.is_hidden then involvements.worker_role end as worker_role
    from involvements
    inner join withheld_people on involvements.person_key = withheld_people.person_key
)

select * from caseworkers
