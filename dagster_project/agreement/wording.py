"""Faults in the form of the file, in words for a governance officer: which clause, where, what to do."""

from typing import Any

from pydantic import ValidationError

# The longest matching start of a place gives the clause. A number in a place stands for any entry.
_CLAUSES: dict[str, str] = {
    "example": "HD-03",
    "agreement": "HD-01",
    "agreement.version": "HD-02",
    "agreement.history": "HD-02",
    "agreement.text_file": "HD-02",
    "agreement.text_sha256": "HD-02",
    "agreement.author": "HD-05",
    "agreement.enacted": "HD-03",
    "agreement.review_by": "HD-04",
    "partners": "HD-06",
    "partners.*.role": "DC-01",
    "partners.*.inside_council": "TR-01",
    "partners.*.delivery": "TR-01",
    "partners.*.privacy_statement": "CB-02",
    "partners.*.privacy_statement.covers": "MA-02",
    "partners.*.assurance": "SE-09",
    "partners.*.sign_offs": "HD-04",
    "purposes": "PU-05",
    "dpia": "PU-02",
    "consent": "CB-01",
    "lawful_basis": "LB-01",
    "powers": "LB-03",
    "guidance": "LB-19",
    "data_subjects": "DS-01",
    "items": "DS-02",
    "items.*.special_category": "DS-03",
    "functions": "SE-02",
    "functions.*.purpose": "PU-05",
    "functions.*.export": "SE-06",
    "matching": "MA-01",
    "matching.*.methods": "MA-06",
    "unlinked_people": "MA-07",
    "national_data_opt_out": "ND-01",
    "retention": "RE-01",
    "transfer": "TR-05",
    "transfer.cipher": "TR-05",
    "transfer.hash": "TR-06",
    "transfer.generic_account_names": "TR-08",
    "transfer.password.min_length": "TR-09",
    "transfer.password.character_types": "TR-10",
    "transfer.clients": "TR-11",
    "transfer.email_without_encryption_to": "TR-12",
    "security": "SE-01",
    "security.printing": "SE-03",
    "security.removable_media": "SE-04",
    "exports": "SE-05",
    "exports.whole_system_users_only": "SE-06",
    "exports.planning": "SE-07",
    "hosting.azure_region": "TR-02",
    "hosting.powerbi_region": "TR-03",
    "hosting": "TR-02",
    "landing": "TR-06",
    "partners.*.delivery.max_age_days": "RE-01",
    "freshness": "RE-01",
    "retention_settings": "RE-01",
    "item_settings": "DS-02",
    "settings": "DS-02",
}
_FIXES: dict[str, str] = {
    "missing": "is missing; write it",
    "extra_forbidden": "is not a key of the agreement; correct the spelling, or remove it",
    "string_too_short": "is empty; fill it in",
    "too_short": "is empty; add at least one entry",
}


def in_words(name: str, error: ValidationError, raw: Any) -> str:
    """All faults of a file, one line each."""
    if not isinstance(raw, dict):
        return f"{name}: holds no agreement; write a blank one with 'hearthlink agreement init FILE' and fill it in"
    found = error.errors()
    # A list with a faulty entry is also reported as too short: only the entry is at fault.
    faulty = {problem["loc"][:length] for problem in found for length in range(len(problem["loc"]))}
    lines = [
        line for problem in found if not problem["loc"] or problem["loc"] not in faulty for line in _lines(problem)
    ]
    return "\n".join(f"{name}: {line}" for line in lines)


def clause_of(place: str) -> str:
    """The clause that a place of the file carries out, such as HD-05 for `agreement.author`."""
    steps = ["*" if step.isdigit() else step for step in place.split(".")]
    for length in range(len(steps), 0, -1):
        if clause := _CLAUSES.get(".".join(steps[:length])):
            return clause
    return "HD-01"


def _lines(problem: Any) -> list[str]:
    place = ".".join(str(step) for step in problem["loc"])
    if not place:
        # Rules between sections name place, clause and fix themselves.
        return str(problem["ctx"]["error"]).splitlines() if "error" in problem.get("ctx", {}) else [problem["msg"]]
    return [f"{place} (clause {clause_of(place)}): {_fix(problem)}"]


def _fix(problem: Any) -> str:
    kind, context = problem["type"], problem.get("ctx", {})
    if problem["input"] is None and kind != "missing":
        return (
            f"is not filled in; write {context['expected']}"
            if "expected" in context
            else "is not filled in; fill it in"
        )
    if kind in _FIXES:
        return _FIXES[kind]
    if kind == "literal_error":
        return f"is not allowed; write {context['expected']}"
    if kind == "string_pattern_mismatch":
        return f"has not the form that is asked for: {context['pattern']}"
    if kind.startswith("date"):
        return "is not a date; write it as YYYY-MM-DD"
    if kind == "value_error":
        return f"{context['error']}; write it as YYYY-MM-DD"
    return f"{_lower(problem['msg'])}; correct it"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
