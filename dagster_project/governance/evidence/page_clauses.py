"""The clauses on the evidence page: grouped by the agreement's headings, each with its result and why."""

from typing import Any

from dagster_project.governance.evidence.markup import Markup, code, element, join, table

RESULT_CLASS = {"PASS": "pass", "FAIL": "fail", "NOT EVIDENCED": "open", "NOT BUILT": "built"}
MEANING = {
    "PASS": "everything that the clause names was looked at and held",
    "FAIL": "a check did not hold",
    "NOT EVIDENCED": "nothing looked at it, or nobody has attested it; never counted as a pass",
    "NOT BUILT": "the control is not part of the product yet",
}


def clauses_section(data: dict[str, Any]) -> Markup:
    """Every clause of the pack, under the heading that the signed text has it under."""
    checks = {check["check"]: check for check in data["checks"]}
    groups: dict[str, list[dict[str, Any]]] = {}
    for clause in data["clauses"]:
        groups.setdefault(clause["heading"], []).append(clause)
    anchors = {heading: f"part-{number}" for number, heading in enumerate(groups, start=1)}
    menu = element(
        "nav",
        element(
            "ol",
            *(element("li", element("a", heading, href=f"#{anchor}")) for heading, anchor in anchors.items()),
        ),
        aria_label="Parts of the agreement",
    )
    parts = [
        join(
            (
                element("h3", heading, element("small", _tally(clauses)), id=anchors[heading]),
                table(
                    "",
                    ["Clause", "In our words", "Class", "Result", "Evidence"],
                    [_clause_row(clause, checks) for clause in clauses],
                    class_="clauses",
                ),
            )
        )
        for heading, clauses in groups.items()
    ]
    return join((element("h2", f"Clauses ({len(data['clauses'])})"), menu, *parts))


def _tally(clauses: list[dict[str, Any]]) -> str:
    results = [clause["result"] for clause in clauses]
    return ", ".join(f"{results.count(name)} {name}" for name in MEANING if name in results)


def _clause_row(clause: dict[str, Any], checks: dict[str, Any]) -> list[object]:
    result = element("span", clause["result"], class_=f"result {RESULT_CLASS[clause['result']]}")
    return [element("span", clause["id"], class_="id"), clause["words"], clause["kind"], result, _why(clause, checks)]


def _why(clause: dict[str, Any], checks: dict[str, Any]) -> Markup:
    lines: list[object] = []
    if clause["result"] == "NOT BUILT":
        lines.append(f"Not built yet: {clause['not_built']}")
    if clause["failed"]:
        lines.append(join(("Failed: ", join(map(code, clause["failed"]), ", "))))
    if clause["missing"] and clause["result"] != "NOT BUILT":
        lines.append(join(("Nothing answered: ", join(map(code, clause["missing"]), ", "))))
    if clause["attestation"]:
        lines.append(f"Attested {clause['attestation']['attested_on']}, until {clause['attestation']['valid_until']}")
    elif clause["result"] == "NOT EVIDENCED" and not clause["missing"]:
        lines.append(clause["reason"])
    if held := [name for name in clause["checks"] if name not in clause["failed"]]:
        lines.append(f"{len(held)} {'check' if len(held) == 1 else 'checks'} held: {_observed(held, checks)}")
    return join(element("div", line) for line in lines)


def _observed(names: list[str], checks: dict[str, Any]) -> str:
    """One check is shown with what it counted, several by what they have in common."""
    if len(names) == 1:
        seen = counted(checks[names[0]]["observed"])
        return f"{names[0]}{f' ({seen})' if seen else ''}"
    return ", ".join(sorted({name.partition("/")[0] for name in names}))


def counted(observed: dict[str, Any]) -> str:
    """The numbers that a check saw: `looked at 3, offences 0`."""
    numbers = {name: value for name, value in observed.items() if not isinstance(value, bool | str)}
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in numbers.items())
