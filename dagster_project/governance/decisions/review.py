"""The review of unclear links: questions go out as an encrypted worklist, answers come back as decisions that last."""

import secrets
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from dagster_project.clock import utc_now
from dagster_project.governance.decisions.queue import Item, read_items
from dagster_project.governance.decisions.standing import DECISIONS, UNSURE, Pair, read_standing
from dagster_project.governance.decisions.steward import LONGEST_TEXT, acting, required
from dagster_project.governance.decisions.worklist import Answer, read_worklist, write_worklist
from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.workbooks import save
from dagster_project.settings import Settings
from dagster_project.warehouse.secrets_store import generate_password

PASSWORD_LENGTH = 20
_PARTNERS = "select partner, name from agreement.partners"
_EXPORT = "insert into control.review_exports (export_id, exported_by, exported_at) values (%s, %s, %s)"
_EXPORT_ITEM = "insert into control.review_export_items (export_id, item_id, fingerprint) values (%s, %s, %s)"
_EXPORTED = "select item_id, fingerprint from control.review_export_items where export_id = %s"
_RECORDED = "select item_id, decision, why from control.review_decisions where export_id = %s"
_DECIDE = """
    insert into control.review_decisions (
        left_partner, left_record_id, right_partner, right_record_id, decision, why, decided_by, decided_at, export_id,
        item_id, asked_reason, evidence)
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_REOPEN = """
    insert into control.review_decisions (
        left_partner, left_record_id, right_partner, right_record_id, decision, why, decided_by, decided_at, export_id,
        item_id, asked_reason, evidence)
    select
        left_partner, left_record_id, right_partner, right_record_id, %s, %s, %s, %s, export_id, item_id, asked_reason,
        evidence
    from control.review_decisions
    where item_id = %s
    order by decision_id desc
    limit 1
    returning decision_id
"""


@dataclass(frozen=True)
class Exported:
    """A worklist on the disk, and the password that opens it, which is kept nowhere."""

    export_id: str
    path: Path
    items: int
    password: str


@dataclass(frozen=True)
class Imported:
    """What became of a worklist's answers: recorded now by decision, and those on record already."""

    recorded: dict[str, int]
    unchanged: int


