"""Facts about retention: what was deleted is proved, and delivered files went when their window had passed."""

from dagster_project.governance.evidence.world import Tally, World, none_found
from dagster_project.governance.retention.files import past_deliveries, read_window

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
_LAST_PURGE = "select max(as_at) from control.purges where finished_at is not null"


def purges_proved(world: World) -> Tally:
    """RE-01."""
    [(left, unproved)] = world.rows(_UNPROVED)
    return none_found(int(left), unproved)


def files_within_window(world: World) -> Tally:
    """RE-02: of what lay there at the last purge. What has become due since goes after this publish."""
    [(day,)] = world.rows(_LAST_PURGE)
    if day is None:
        return none_found(0, 0)
    window = read_window(world.conn, day, world.agreement.retention_settings.raw_keep_days)
    places = (world.settings.inbox, world.settings.landing_dir)
    return none_found(1, sum(1 for _ in past_deliveries(window, places)))
