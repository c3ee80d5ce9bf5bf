"""The access log: who did what, to what, and for which purpose. Rows are added and never changed (clause SE-02).

Each row's hash covers the row and the hash before it, so a row that is changed, taken out or slipped in shows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

_RECORD = "select control.log_access(%s, %s, %s, %s, %s)"
_USER = "select from access.users where login = %s"
_CHECK = "select entries, head_sha256, first_broken from control.check_access_log()"


@dataclass(frozen=True)
class Chain:
    """The log as it stands: its rows, the newest hash (empty without rows), and the first row that does not fit."""

    entries: int
    head_sha256: str
    first_broken: int | None


def record(
    conn: psycopg.Connection[Any],
    *,
    actor: str,
    action: str,
    subject: str = "",
    purpose: str = "",
    detail: Mapping[str, object] | None = None,
) -> None:
    """Add a row in the caller's transaction: it counts only when the caller commits, as does what it tells of.

    `actor` is the person's name or login; `action` a word such as `export_dashboard`; `subject` a person key,
    a table or a file's name, never a value of anybody's; `detail` references, flags and counts. `conn` is the
    administrator's, the loader's or the publisher's. Other writers wait until the transaction ends, so record last.
    """
    conn.execute(_RECORD, [actor, action, subject, purpose, Jsonb(dict(detail or {}))])


def refused_actor(conn: psycopg.Connection[Any], login: str) -> str:
    """Whom the log names when somebody is refused: what was typed may be anything, so nobody but a known user."""
    return login if conn.execute(_USER, [login]).fetchone() is not None else "unknown user"


def read_chain(conn: psycopg.Connection[Any]) -> Chain:
    """Work through the whole log, row by row. `conn` is the administrator's or the publisher's."""
    return Chain(*conn.execute(_CHECK).fetchall()[0])
