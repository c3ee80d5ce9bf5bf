"""The page that traces every item for display from the delivered columns over its rule to the mart, with its clause."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dagster_project.agreement.model import Agreement, Item
from dagster_project.agreement.register import Clause
from dagster_project.governance.traceability.trace import Project, Trace

COMMAND = "hearthlink docs items"
# A step that this many items need, and that is no item's own rule, is described once, at the end.
SHARED = 5


@dataclass(frozen=True)
class Traced:
    """An item with what its columns come from; `tables` are its mart columns by table."""

    item: Item
    tables: dict[str, list[str]]
    trace: Trace


def items_page(agreement: Agreement, clauses: Sequence[Clause], project: Project) -> str:
    """The page in Markdown. The same agreement, register and dbt project make the same text."""
    traced = [_traced(item, project) for item in agreement.items if item.use == "display"]
    words = {clause.id: clause.words for clause in clauses}
    used = Counter(rule for one in traced for rule in one.trace.rules)
    own = {one.trace.rules[0] for one in traced if one.trace.rules}
    shared = sorted(rule for rule, times in used.items() if times >= SHARED and rule not in own)
    lines = [*_head(traced), *_overview(traced)]
    for one in traced:
        # Another item's rule is described with that item.
        told = [rule for rule in one.trace.rules if rule in one.trace.rules[:1] or rule not in {*shared, *own}]
        lines += _item(one, told, agreement, words, project)
    return "\n".join([*lines, *_shared(shared, project)]) + "\n"


def _traced(item: Item, project: Project) -> Traced:
    tables: dict[str, list[str]] = {}
    for name in item.columns:
        table, _, column = name.partition(".")
        tables.setdefault(table, []).append(column)
    trace = Trace()
    for table, columns in tables.items():
        trace.add(project.trace(table, set(columns)))
    return Traced(item, tables, trace)


def _head(traced: Sequence[Traced]) -> Iterator[str]:
    shown = sum(bool(one.tables) for one in traced)
    yield "# Where each item comes from"
    yield ""
    yield f"Made by `{COMMAND}` from the agreement, the clause register and the dbt project. Do not edit it by hand."
    yield ""
    yield f"The agreement lists {len(traced)} items for display; {shown} have a column in the mart. An extract is"
    yield "typed by its staged model (`staged.stg_<extract>`), the rule makes the item of it, and the mart shows it."
    yield "Columns that only filter or join are among the delivered ones."


def _overview(traced: Sequence[Traced]) -> Iterator[str]:
    yield ""
    yield "| Clause | Item | Mart column | Rule | Extracts |"
    yield "|---|---|---|---|---|"
    for one in traced:
        columns = ", ".join(f"`{column}`" for columns in one.tables.values() for column in columns) or "not shown"
        rule = f"`{one.trace.rules[0]}`" if one.trace.rules else ""
        extracts = ", ".join(f"`{extract}`" for extract in sorted(one.trace.extracts))
        yield f"| {one.item.clause} | [{one.item.label}](#{_anchor(one.item)}) | {columns} | {rule} | {extracts} |"


def _item(
    one: Traced, told: Sequence[str], agreement: Agreement, words: dict[str, str], project: Project
) -> Iterator[str]:
    item = one.item
    yield ""
    yield f"## {_title(item)}"
    yield ""
    yield f"{item.label}. {words[item.clause]}." + (" Special category." if item.special_category else "")
    yield ""
    if not one.tables:
        yield "Not shown: no model derives it yet, so the mart has no column for it."
        return
    for table, columns in one.tables.items():
        for column in columns:
            yield f"- **Mart** `{table}.{column}`: {project.column_words(table, column)}"
    for rule in told:
        yield f"- **Rule** `{rule}`: {project.description(rule)}"
    if others := {rule for rule in one.trace.rules if rule not in told}:
        yield f"- **Shared steps** {_names(others)}"
    for extract, columns in sorted(one.trace.extracts.items()):
        yield f"- **Delivered** `{extract}`: {_names(columns - {'partner'})}"
    if one.trace.settings:
        yield f"- **Settings** {_names(one.trace.settings)}"
    if one.trace.code_lists:
        yield f"- **Code lists** {_names(one.trace.code_lists)}"
    yield f"- **Powers** {_powers(agreement, item)}"
    yield f"- **Seen by** {', '.join(f.name for f in agreement.functions if item.id in f.items) or 'nobody'}"
    yield from _tests(told, project)


def _shared(shared: Sequence[str], project: Project) -> Iterator[str]:
    if shared:
        yield ""
        yield "## Steps that several items share"
        for rule in shared:
            yield ""
            yield f"`{rule}`: {project.description(rule)}"
            yield ""
            yield from _tests([rule], project)


def _tests(rules: Sequence[str], project: Project) -> Iterator[str]:
    for rule in rules:
        for test in project.unit_tests(rule):
            yield f"- **Unit test** {test.name.replace('_', ' ')}" + (f": {test.words}" if test.words else "")


def _powers(agreement: Agreement, item: Item) -> str:
    return "; ".join(
        f"{power.act}, {power.section} ({power.clause})" for power in agreement.powers if item.id in power.supports
    )


def _names(names: set[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


def _title(item: Item) -> str:
    return f"{item.clause} {item.id}"


def _anchor(item: Item) -> str:
    return _title(item).lower().replace(" ", "-")
