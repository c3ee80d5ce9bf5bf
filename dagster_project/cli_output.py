"""What the commands print: progress, tables, errors."""

import csv as csv_writer
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table
from typer.core import TyperGroup

from dagster_project.governance.summary import RunSummary

# A terminal has a width; a file or a pipe is given tables as wide as they are, so that no value is broken.
console = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 10_000)
errors = Console(stderr=True, highlight=False, soft_wrap=True)


class Commands(TyperGroup):
    """The commands. What the product itself refuses ends as one error line, not as a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        from dagster_project.agreement.model import AgreementError
        from dagster_project.governance.errors import GovernanceError
        from dagster_project.warehouse.errors import WarehouseError

        try:
            return super().invoke(ctx)
        except (AgreementError, GovernanceError, WarehouseError) as error:
            fail(str(error))


def fail(message: str) -> NoReturn:
    """Say what is wrong and end with exit code 1."""
    errors.print(f"[bold red]error:[/] {_plain(message)}")
    raise typer.Exit(1)


def london_day(text: str | None) -> date:
    """The date that a command was given, or today in London. What is no date ends the command."""
    from dagster_project.clock import london_today

    try:
        return date.fromisoformat(text) if text else london_today()
    except ValueError:
        fail(f"'{text}' is not a date: write it as YYYY-MM-DD")


def step_printer() -> Callable[[str, str], None]:
    """A callback that prints one line per finished step, with its seconds."""
    # The run sends its own output to a log file; progress goes where the command's output went before.
    out = Console(file=sys.stdout, highlight=False, soft_wrap=True)
    begun: dict[str, float] = {}

    def on_step(step: str, state: str) -> None:
        if state == "start":
            begun[step] = time.monotonic()
            return
        mark = "[green]ok[/]  " if state == "success" else "[red]FAIL[/]"
        out.print(f"  {mark} {step.replace('__', '/'):<34} {time.monotonic() - begun.get(step, 0):6.1f} s")

    return on_step


def print_rows(columns: Sequence[str], rows: Sequence[Sequence[Any]], *, csv: bool = False) -> None:
    """A table on the screen, or comma-separated text with a header."""
    if csv:
        writer = csv_writer.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
        return
    table = Table()
    for column in columns:
        table.add_column(_plain(column), overflow="fold")
    for row in rows:
        table.add_row(*("" if value is None else _plain(str(value)) for value in row))
    console.print(table)


def print_summary(summary: RunSummary, failures: Sequence[str], published: bool) -> None:
    """The one table of a run: rows per extract, links per tier, review per reason, gate, publish."""
    table = Table("what", "", "count", "rejected", title=f"Run {summary.publish_id}")
    for extract, _, loaded, rejected in summary.rows:
        table.add_row("rows", extract, str(loaded), str(rejected))
    table.add_section()
    for tier, count in summary.links:
        table.add_row("links", f"tier {tier}", str(count), "")
    for reason, count in summary.review:
        table.add_row("review", reason, str(count), "")
    table.add_section()
    gate = {None: "not judged", True: "passed", False: "FAILED"}[summary.gate_passed]
    table.add_row("gate", gate, str(summary.gate_checks), "")
    table.add_row("publish", summary.publish_id if published else "NOT PUBLISHED", _people(summary, published), "")
    console.print(table)
    for suite, check, clause, named in summary.failed_checks:
        errors.print(f"[red]gate:[/] {_plain(f'{suite}: {check} ({clause})')}{_plain(f': {named}') if named else ''}")
    for failure in failures:
        errors.print(f"[red]failed:[/] {_plain(failure)}")
    if not published:
        errors.print("[bold red]nothing was published; the last good mart stands as it was[/]")


def _people(summary: RunSummary, published: bool) -> str:
    return f"{summary.people} people" if published else ""


def _plain(text: str) -> str:
    return text.replace("[", r"\[")
