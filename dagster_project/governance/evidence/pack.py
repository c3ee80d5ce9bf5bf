"""The evidence pack of one publish: what was found, as data, and where it is written."""

import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from dagster_project.agreement.content import Settings as SettingsOfAgreement
from dagster_project.agreement.item_settings import ItemSettings
from dagster_project.agreement.retention_settings import RetentionSettings
from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.evidence.canonical import canonical, sha256
from dagster_project.governance.evidence.oscal import assessment_results
from dagster_project.governance.evidence.page import render
from dagster_project.governance.evidence.record import RunRecord
from dagster_project.governance.evidence.results import Check, ClauseResult, counts
from dagster_project.governance.linkage import page as linkage_page
from dagster_project.governance.linkage.report import LinkageReport, from_data
from dagster_project.settings import Settings

# Since the second format a pack names the files that are made from it.
FORMAT = "hearthlink-evidence/2"
PACK, PAGE, OSCAL = "pack.json", "index.html", "assessment-results.json"
_FOLDER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_SETTINGS_OF_RUN = (
    "hold_while",
    *RetentionSettings.model_fields,
    *ItemSettings.model_fields,
    *SettingsOfAgreement.model_fields,
)


@dataclass(frozen=True)
class Published:
    """What the swap has made, not yet committed. `published_at` is UTC."""

    published_at: datetime
    people: int
    mart_fingerprint: str


@dataclass(frozen=True)
class Written:
    """Where a pack lies, and the hashes of the three files in the ledger (64 hex digits)."""

    folder: Path
    pack_sha256: str
    page_sha256: str
    oscal_sha256: str


def build_pack(
    record: RunRecord,
    header: Mapping[str, Any],
    code: Mapping[str, Any],
    facts: Sequence[Check],
    results: Sequence[ClauseResult],
    warnings: Sequence[str],
    published: Published,
    previous: Mapping[str, str] | None,
    linkage: LinkageReport,
    retention: Mapping[str, Any],
    access_log: Mapping[str, int | str],
) -> dict[str, Any]:
    """The pack as plain data: names of our own, codes, hashes, counts and moments; nothing about a person.

    `header` is about the agreement (title and whatever else its caller may show), `previous` has `publish_id` and
    the hashes of the pack before (see `ledger.newest`), None for the first. `retention` is `Standing.as_data`.
    """
    run, gate = record.run, record.gate
    return {
        "format": FORMAT,
        "files": [PAGE, OSCAL, linkage_page.PAGE],
        "publish": {
            "publish_id": run["publish_id"],
            "as_at": run["as_at"],
            "started_at": run["started_at"],
            "published_at": published.published_at,
            "people": published.people,
            "mart_fingerprint": published.mart_fingerprint,
            "settings": {name: _number(run[name]) for name in _SETTINGS_OF_RUN if name in run},
        },
        "agreement": {
            **header,
            "id": run["agreement_id"],
            "version": run["agreement_version"],
            "sha256": run["agreement_sha256"],
        },
        "code": dict(code),
        "previous": dict(previous) if previous else None,
        "gate": {
            "started_at": gate["started_at"],
            "finished_at": gate["finished_at"],
            "candidate_fingerprint": gate["candidate_fingerprint"],
        },
        "checks": [
            {
                "check": check.name,
                "clause": record.check_clauses.get(check.name, ""),
                "passed": check.passed,
                "observed": dict(check.observed),
            }
            for check in (*record.checks, *facts)
        ],
        "deliveries": list(record.deliveries),
        # No ledger knows this page: its hash stands here, and the pack is in the chain.
        "linkage": {**linkage.as_data(), "page_sha256": sha256(linkage_page.render(linkage).encode())},
        "retention": dict(retention),
        # The newest row of the log when this was written: what is cut off its end since shows by it.
        "access_log": dict(access_log),
        "clauses": [_clause(found) for found in results],
        "counts": counts(results),
        "warnings": list(warnings),
    }


def write_pack(settings: Settings, publish_id: str, pack: Mapping[str, Any]) -> Written:
    """Write all files and force them to the disk; the folder appears whole or not at all.

    A folder of the same id is what a publish that never committed has left, and is replaced.

    Raises:
        GovernanceError: the pack cannot be written, or the id is no folder name, so nothing may be published.
    """
    if not _FOLDER_NAME.fullmatch(publish_id):
        raise GovernanceError("A publish id has letters, digits, _ and - only: its evidence is a folder of that name")
    content = canonical(pack)
    page = render(pack, sha256(content)).encode()
    oscal = canonical(assessment_results(pack, sha256(content)))
    linkage = linkage_page.render(from_data(pack["linkage"])).encode()
    folder = settings.evidence_dir / publish_id
    draft = folder.with_name(f".{publish_id}.part")
    try:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for leftover in (draft, folder):
            if leftover.exists():
                shutil.rmtree(leftover)
        draft.mkdir(mode=0o700)
        for name, written in ((PACK, content), (PAGE, page), (OSCAL, oscal), (linkage_page.PAGE, linkage)):
            _write(draft / name, written)
        _sync(draft)
        draft.rename(folder)
        _sync(folder.parent)
    except OSError as fault:
        raise GovernanceError(
            f"The evidence pack could not be written ({type(fault).__name__}), so nothing is published: "
            "see that the evidence folder of the home can be written and has room, then publish again"
        ) from None
    return Written(folder, sha256(content), sha256(page), sha256(oscal))


def _clause(found: ClauseResult) -> dict[str, Any]:
    clause, attested = found.clause, found.attestation
    return {
        "id": clause.id,
        "words": clause.words,
        "heading": clause.heading,
        "kind": clause.kind,
        "sentences": list(clause.sentences),
        "controls": list(clause.controls),
        "result": found.result,
        "reason": found.reason,
        "checks": list(found.checks),
        "failed": list(found.failed),
        "missing": list(found.missing),
        "not_built": clause.not_built,
        "attestation": vars(attested) if attested else None,
    }


def _number(value: Any) -> Any:
    """Decimals as text, exactly as they are stored."""
    return value if isinstance(value, str | bool | int | None) else str(value)


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
