"""What was deleted, what is kept on hold and what is due, on the evidence page."""

from collections.abc import Mapping, Sequence
from typing import Any

from dagster_project.governance.evidence.markup import Markup, element, facts, join, table


def retention_section(data: Mapping[str, Any]) -> Markup:
    """Deletions by rule, people who leave with this publish, legal holds, the hosts' list, ages of what is held."""
    found = data.get("retention")
    if not found:
        # Packs from before there was a purge.
        return Markup("")
    leaving, stays = found["leaving"], found["stays"]
    rows = [
        ("People who leave with this publish", leaving.get("people", 0)),
        ("Of these overdue, for an end that was told late", leaving.get("overdue", 0)),
        ("Most days overdue", leaving.get("most_days_overdue", 0)),
        ("Open stays in closed cases", stays.get("open_in_closed_case", 0)),
        ("Of these without an answer for too long", stays.get("unanswered", 0)),
        ("Held between two stays and shown to nobody", stays.get("suspended", 0)),
        ("Oldest file whole in the warehouse, received", _oldest(found["oldest"])),
    ]
    return join((element("h2", "Retention"), facts(rows), *_tables(found)))


def _tables(found: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[Markup]:
    purges = [
        {
            "publish": purge["publish_id"],
            "state": "finished" if purge["is_finished"] else "not finished",
            "what": name,
            "count": count,
        }
        for purge in found["purges"]
        for name, count in sorted(purge["counts"].items())
    ]
    parts = (
        ("The purge after the last publish, in counts", purges),
        ("Deleted by it, with a tombstone each", found["deletions"]),
        ("Legal holds", found["legal_holds"]),
        ("Past their period in a host system, for its owner to decide", found["disposal_list"]),
        ("Records that cannot be dated, or are past their day", found["findings"]),
    )
    return [_table(caption, rows) for caption, rows in parts if rows]


def _table(caption: str, rows: Sequence[Mapping[str, Any]]) -> Markup:
    heads = [name.replace("_", " ").capitalize() for name in rows[0]]
    return table(caption, heads, [[_cell(value) for value in row.values()] for row in rows])


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else value


def _oldest(ages: Sequence[Mapping[str, Any]]) -> str:
    return min((str(row["received_on"]) for row in ages if not row["is_trimmed"]), default="none")
