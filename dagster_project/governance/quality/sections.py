"""What a page on data quality shows of one partner, section by section."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from dagster_project.governance.evidence.markup import Markup, code, element, join, table
from dagster_project.governance.feedback.report import wording
from dagster_project.governance.quality.history import History, Measure, PastDelivery
from dagster_project.governance.quality.measures import BROKEN, EMPTY, LINKED

_FAULTS = ("placeholder", "invalid", "unlawful")


@dataclass(frozen=True)
class Shown:
    """How counts are shown: days are counted up to `as_at`; below `min_cell` people no number is given."""

    as_at: date
    min_cell: int

    def people(self, counted: int | None) -> str:
        """A number of people, or that there are few."""
        if counted is None:
            return "–"  # noqa: RUF001
        return f"fewer than {self.min_cell}" if 0 < counted < self.min_cell else f"{counted:,}"

    def part(self, measure: Measure) -> str:
        """A number of people among others; that few are left over would tell as much."""
        if 0 < measure.out_of - measure.counted < self.min_cell:
            return "all but a few"
        return self.people(measure.counted)

    def share(self, measure: Measure | None) -> str:
        """A share in whole percents, which does not give a small number away."""
        if measure is None or not measure.out_of:
            return "–"  # noqa: RUF001
        percent = 100 * measure.counted / measure.out_of
        if 0 < measure.counted < self.min_cell or 0 < percent < 1:
            return "under 1 %" if percent < 1 else "few"
        return "over 99 %" if 99 < percent < 100 else f"{percent:.0f} %"

    def age(self, day: date | None) -> object:
        """Days since an extract's date."""
        return None if day is None else (self.as_at - day).days


def overview_row(history: History, shown: Shown) -> list[object]:
    """The partner's line of the index, after its name."""
    newest = history.deliveries[0] if history.deliveries else None
    day = min((snapshot.extract_date for snapshot in history.current), default=None)
    loaded = sum(snapshot.rows_loaded for snapshot in history.current) if history.current else None
    linked = [
        found for extract, subject in history.subjects(LINKED) for found in history.counts(extract, LINKED, subject)
    ]
    return [
        code(newest.delivery_id) if newest else None,
        newest.status if newest else "none yet",
        shown.age(day),
        f"{stale} of {len(history.current)}" if (stale := _stale(history, shown)) else "none",
        f"{loaded:,}" if loaded is not None else None,
        f"{newest.rows_rejected:,}" if newest else None,
        shown.people(_faulty(history)),
        shown.share(linked[0]) if linked else None,
    ]


def sections(history: History, shown: Shown) -> Iterator[Markup]:
    """All sections of a partner's page; one without anything to show is left out."""
    if not history.deliveries:
        yield element("p", "Nothing was delivered yet.")
        return
    yield from _age(history, shown)
    yield from _deliveries(history)
    yield from _rows(history)
    yield from _rejected(history)
    yield from _identifiers(history, shown)
    yield from _linked(history, shown)
    yield from _references(history, shown)
    yield from _empty(history, shown)


def _section(title: str, heads: Sequence[str], rows: Sequence[Sequence[object]], note: str = "") -> Iterator[Markup]:
    if rows:
        parts: list[object] = [element("h2", title), table("", heads, rows)]
        yield join([*parts, element("p", note, class_="soft")] if note else parts)


def _age(history: History, shown: Shown) -> Iterator[Markup]:
    rows = [
        [
            code(one.extract),
            code(one.delivery_id),
            one.extract_date,
            shown.age(one.extract_date),
            one.max_age_days,
            "current" if one.is_current(shown.as_at) else element("b", "not current"),
            f"{one.rows_loaded:,}",
        ]
        for one in history.current
    ]
    heads = ["Extract", "From delivery", "Extract date", "#Days old", "#At most", "State", "#Rows"]
    note = "What is not current feeds no item: it is shown as not known, never as no."
    yield from _section("What stands in the warehouse now", heads, rows, note)


def _deliveries(history: History) -> Iterator[Markup]:
    heads = ["Delivery", "Extract date", "Result", "Reason", "#Parsed", "#Loaded", "#Rejected"]
    rows = [
        [
            code(one.delivery_id),
            one.extract_date,
            one.status,
            code(one.reason_code),
            one.rows_parsed,
            one.rows_loaded,
            one.rows_rejected,
        ]
        for one in history.deliveries
    ]
    yield from _section(f"The last deliveries ({len(rows)}), newest first", heads, rows)


