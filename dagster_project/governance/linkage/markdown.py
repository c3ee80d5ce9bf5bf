"""The report for Dagster's run page: Markdown, with the picture as a data URI."""

import base64
from collections.abc import Iterator

from dagster_project.governance.linkage.picture import picture
from dagster_project.governance.linkage.report import LinkageReport
from dagster_project.governance.linkage.words import NOTES, Table, tables


def tables_as_markdown(report: LinkageReport) -> str:
    """Every table, and what is to be known in reading them."""
    return "\n\n".join([*(_table(one) for one in tables(report)), *NOTES])


def picture_as_markdown(report: LinkageReport) -> str:
    """An image that needs no file and no server."""
    encoded = base64.b64encode(picture(report.now).encode()).decode()
    return f"![Shares of people linked and in review](data:image/svg+xml;base64,{encoded})"


def _table(one: Table) -> str:
    return "\n".join([f"**{one.title}**", "", *_lines(one)])


def _lines(one: Table) -> Iterator[str]:
    yield f"| {' | '.join(head.lstrip('#') for head in one.heads)} |"
    yield "|" + "".join(" ---: |" if head.startswith("#") else " --- |" for head in one.heads)
    yield from (f"| {' | '.join(row)} |" for row in one.rows)
