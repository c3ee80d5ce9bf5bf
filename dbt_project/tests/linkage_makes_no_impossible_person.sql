-- Nobody has two NHS numbers, two National Insurance numbers or three birth dates.
with

identities as (
    select * from {{ ref('pool_identities') }}
),

linked_clusters as (
    select * from {{ ref('linked_clusters') }}
),

impossible as (
    select linked_clusters.cluster_id
    from linked_clusters
    inner join identities
        on linked_clusters.record_key = identities.record_key
    group by linked_clusters.cluster_id
    having
        min(identities.nhs_number) <> max(identities.nhs_number)
        or min(identities.nino) <> max(identities.nino)
        or count(distinct identities.birth_date) > 2
)

select count(*) as people
from impossible
having count(*) > 0
