{% set rounds = 5 %}
with

records as (
    select * from {{ ref('person_hashes') }}
),

shown as (
    select * from {{ source('control', 'person_key_records') }}
),

salt as (
    select * from {{ source('control', 'person_key_salt') }}
),

-- grows with every new key that is published, so a key made from it was never given before
ever_shown as (
    select count(*) as keys from {{ source('control', 'person_keys') }}
),

open_0 as (
    select
        records.cluster_id,
        shown.person_key,
        count(*) as shared_records
    from records
    inner join shown
        on records.record_hash = shown.record_hash
    group by records.cluster_id, shown.person_key
),

-- a person keeps the key with which most records were shown; each round hands over what both sides want most
{% for round in range(1, rounds + 1) -%}
ranked_{{ round }} as (
    select
        cluster_id,
        person_key,
        row_number() over (
            partition by cluster_id order by shared_records desc, person_key, cluster_id
        ) as place_for_person,
        row_number() over (
            partition by person_key order by shared_records desc, person_key, cluster_id
        ) as place_for_key
    from open_{{ round - 1 }}
),

carried_{{ round }} as (
    select
        cluster_id,
        person_key
    from ranked_{{ round }}
    where place_for_person = 1 and place_for_key = 1
),

open_{{ round }} as (
    select open_pairs.*
    from open_{{ round - 1 }} as open_pairs
    left join carried_{{ round }} as settled_person
        on open_pairs.cluster_id = settled_person.cluster_id
    left join carried_{{ round }} as given_key
        on open_pairs.person_key = given_key.person_key
    where settled_person.cluster_id is null and given_key.person_key is null
),

{% endfor -%}
carried as (
    {% for round in range(1, rounds + 1) -%}
    select * from carried_{{ round }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

people as (
    select distinct cluster_id from records
),

named as (
    select
        people.cluster_id,
        case when ever_shown.keys = 0 then '' else cast(ever_shown.keys as text) || '|' end || people.cluster_id as seed
    from people
    cross join ever_shown
),

keyed as (
    select
        named.cluster_id,
        coalesce(
            carried.person_key,
            {{ surrogate_key('p', 'salt.salt', ['named.seed']) }}
        ) as person_key,
        carried.person_key is not null as is_carried
    from named
    cross join salt
    left join carried
        on named.cluster_id = carried.cluster_id
)

select * from keyed
