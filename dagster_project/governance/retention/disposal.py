"""The disposal list: records past their period, for their owners in the host systems, who decide what becomes of them.

No record is destroyed without appraisal, and what is decided is approved and documented (clauses RE-02 to RE-08). The
list goes out as an encrypted workbook, comes back with an outcome and an approver per line, and deletes nothing.
"""

import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagster_project.agreement.model import Agreement
from dagster_project.clock import london_today, utc_now
from dagster_project.governance.decisions.steward import LONGEST_TEXT, acting
from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.workbooks import Table, add_table, encrypted, notice, opened, save
from dagster_project.settings import Settings
from dagster_project.warehouse.secrets_store import generate_password

if TYPE_CHECKING:
    import xlsxwriter

SHEET = "Disposal list"
OUTCOMES = ("destroy", "continue", "preserve")
COLUMNS = (
    "item", "rule", "class of record", "partner", "record in the host system", "period began", "due on", "listed on",
    "outcome", "approver", "decided on", "reason",
)  # fmt: skip
_ANSWERS = COLUMNS[COLUMNS.index("outcome") :]
PASSWORD_LENGTH = 20
_HELP = (
    "For each record choose destroy, continue (keep on, with a reason) or preserve (to the archive, with a reason).",
    "Name who approved it and on which day. Leave a line empty to leave it open. Nothing is deleted by this list.",
)
_OPEN = """
    select item_id, rule, record_class, partner, record_id, trigger_on, due_on, listed_on
    from control.disposal_list
    where outcome is null and partner = %(partner)s
    order by due_on, rule, record_id
"""
_DECIDE = """
    update control.disposal_list
    set outcome = %s, approver = %s, decided_on = %s, reason = %s, recorded_by = %s, recorded_at = %s
    where item_id = %s and outcome is null
"""


@dataclass(frozen=True)
class Exported:
    """An encrypted list and the password that opens it, kept nowhere."""

    path: Path
    records: int
    password: str


@dataclass(frozen=True)
class _Answer:
    """A filled-in line of the sheet."""

    line: int
    item_id: int
    outcome: str
    approver: str
    decided_on: date | None
    reason: str


class ImportRefused(GovernanceError):
    """Nothing was recorded; `faults` says of each line what is wrong with it."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__(f"{len(faults)} line(s) cannot be taken, so none was recorded")
        self.faults = faults


def export_list(settings: Settings, agreement: Agreement, partner: str, by: str, out: Path | None = None) -> Exported:
    """Write what is due and undecided in one partner's system as an encrypted workbook (default: below `worklists`).

    Raises:
        AgreementError: no such partner.
        GovernanceError: no name, nothing due, or a file that exists or cannot be written.
    """
    agreement.partner(partner)
    password = generate_password(PASSWORD_LENGTH)
    path = out or settings.home / "worklists" / f"disposal_{partner}_{secrets.token_hex(4)}.xlsx"
    with acting(settings, by, "disposal_list_export") as (conn, detail):
        rows = conn.execute(_OPEN, {"partner": partner}).fetchall()
        if not rows:
            raise GovernanceError(f"No record of {partner} is past its period without a decision")
        detail |= {"partner": partner, "records": len(rows)}
        above = notice(agreement.agreement.title, agreement.agreement.version, *_HELP)
        save(encrypted(lambda book: _write(book, rows, above), password), path)
    return Exported(path, len(rows), password)


def import_outcomes(settings: Settings, path: Path, password: str, by: str) -> dict[str, int]:
    """Record the outcomes of a list that came back: all of them, or none. How many of each.

    Raises:
        ImportRefused: lines without an outcome, approver or day, without a reason where one is needed, of another list,
            given twice or decided already.
        GovernanceError: no name, or no list that this password opens.
    """
    answers = _read(path, password)
    today = london_today()
    with acting(settings, by, "disposal_list_import") as (conn, detail):
        open_items = {
            item_id
            for (item_id,) in conn.execute("select item_id from control.disposal_list where outcome is null for update")
        }
        given = Counter(answer.item_id for answer in answers)
        faults = [
            f"line {answer.line}: {fault}" for answer in answers if (fault := _fault(answer, open_items, given, today))
        ]
        if faults:
            raise ImportRefused(faults)
        for one in answers:
            values = [one.outcome, one.approver, one.decided_on, one.reason or None, by.strip(), utc_now(), one.item_id]
            conn.execute(_DECIDE, values)
        recorded = dict(sorted(Counter(answer.outcome for answer in answers).items()))
        detail |= recorded
        return recorded


def _write(book: "xlsxwriter.Workbook", rows: Sequence[tuple[Any, ...]], above: Sequence[str]) -> None:
    count = add_table(book, Table(SHEET, COLUMNS, [(*row, *(None for _ in _ANSWERS)) for row in rows]), above)
    sheet: Any = book.get_worksheet_by_name(SHEET)
    first, place = len(above) + 2, COLUMNS.index("outcome")
    choice = {"validate": "list", "source": list(OUTCOMES), "error_message": f"One of: {', '.join(OUTCOMES)}"}
    sheet.data_validation(first, place, first + count - 1, place, choice)


def _read(path: Path, password: str) -> list[_Answer]:
    book = opened(path, password)
    if SHEET not in book.sheetnames:
        raise GovernanceError(f"{path.name} is not a list of 'hearthlink retention disposal-list'")
    rows = list(book[SHEET].iter_rows(values_only=True))
    tops = [number for number, row in enumerate(rows) if tuple(row[: len(COLUMNS)]) == COLUMNS]
    if not tops:
        raise GovernanceError(f"{path.name} has lost its columns: export the list again")
    answers = []
    for line, row in enumerate(rows[tops[0] + 1 :], start=tops[0] + 2):
        cells = dict(zip(COLUMNS, row, strict=False))
        if any(cells.get(name) not in (None, "") for name in _ANSWERS):
            answers.append(
                _Answer(
                    line,
                    int(cells["item"]) if isinstance(cells["item"], int | float) else 0,
                    str(cells["outcome"] or "").strip().lower(),
                    str(cells["approver"] or "").strip(),
                    _day(cells["decided on"]),
                    str(cells["reason"] or "").strip(),
                )
            )
    if not answers:
        raise GovernanceError(f"{path.name} holds no outcome: fill in its lines first")
    return answers


def _fault(answer: _Answer, open_items: set[int], given: Counter[int], today: date) -> str | None:
    if answer.item_id not in open_items:
        return "is no open item of the list: it was decided before, or its host has the record no more"
    if given[answer.item_id] > 1:
        return "stands there twice; keep one"
    if answer.outcome not in OUTCOMES:
        return f"has no outcome; write one of: {', '.join(OUTCOMES)}"
    if not answer.approver:
        return "names no approver"
    if answer.decided_on is None or answer.decided_on > today:
        return "has no day of the decision (YYYY-MM-DD), or one that has not come"
    if answer.outcome != "destroy" and not answer.reason:
        return f"says {answer.outcome} without a reason"
    if max(len(answer.approver), len(answer.reason)) > LONGEST_TEXT:
        return f"has a text of more than {LONGEST_TEXT} characters"
    return None


def _day(cell: object) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    try:
        return date.fromisoformat(str(cell or "").strip())
    except ValueError:
        return None
