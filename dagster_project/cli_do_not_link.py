"""`hearthlink do-not-link …`: records that must never be one person."""

from pathlib import Path
from typing import Annotated

import typer

from dagster_project.cli_input import partner_and_id, running
from dagster_project.cli_output import console, errors, fail, print_rows

app = typer.Typer(
    no_args_is_help=True, help="The do-not-link register: it beats every rule and every reviewer. Restricted."
)

Home = Annotated[Path | None, typer.Option("--home", help="Home folder (default: HEARTHLINK_HOME or .hearthlink).")]
Agreement = Annotated[Path | None, typer.Option("--agreement", help="The agreement file (default: agreement.yaml).")]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who does this: the person's name.")]
Reason = Annotated[str, typer.Option("--reason", help="On what grounds. Name nobody here.")]


@app.command(epilog='Example:  hearthlink do-not-link add --by "A. Osei" --reason "court order seen"')
def add(
    by: By,
    reason: Reason,
    one: Annotated[
        str | None, typer.Option("--record", metavar="PARTNER:ID", help="A record (default: asked for, unseen).")
    ] = None,
    other: Annotated[
        str | None,
        typer.Option("--other", metavar="PARTNER:ID", help="The record to keep it apart from (default: asked for)."),
    ] = None,
    from_everybody: Annotated[
        bool, typer.Option("--from-everybody", help="Link the record to no other at all.")
    ] = False,
    home: Home = None,
    agreement: Agreement = None,
) -> None:
    """Keep two records apart, or one from everybody. Records left out are asked for, off the shell's history."""
    from dagster_project.governance.decisions.do_not_link import Record
    from dagster_project.governance.decisions.do_not_link import add as register

    if from_everybody and other:
        fail("--from-everybody and --other exclude each other")
    settings = running(home, agreement)
    first = Record(*_record(one, "Record (PARTNER:ID)"))
    second = None if from_everybody else Record(*_record(other, "Keep it apart from (PARTNER:ID)"))
    made = register(settings, first, second, by, reason)
    console.print(f"entry {made.entry_id}: counts from the next run on")
    if made.unknown:
        console.print(f"{made.unknown} record(s) not among those delivered: the entry waits for them")
    if made.are_together:
        errors.print("[bold red]they are one person in the last run: run now, so that nobody sees them together[/]")


@app.command("list", epilog='Example:  hearthlink do-not-link list --as "A. Osei"')
def list_entries(
    reader: Annotated[str, typer.Option("--as", metavar="NAME", help="Who looks at it: the person's name, logged.")],
    home: Home = None,
) -> None:
    """List the standing entries by number; the records' ids are not shown. Is logged."""
    from dagster_project.governance.decisions.do_not_link import standing

    entries = standing(running(home), reader)
    print_rows(
        ["entry", "a record of", "kept apart from", "reason", "by", "since"],
        [
            (
                entry.entry_id,
                entry.left_partner,
                f"a record of {entry.right_partner}" if entry.right_partner else "everybody",
                entry.reason,
                entry.added_by,
                entry.added_at.date(),
            )
            for entry in entries
        ],
    )


@app.command(epilog='Example:  hearthlink do-not-link remove 7 --by "A. Osei" --reason "entered by mistake"')
def remove(
    entry: Annotated[int, typer.Argument(metavar="ENTRY", help="Number of the entry, as in the list.")],
    by: By,
    reason: Reason,
    home: Home = None,
) -> None:
    """End an entry. It stays on record with who ended it and why; the next run may link the records again."""
    from dagster_project.governance.decisions.do_not_link import remove as end

    end(running(home), entry, by, reason)
    console.print(f"entry {entry} ended: counts from the next run on")


def add_to(root: typer.Typer) -> None:
    """Put `do-not-link …` under the program's name."""
    root.add_typer(app, name="do-not-link")


def _record(text: str | None, prompt: str) -> tuple[str, str]:
    return partner_and_id(text or typer.prompt(prompt, hide_input=True))
