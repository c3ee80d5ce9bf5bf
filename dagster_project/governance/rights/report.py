"""The answer to a subject access request (Art. 15 UK GDPR): all that is held about a person, as an encrypted workbook.

It is made for a data steward, who redacts it and decides on exemptions before the person is given anything.
"""

import secrets
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from dagster_project.agreement.model import load_agreement
from dagster_project.clock import london_today
from dagster_project.governance.decisions.do_not_link import Record
from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.rights.held import find_held
from dagster_project.governance.rights.requests import add, answered
from dagster_project.governance.rights.steward import stewarding
from dagster_project.governance.rights.subject import Subject, find
from dagster_project.governance.rights.told import told_of
from dagster_project.governance.workbooks import Table, add_table, encrypted, notice, save
from dagster_project.settings import Settings
from dagster_project.warehouse.secrets_store import generate_password

if TYPE_CHECKING:
    import xlsxwriter

PASSWORD_LENGTH = 24
KEPT_DAYS = 31
_LAST = "select publish_id, as_at from control.publishes order by published_at desc limit 1"
_READ_FIRST = (
    "Redact before release: rows whose last column 'third party' is filled are about somebody else too.",
    "People decide on exemptions: serious harm, child abuse data, legal privilege (DPA 2018, schedules 2 to 4).",
    "Records as each system delivered them, and as typed, are on the sheet Records; what the mart shows, on Shown.",
    "Rows out of the linked people's window, evidence packs and logs of the server hold counts and no values.",
    "No decision about a person is taken by the system, and none is prepared by a score (Art. 22 UK GDPR).",
)


@dataclass(frozen=True)
class Report:
    """A report on record: the request, the file, its password (kept nowhere), rows per sheet, and the answer's day."""

    request_id: int
    person: str
    path: Path
    password: str
    rows: dict[str, int]
    due_on: date


def report(
    settings: Settings,
    person_key: str | None,
    record: Record | None,
    login: str,
    reason: str,
    out: Path | None = None,
    received_on: date | None = None,
) -> Report:
    """Write all that is held about a person into a new encrypted file (default: in the home's `person-reports`).

    Raises:
        GovernanceError: the file exists or may not be written there, or as `stewarding` and `find` do.
    """
    path = out or folder(settings) / f"s{secrets.token_hex(6)}.xlsx"
    password = generate_password(PASSWORD_LENGTH)
    with stewarding(settings, login, "person_report", reason) as (conn, detail):
        subject = find(conn, person_key, record)
        held = find_held(conn, subject)
        tables = [*held.tables, *told_of(conn, subject, held.ids)]
        opened = add(conn, detail, "subject_access", subject, login, received_on)
        answered(conn, opened.request_id, login, "report made")
        about = _about(conn, subject, login, opened.request_id, opened.due_on)
        above = _notice(settings)
        rows: dict[str, int] = {}

        def write(book: "xlsxwriter.Workbook") -> None:
            for table in (about, *tables):
                rows[table.name] = add_table(book, table, above)

        content = encrypted(write, password)
        detail |= {"rows": sum(rows.values()), "sheets": len(rows)}
        save(content, path)
    return Report(opened.request_id, opened.person, path, password, rows, opened.due_on)


def folder(settings: Settings) -> Path:
    """Where reports lie unless somebody says otherwise."""
    return settings.home / "person-reports"


def sweep(settings: Settings) -> int:
    """Delete the reports of more than a month ago: by then the person was answered. Returns how many.

    Raises GovernanceError where one cannot be deleted.
    """
    oldest = time.time() - KEPT_DAYS * 86_400
    old = [path for path in folder(settings).glob("*.xlsx") if path.stat().st_mtime < oldest]
    try:
        for path in old:
            path.unlink()
    except OSError as fault:
        raise GovernanceError(f"An old report cannot be deleted from {folder(settings)}: {fault.strerror}") from None
    return len(old)


def _notice(settings: Settings) -> tuple[str, ...]:
    agreement = load_agreement(settings.agreement_file).on(london_today())
    return notice(agreement.agreement.title, agreement.agreement.version, "Not for release as it stands: see About.")


def _about(conn: psycopg.Connection[Any], subject: Subject, login: str, request_id: int, due_on: date) -> Table:
    row = conn.execute(_LAST).fetchone()
    publish_id, as_at = row or ("nothing was published yet", None)
    lines: list[tuple[str, Any]] = [
        ("person", subject.name),
        ("request", request_id),
        ("answer by", due_on),
        ("made on", london_today()),
        ("made by", login),
        ("publish", publish_id),
        ("data as at", as_at),
        *(("record", f"{record.partner}:{record.record_id}") for record in subject.records),
        *(("read first", text) for text in _READ_FIRST),
    ]
    return Table("About", ("what", "value"), lines)