class ImportRefused(GovernanceError):
    """Nothing was recorded; `faults` says of each line what is wrong with it."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__(f"{len(faults)} answer(s) cannot be taken, so none was recorded")
        self.faults = faults


def export_worklist(settings: Settings, reader: str, out: Path | None) -> Exported:
    """Write the queue as an encrypted worklist for a named reviewer (default: into the home's folder `worklists`).

    Raises:
        GovernanceError: no name, nothing to review, or a file that exists or cannot be written.
    """
    export_id, password = f"w{secrets.token_hex(6)}", generate_password(PASSWORD_LENGTH)
    path = out or settings.home / "worklists" / f"{export_id}.xlsx"
    with acting(settings, reader, "review_export") as (conn, detail):
        items = read_items(conn)
        if not items:
            raise GovernanceError("Nothing waits for review")
        partners = dict(conn.execute(_PARTNERS.encode()).fetchall())
        conn.execute(_EXPORT, [export_id, reader.strip(), utc_now()])
        with conn.cursor() as cursor:
            cursor.executemany(_EXPORT_ITEM, [(export_id, item.item_id, item.fingerprint) for item in items])
        detail |= {"export_id": export_id, "items": len(items)}
        save(write_worklist(export_id, items, partners, password), path)
    return Exported(export_id, path, len(items), password)


def import_worklist(settings: Settings, path: Path, password: str, by: str) -> Imported:
    """Record the answers of a worklist: all of them, or none. Importing it again changes nothing.

    Raises:
        ImportRefused: answers that are stale, unknown, given twice, badly filled in or against what is kept apart.
        GovernanceError: no name, or no worklist that this password opens.
    """
    export_id, answers = read_worklist(path, password)
    with acting(settings, by, "review_import") as (conn, detail):
        conn.execute("lock table control.review_decisions, control.do_not_link in share row exclusive mode")
        fresh, unchanged = _judged(conn, export_id, answers)
        now = utc_now()
        with conn.cursor() as cursor:
            cursor.executemany(_DECIDE, [_row(item, answer, by.strip(), now, export_id) for item, answer in fresh])
        recorded = dict(sorted(Counter(answer.decision for _, answer in fresh).items()))
        detail |= {"export_id": export_id, "recorded": recorded, "unchanged": unchanged}
        return Imported(recorded, unchanged)


def reopen(settings: Settings, item_id: str, by: str, why: str) -> None:
    """Take back the decision on a question: it counts as unsure, and is asked again after the next run.

    Raises:
        GovernanceError: no name or reason, or a question that nobody has decided.
    """
    grounds = required(why, "Say why (--why), without naming anybody")
    with acting(settings, by, "review_reopen") as (conn, detail):
        if conn.execute(_REOPEN, [UNSURE, grounds, by.strip(), utc_now(), item_id]).fetchone() is None:
            raise GovernanceError(f"Nobody has decided {item_id}: its worklist shows the item's reference")
        detail["item_id"] = item_id


def _judged(
    conn: psycopg.Connection[Any], export_id: str, answers: list[Answer]
) -> tuple[list[tuple[Item, Answer]], int]:
    """The answers to record, each with its question, and the number of those that are on record. Or ImportRefused."""
    asked = dict(conn.execute(_EXPORTED, [export_id]).fetchall())
    if not asked:
        raise GovernanceError("This worklist is not of this installation, or its export was never recorded")
    recorded = set(conn.execute(_RECORDED, [export_id]).fetchall())
    queue = {item.item_id: item for item in read_items(conn)}
    times = Counter(answer.item_id for answer in answers)
    faults: list[tuple[int, str]] = []
    fresh: list[tuple[Item, Answer]] = []
    unchanged = 0
    for answer in answers:
        if fault := _fault(answer, times[answer.item_id], asked):
            faults.append((answer.line, fault))
        elif (answer.item_id, answer.decision, answer.why) in recorded:
            unchanged += 1
        elif answer.item_id not in queue:
            faults.append((answer.line, "stale: the question is no longer asked"))
        elif queue[answer.item_id].fingerprint != asked[answer.item_id]:
            faults.append((answer.line, "stale: the two records have changed since the export; export again"))
        else:
            fresh.append((queue[answer.item_id], answer))
    faults += _contradictions(conn, fresh)
    if faults:
        names = {answer.line: answer.item_id for answer in answers}
        raise ImportRefused([f"line {line}, item {names[line] or '(none)'}: {text}" for line, text in sorted(faults)])
    return fresh, unchanged


def _fault(answer: Answer, times: int, asked: dict[str, str]) -> str | None:
    if answer.item_id not in asked:
        return "unknown: the worklist did not hold this item"
    if times > 1:
        return "the item stands on several lines"
    if answer.decision not in DECISIONS:
        return f"the decision must be one of {', '.join(DECISIONS)}"
    if not answer.why:
        return "say why"
    if len(answer.why) > LONGEST_TEXT:
        return f"the reason is longer than {LONGEST_TEXT} characters"
    return None


def _contradictions(conn: psycopg.Connection[Any], fresh: list[tuple[Item, Answer]]) -> list[tuple[int, str]]:
    new: dict[Pair, str] = {}
    faults: list[tuple[int, str]] = []
    for item, answer in fresh:
        if new.setdefault(item.pair, answer.decision) != answer.decision:
            faults.append((answer.line, "another line decides differently on the same two records"))
    torn = read_standing(conn).contradictions(new)
    return faults + [(answer.line, torn[item.pair]) for item, answer in fresh if item.pair in torn]


def _row(item: Item, answer: Answer, by: str, now: Any, export_id: str) -> tuple[Any, ...]:
    sides = [(item.left_partner, item.left_record_id)]
    if item.right_partner and item.right_record_id:
        sides = sorted([*sides, (item.right_partner, item.right_record_id)], key="|".join)
    return (
        *sides[0],
        *(sides[1] if len(sides) > 1 else (None, None)),
        *(answer.decision, answer.why, by, now, export_id, item.item_id, item.reason, Jsonb(dict(item.evidence))),
    )
