"""The forms in which exports write a date. A mapping names those that a file may use; none is ever guessed."""

import re
from datetime import date

_TIME = r"(?:[ T]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?: ?[AaPp][Mm])?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_YEAR, _DAY, _NUMBER = r"(?P<y>[0-9]{4})", r"(?P<d>[0-9]{1,2})", r"(?P<m>[0-9]{1,2})"
_WORD = r"(?P<m>[A-Za-z]{3})[A-Za-z]*"

# A time of day may follow in each form; it is left out. There is no month/day/year: it cannot be told from ours.
DATE_FORMS: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern + _TIME)
    for name, pattern in {
        "yyyy-mm-dd": f"{_YEAR}-{_NUMBER}-{_DAY}",
        "dd/mm/yyyy": f"{_DAY}/{_NUMBER}/{_YEAR}",
        "dd-mm-yyyy": f"{_DAY}-{_NUMBER}-{_YEAR}",
        "dd.mm.yyyy": rf"{_DAY}\.{_NUMBER}\.{_YEAR}",
        "yyyy/mm/dd": f"{_YEAR}/{_NUMBER}/{_DAY}",
        "yyyy-mon-dd": f"{_YEAR}-{_WORD}-{_DAY}",
        "dd-mon-yyyy": f"{_DAY}[- ]{_WORD}[- ]{_YEAR}",
        "yyyymmdd": r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})",
    }.items()
}


def to_iso(text: str, forms: tuple[str, ...]) -> str | None:
    """The day as YYYY-MM-DD, None where the text is no day in one of the forms."""
    for form in forms:
        match = DATE_FORMS[form].fullmatch(text)
        if match is None:
            continue
        month = match["m"]
        try:
            number = int(month) if month.isdigit() else _MONTHS.index(month.lower()) + 1
            return date(int(match["y"]), number, int(match["d"])).isoformat()
        except ValueError:
            continue
    return None
