"""What of linkage holds a publish until a person approves it: fewer people linked, many more questions for review."""

from dagster_project.agreement.holds import Holds
from expectations.held import approved_value

LINKED_SHARE = "linked_share"
REVIEW_ITEMS = "review_items"
# A count of 1 to 4 is not kept with a publish; a queue is not judged against fewer than this.
FEW = 5
_NOW = "select counted from matched.linkage_counts where breakdown = 'all' and measure"


def linked_share(holds: Holds) -> str:
    """The share of people in scope that is linked, if it fell too far since the last publish or the approved share.

    A rise is judged by what it changes, people and flags. Columns: share_before, share_now, in percent.
    """
    return f"""(
        select round(coalesce(approved.value, published.share), 1) as share_before, round(now.share, 1) as share_now
        from (
            select
                ({_NOW} = 'people') as people,
                100.0 * ({_NOW} = 'linked_people') / nullif(({_NOW} = 'people'), 0) as share
        ) as now
        cross join (
            select 100.0 * ({_kept("linked_people")}) / nullif(({_kept("people")}), 0) as share
        ) as published
        cross join (select ({approved_value(LINKED_SHARE)}) as value) as approved
        where now.people >= {holds.flag_min_people}
            and coalesce(approved.value, published.share) - coalesce(now.share, 0) > {holds.flag_points:f}
    ) as held"""  # noqa: S608 our own text and numbers


def review_items(holds: Holds) -> str:
    """The number of questions for review, if it is a multiple of the last publish's or of the approved number.

    Columns: items_before, items_now.
    """
    return f"""(
        select before.items as items_before, now.items as items_now
        from (select ({_NOW} = 'review_items') as items) as now
        cross join (
            select greatest(
                coalesce(({approved_value(REVIEW_ITEMS)}), ({_kept("review_items")}), {FEW}), {FEW}
            ) as items
            where exists (select from control.linkage_history)
        ) as before
        where now.items >= {holds.volume_min_rows}
            and now.items >= before.items * {holds.volume_factor}
    ) as held"""  # noqa: S608 our own text and numbers


def _kept(measure: str) -> str:
    """A total as the last publish kept it; null where it was suppressed."""
    return f"""
        select history.counted
        from control.linkage_history as history
        inner join control.publishes as publish on history.publish_id = publish.publish_id
        where history.breakdown = 'all' and history.measure = '{measure}'
        order by publish.published_at desc
        limit 1
    """  # noqa: S608 our own text