def _rows(history: History) -> Iterator[Markup]:
    """Rows loaded per extract, the last deliveries side by side."""
    keys = [one for one in history.deliveries if one.rows_loaded is not None]
    counts = {(file.extract, file.delivery_key): file.rows_loaded for file in history.files}
    extracts = sorted({file.extract for file in history.files})
    rows = [
        [code(extract), *(_thousands(counts.get((extract, one.delivery_key))) for one in keys)] for extract in extracts
    ]
    heads = ["Extract", *(f"#{_short(one)}" for one in keys)]
    yield from _section("Rows loaded, delivery by delivery", heads, rows)


def _rejected(history: History) -> Iterator[Markup]:
    ids = {one.delivery_key: one.delivery_id for one in history.deliveries}
    rows = [
        [
            code(ids.get(one.delivery_key)),
            code(one.extract),
            code(one.column_name),
            code(one.reason_code),
            wording(one.reason_code),
            one.rows,
        ]
        for one in history.reasons
    ]
    yield from _section("Rejected rows by reason", ["Delivery", "Extract", "Column", "Code", "Reason", "#Rows"], rows)


def _identifiers(history: History, shown: Shown) -> Iterator[Markup]:
    rows = []
    for extract, field in history.subjects("identifier_filled"):
        of = {name: history.counts(extract, f"identifier_{name}", field) for name in ("filled", "valid", *_FAULTS)}
        filled = of["filled"][0]
        if not filled.counted:
            continue
        valid = Measure(filled.delivery_key, extract, "", field, of["valid"][0].counted, filled.counted)
        before = [
            Measure(whole.delivery_key, extract, "", field, part.counted, whole.counted)
            for part, whole in zip(of["valid"][1:], of["filled"][1:], strict=False)
        ]
        rows.append(
            [
                code(field),
                shown.part(filled),
                shown.share(filled),
                shown.share(valid),
                ", ".join(shown.share(one) for one in before) or None,
                *(shown.people(of[name][0].counted) for name in _FAULTS),
            ]
        )
    heads = ["Field", "#Filled", "#Of rows", "#Valid", "Valid before", "#Placeholder", "#Invalid", "#Not in statement"]
    note = "A row with a faulty identifier is loaded and shown; the value makes no match key."
    yield from _section("Identifiers and birth dates", heads, rows, note)


def _linked(history: History, shown: Shown) -> Iterator[Markup]:
    rows = []
    for extract, subject in history.subjects(LINKED):
        found = history.counts(extract, LINKED, subject)
        before = ", ".join(shown.share(one) for one in found[1:]) or None
        rows.append(
            [
                code(extract),
                shown.people(found[0].out_of),
                shown.part(found[0]),
                shown.share(found[0]),
                before,
            ]
        )
    note = (
        "Of housing, records in scope that another system's record is linked to; of other systems, records linked to"
        " somebody in scope. Most people whom a service knows live elsewhere, so theirs is a small share."
    )
    yield from _section("Linked records", ["Extract", "#Records", "#Linked", "#Share", "Share before"], rows, note)


def _references(history: History, shown: Shown) -> Iterator[Markup]:
    rows = []
    for extract, subject in history.subjects(BROKEN):
        found = history.counts(extract, BROKEN, subject)[0]
        if found.counted:
            rows.append([code(extract), code(subject), shown.part(found), shown.share(found)])
    note = "Such a row is loaded, but belongs to nobody who was delivered, so it tells nothing of anybody."
    heads = ["Extract", "Its column is not found", "#Rows", "#Of rows with a value"]
    yield from _section("Broken references", heads, rows, note)


def _empty(history: History, shown: Shown) -> Iterator[Markup]:
    rows = []
    for extract, column in history.subjects(EMPTY):
        found = history.counts(extract, EMPTY, column)
        if found[0].counted:
            before = ", ".join(shown.share(one) for one in found[1:]) or None
            rows.append([code(extract), code(column), shown.part(found[0]), shown.share(found[0]), before])
    missing = sum(one.rows for one in history.reasons if one.reason_code == "value_missing")
    note = (
        "A column that every row must fill is never empty here: the row is rejected. Rows rejected for that in the"
        f" deliveries above: {missing:,}."
    )
    yield from _section("Empty cells", ["Extract", "Column", "#Empty", "#Share", "Share before"], rows, note)


def _faulty(history: History) -> int | None:
    counts = [
        history.counts(extract, measure, field)[0].counted
        for measure in ("identifier_placeholder", "identifier_invalid")
        for extract, field in history.subjects(measure)
    ]
    return sum(counts) if counts else None


def _stale(history: History, shown: Shown) -> int:
    return sum(not one.is_current(shown.as_at) for one in history.current)


def _short(delivery: PastDelivery) -> str:
    return f"{delivery.extract_date:%d %b}" if delivery.extract_date else "–"  # noqa: RUF001


def _thousands(count: int | None) -> object:
    return None if count is None else f"{count:,}"
