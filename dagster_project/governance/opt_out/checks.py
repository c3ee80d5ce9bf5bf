"""The National Data Opt-Out (clause ND-01): asking who may be in planning exports, and keeping to the answer."""

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg

from dagster_project.agreement.model import load_agreement
from dagster_project.clock import london_today, utc_now
from dagster_project.governance.access_log import record
from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.exports.planning.people import Person, read_numbers, read_people
from dagster_project.governance.opt_out import clean_list, number_file
from dagster_project.governance.opt_out.number_file import AnswerRefused
from dagster_project.governance.places import refuse_new_file
from dagster_project.governance.workbooks import save
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import ADMIN, connect

VALID_DAYS = 21
# Where the check service is, for whoever sends the file over MESH.
WORKFLOW, SERVICE_MAILBOX = "SPINE_NTT_UPHOLDING", "X26HC036"
_MAILBOX = re.compile(r"[A-Z0-9]{3,20}")
_PUBLISHED = "select publish_id from control.publishes order by published_at desc limit 1"
_TODAYS = "select count(*) from control.opt_out_checks where asked_on = %s"
_ASK = """
    insert into control.opt_out_checks (
        check_id, asked_by, asked_at, asked_on, publish_id, file_name, numbers, file_sha256)
    values (%s, %s, %s, %s, %s, %s, %s, %s)
"""
_LAST = """
    select check_id, asked_on, file_name, answered_at is not null
    from control.opt_out_checks
    order by asked_at desc
    limit 1
"""
_ANSWERED = """
    select check_id, asked_on from control.opt_out_checks
    where answered_at is not null
    order by asked_at desc
    limit 1
"""
_ANSWER = """
    update control.opt_out_checks set answered_at = %s, answered_by = %s, answer_sha256 = %s where check_id = %s
"""


@dataclass(frozen=True)
class Asked:
    """A check file that is to be sent. `without_number` people cannot be checked and are in no planning export."""

    path: Path
    numbers: int
    without_number: int
    answer_by: date


@dataclass(frozen=True)
class Applied:
    """Who is left after the opt-out. `check_id` is that of the list that was applied, None where none was.

    `left_out` counts people whom adult social care knows, by reason.
    """

    people: list[Person]
    check_id: str | None
    left_out: Mapping[str, int]


def write_check(settings: Settings, mailbox: str, by: str) -> Asked:
    """Write the check file for everybody whom adult social care knows among those of a planning export.

    It is to be sent at once: the next publish deletes it, and its answer can still be read.

    Raises:
        GovernanceError: the opt-out is not applied here, no such mailbox can be, nothing is published, or there is
            nobody to check.
    """
    if not by.strip():
        raise GovernanceError("Say who asks (--by): it stays on record")
    if not _MAILBOX.fullmatch(mailbox):
        raise GovernanceError("That is no MESH mailbox: capital letters and digits, such as X26ABC123")
    _require_applied(settings)
    with connect(settings, ADMIN) as conn:
        conn.execute("lock table control.opt_out_checks in share row exclusive mode")
        publish_id = _published(conn)
        numbers = read_numbers(conn, read_people(conn, publish_id, frozenset()))
        asked = sorted({number for found in numbers.values() for number in found})
        if not asked:
            raise GovernanceError("There is nobody to check: adult social care knows nobody of the published mart")
        today = london_today()
        [(earlier,)] = conn.execute(_TODAYS, [today]).fetchall()
        path = _folder(settings) / f"{mailbox}-{today:%d%m%y}-{earlier + 1:04}.dat"
        content, check_id = number_file.written(asked), f"c{secrets.token_hex(6)}"
        refuse_new_file(path)
        conn.execute(
            _ASK,
            [
                *(check_id, by.strip(), utc_now(), today, publish_id, path.name, len(asked)),
                hashlib.sha256(content).hexdigest(),
            ],
        )
        clean_list.keep_asked(settings, check_id, asked)
        record(conn, actor=by.strip(), action="opt_out_asked", subject=path.name, detail={"numbers": len(asked)})
    _forget_files(settings)
    save(content, path)
    without = sum(not found for found in numbers.values())
    return Asked(path, len(asked), without, today + timedelta(days=VALID_DAYS))


