with

members as (
    select
        person_keys.person_key,
        linked_clusters.source,
        linked_clusters.partner,
        linked_clusters.record_id
    from {{ ref('linked_clusters') }} as linked_clusters
    inner join {{ ref('person_keys') }} as person_keys
        on linked_clusters.cluster_id = person_keys.cluster_id
),

scope_records as (
    select * from {{ ref('scope_housing_records') }}
),

childrens_persons as (
    select * from {{ ref('stg_csc_persons') }}
),

adults_persons as (
    select * from {{ ref('stg_asc_persons') }}
),

person_key_records as (
    select * from {{ ref('person_key_records') }}
),

stopped_records as (
    select * from {{ source('control', 'stopped_records') }}
),

run_context as (
    select as_at from {{ ref('stg_run_context') }}
),

deaths as (
    select
        partner,
        person_id as record_id,
        death_date
    from childrens_persons
    union all
    select
        partner,
        person_id as record_id,
        death_date
    from adults_persons
),

died as (
    select
        members.person_key,
        min(deaths.death_date) as died_on
    from members
    cross join run_context
    inner join deaths
        on members.partner = deaths.partner
            and members.record_id = deaths.record_id
    where members.source <> 'housing' and deaths.death_date <= run_context.as_at
    group by members.person_key
),

-- held and shown nowhere: processing is restricted, or the person has objected with success
stopped as (
    select distinct person_key_records.person_key
    from person_key_records
    cross join run_context
    inner join stopped_records
        on person_key_records.record_hash = stopped_records.record_hash
    where stopped_records.ends_on is null or stopped_records.ends_on > run_context.as_at
),

-- a stay that is open in one system counts, whatever ended in another
counted as (
    select
        members.person_key,
        {% for source in ['housing', 'csc', 'asc', 'edu'] -%}
        cast(sum(case when members.source = '{{ source }}' then 1 else 0 end) as integer) as {{ source }}_records,
        {% endfor -%}
        coalesce(bool_and(scope_records.is_suspended), true) as is_suspended
    from members
    left join scope_records
        on members.source = 'housing'
            and members.partner = scope_records.partner
            and members.record_id = scope_records.record_id
    group by members.person_key
),

-- every person here has a housing record in scope: without a link to another system nothing is shown (clause MA-07);
-- between two stays (clause RE-01), after death and at the person's own successful request nothing is either
people as (
    select
        counted.person_key,
        counted.housing_records,
        counted.csc_records,
        counted.asc_records,
        counted.edu_records,
        counted.is_suspended,
        died.died_on,
        stopped.person_key is not null as is_stopped,
        counted.csc_records + counted.asc_records + counted.edu_records > 0
        and not counted.is_suspended
        and died.died_on is null
        and stopped.person_key is null as is_published
    from counted
    left join died on counted.person_key = died.person_key
    left join stopped on counted.person_key = stopped.person_key
)

select * from people
