-- Every record of every person is explained by links of that person, and the weakest of them is what its tier says.
with

person_records as (
    select * from {{ ref('person_records') }}
),

people as (
    select * from {{ ref('people') }}
),

explanations as (
    select * from {{ ref('link_explanations') }}
),

links as (
    select * from {{ ref('links') }}
),

steps as (
    {% for step in range(1, 9) -%}
    select
        person_key,
        partner,
        record_id,
        split_part(link_path, ' ', {{ step }}) as link_id
    from explanations
    where steps >= {{ step }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

walked as (
    select
        steps.person_key,
        steps.partner,
        steps.record_id,
        count(links.link_id) as links_found,
        max(links.tier) as weakest_tier,
        count(case when person_records.person_key = steps.person_key then 1 end) as links_of_person,
        max(
            case
                when steps.partner in (links.left_partner, links.right_partner)
                    and steps.record_id in (links.left_record_id, links.right_record_id) then 1
                else 0
            end
        ) as reaches_record
    from steps
    left join links
        on steps.link_id = links.link_id
    left join person_records
        on links.left_partner = person_records.partner
            and links.left_record_id = person_records.record_id
    group by steps.person_key, steps.partner, steps.record_id
),

wrong_records as (
    select person_records.record_id
    from person_records
    left join explanations
        on person_records.partner = explanations.partner
            and person_records.record_id = explanations.record_id
            and person_records.person_key = explanations.person_key
            and person_records.tier = explanations.weakest_tier
    left join walked
        on person_records.partner = walked.partner
            and person_records.record_id = walked.record_id
    where
        explanations.explanation is null
        or (
            explanations.steps > 0
            and (
                walked.links_found is distinct from explanations.steps
                or walked.links_of_person <> explanations.steps
                or walked.weakest_tier <> explanations.weakest_tier
                or walked.reaches_record = 0
            )
        )
),

wrong_people as (
    select people.person_key
    from people
    left join explanations
        on people.person_key = explanations.person_key
    group by people.person_key
    having count(case when explanations.steps = 0 then 1 end) <> 1
),

faults as (
    select 'record' as fault from wrong_records
    union all
    select 'person' as fault from wrong_people
)

select
    fault,
    count(*) as faults
from faults
group by fault