def read_answer(settings: Settings, file: Path, by: str, today: date | None = None) -> int:
    """Take the answer to the last check: those of its numbers that may be used. Returns how many they are.

    The check file is deleted, because the answer takes its place.

    Raises:
        AnswerRefused: no check is open or it is too old, or the file is no answer to it.
        GovernanceError: nobody is named, or the file cannot be read.
    """
    if not by.strip():
        raise GovernanceError("Say who brings the answer (--by): it stays on record")
    try:
        content = file.read_bytes()
    except OSError as fault:
        raise GovernanceError(f"{file} cannot be read: {fault.strerror}") from None
    with connect(settings, ADMIN) as conn:
        conn.execute("lock table control.opt_out_checks in share row exclusive mode")
        row = conn.execute(_LAST).fetchone()
        if row is None or row[3]:
            raise AnswerRefused("No check is open: write one with 'hearthlink opt-out write-check'")
        check_id, asked_on, name, _ = row
        if is_stale(asked_on, today or london_today()):
            raise AnswerRefused(f"The check is of {asked_on}, more than {VALID_DAYS} days ago: write a new one")
        cleared = number_file.parsed(content)
        if unknown := len(cleared - clean_list.asked(settings, check_id, cleared)):
            raise AnswerRefused(
                f"{unknown} number(s) of the file were not asked about: it is the answer to another check"
            )
        conn.execute(_ANSWER, [utc_now(), by.strip(), hashlib.sha256(content).hexdigest(), check_id])
        clean_list.keep_cleared(settings, check_id, cleared)
        record(conn, actor=by.strip(), action="opt_out_answered", subject=name)
    _forget_files(settings)
    return len(cleared)


def apply(settings: Settings, conn: psycopg.Connection[Any], people: list[Person], today: date) -> Applied:
    """Those of the people who may be in a planning export. Of somebody whom adult social care knows, nothing is in it
    unless the opt-out is applied (`yes`) and a check of the last 21 days has cleared every NHS number of theirs.

    Raises:
        GovernanceError: the opt-out is applied, and there is no answer, or only a stale one.
    """
    others = [person for person in people if not person.is_adult_care]
    if load_agreement(settings.agreement_file).national_data_opt_out.setting != "yes":
        return Applied(others, None, {"not_checked": len(people) - len(others)})
    check_id = _valid_answer(conn, today)
    numbers = read_numbers(conn, people)
    cleared = clean_list.cleared(settings, check_id, frozenset().union(*numbers.values()))
    unknown = sum(not found for found in numbers.values())
    free = {key for key, found in numbers.items() if found and found <= cleared}
    kept = [person for person in people if not person.is_adult_care or person.person_key in free]
    return Applied(kept, check_id, {"no_nhs_number": unknown, "not_cleared": len(numbers) - len(free) - unknown})


def is_stale(asked_on: date, today: date) -> bool:
    """Whether what was asked on that day may not be relied on any more."""
    return today > asked_on + timedelta(days=VALID_DAYS)


def sweep(settings: Settings, today: date | None = None, *, delete_check_files: bool = False) -> None:
    """Delete the check file and the lists of a check that is too old.

    `delete_check_files`: the file goes in any case, since somebody in it may have left scope.
    """
    with connect(settings, ADMIN) as conn:
        row = conn.execute(_LAST).fetchone()
    is_old = row is not None and is_stale(row[1], today or london_today())
    if is_old or delete_check_files:
        _forget_files(settings)
    if is_old:
        clean_list.forget(settings)


def _require_applied(settings: Settings) -> None:
    if load_agreement(settings.agreement_file).national_data_opt_out.setting != "yes":
        raise GovernanceError(
            "The agreement does not apply the National Data Opt-Out (national_data_opt_out, ND-01), so planning exports"
            " leave out everybody whom adult social care knows and there is nobody to check"
        )


def _valid_answer(conn: psycopg.Connection[Any], today: date) -> str:
    row = conn.execute(_ANSWERED).fetchone()
    advice = "make a new one with 'hearthlink opt-out write-check', send it, and bring the answer with 'read-answer'"
    if row is None:
        raise GovernanceError(f"No opt-out check was answered yet (ND-01): {advice}")
    if is_stale(row[1], today):
        raise GovernanceError(
            f"The last opt-out check is of {row[1]}, more than {VALID_DAYS} days ago (ND-01): {advice}"
        )
    return row[0]


def _published(conn: psycopg.Connection[Any]) -> str:
    row = conn.execute(_PUBLISHED).fetchone()
    if row is None:
        raise GovernanceError("Nothing has been published yet: run first")
    return row[0]


def _folder(settings: Settings) -> Path:
    return settings.exports_dir / "opt_out"


def _forget_files(settings: Settings) -> None:
    for file in _folder(settings).glob("*.dat"):
        file.unlink()
