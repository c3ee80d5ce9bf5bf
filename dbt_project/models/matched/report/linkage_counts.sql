{% set age_bands = [
    (5, '0 to 4'), (11, '5 to 10'), (16, '11 to 15'), (18, '16 and 17'), (25, '18 to 24'), (65, '25 to 64'),
] %}
{% set breakdowns = ['age_band', 'sex', 'naming_community', 'accommodation'] %}
with

links as (
    select * from {{ ref('links') }}
),

review_queue as (
    select * from {{ ref('review_queue') }}
),

people as (
    select * from {{ ref('people') }}
),

person_records as (
    select * from {{ ref('person_records') }}
),

scope_records as (
    select * from {{ ref('scope_housing_records') }}
),

identities as (
    select * from {{ ref('identity_records') }}
),

members as (
    select * from {{ ref('stg_hou_household_members') }}
),

placements as (
    select * from {{ ref('stg_hou_ta_placements') }}
),

run_context as (
    select * from {{ ref('stg_run_context') }}
),

naming_communities as (
    select * from {{ ref('linkage_naming_communities') }}
),

accommodation_types as (
    select * from {{ ref('linkage_accommodation_types') }}
),

-- one housing record in scope speaks for the person's age, sex and name
speaking_records as (
    select
        person_records.person_key,
        min(person_records.partner || '|' || person_records.record_id) as record_key
    from person_records
    inner join scope_records
        on person_records.partner = scope_records.partner
            and person_records.record_id = scope_records.record_id
    group by person_records.person_key
),

questioned_records as (
    select
        left_partner as partner,
        left_record_id as record_id
    from review_queue
    union distinct
    select
        right_partner as partner,
        right_record_id as record_id
    from review_queue
),

people_in_review as (
    select distinct person_records.person_key
    from person_records
    inner join questioned_records
        on person_records.partner = questioned_records.partner
            and person_records.record_id = questioned_records.record_id
),

open_places as (
    select
        person_records.person_key,
        min(coalesce(accommodation_types.accommodation, 'of a type that is not on the list')) as accommodation
    from person_records
    inner join members
        on person_records.partner = members.partner
            and person_records.record_id = members.person_id
    inner join placements
        on members.partner = placements.partner
            and members.case_id = placements.case_id
            and (placements.person_id is null or placements.person_id = members.person_id)
    cross join run_context
    left join accommodation_types
        on lower(placements.ta_type) = accommodation_types.ta_type
    where {{ open_at('placements.start_date', 'placements.end_date', 'run_context.as_at') }}
    group by person_records.person_key
),

described as (
    select
        people.person_key,
        people.is_published as is_linked,
        people_in_review.person_key is not null as is_in_review,
        case
            when identities.birth_date is null then 'not known'
            {% for upper, band in age_bands -%}
            when identities.birth_date > run_context.as_at - interval '{{ upper }} years' then '{{ band }}'
            {% endfor -%}
            else '65 and over'
        end as age_band,
        coalesce(identities.sex, 'not known') as sex,
        coalesce(naming_communities.community, 'not on the list') as naming_community,
        coalesce(open_places.accommodation, 'none today') as accommodation
    from people
    cross join run_context
    left join speaking_records
        on people.person_key = speaking_records.person_key
    left join identities
        on speaking_records.record_key = identities.record_key
    left join naming_communities
        on identities.last_name = naming_communities.last_name
    left join people_in_review
        on people.person_key = people_in_review.person_key
    left join open_places
        on people.person_key = open_places.person_key
),

people_of_category as (
    select
        'all' as breakdown,
        'all' as category,
        count(*) as people,
        -- a count of nobody is 0
        coalesce(sum(case when is_linked then 1 else 0 end), 0) as linked_people,
        coalesce(sum(case when is_in_review then 1 else 0 end), 0) as people_in_review
    from described
    {% for breakdown in breakdowns -%}
    union all
    select
        '{{ breakdown }}' as breakdown,
        {{ breakdown }} as category,
        count(*) as people,
        sum(case when is_linked then 1 else 0 end) as linked_people,
        sum(case when is_in_review then 1 else 0 end) as people_in_review
    from described
    group by {{ breakdown }}
    {% endfor %}
),

pairs as (
    select
        'links' as measure,
        'tier ' || tier || ': ' || rule as rule,
        'linked' as reason,
        {{ linkage_source_pair() }} as source_pair
    from links
    union all
    select
        'review_items' as measure,
        'tier ' || tier || ': ' || rule as rule,
        reason,
        {{ linkage_source_pair() }} as source_pair
    from review_queue
),

-- counted even where there are none
measures as (
    select 'links' as measure
    union all
    select 'review_items' as measure
),

counted as (
    {% for measure in ['people', 'linked_people', 'people_in_review'] -%}
    select
        '{{ measure }}' as measure,
        breakdown,
        category,
        {{ measure }} as counted,
        {{ 'people' if measure != 'people' else 'cast(null as bigint)' }} as out_of
    from people_of_category
    union all
    {% endfor -%}
    {% for breakdown in ['rule', 'reason', 'source_pair'] -%}
    select
        measure,
        '{{ breakdown }}' as breakdown,
        {{ breakdown }} as category,
        count(*) as counted,
        cast(null as bigint) as out_of
    from pairs
    {{ "where measure = 'review_items'" if breakdown == 'reason' }}
    group by measure, {{ breakdown }}
    union all
    {% endfor -%}
    select
        measures.measure,
        'all' as breakdown,
        'all' as category,
        count(pairs.measure) as counted,
        cast(null as bigint) as out_of
    from measures
    left join pairs
        on measures.measure = pairs.measure
    group by measures.measure
),

typed as (
    select
        measure,
        breakdown,
        category,
        cast(counted as bigint) as counted,
        cast(out_of as bigint) as out_of
    from counted
)

select * from typed
