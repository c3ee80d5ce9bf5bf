"""Who may take data out: an enabled user of a function that may, for a purpose of the agreement, while it is in force.

Clauses SE-06, SE-07 and SE-08.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import psycopg

from dagster_project.agreement.model import Agreement, Function, file_sha256, load_agreement
from dagster_project.agreement.standing import standing
from dagster_project.clock import london_today
from dagster_project.governance.access_log import record, refused_actor
from dagster_project.governance.errors import GovernanceError
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import ADMIN, connect

Export = Literal["protected_xlsx", "pseudonymised"]
WHOLE_SYSTEM = "all"
_WHAT = {"protected_xlsx": "export from the dashboard", "pseudonymised": "make planning exports"}
_LAST = "select publish_id, as_at, agreement_sha256 from control.publishes order by published_at desc limit 1"
_USER = "select function from access.users where login = %s and is_enabled"


class ExportRefused(GovernanceError):
    """Nothing was exported. The message says why and what to do; the attempt is on record."""


@dataclass(frozen=True)
class Requester:
    """Who exports, in which function, for what, from which publish, under which agreement."""

    login: str
    function: Function
    purpose: str
    publish_id: str
    as_at: date
    today: date
    agreement: Agreement
    agreement_sha256: str


def admit(settings: Settings, conn: psycopg.Connection[Any], login: str, purpose: str, export: Export) -> Requester:
    """The request, if the agreement allows it to this user. `conn` is the administrator's.

    Raises:
        ExportRefused: an unknown purpose or user, a function that may not export so, an agreement that is not in
            force or not the one of the last publish, or no publish yet.
    """
    today = london_today()
    agreement = load_agreement(settings.agreement_file).on(today)
    purposes = [known.id for known in agreement.purposes]
    if purpose not in purposes:
        raise ExportRefused(f"That is no purpose of the agreement (SE-08): name one of {', '.join(purposes)}")
    function = user_function(conn, agreement, login)
    if function is None:
        raise ExportRefused("No such user has access: see 'hearthlink user list'")
    if not may_export(function, export):
        raise ExportRefused(
            f"{login} is {function.name.lower()}, whose users may not {_WHAT[export]}"
            f" ({'SE-06' if export == 'protected_xlsx' else 'SE-07'}): the agreement's functions say who may"
        )
    if refusals := standing(agreement, today).refusals:
        raise ExportRefused(" ".join(refusals))
    row = conn.execute(_LAST).fetchone()
    if row is None:
        raise ExportRefused("Nothing has been published yet: run first")
    publish_id, as_at, published_under = row
    sha256 = file_sha256(settings.agreement_file)
    if sha256 != published_under:
        raise ExportRefused("The agreement has changed since the last publish: run, then export under the new one")
    return Requester(login, function, purpose, publish_id, as_at, today, agreement, sha256)


def may_export(function: Function, export: Export) -> bool:
    """Whether users of the function may export so. From the dashboard only who sees everybody may (SE-06)."""
    return function.export == export and (export == "pseudonymised" or function.rows == WHOLE_SYSTEM)


def user_function(conn: psycopg.Connection[Any], agreement: Agreement, login: str) -> Function | None:
    """The function of somebody who has access now, None for everybody else."""
    row = conn.execute(_USER, [login]).fetchone()
    return next((function for function in agreement.functions if row and function.id == row[0]), None)


@contextmanager
def on_record(settings: Settings, login: str, kind: str, purpose: str) -> Iterator[None]:
    """Put an attempt that is refused into the access log, then refuse it."""
    try:
        yield
    except ExportRefused as refused:
        with connect(settings, ADMIN) as conn:
            purposes = {known_purpose.id for known_purpose in load_agreement(settings.agreement_file).purposes}
            record(
                conn,
                actor=refused_actor(conn, login),
                action="export_refused",
                subject=kind,
                purpose=purpose if purpose in purposes else "unknown purpose",
                detail={"refusal": type(refused).__name__},
            )
        raise
