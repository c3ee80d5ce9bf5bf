"""Access as the database has it beside access as it is meant: whatever differs stops the publish and is named.

Names of tables, roles, policies and logins are told; no value of anybody's is looked at (clauses SE-01, SE-02).
"""

from collections.abc import Iterable
from typing import Any

import psycopg

from dagster_project.governance.access.controls import meant_controls, read_controls
from dagster_project.governance.access.role_controls import read_role_controls
from dagster_project.governance.mart_shape import MartShape
from dagster_project.warehouse.swap import PUBLISHED
from expectations.redact import Verdict

SUITE = "catalogue"
# Each check with its clause.
CHECKS = {"access_as_agreed": "SE-02", "roles_as_registered": "SE-01", "published_access_stands": "SE-01"}
_MOST_NAMED = 12
_BY_REPAIR = "see 'hearthlink access check', put it back by 'hearthlink access repair', ask who did it, and run again"
_REPAIR = {
    "access_as_agreed": "run again, which builds the rights of the candidate anew",
    "roles_as_registered": _BY_REPAIR,
    "published_access_stands": _BY_REPAIR,
}
_PUBLISHED_CONTROLS = "select control from control.published_controls"
_KEEP = "insert into control.published_controls (control, publish_id) values (%s, %s)"


def judge_access(conn: psycopg.Connection[Any], shape: MartShape, schema: str) -> list[Verdict]:
    """The candidate's rights and row policies, everybody's roles, and the mart that people read now."""
    candidate = differences(read_controls(conn, schema), meant_controls(shape))
    return [
        _verdict("access_as_agreed", schema, candidate),
        _verdict("roles_as_registered", "access", differences(*read_role_controls(conn, shape))),
        _verdict("published_access_stands", PUBLISHED, published_differences(conn)),
    ]


def standing_differences(conn: psycopg.Connection[Any], shape: MartShape) -> list[str]:
    """Everything about roles and about the mart that people read now that is not as meant, a line each."""
    return [*differences(*read_role_controls(conn, shape)), *published_differences(conn)]


def published_differences(conn: psycopg.Connection[Any]) -> list[str]:
    """What of the mart that people read now is not as it was published, a line each."""
    published = {control for (control,) in conn.execute(_PUBLISHED_CONTROLS).fetchall()}
    return differences(read_controls(conn, PUBLISHED), published) if published else []


def differences(found: Iterable[str], meant: Iterable[str]) -> list[str]:
    """What is missing and what is not meant, a line each."""
    there, wanted = set(found), set(meant)
    return [f"missing: {line}" for line in sorted(wanted - there)] + [
        f"not meant: {line}" for line in sorted(there - wanted)
    ]


def keep_controls(conn: psycopg.Connection[Any], publish_id: str) -> None:
    """Write down how the mart that was just published may be read, in the caller's transaction."""
    conn.execute("delete from control.published_controls")
    with conn.cursor() as cursor:
        cursor.executemany(_KEEP, [(control, publish_id) for control in sorted(read_controls(conn, PUBLISHED))])


def _verdict(check_id: str, place: str, named: list[str]) -> Verdict:
    rest = f"; and {len(named) - _MOST_NAMED} more" if len(named) > _MOST_NAMED else ""
    return Verdict(
        suite=SUITE,
        check_id=check_id,
        clause=CHECKS[check_id],
        passed=not named,
        observed={
            "expectation": "catalogue",
            "table": place,
            "dimension": "secrecy",
            "offences": len(named),
            **({"named": f"{'; '.join(named[:_MOST_NAMED])}{rest}. Repair: {_REPAIR[check_id]}"} if named else {}),
        },
    )
