with

linked_records as (
    select * from {{ ref('item_linked_records') }}
),

temporary_accommodation as (
    select * from {{ ref('item_temporary_accommodation') }}
),

involvements as (
    select * from {{ ref('item_open_involvements') }}
),

salts as (
    select salt from {{ source('control', 'person_key_salt') }}
),

-- No name of a worker or a team stands in the mart for this: a user's own are hashed in the same way and compared.
caseloads as (
    select
        involvements.person_key,
        {{ surrogate_key('team:', 'salts.salt', ['involvements.partner', 'lower(involvements.team)', "''"]) }}
            as team_token,
        {{ surrogate_key('worker:', 'salts.salt', [
            'involvements.partner', "lower(coalesce(involvements.team, ''))", 'lower(involvements.worker_name)'
        ]) }} as worker_token
    from involvements
    cross join salts
),

tokens as (
    select
        person_key,
        'whole_system' as token
    from linked_records
    union
    select
        person_key,
        'partner:' || partner as token
    from linked_records
    union
    select
        person_key,
        'ta' as token
    from temporary_accommodation
    where is_in_temporary_accommodation = 'Y'
    union
    select
        person_key,
        team_token as token
    from caseloads
    where team_token is not null
    union -- a worker's two involvements with one person open it once
    select
        person_key,
        worker_token as token
    from caseloads
    where worker_token is not null
    union -- opens nothing: it closes the rows of a person who may not be shown any more
    select
        linked_records.person_key,
        {{ surrogate_key('person:', 'salts.salt', ["'a person of the mart'", 'linked_records.person_key']) }} as token
    from linked_records
    cross join salts
),

-- The C collation sorts alike on every server.
visibility as (
    select
        person_key,
        array_agg(token order by token collate "C") as visible_to
    from tokens
    group by person_key
)

select * from visibility
