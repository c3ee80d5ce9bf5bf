"""Judging single values: what a date, a number and a yes/no must look like (types of `extracts.md`)."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from dagster_project.extracts.contracts import Contract, Field
from dagster_project.extracts.reasons import RejectionReason

MAX_LENGTH = 32_768
# Values seen to be good are remembered, so that most values cost one look-up. The cap bounds the memory: all days
# of three lifetimes fit into it.
_REMEMBERED = 100_000
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(r"-?(?:[0-9]{1,18}(?:\.[0-9]{1,20})?|\.[0-9]{1,20})")
# How spreadsheets write a long number; the digits that it stood for are lost.
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+[0-9]{1,3}")
# Tab and line ends are white space, which is folded; every other control character is a fault of the export.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_LINE_SPACE = re.compile(r"[\t\r\n]+")


@dataclass(frozen=True)
class Judge:
    """Checks the values of one typed column. `known` holds good values; what is not in it goes to `look`."""

    index: int
    good: Callable[[str], bool]
    reason: RejectionReason
    required: bool
    known: set[str] = field(default_factory=set)

    def look(self, value: str) -> RejectionReason | None:
        """Why the (trimmed) value is bad, None when it is good."""
        if not value:
            return RejectionReason.VALUE_MISSING if self.required else None
        if not self.good(value):
            return self.reason
        if len(self.known) < _REMEMBERED:
            self.known.add(value)
        return None


def judges(contract: Contract) -> list[Judge]:
    """One judge per column that is not plain text, in the contract's order."""
    made = []
    for index, column in enumerate(contract.fields):
        if column.type == "date":
            made.append(Judge(index, _date_rule(column), RejectionReason.BAD_DATE, column.required))
        elif column.type == "number":
            made.append(Judge(index, is_number, RejectionReason.BAD_NUMBER, column.required))
        elif column.type == "boolean":
            made.append(Judge(index, _never, RejectionReason.BAD_YES_NO, column.required, {"Y", "N"}))
    for judge in made:
        if not judge.required:
            judge.known.add("")
    return made


def is_iso_date(value: str) -> bool:
    """Whether the text is a real day, written YYYY-MM-DD."""
    if not _ISO_DATE.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def is_number(value: str) -> bool:
    """Whether the text is a plain decimal number: no exponent, no commas, at most 18 digits before the point."""
    return _NUMBER.fullmatch(value) is not None


def is_scientific(value: str) -> bool:
    """Whether an identifier reads like 9.99E+09."""
    return _SCIENTIFIC.fullmatch(value) is not None


def has_control_character(value: str) -> bool:
    """Whether the text holds a control character other than tab and line ends."""
    return _CONTROL.search(value) is not None


def fold_line_space(value: str) -> str:
    """The text with each run of tabs and line ends as one blank, so that a value always stands on one line."""
    return _LINE_SPACE.sub(" ", value)


def _date_rule(column: Field) -> Callable[[str], bool]:
    if column.format == "default":
        return is_iso_date
    pattern = column.format

    def is_date(value: str) -> bool:
        try:
            # Written back and compared, because strptime also takes single digits.
            return datetime.strptime(value, pattern).strftime(pattern) == value
        except ValueError:
            return False

    return is_date


def _never(_: str) -> bool:
    return False
