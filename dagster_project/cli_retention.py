"""`hearthlink retention …`: what was deleted and is due, a purge by hand, the disposal list of the host systems."""

from pathlib import Path
from typing import Annotated

import typer

from dagster_project.cli_input import running
from dagster_project.cli_output import console, errors, fail, print_rows

app = typer.Typer(no_args_is_help=True, help="How long data is held: deletions, and what hosts have to decide.")

Home = Annotated[Path | None, typer.Option("--home", help="Home folder (default: HEARTHLINK_HOME or .hearthlink).")]
AgreementFile = Annotated[
    Path | None, typer.Option("--agreement", help="The agreement file (default: agreement.yaml).")
]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who does this: the person's name.")]


@app.command(epilog="Example:  hearthlink retention status")
def status(home: Home = None) -> None:
    """Count what the last purge deleted, what is on the disposal list, and records that cannot be dated."""
    from dagster_project.governance.retention.standing import oldest_received, read_standing
    from dagster_project.warehouse.connection import ADMIN, connect

    with connect(running(home), ADMIN) as conn:
        now = read_standing(conn)
    for purge in now.purges:
        state = "finished" if purge["is_finished"] else "NOT FINISHED: run 'hearthlink retention purge'"
        console.print(f"purge after {purge['publish_id']}: {state}", markup=False)
        print_rows(["deleted or kept", "count"], sorted(purge["counts"].items()))
    if now.deletions:
        print_rows(
            ["rule", "because", "records", "rows", "overdue", "most days"],
            [tuple(row.values()) for row in now.deletions],
        )
    if now.disposal_list:
        print_rows(
            ["rule", "class of record", "partner", "undecided", "decided", "oldest due"],
            [tuple(row.values()) for row in now.disposal_list],
        )
    if now.findings:
        print_rows(
            ["rule", "class of record", "partner", "finding", "records"], [tuple(row.values()) for row in now.findings]
        )
    console.print(f"oldest file whole in raw: received {oldest_received(now) or 'none'}")


@app.command(epilog="Example:  hearthlink retention purge")
def purge(agreement: AgreementFile = None, home: Home = None) -> None:
    """Do the purge after the last publish again, when it did not come to its end. Doing it twice changes nothing."""
    from dagster_project.agreement.model import load_agreement
    from dagster_project.governance.retention.purge import purge_last
    from dagster_project.warehouse.lock import run_lock

    settings = running(home, agreement)
    with run_lock(settings):
        done = purge_last(settings, load_agreement(settings.agreement_file))
    console.print(f"purged after {done.publish_id}", markup=False)
    print_rows(["deleted or kept", "count"], sorted(done.counts.items()))


@app.command("disposal-list", epilog='Example:  hearthlink retention disposal-list fakeshire_edu --by "A. Osei"')
def disposal_list(
    partner: Annotated[str, typer.Argument(metavar="PARTNER", help="The partner whose records are listed.")],
    by: By,
    out: Annotated[Path | None, typer.Option("--out", help="New file (default: in the home folder).")] = None,
    agreement: AgreementFile = None,
    home: Home = None,
) -> None:
    """Write what is past its period in a host system as an encrypted workbook. Its password is shown once."""
    from dagster_project.agreement.model import load_agreement
    from dagster_project.governance.retention.disposal import export_list

    settings = running(home, agreement)
    made = export_list(settings, load_agreement(settings.agreement_file), partner, by, out)
    console.print(f"{made.records} record(s) in {made.path}", markup=False)
    console.print(f"password: {made.password}", markup=False)
    console.print("It is not kept: write it down apart from the file, or export again.")


@app.command("disposal-import", epilog='Example:  hearthlink retention disposal-import list.xlsx --by "A. Osei"')
def disposal_import(
    file: Annotated[Path, typer.Argument(help="The list, filled in and still encrypted.")],
    by: By,
    password_file: Annotated[
        Path | None, typer.Option("--password-file", help="File with the password (default: asked for).")
    ] = None,
    home: Home = None,
) -> None:
    """Record the outcomes that the owners approved: all, or none if a line cannot be taken. Deletes nothing."""
    from dagster_project.governance.retention.disposal import ImportRefused, import_outcomes

    if password_file and not password_file.is_file():
        fail(f"there is no file {password_file}")
    password = (
        password_file.read_text(encoding="utf-8").strip()
        if password_file
        else typer.prompt("Password of the list", hide_input=True)
    )
    try:
        recorded = import_outcomes(running(home), file, password, by)
    except ImportRefused as refused:
        for fault in refused.faults:
            errors.print(fault, markup=False)
        fail(f"{refused}. Correct these lines and import again")
    console.print("recorded: " + ", ".join(f"{count} {outcome}" for outcome, count in recorded.items()))


def add_to(root: typer.Typer) -> None:
    """Put `retention …` under the program's name."""
    root.add_typer(app, name="retention")
