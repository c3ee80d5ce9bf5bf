"""Legal holds: what must not be deleted, on whose authority. It moves out of everybody's sight instead (RE-01).

Only the role hl_hold_custodian reads what is held; the administrator grants it to a named person.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from dagster_project.agreement.model import load_agreement
from dagster_project.clock import utc_now
from dagster_project.governance.decisions.steward import acting, required
from dagster_project.governance.errors import GovernanceError
from dagster_project.settings import Settings

Scope = Literal["person", "case", "everybody"]
_ADD = """
    insert into control.legal_holds
        (scope, partner, subject_id, held_from, held_to, authorised_by, reason, added_by, added_at)
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
    returning hold_id
"""
_RELEASE = """
    update control.legal_holds
    set released_by = %s, release_reason = %s, released_at = %s, subject_id = null
    where hold_id = %s and released_at is null
    returning hold_id
"""
_LIST = """
    select holds.hold_id, holds.scope, holds.partner, holds.held_from, holds.held_to, holds.authorised_by, holds.reason,
        holds.released_at is not null, counts.held_rows
    from control.legal_holds as holds
    inner join control.held_row_counts as counts on holds.hold_id = counts.hold_id
    order by holds.hold_id
"""


@dataclass(frozen=True)
class Hold:
    """A legal hold, without whom it is about. `rows` are kept for it now."""

    hold_id: int
    scope: str
    partner: str | None
    held_from: date
    held_to: date | None
    authorised_by: str
    reason: str
    is_released: bool
    rows: int


def add_hold(
    settings: Settings,
    *,
    scope: Scope,
    partner: str | None,
    subject_id: str | None,
    held_from: date,
    held_to: date | None,
    authorised_by: str,
    reason: str,
    by: str,
) -> int:
    """Put a person (all records linked to the one named), a household or everybody who leaves on hold; its number.

    Raises:
        GovernanceError: a name or reason is missing, the days are in the wrong order, or a person or case without id.
        AgreementError: a partner that the agreement does not have.
    """
    authority = required(authorised_by, "Say who authorises it (--authorised-by): a name or an office")
    why = required(reason, "Say why (--reason), without naming anybody")
    if held_to is not None and held_to < held_from:
        raise GovernanceError("The hold ends before it begins: check --from and --to")
    if scope == "everybody":
        partner = subject_id = None
    else:
        subject_id = required(subject_id, "A person or a case is a partner's code and the id in its system")
        load_agreement(settings.agreement_file).partner(required(partner, "Name the partner whose system has that id"))
    with acting(settings, by, "legal_hold_add") as (conn, detail):
        values = [scope, partner, subject_id, held_from, held_to, authority, why, by.strip(), utc_now()]
        [(hold_id,)] = conn.execute(_ADD, values).fetchall()
        detail |= {"hold_id": hold_id, "scope": scope}
        return hold_id


def release_hold(settings: Settings, hold_id: int, by: str, reason: str) -> None:
    """End a hold. What was kept for it goes with the next run, with tombstones.

    Raises:
        GovernanceError: no name or reason, or no standing hold of that number.
    """
    why = required(reason, "Say why (--reason), without naming anybody")
    with acting(settings, by, "legal_hold_release") as (conn, detail):
        if conn.execute(_RELEASE, [by.strip(), why, utc_now(), hold_id]).fetchone() is None:
            raise GovernanceError(f"There is no standing legal hold {hold_id}: see 'hearthlink legal-hold list'")
        detail["hold_id"] = hold_id


def list_holds(settings: Settings, reader: str) -> list[Hold]:
    """Every hold, oldest first, without whom it is about. That it was read is logged."""
    with acting(settings, reader, "legal_hold_list") as (conn, detail):
        found = [Hold(*row) for row in conn.execute(_LIST).fetchall()]
        detail["holds"] = len(found)
        return found
