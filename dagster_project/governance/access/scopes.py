"""Whose records a user sees: the partners, or the team or worker, that a function with limited rows needs (SE-02)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from dagster_project.agreement.model import Agreement, Function
from dagster_project.governance.errors import GovernanceError

# The same expressions as in the model item_visibility: what is written differently finds nobody.
_CASELOAD = """
    insert into access.user_caseloads (login, partner, team, worker, token, held_from)
    select
        %(login)s, %(partner)s, %(team)s, %(worker)s,
        case when %(worker)s = '' then 'team:' else 'worker:' end || substr(encode(sha256(convert_to(
            salt || '|' || %(partner)s || '|' || lower(%(team)s) || '|' || lower(%(worker)s), 'UTF8'
        )), 'hex'), 1, 20),
        %(now)s
    from control.person_key_salt
    on conflict do nothing
"""
_PARTNER = "insert into access.user_partners (login, partner, held_from) values (%s, %s, %s) on conflict do nothing"
_TABLES = ("user_partners", "user_caseloads")


@dataclass(frozen=True)
class Caseload:
    """The open cases of a team at a partner, or of one worker of the team, as the partner's files name them."""

    partner: str
    team: str
    worker: str = ""

    def __str__(self) -> str:
        return "/".join(part for part in (self.partner, self.team, self.worker) if part)


@dataclass(frozen=True)
class Scope:
    """What limits a user's rows: partners for `own_partner`, caseloads for `own_caseload` and `own_team`."""

    partners: tuple[str, ...] = ()
    caseloads: tuple[Caseload, ...] = ()


def parse_caseload(text: str) -> Caseload:
    """`PARTNER/TEAM`, `PARTNER/TEAM/WORKER`, or `PARTNER//WORKER` without a team.

    Raises GovernanceError for anything else.
    """
    partner, _, rest = text.partition("/")
    team, _, worker = rest.rpartition("/") if "/" in rest else (rest, "", "")
    caseload = Caseload(partner.strip(), team.strip(), worker.strip())
    if not caseload.partner or not (caseload.team or caseload.worker) or ("/" in rest and not caseload.worker):
        raise GovernanceError(
            f"'{text}' is no caseload: write PARTNER/TEAM/WORKER, or PARTNER/TEAM for a whole team, as the partner's"
            " files name them (PARTNER//WORKER where they name no team)"
        )
    return caseload


def require_fitting(agreement: Agreement, function: Function, scope: Scope) -> None:
    """Raises GovernanceError unless the scope is of the kind that the function's rows need, with known partners."""
    for code in sorted({*scope.partners, *(caseload.partner for caseload in scope.caseloads)}):
        agreement.partner(code)
    problem = next(_problems(function, scope), None)
    if problem:
        raise GovernanceError(f"{function.id} has rows: {function.rows} in the agreement: {problem}")


def give(conn: psycopg.Connection[Any], login: str, scope: Scope, now: datetime) -> None:
    """Write down what a login holds from now on."""
    for partner in scope.partners:
        conn.execute(_PARTNER, [login, partner, now])
    for caseload in scope.caseloads:
        conn.execute(_CASELOAD, {**vars(caseload), "login": login, "now": now})


def end(conn: psycopg.Connection[Any], login: str, now: datetime) -> None:
    """Nothing that the login held so far opens a row any more; it stays on record."""
    for table in _TABLES:
        query = f"update access.{table} set held_until = %s where login = %s and held_until is null"  # noqa: S608
        conn.execute(query.encode(), [now, login])


def _problems(function: Function, scope: Scope) -> Iterator[str]:
    if function.rows == "own_partner" and not scope.partners:
        yield "say whose clients (--partner CODE, as often as needed)"
    if function.rows == "own_caseload" and not (scope.caseloads and all(one.worker for one in scope.caseloads)):
        yield "say whose cases (--caseload PARTNER/TEAM/WORKER)"
    if function.rows == "own_team" and (not scope.caseloads or any(one.worker for one in scope.caseloads)):
        yield "say which team's cases (--caseload PARTNER/TEAM, without a worker)"
    if function.rows != "own_partner" and scope.partners:
        yield "leave out --partner, which would say nothing here"
    if function.rows not in ("own_caseload", "own_team") and scope.caseloads:
        yield "leave out --caseload, which would say nothing here"
