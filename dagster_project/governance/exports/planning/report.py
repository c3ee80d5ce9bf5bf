"""The disclosure report beside a planning export: what was done so that nobody can be told from it. Counts alone."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dagster_project.agreement.safeguards import Planning
from dagster_project.governance.exports.planning.anonymity import Protected
from dagster_project.governance.exports.planning.counts import Tables
from dagster_project.governance.exports.planning.suppression import rounded
from dagster_project.governance.exports.requester import Requester

_OPT_OUT = {
    "not_checked": "known to adult social care, and the opt-out is not applied (national_data_opt_out)",
    "no_nhs_number": "known to adult social care, without an NHS number to check",
    "not_cleared": "known to adult social care, not cleared by the check",
}


@dataclass(frozen=True)
class Facts:
    """What the report is made of. `population` counts those who may be exported, before the opt-out."""

    request: Requester
    exports: Mapping[str, str]
    key_id: str
    population: int
    opt_out_check: str | None
    left_out: Mapping[str, int]
    quasi: tuple[str, ...]
    protected: Protected
    tables: Tables


def as_json(facts: Facts) -> str:
    """For machines: the same figures as on the page."""
    return json.dumps(figures(facts), indent=2) + "\n"


def as_page(facts: Facts) -> str:
    """For whoever answers for the export."""
    told = figures(facts)
    rows, counts = told["rows"], told["counts"]
    known = ", ".join(name.replace("_", " ") for name in rows["quasi_identifiers"])
    lines = [
        f"# Disclosure report of {', '.join(told['exports'].values())}",
        "",
        f"Made of publish {told['publish_id']} (as at {told['as_at']}) for {told['purpose']}."
        f" Pseudonyms are of key {told['key_id']}.",
        "",
        "| Step | People |",
        "|---|---|",
        f"| may be exported, rounded | {told['population']} |",
        *(f"| left out: {_OPT_OUT[name]} | {count} |" for name, count in told["opt_out"]["left_out"].items()),
        f"| rows written | {rows['written']} |",
        f"| rows dropped, because they found no group | {rows['dropped']} |",
        "",
        f"Whoever knows of somebody {known} finds at least {rows['k_reached']} rows (agreed: {rows['k']}), which are"
        " not all alike in what they tell.",
        "",
        "| Column | Cells suppressed in the rows |",
        "|---|---|",
        *(f"| {name} | {count} |" for name, count in rows["suppressed"].items()),
        "",
        f"Of {counts['tables']} tables of counts, {counts['primary']} cells below {counts['min_cell']} are left out,"
        f" and {counts['secondary']} more so that none follows from the totals. What is shown is rounded to"
        f" {counts['round_to']}. Not shown at all: {', '.join(counts['left_out']) or 'nothing'}.",
        "",
        "The rows are for the analyst alone. Whoever holds the rows too can count what the tables leave out, so give"
        " the tables on without the rows. Two exports of different days differ by the people who came and went.",
        "",
    ]
    return "\n".join(lines)


def figures(facts: Facts) -> dict[str, Any]:
    """All figures; a count of people left out is never below the least cell."""
    rule = facts.request.agreement.exports.planning
    shown = facts.tables.shown
    return {
        "exports": dict(facts.exports),
        "publish_id": facts.request.publish_id,
        "as_at": facts.request.as_at.isoformat(),
        "purpose": facts.request.purpose,
        "key_id": facts.key_id,
        # Rounded: else it would tell, less the rows, how few were left out.
        "population": rounded(facts.population, rule.round_to),
        "opt_out": {
            "setting": facts.request.agreement.national_data_opt_out.setting,
            "check": facts.opt_out_check,
            "left_out": {name: _few(count, rule) for name, count in facts.left_out.items()},
        },
        "rows": {
            "written": len(facts.protected.rows),
            "dropped": _few(facts.protected.dropped, rule),
            "k": rule.k,
            "k_reached": facts.protected.k,
            "quasi_identifiers": list(facts.quasi),
            "suppressed": {name: _few(count, rule) for name, count in facts.protected.suppressed.items()},
        },
        "counts": {
            "tables": len(shown),
            "min_cell": rule.min_cell,
            "round_to": rule.round_to,
            "primary": sum(table.primary for table in shown),
            "secondary": sum(table.secondary for table in shown),
            "left_out": list(facts.tables.left_out),
        },
    }


def _few(count: int, rule: Planning) -> int | str:
    return f"fewer than {rule.min_cell}" if 0 < count < rule.min_cell else count
