"""`hearthlink export …`: data that leaves the warehouse, each time for a purpose, by name and on record."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from dagster_project.cli_input import running
from dagster_project.cli_output import console, errors, print_rows
from dagster_project.settings import load_settings

app = typer.Typer(no_args_is_help=True, help="Take data out, encrypted and on record, and see what became of it.")
keys = typer.Typer(no_args_is_help=True, help="The keys of pseudonyms: list, rotate, destroy.")
app.add_typer(keys, name="keys")

Home = Annotated[Path | None, typer.Option("--home", help="Home folder (default: HEARTHLINK_HOME or .hearthlink).")]
AgreementFile = Annotated[
    Path | None, typer.Option("--agreement", help="The agreement file (default: agreement.yaml).")
]
Purpose = Annotated[str, typer.Option("--purpose", metavar="PURPOSE", help="A purpose of the agreement, by its id.")]
User = Annotated[str, typer.Option("--as", metavar="USER", help="The login of the person who exports.")]
Out = Annotated[Path | None, typer.Option("--out", help="New file (default: in the home folder).")]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who answers for it: the person's name.")]
ExportId = Annotated[str, typer.Argument(metavar="EXPORT", help="The export's id, as in the list.")]


@app.command(epilog="Example:  hearthlink export dashboard --purpose housing_priority --as priya.patel")
def dashboard(
    purpose: Purpose, user: User, out: Out = None, agreement: AgreementFile = None, home: Home = None
) -> None:
    """Write all that a user of the whole system reads into an encrypted workbook. Its password is shown once."""
    from dagster_project.governance.exports.dashboard import export_dashboard

    made = export_dashboard(running(home, agreement), user, purpose, out)
    print_rows(["sheet", "rows"], sorted(made.rows.items()))
    console.print(f"{made.people} people in {made.path}", markup=False)
    console.print(f"export {made.export_id}, deleted on {made.expires_on} or when somebody in it leaves the mart")
    _show_password(made.password)


@app.command(epilog="Example:  hearthlink export planning --purpose service_planning --as noor.khan")
def planning(purpose: Purpose, user: User, out: Out = None, agreement: AgreementFile = None, home: Home = None) -> None:
    """Write pseudonymised rows and tables of counts into two encrypted workbooks, and a disclosure report beside."""
    from dagster_project.governance.exports.planning.export import export_planning

    made = export_planning(running(home, agreement), user, purpose, out)
    console.print(f"{made.rows.people} people in {made.rows.path}", markup=False)
    console.print(f"{made.counts.rows['tables']} tables of counts in {made.counts.path}", markup=False)
    console.print(f"what was done so that nobody can be told from them: {made.report}", markup=False)
    console.print(f"exports {made.rows.export_id} and {made.counts.export_id}, deleted on {made.rows.expires_on}")
    for one in (made.rows, made.counts):
        console.print(f"password of {one.path.name}: {one.password}", markup=False)
    console.print("They are not kept: write them down apart from the files, or export again.")


@app.command("list", epilog="Example:  hearthlink export list")
def list_exports(home: Home = None) -> None:
    """List every export: who made it, for what, until when, and what became of its file."""
    from dagster_project.governance.exports.catalogue import read_exports

    found = read_exports(running(home))
    print_rows(
        ["export", "kind", "purpose", "user", "made", "until", "state", "file"],
        [
            (
                *(one.export_id, one.kind, one.purpose, one.actor, f"{one.created_at:%Y-%m-%d}", one.expires_on),
                one.status if one.reason is None else f"{one.status}: {one.reason}",
                one.path.name,
            )
            for one in found
        ],
    )
    _warn(home)


@app.command(epilog="Example:  hearthlink export sweep")
def sweep(agreement: AgreementFile = None, home: Home = None) -> None:
    """Delete the exports that are due. Each publish does so, too."""
    from dagster_project.governance.exports.sweep import sweep as sweep_now
    from dagster_project.governance.opt_out import checks

    settings = running(home, agreement)
    checks.sweep(settings)
    swept = sweep_now(settings)
    print_rows(["export", "file", "why"], [(one.export_id, one.status, one.reason) for one in swept])
    _warn(home)
    if any(one.status == "standing" for one in swept):
        raise typer.Exit(1)


@app.command(epilog='Example:  hearthlink export confirm e1f0c2a9b7d4e --by "P. Patel"')
def confirm(export: ExportId, by: By, home: Home = None) -> None:
    """Take down that a moved export is deleted, on the word of whoever had it."""
    from dagster_project.governance.exports.sweep import confirm_deleted

    confirm_deleted(running(home), export, by)
    console.print(f"{export} is confirmed as deleted", markup=False)


@app.command(epilog="Example:  hearthlink export password e1f0c2a9b7d4e --as priya.patel")
def password(export: ExportId, user: User, home: Home = None) -> None:
    """Show the password of an export that the Dagster job made. It is shown once and then kept nowhere."""
    from dagster_project.governance.exports.passwords import take_password

    _show_password(take_password(running(home), export, user))


@keys.command("list", epilog="Example:  hearthlink export keys list")
def list_keys(home: Home = None) -> None:
    """List the keys of pseudonyms: for which purpose and period, and whether they still exist."""
    from dagster_project.governance.exports.keys import read_keys

    print_rows(
        ["key", "purpose", "period", "made", "destroyed"],
        [
            (key.key_id, key.purpose, key.period, f"{key.created_at:%Y-%m-%d}", _day(key.destroyed_at))
            for key in read_keys(running(home))
        ],
    )


@keys.command(epilog='Example:  hearthlink export keys rotate housing_priority --by "P. Patel"')
def rotate(
    purpose: Annotated[str, typer.Argument(metavar="PURPOSE", help="A purpose of the agreement, by its id.")],
    by: By,
    agreement: AgreementFile = None,
    home: Home = None,
) -> None:
    """Make a new key for a purpose: people have new pseudonyms from now on. The old key stays until it is destroyed."""
    from dagster_project.governance.exports.keys import rotate as make_new

    key_id = make_new(running(home, agreement), purpose, by)
    console.print(f"{key_id} is the key for {purpose} from now on", markup=False)


@keys.command(epilog='Example:  hearthlink export keys destroy k1 --by "P. Patel" --yes')
def destroy(
    key: Annotated[str, typer.Argument(metavar="KEY", help="The key's id, as in the list.")],
    by: By,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    home: Home = None,
) -> None:
    """Destroy a key: nobody can tell any more whose its pseudonyms are. This cannot be undone."""
    from dagster_project.governance.exports.keys import destroy as destroy_key

    if not yes:
        typer.confirm(f"Destroy {key} for ever?", abort=True)
    destroy_key(running(home), key, by)
    console.print(f"{key} is destroyed", markup=False)


def add_to(root: typer.Typer) -> None:
    """Put `export …` under the program's name."""
    root.add_typer(app, name="export")


def _show_password(password: str) -> None:
    console.print(f"password: {password}", markup=False)
    console.print("It is not kept: write it down apart from the file, or export again.")


def _day(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d}"


def _warn(home: Path | None) -> None:
    from dagster_project.governance.exports.sweep import unconfirmed_exports

    for warning in unconfirmed_exports(load_settings(home)):
        errors.print(f"warning: {warning}", markup=False)
