-- Nobody has two NHS numbers, two National Insurance numbers or three birth dates, unless a person has confirmed it.
with

identities as (
    select * from {{ ref('pool_identities') }}
),

linked_clusters as (
    select * from {{ ref('linked_clusters') }}
),

confirmed as (
    select record_key
    from {{ ref('clusters_decided') }}
    where record_key <> cluster_id
),

impossible as (
    select linked_clusters.cluster_id
    from linked_clusters
    inner join identities
        on linked_clusters.record_key = identities.record_key
    left join confirmed
        on linked_clusters.record_key = confirmed.record_key
    group by linked_clusters.cluster_id
    having
        count(confirmed.record_key) = 0
        and (
            min(identities.nhs_number) <> max(identities.nhs_number)
            or min(identities.nino) <> max(identities.nino)
            or count(distinct identities.birth_date) > 2
        )
)

select count(*) as people
from impossible
having count(*) > 0
