"""The signed text cut into headings, list entries and sentences, so that each can be pointed to by its hash.

A line is the unit: the text has one paragraph, heading or list entry on each. A heading is a line that ends with a
colon, unless the line before it is a heading: then it introduces what follows and belongs to that section.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_STRAIGHT = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201a": "'",
        "\u201b": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u201e": '"',
        "\u2010": "-",
        "\u2011": "-",
        "\u2012": "-",
        "\u2013": "-",
        "\u2014": "-",
        # Marks without width: a byte order mark, soft hyphens and what word processors leave behind.
        "\ufeff": None,
        "\u200b": None,
        "\u200c": None,
        "\u200d": None,
        "\u2060": None,
        "\u00ad": None,
    }
)
_BULLET = re.compile(r"^[\u2022\u2023\u25aa\u25cf\u25e6\u2043*-] +")
# The number of a numbered entry is kept: the order of the entries is part of what was agreed.
_NUMBERED = re.compile(r"^(\(\d+\)|\d+[.)]) +")
_SENTENCE_END = re.compile(r"[.!?]+[\"')\]]*(?= )")
_SHORTENED = ("e.g.", "i.e.", "incl.")


@dataclass(frozen=True)
class Sentence:
    """A unit of the text, normalised. `heading` is the heading it stands under, without its colon, or empty.

    A heading stands under itself. `sha256` (64 hex digits) is of `text`.
    """

    heading: str
    text: str
    sha256: str


def sentences(text: str) -> list[Sentence]:
    """Every heading, list entry and sentence of the text, in its order."""
    found: list[Sentence] = []
    heading, after_heading = "", False
    for line in filter(None, map(normalise, text.splitlines())):
        is_heading = line.endswith(":") and not after_heading
        if is_heading:
            heading = line.rstrip(": ")
        units = [line] if is_heading else _units(line)
        found += [Sentence(heading, unit, sha256_of(unit)) for unit in units]
        after_heading = is_heading
    return found


def normalise(line: str) -> str:
    """One spelling for what looks the same: composed letters, straight quotes and hyphens, single spaces."""
    return " ".join(unicodedata.normalize("NFC", line).translate(_STRAIGHT).split())


def sha256_of(text: str) -> str:
    """Hash of a normalised unit: 64 hex digits."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _units(line: str) -> list[str]:
    """A list entry whole, without its bullet; anything else sentence by sentence."""
    if _BULLET.match(line):
        return [_BULLET.sub("", line)]
    return [line] if _NUMBERED.match(line) else list(_split(line))


def _split(line: str) -> Iterator[str]:
    start = 0
    for end in _SENTENCE_END.finditer(line):
        so_far = line[start : end.end()]
        # A full stop between brackets ends a shortened word, and so does one before a small letter.
        if so_far.count("(") > so_far.count(")") or so_far.lower().endswith(_SHORTENED):
            continue
        if line[end.end() + 1].islower():
            continue
        yield so_far
        start = end.end() + 1
    if line[start:]:
        yield line[start:]
