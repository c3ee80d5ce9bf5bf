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
_REPAIR = {
    "access_as_agreed": "run again, which builds the rights of the candidate anew",
    "roles_as_registered": "take back what is not meant and give back what is missing, by 'hearthlink user' where it is"
    " a user's, else as the database's administrator, then run again",
    "published_access_stands": "as the database's administrator take back in schema mart what is not meant and give"
    " back what is missing, then run again",
}
_PUBLISHED_CONTROLS = "select control from control.published_controls"
_KEEP = "insert into control.published_controls (control, publish_id) values (%s, %s)"


def judge_access(conn: psycopg.Connection[Any], shape: MartShape, schema: str) -> list[Verdict]:
    """The candidate's rights and row policies, everybody's roles, and the mart that people read now."""
    roles, meant_roles = read_role_controls(conn, shape)
    published = {control for (control,) in conn.execute(_PUBLISHED_CONTROLS).fetchall()}
    return [
        _compare("access_as_agreed", schema, read_controls(conn, schema), meant_controls(shape)),
        _compare("roles_as_registered", "access", roles, meant_roles),
        _compare(
            "published_access_stands",
            PUBLISHED,
            read_controls(conn, PUBLISHED) if published else (),
            published,
        ),
    ]


def keep_controls(conn: psycopg.Connection[Any], publish_id: str) -> None:
    """Write down how the mart that was just published may be read, in the caller's transaction."""
    conn.execute("delete from control.published_controls")
    with conn.cursor() as cursor:
        cursor.executemany(_KEEP, [(control, publish_id) for control in sorted(read_controls(conn, PUBLISHED))])


def _compare(check_id: str, place: str, found: Iterable[str], meant: Iterable[str]) -> Verdict:
    there, wanted = set(found), set(meant)
    named = [f"missing: {line}" for line in sorted(wanted - there)] + [
        f"not meant: {line}" for line in sorted(there - wanted)
    ]
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
