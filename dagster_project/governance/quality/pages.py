"""The pages on data quality: one per partner and an index. Made of counts; what is about few people is not shown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dagster_project.agreement.model import Agreement
from dagster_project.dropbox.fetch import write_whole
from dagster_project.extracts.contracts import REFERENCE
from dagster_project.governance.evidence.markup import Markup, code, element, join, table
from dagster_project.governance.evidence.page_shell import whole_page
from dagster_project.governance.quality.history import History, read_history
from dagster_project.governance.quality.sections import Shown, overview_row, sections
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from dagster_project.warehouse.roles import PUBLISHER

INDEX = "index.html"
_HEADS = (
    "Partner",
    "Newest delivery",
    "Result",
    "#Days old",
    "Not current",
    "#Rows",
    "#Rejected",
    "#Faulty identifiers",
    "#Linked",
)


@dataclass(frozen=True)
class Pages:
    """Where the pages are."""

    index: Path
    partners: int


def write_pages(settings: Settings, agreement: Agreement, as_at: date) -> Pages:
    """Write `quality/index.html` and `quality/<partner>.html` anew, from what `control` holds.

    Raises:
        WarehouseError: the warehouse cannot be reached.
        OSError: the folder cannot be written to.
    """
    names = {partner.code: partner.name for partner in agreement.partners} | {REFERENCE: "Public reference data"}
    shown = Shown(as_at, agreement.exports.planning.min_cell)
    with connect(settings, PUBLISHER) as conn:
        histories = {code: read_history(conn, code) for code in names}
    settings.quality_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    for partner, history in histories.items():
        page = _partner_page(partner, names[partner], history, shown)
        write_whole(settings.quality_dir / f"{partner}.html", page.encode())
    index = settings.quality_dir / INDEX
    write_whole(index, _index(names, histories, shown).encode())
    # A page of a partner that has left says nothing that is still true.
    for old in set(settings.quality_dir.glob("*.html")) - {settings.quality_dir / f"{name}.html" for name in names}:
        if old != index:
            old.unlink()
    return Pages(index, len(names))


def _index(names: dict[str, str], histories: dict[str, History], shown: Shown) -> str:
    rows: Iterable[Sequence[object]] = (
        [element("a", name, href=f"{partner}.html"), *overview_row(histories[partner], shown)]
        for partner, name in names.items()
    )
    body = join(
        (
            element("h1", "Data quality"),
            element("p", f"As at {shown.as_at}. One page per partner.", class_="soft"),
            table("", _HEADS, rows),
            _footer(shown),
        ),
        "\n",
    )
    return whole_page("Data quality", body)


def _partner_page(partner: str, name: str, history: History, shown: Shown) -> str:
    title = f"Data quality: {name}"
    body = join(
        (
            element("p", element("a", "All partners", href=INDEX)),
            element("h1", title),
            element("p", join((code(partner), f", as at {shown.as_at}")), class_="soft"),
            *sections(history, shown),
            _footer(shown),
        ),
        "\n",
    )
    return whole_page(title, body)


def _footer(shown: Shown) -> Markup:
    return element(
        "footer",
        f"Counts only, and nothing about a person: fewer than {shown.min_cell} people are not counted out, and shares"
        " are whole percents.",
    )
