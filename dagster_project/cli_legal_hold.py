"""`hearthlink legal-hold …`: what must not be deleted, on whose authority."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from dagster_project.cli_input import partner_and_id, running
from dagster_project.cli_output import console, fail, print_rows

app = typer.Typer(
    no_args_is_help=True, help="Legal holds: instead of being deleted, rows move where only a custodian reads them."
)

Home = Annotated[Path | None, typer.Option("--home", help="Home folder (default: HEARTHLINK_HOME or .hearthlink).")]
AgreementFile = Annotated[
    Path | None, typer.Option("--agreement", help="The agreement file (default: agreement.yaml).")
]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who does this: the person's name.")]
Reason = Annotated[str, typer.Option("--reason", help="On what grounds. Name nobody here.")]


@app.command(
    epilog='Example:  hearthlink legal-hold add --authorised-by "Monitoring Officer" --by "A. Osei"'
    ' --reason "claim 2026/17"'
)
def add(
    by: By,
    reason: Reason,
    authorised_by: Annotated[str, typer.Option("--authorised-by", metavar="WHO", help="On whose authority.")],
    record: Annotated[
        str | None,
        typer.Option("--record", metavar="PARTNER:ID", help="A person's record (default: asked for, unseen)."),
    ] = None,
    case: Annotated[
        str | None, typer.Option("--case", metavar="PARTNER:ID", help="A homelessness case, with all its people.")
    ] = None,
    everybody: Annotated[bool, typer.Option("--everybody", help="Everybody who leaves while the hold stands.")] = False,
    held_from: Annotated[
        str | None, typer.Option("--from", metavar="YYYY-MM-DD", help="First day (default: today).")
    ] = None,
    held_to: Annotated[
        str | None, typer.Option("--to", metavar="YYYY-MM-DD", help="Last day (default: until released).")
    ] = None,
    agreement: AgreementFile = None,
    home: Home = None,
) -> None:
    """Keep a person, a household or everybody from being deleted. A record left out is asked for, off the history."""
    from dagster_project.clock import london_today
    from dagster_project.governance.retention.legal_hold import add_hold

    if sum((record is not None, case is not None, everybody)) > 1:
        fail("--record, --case and --everybody exclude each other")
    named = None if everybody else case or record or typer.prompt("Record (PARTNER:ID)", hide_input=True)
    partner, subject_id = partner_and_id(named) if named else (None, None)
    hold_id = add_hold(
        running(home, agreement),
        scope="everybody" if everybody else "case" if case else "person",
        partner=partner,
        subject_id=subject_id,
        held_from=_day(held_from) or london_today(),
        held_to=_day(held_to),
        authorised_by=authorised_by,
        reason=reason,
        by=by,
    )
    console.print(f"legal hold {hold_id}: what would be deleted of them moves to the schema hold instead")


@app.command("list", epilog='Example:  hearthlink legal-hold list --as "A. Osei"')
def list_all(
    reader: Annotated[str, typer.Option("--as", metavar="NAME", help="Who looks at it: the person's name, logged.")],
    home: Home = None,
) -> None:
    """List the holds by number, with how many rows each keeps; whom they are about is not shown. Is logged."""
    from dagster_project.governance.retention.legal_hold import list_holds

    print_rows(
        ["hold", "of", "partner", "from", "to", "authorised by", "reason", "state", "rows"],
        [
            (
                hold.hold_id,
                hold.scope,
                hold.partner or "",
                hold.held_from,
                hold.held_to or "until released",
                hold.authorised_by,
                hold.reason,
                "released" if hold.is_released else "stands",
                hold.rows,
            )
            for hold in list_holds(running(home), reader)
        ],
    )


@app.command(epilog='Example:  hearthlink legal-hold release 3 --by "A. Osei" --reason "claim settled"')
def release(
    hold: Annotated[int, typer.Argument(metavar="HOLD", help="Number of the hold, as in the list.")],
    by: By,
    reason: Reason,
    home: Home = None,
) -> None:
    """End a hold. What was kept for it is deleted at the start of the next run, with tombstones."""
    from dagster_project.governance.retention.legal_hold import release_hold

    release_hold(running(home), hold, by, reason)
    console.print(f"legal hold {hold} is released: what it kept goes at the start of the next run")


def add_to(root: typer.Typer) -> None:
    """Put `legal-hold …` under the program's name."""
    root.add_typer(app, name="legal-hold")


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        fail(f"'{text}' is not a date: write it as YYYY-MM-DD")
