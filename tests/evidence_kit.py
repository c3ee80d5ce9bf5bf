"""A whole evidence pack made up for tests: every clause of the register, one delivery by SFTP, no database."""

from datetime import UTC, date, datetime
from typing import Any

from dagster_project.agreement.register import load_register
from dagster_project.governance.evidence.pack import Published, build_pack
from dagster_project.governance.evidence.record import RunRecord
from dagster_project.governance.evidence.results import Attested, Check, clause_results
from dagster_project.governance.linkage.report import Counts, LinkageReport

MOMENT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def sample(title: str = "Sharing in Fakeshire", words: str = "") -> dict[str, Any]:
    """The pack, with a title and words of the test's choice in every place for text."""
    register = [one.model_copy(update={"words": words or one.words}) for one in load_register()]
    names = {name.replace("*", "any") for one in register for name in one.checks}
    checks = tuple(Check(name, True, {"offences": 0}) for name in sorted(names))
    run = {
        "publish_id": "p_1",
        "as_at": date(2026, 11, 22),
        "started_at": MOMENT,
        "agreement_id": "fakeshire",
        "agreement_version": "1",
        "agreement_sha256": "a" * 64,
        "hold_while": "temporary_accommodation",
    }
    delivery = {
        "delivery_id": f"d{title}",
        "partner": "northbank_ha",
        "extract_date": date(2026, 11, 20),
        "route": "sftp",
        "content_sha256": "b" * 64,
        "manifest_sha256": "c" * 64,
        "received_at": MOMENT,
        "used": True,
        "transport": {"cipher": "aes256-ctr", "mac": "hmac-sha2-512", "host_key_fingerprint": "SHA256:abc"},
        "extracts": [{"extract": "ren_tenants", "sha256": "d" * 64, "rows_loaded": 412, "rows_rejected": 3}],
    }
    attested = {one.id: Attested(date(2026, 1, 1), date(2026, 12, 1), "e" * 64) for one in register}
    gate = {"started_at": MOMENT, "finished_at": MOMENT, "candidate_fingerprint": "f" * 64}
    record = RunRecord(run, gate, checks, dict.fromkeys(names, title), (delivery,), attested, None)
    results = clause_results(register, checks, attested, record.as_at, None)
    code = {"commit": None, "modified": None, "version": "0.1.0", "python": "3.11.7"}
    counted = {("people", "all", "all"): 231, ("links", "all", "all"): 240, ("links", "rule", title): 240}
    linkage = LinkageReport(Counts("p_1", "2026-11-22", counted), None)
    published = Published(MOMENT, 231, "9" * 64)
    log = {"entries": 3, "head_sha256": "9" * 64}
    texts = (results, [title], published, None, linkage, retention(title), log)
    return build_pack(record, {"title": title}, code, (), *texts)


def retention(title: str) -> dict[str, Any]:
    """What stands of retention, with the title wherever a text stands."""
    day = date(2026, 11, 20)
    counts = {"records_left": 4, "rows_raw": 61}
    of_rule = {"rule": "R1", "record_class": "education", "partner": title}
    return {
        "purges": [{"publish_id": "p_0", "as_at": day, "is_finished": True, "counts": counts}],
        "deletions": [
            {"rule": "R0", "basis": title, "records": 4, "rows_deleted": 9, "overdue": 1, "most_days_overdue": 19}
        ],
        "legal_holds": [
            {"hold_id": 1, "scope": title, "held_from": day, "held_to": None, "is_released": False, "held_rows": 7}
        ],
        "disposal_list": [of_rule | {"undecided": 2, "decided": 1, "oldest_due_on": day}],
        "findings": [of_rule | {"finding": "no_birth_date", "counted": 3}],
        "oldest": [{"partner": title, "extract": "edu_pupils", "is_trimmed": False, "received_on": day}],
        "stays": {"open_in_closed_case": 2, "unanswered": 1, "suspended": 0},
        "leaving": {"people": 3, "overdue": 1, "most_days_overdue": 19},
    }
