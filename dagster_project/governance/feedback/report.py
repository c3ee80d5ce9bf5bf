"""The report on one delivery, for the partner that sent it: a text to act on, and a list of rows. Never a value."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from dagster_project.extracts.reasons import REJECTION_WORDING, RejectionReason
from dagster_project.governance.feedback.findings import Findings
from dagster_project.governance.feedback.next_steps import RESULT_WORDS, next_steps

# A spreadsheet takes a cell that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_COLUMNS = ("extract", "file", "line", "column", "reason_code", "reason")


def report_files(findings: Findings, partner_name: str) -> dict[str, bytes]:
    """File name to content: `<delivery>_report.txt` and `<delivery>_rejected_rows.csv`.

    The names are the delivery's, so that a later report on it replaces the earlier one. The content depends on what
    is on record alone, and so is the same however often it is made.
    """
    name = findings.delivery.delivery_id
    listed = f"{name}_rejected_rows.csv"
    return {
        f"{name}_report.txt": "".join(f"{line}\r\n" for line in _text(findings, partner_name, listed)).encode(),
        listed: _list(findings).encode(),
    }


def wording(reason_code: str) -> str:
    """The reason of a rejected row in words; the code itself where this version does not know it."""
    try:
        return REJECTION_WORDING[RejectionReason(reason_code)]
    except (KeyError, ValueError):
        return reason_code


def cell(value: object) -> str:
    """A cell that no spreadsheet runs: what would begin a formula is marked as text."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _list(findings: Findings) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for row in findings.rejected:
        place = (row.extract, row.file_name, row.line_number, row.column_name)
        known = (*place, row.reason_code, wording(row.reason_code))
        writer.writerow([cell(value) for value in known])
    return out.getvalue()


def _text(findings: Findings, partner_name: str, listed: str) -> Iterator[str]:
    delivery = findings.delivery
    yield f"What became of delivery {delivery.delivery_id}"
    yield ""
    yield f"Partner       {delivery.partner} ({partner_name})"
    yield f"Extract date  {delivery.extract_date or 'not known'}"
    left_out = f", but {len(findings.rejected):,} row(s) are left out" if findings.rejected else ""
    yield f"Result        {RESULT_WORDS[delivery.status]}{left_out if delivery.status == 'loaded' else ''}"
    if delivery.reason:
        yield f"Reason        {delivery.reason} [{delivery.reason_code}]"
    yield from _rows(findings)
    yield from _mapped(findings)
    if findings.warnings:
        yield from _heading("Not loaded")
        yield from findings.warnings
    yield from _reasons(findings)
    yield from _identifiers(findings)
    yield from _broken(findings)
    yield from _heading("What to do next")
    for number, step in enumerate(next_steps(findings, listed), start=1):
        yield f"{number}. {step}"
    yield ""
    yield f"Rejected rows stand in {listed}. Line 1 is the line of the column names."
    yield "Both files hold names of files and columns, line numbers, codes and counts, and no value of any row."


def _rows(findings: Findings) -> Iterator[str]:
    if findings.files:
        yield from _heading("Rows: parsed = loaded + rejected")
        rows = [(file.extract, file.rows_parsed, file.rows_loaded, file.rows_rejected) for file in findings.files]
        yield from _table(("extract", "parsed", "loaded", "rejected"), rows)


def _mapped(findings: Findings) -> Iterator[str]:
    if findings.mapped:
        yield from _heading("Files as you sent them: parsed = loaded + rejected + passed over")
        rows = [
            (
                file.file_name,
                file.mapping,
                file.rows_parsed,
                file.rows_loaded,
                file.rows_rejected,
                file.rows_passed_over,
            )
            for file in findings.mapped
        ]
        yield from _table(("file", "mapping", "parsed", "loaded", "rejected", "passed over"), rows)
        yield "What the mapping passes over is not asked for, such as lines of totals or records that are closed."


def _reasons(findings: Findings) -> Iterator[str]:
    if findings.rejected:
        yield from _heading("Rejected rows by place and reason")
        counted = Counter((row.extract, row.column_name or "(whole row)", row.reason_code) for row in findings.rejected)
        rows = [(extract, column, number, code) for (extract, column, code), number in sorted(counted.items())]
        yield from _table(("extract", "column", "rows", "reason"), rows)
        yield ""
        for code in sorted({row.reason_code for row in findings.rejected}):
            yield f"{code}: {wording(code)}"


def _identifiers(findings: Findings) -> Iterator[str]:
    if findings.identifiers:
        yield from _heading("Identifiers and birth dates: the rows are loaded; only valid ones can link")
        rows = [
            (found.identifier, found.rows, found.filled, found.valid, found.placeholder, found.invalid, found.unlawful)
            for found in findings.identifiers
            if found.filled
        ]
        yield from _table(
            ("identifier", "rows", "filled", "valid", "placeholder", "invalid", "not in privacy statement"), rows
        )


def _broken(findings: Findings) -> Iterator[str]:
    if findings.broken:
        yield from _heading("References to what was not delivered: the rows are loaded, but belong to nobody")
        rows = [(found.extract, found.subject, found.rows) for found in findings.broken]
        yield from _table(("extract", "not found", "rows"), rows)


def _heading(words: str) -> Iterator[str]:
    yield ""
    yield words
    yield "-" * len(words)


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Text in columns; numbers stand to the right."""
    table = [list(map(str, heads)), *([str(value) for value in row] for row in rows)]
    widths = [max(len(line[place]) for line in table) for place in range(len(heads))]
    for line in table:
        cells = [
            value.rjust(width) if value.isdigit() else value.ljust(width)
            for value, width in zip(line, widths, strict=True)
        ]
        yield "  ".join(cells).rstrip()
