"""From a mapping's rule to the SQL statement that makes its rows."""

import re
from dataclasses import dataclass

from dagster_project.extracts.mapped.model import FAULTS, ROW, Mapping, Rule

PARENT, WANTED = "_parent", "_wanted"
_WORD = re.compile(r"[a-z_][a-z0-9_]*", re.IGNORECASE)
_NOT_NAMES = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", re.DOTALL)


@dataclass(frozen=True)
class Statement:
    """One select. `used` are the columns of the source that it reads: a row that is at fault in one of them is
    rejected. None: the statement is an analyst's, and reads only rows without any fault. `deciding` are those that say
    whether the rule is about the row at all."""

    text: str
    used: frozenset[str] | None
    deciding: frozenset[str] = frozenset()


def statement_of(rule: Rule, mapping: Mapping) -> Statement:
    """The statement of a rule."""
    if rule.sql:
        return Statement(rule.sql, None)
    table = rule.source[0]
    used = _words(" ".join([*rule.columns.values(), rule.where or "", rule.join.on if rule.join else ""]))
    made = ", ".join(f'cast(({expression}) as varchar) as "{column}"' for column, expression in rule.columns.items())
    parent, join, wanted = "1", "", "true"
    if rule.join:
        other, on = rule.join.table, rule.join.on
        # A parent that stands twice is no parent: nobody can say which of them is meant.
        join = (
            f'left join (select * from all_rows."{other}" qualify count(*) over (partition by "{on}") = 1) as "{other}"'  # noqa: S608
            f' on "{table}"."{on}" = "{other}"."{on}"'
        )
        parent = f'case when "{other}".{ROW} is not null then 1 end'
    where = ""
    if rule.where:
        # A row that is at fault in a deciding column is not left out by it.
        wanted = f"coalesce(({rule.where}), false)"
        where = f'where {wanted} or "{table}".{FAULTS} is not null'
    text = (
        f'select "{table}".{ROW} as {ROW}, "{table}".{FAULTS} as {FAULTS}, {parent} as {PARENT},'  # noqa: S608
        f" {wanted} as {WANTED}, {made}"
        f' from all_rows."{table}" as "{table}" {join} {where}'
    )
    columns = frozenset(mapping.columns_of(table))
    return Statement(text, columns & used, columns & _words(rule.where or ""))


def tables_read(rule: Rule, names: list[str]) -> set[str]:
    """Which of the named tables a rule reads."""
    if rule.sql:
        return _words(rule.sql) & set(names) | set(rule.source)
    return set(rule.source) | ({rule.join.table} if rule.join else set())


def mentions(rule: Rule, name: str) -> bool:
    """Whether a rule's SQL names a table or column."""
    return name in _words(rule.sql or " ".join(rule.columns.values()))


def _words(sql: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(_NOT_NAMES.sub(" ", sql))}
