"""The name normalisers of `macros/normalise_name.sql` again in Python: two authors, one answer."""

import re
import unicodedata

_BARRED = str.maketrans("ŁłĐđØøıÐðĦħ", "LlDdOoiDdHh")
_SPELT = {"Æ": "AE", "æ": "ae", "Œ": "OE", "œ": "oe", "ß": "ss", "ẞ": "SS", "Þ": "TH", "þ": "th"}
_BRACKETS = re.compile(r"\([^)]*\)?")
_MARKS = re.compile("[\u0080-\u00bf\u02b0-\u036f\u2000-\u206f\ufeff]")
_NOT_GIVEN_OR_TITLE = re.compile(
    r"^\s*(?:N\s*[/.]\s*A\.?\s*$|(?:(?:MR|MRS|MS|MISS|MX|DR|PROF|REV|SIR|MASTER)[.\s]+)+(?=[A-Z]))", re.ASCII
)

_TITLES = re.compile(r"^(?:(?:MR|MRS|MS|MISS|MX|DR|PROF|REV|SIR|MASTER)[.\s]+)+(?=\S)", re.IGNORECASE)


def normalise_name(name: str | None) -> str | None:
    """The letters A to Z of a name, or None where nothing is left or a letter is of another script."""
    if name is None:
        return None
    folded = name if name.isascii() else _fold(name)
    if not folded.isascii():
        return None
    plain = _NOT_GIVEN_OR_TITLE.sub("", _BRACKETS.sub(" ", folded.upper()), count=1)
    return re.sub(r"[^A-Z]+", "", plain) or None


def normalise_given_name(name: str | None) -> str | None:
    """The first word of a name of several words, titles before it dropped; None for a name of one word."""
    words = _TITLES.sub("", (name or "").strip()).split()
    return normalise_name(words[0]) if len(words) > 1 else None


def _fold(name: str) -> str:
    text = _BRACKETS.sub(" ", unicodedata.normalize("NFKD", name)).translate(_BARRED)
    for letter, spelt in _SPELT.items():
        text = text.replace(letter, spelt)
    return _MARKS.sub("", text)
