"""Facts about retention: what was deleted is proved, and delivered files went when their window had passed."""

from dagster_project.governance.evidence.world import Tally, World, none_found
from dagster_project.governance.retention.files import manifests_in

_UNPROVED = """
    select
        coalesce(sum((purge.counts ->> 'records_left')::bigint), 0),
        count(*) filter (
            where (purge.counts ->> 'records_left')::bigint <> (
                select count(*) from control.deletions as stone
                where stone.publish_id = purge.publish_id and stone.basis <> 'hold_released'))
    from control.purges as purge
    where purge.finished_at is not null
"""
# Manifests that lay there at the last purge and were past its window. What is due since goes after this publish.
_PAST = """
    select delivery.manifest_sha256
    from control.deliveries as delivery
    cross join (
        select as_at, begun_at, keep_days from control.purges
        where finished_at is not null
        order by begun_at desc
        limit 1
    ) as purge
    where delivery.status <> 'refused' and delivery.manifest_sha256 is not null
    group by delivery.manifest_sha256, purge.as_at, purge.begun_at, purge.keep_days
    having max(delivery.received_at) < purge.begun_at and min(delivery.received_on) + purge.keep_days <= purge.as_at
"""


def purges_proved(world: World) -> Tally:
    """RE-01."""
    [(left, unproved)] = world.rows(_UNPROVED)
    return none_found(int(left), unproved)


def files_within_window(world: World) -> Tally:
    """RE-02."""
    past = {sha256 for (sha256,) in world.rows(_PAST)}
    there = manifests_in((world.settings.inbox, world.settings.landing_dir)) if past else {}
    return none_found(len(past), sum(sha256 in past for sha256 in there.values()))
