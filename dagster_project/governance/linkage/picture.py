"""The shares of people linked and in review as one picture: plain SVG, made of closed lists and numbers."""

from html import escape

from dagster_project.governance.linkage.report import PEOPLE_BREAKDOWNS, Counts
from dagster_project.governance.linkage.words import PEOPLE_TITLE, percent

_ROW, _TEXT, _BAR, _GAP = 18, 250, 380, 26
_WIDTH = _TEXT + _BAR + 130
_LINKED, _REVIEW, _INK = "#1f6f54", "#b5651d", "#1b2733"


def picture(counts: Counts) -> str:
    """Two bars a category, green for the share that is linked and brown for the share that is in review."""
    parts: list[str] = []
    height = 34
    parts.append(_text(0, 14, "Share of people: linked (upper bar) and in review (lower bar)", bold=True))
    for breakdown in PEOPLE_BREAKDOWNS:
        parts.append(_text(0, height + 10, f"by {PEOPLE_TITLE[breakdown]}", bold=True))
        height += _ROW
        for category in counts.categories("people", breakdown):
            parts += _bars(counts, breakdown, category, height)
            height += _ROW
        height += _GAP - _ROW
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}"'
    label = ' role="img" aria-label="Shares of people linked and in review, as in the tables"'
    return f"{head}{label}>{''.join(parts)}</svg>"


def _bars(counts: Counts, breakdown: str, category: str, top: int) -> list[str]:
    linked = counts.share("linked_people", breakdown, category)
    review = counts.share("people_in_review", breakdown, category)
    words = f"{percent(linked)} / {percent(review)}"
    return [
        _text(12, top + 11, category),
        _bar(linked, top + 2, _LINKED),
        _bar(review, top + 9, _REVIEW),
        _text(_TEXT + _BAR + 8, top + 11, words),
    ]


def _bar(share: float | None, top: int, colour: str) -> str:
    if share is None:
        return ""
    return f'<rect x="{_TEXT}" y="{top}" width="{_BAR * share:.1f}" height="6" fill="{colour}"/>'


def _text(left: int, base: int, words: str, *, bold: bool = False) -> str:
    weight = ' font-weight="700"' if bold else ""
    return (
        f'<text x="{left}" y="{base}" font-family="system-ui, sans-serif" font-size="12" fill="{_INK}"{weight}>'
        f"{escape(words)}</text>"
    )
