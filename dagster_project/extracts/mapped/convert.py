"""From the text of a delivered cell to the text that SQL sees: dates, numbers, yes/no, value lists."""

import re
from collections.abc import Callable, Mapping

from dagster_project.extracts import values
from dagster_project.extracts.mapped.dates import to_iso
from dagster_project.extracts.mapped.model import Column, Constant, Unpivot
from dagster_project.extracts.reasons import RejectionReason

# A value that cannot be used is None, with the reason; an empty cell is None without one.
Converted = tuple[str | None, RejectionReason | None]
Converter = Callable[[str], Converted]
ValueLists = Mapping[str, Mapping[str, tuple[str, ...]]]

_REMEMBERED = 100_000
_WHOLE = re.compile(r"(-?[0-9]+)(?:\.0*)?")
_THOUSANDS = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_TRAILING_ZEROS = re.compile(r"\.0+$")
# `a) Male`, `1. Male`, `C2 - Full care order`, `N1: Abuse`: the list mark before a value, the code before its text.
_MARK = re.compile(r"^\(?[0-9a-z]{1,2}[).]\s*")
_CODE = re.compile(r"^(?:([0-9a-z/]{1,6})\s*[-:\u2013]|([a-z]{0,2}[0-9]{1,2}[a-z]?)\s)\s*\S")
_YES = {"y", "yes", "true", "t", "1", "1.0"}
_NO = {"n", "no", "false", "f", "0", "0.0"}
_UNKNOWN = {"unknown", "not known", "not recorded", "not stated", "not stated/recorded", "n/a", "na", "-", "u", "9"}


def converter(column: Column | Constant | Unpivot, dates: tuple[str, ...], lists: ValueLists) -> Converter:
    """The rule of one column. What it has seen it remembers, so that most cells cost one look-up."""
    rule = _rule(column, dates, lists)
    known: dict[str, Converted] = {}

    def convert(text: str) -> Converted:
        found = known.get(text)
        if found is None:
            found = _convert(text, rule)
            if len(known) < _REMEMBERED:
                known[text] = found
        return found

    return convert


def _convert(text: str, rule: Converter) -> Converted:
    value = text.strip()
    if not value:
        return None, None
    if len(value) > values.MAX_LENGTH:
        return None, RejectionReason.FIELD_TOO_LONG
    if values.has_control_character(value):
        return None, RejectionReason.CONTROL_CHARACTER
    return rule(values.fold_line_space(value))


def _rule(column: Column | Constant | Unpivot, dates: tuple[str, ...], lists: ValueLists) -> Converter:
    if isinstance(column, Column | Constant) and column.values:
        return _listed(lists[column.values], column.otherwise if isinstance(column, Column) else "reject")
    if column.type == "date":
        own = column.dates if isinstance(column, Column | Constant) else None

        def to_date(value: str) -> Converted:
            day = to_iso(value, own or dates)
            return day, None if day else RejectionReason.BAD_DATE

        return to_date
    return {"text": _text, "number": _number, "whole": _whole, "yes_no": _yes_no}[column.type]


def _text(value: str) -> Converted:
    return (None, RejectionReason.SCIENTIFIC_NOTATION) if values.is_scientific(value) else (value, None)


def _number(value: str) -> Converted:
    plain = value.replace("£", "").replace(" ", "")
    if _THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "")
    if not values.is_number(plain):
        return None, RejectionReason.BAD_NUMBER
    return _TRAILING_ZEROS.sub("", plain), None


def _whole(value: str) -> Converted:
    if values.is_scientific(value):
        return None, RejectionReason.SCIENTIFIC_NOTATION
    match = _WHOLE.fullmatch(value)
    return (match[1] if match else value), None


def _yes_no(value: str) -> Converted:
    folded = _fold(value)
    for candidate in (folded, _MARK.sub("", folded)):
        if candidate in _YES or candidate in _NO:
            return ("Y" if candidate in _YES else "N"), None
        if candidate in _UNKNOWN:
            return None, None
    return None, RejectionReason.UNKNOWN_VALUE


def _listed(targets: Mapping[str, tuple[str, ...]], otherwise: str) -> Converter:
    known = {_fold(text): target for target, texts in targets.items() for text in texts}
    # A target stands for itself, unless the list says otherwise of it.
    known = {_fold(target): target for target in targets if target} | known

    def look_up(value: str) -> Converted:
        folded = _fold(value)
        code = _CODE.match(folded)
        for candidate in (folded, _MARK.sub("", folded), code[1] or code[2] if code else None):
            if candidate is not None and candidate in known:
                return known[candidate] or None, None
        if otherwise == "keep":
            return _text(value)
        return None, RejectionReason.UNKNOWN_VALUE if otherwise == "reject" else None

    return look_up


def _fold(text: str) -> str:
    return " ".join(text.casefold().split())
