"""The worklist: an encrypted workbook that asks and takes answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dagster_project.governance.decisions.queue import FIELDS, Item
from dagster_project.governance.decisions.standing import DECISIONS
from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.workbooks import CLASSIFICATION, encrypted, opened

SHEET, ABOUT = "Worklist", "About"
DECISION, WHY = "your decision", "why"
COLUMNS = ("item", "question", "tier", "rule", "one system", "other system", *FIELDS, "earlier decision", DECISION, WHY)
_WIDTHS = {"item": 24, "question": 60, "rule": 26, "one system": 28, "other system": 28, DECISION: 14, WHY: 60}
_HELP = (
    "For each question choose confirm (one person), reject (two people) or unsure, and say why.",
    "Leave a line empty to leave its question open.",
    "A question with one system only is about one record: confirm if all its rows are one person, reject if not.",
    "Names, numbers and dates are not shown. 'hearthlink review show ITEM' says where each system finds its record.",
    "Name nobody in the column 'why'. Do not print this file or keep it longer than you need it.",
)


@dataclass(frozen=True)
class Answer:
    """A line that somebody has filled in; `line` is its number in the sheet."""

    line: int
    item_id: str
    decision: str
    why: str


def write_worklist(export_id: str, items: Sequence[Item], partners: Mapping[str, str], password: str) -> bytes:
    """The encrypted workbook. `partners` maps codes to names."""

    def write(book: Any) -> None:
        _write_items(book, items, partners)
        _write_about(book, export_id)

    return encrypted(write, password)


def read_worklist(path: Path, password: str) -> tuple[str, list[Answer]]:
    """The export that a worklist came from, and the lines that were filled in.

    Raises:
        GovernanceError: not a worklist, not encrypted, another password, or changed by other means than a spreadsheet.
    """
    book = opened(path, password)
    if not {SHEET, ABOUT} <= set(book.sheetnames):
        raise GovernanceError(f"{path.name} is not a worklist of 'hearthlink review export'")
    export_id = str(next(book[ABOUT].iter_rows(min_col=2, max_col=2, values_only=True))[0] or "")
    rows = book[SHEET].iter_rows(values_only=True)
    header = [_text(cell) for cell in next(rows, ())]
    if missing := [name for name in ("item", DECISION, WHY) if name not in header]:
        raise GovernanceError(f"{path.name} lacks the column {', '.join(missing)}: export the worklist again")
    item, decision, why = (header.index(name) for name in ("item", DECISION, WHY))
    answers = [
        Answer(line, _text(row[item]), _text(row[decision]).lower(), _text(row[why]))
        for line, row in enumerate(rows, start=2)
    ]
    return export_id, [answer for answer in answers if answer.decision or answer.why]


def _write_items(book: Any, items: Sequence[Item], partners: Mapping[str, str]) -> None:
    sheet = book.add_worksheet(SHEET)
    sheet.set_header(f"&C{CLASSIFICATION}")
    bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    open_cell = book.add_format({"locked": False, "text_wrap": True, "valign": "top", "bg_color": "#FFF8DC"})
    for place, name in enumerate(COLUMNS):
        sheet.set_column(place, place, _WIDTHS.get(name, 12))
        sheet.write_string(0, place, name, bold)
    for row, item in enumerate(items, start=1):
        told = [
            item.item_id,
            item.meaning,
            str(item.tier),
            item.rule,
            partners.get(item.left_partner, item.left_partner),
            partners.get(item.right_partner or "", item.right_partner or ""),
            *item.flags().values(),
            item.decision or "",
        ]
        for place, text in enumerate(told):
            sheet.write_string(row, place, text, wrap)
        for name in (DECISION, WHY):
            sheet.write_blank(row, COLUMNS.index(name), None, open_cell)
    last = max(len(items), 1)
    choice = COLUMNS.index(DECISION)
    sheet.data_validation(
        *(1, choice, last, choice),
        {"validate": "list", "source": list(DECISIONS), "error_message": f"One of: {', '.join(DECISIONS)}"},
    )
    sheet.freeze_panes(1, 1)
    # Against slips of the hand only: what keeps others out is the encryption.
    sheet.protect("", {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True})


def _write_about(book: Any, export_id: str) -> None:
    sheet = book.add_worksheet(ABOUT)
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 1, 120)
    sheet.write_string(0, 0, "export")
    sheet.write_string(0, 1, export_id)
    sheet.write_string(1, 1, CLASSIFICATION)
    for row, text in enumerate(_HELP, start=2):
        sheet.write_string(row, 1, text)
    sheet.protect()


def _text(cell: object) -> str:
    return "" if cell is None else str(cell).strip()
