"""Agreement files for tests: the shipped one with changes, and the same as a real council would date it."""

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

from dagster_project.agreement import yaml_file
from dagster_project.agreement.model import Agreement, load_agreement
from dagster_project.agreement.register import Clause, Register
from dagster_project.agreement.sentences import sentences

SHIPPED = Path(__file__).parents[1] / "agreement.yaml"
TEXT = "Promise:\nA signed text of nobody's. It says nothing.\n"


class _Absent:
    # Said the same in every process, so that a test that names it has one name.
    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = _Absent()


def shipped() -> dict[str, Any]:
    """The shipped file as plain data."""
    return yaml_file.parse(SHIPPED.read_text(encoding="utf-8"))


def real(**header: Any) -> dict[str, Any]:
    """The shipped agreement of a council that is no example: dates, a signed text, no NHS test numbers.

    It was signed and enacted on 2026-04-01 and is reviewed by 2027-03-31, unless `header` says otherwise.
    """
    sha256 = hashlib.sha256(TEXT.encode()).hexdigest()
    data = load_agreement(SHIPPED).on(date(2026, 4, 1)).model_dump(mode="json")
    data["example"], data["settings"]["nhs_allow_test_range"] = False, False
    data["agreement"] |= {
        "enacted": "2026-04-01",
        "review_by": "2027-03-31",
        "history": [{"date": "2026-03-20", "version": "1.0", "comment": "First", "text_sha256": sha256}],
        "text_file": "signed.txt",
        "text_sha256": sha256,
        **header,
    }
    for partner in data["partners"]:
        partner["sign_offs"] = [{"date": "2026-03-20", "by": "An asset owner"}]
        partner["assurance"]["expires"] = "2028-12-31"
        partner["privacy_statement"]["published"] = "2025-10-01"
    for guidance in data["guidance"]:
        guidance["review_by"] = "2028-12-31"
    return data


def changed(data: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """The data with values set at places such as `partners/0/code`; ABSENT removes the key or the entry."""
    for place, value in change.items():
        target: Any = data
        *steps, last = [int(step) if step.isdigit() else step for step in place.split("/")]
        for step in steps:
            target = target[step]
        if value is ABSENT:
            del target[last]
        else:
            target[last] = value
    return data


def write(folder: Path, data: dict[str, Any], text: str = TEXT) -> Path:
    """An agreement file (JSON is YAML, and quick to write), with its signed text beside it."""
    (folder / "signed.txt").write_text(text, encoding="utf-8")
    path = folder / "agreement.yaml"
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def register_of(text: str) -> Register:
    """A register with one clause, HD-01, which covers all of a text with one heading."""
    units = sentences(text)
    clause = Clause(
        id="HD-01",
        words="All of it",
        heading=units[0].heading,
        sentences=tuple(unit.sha256 for unit in units),
        kind="evidenced",
    )
    return Register(headings=(units[0].heading,), clauses=(clause,))


def agreement_of(data: dict[str, Any]) -> Agreement:
    """The agreement of that data, without a file."""
    return Agreement.model_validate(data)
