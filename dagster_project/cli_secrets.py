"""`hearthlink secrets …`: what is kept in the secrets folder, and new passwords for the pipeline's logins."""

from pathlib import Path
from typing import Annotated

import typer

from dagster_project.cli_input import running
from dagster_project.cli_output import console, print_rows
from dagster_project.settings import load_settings

app = typer.Typer(no_args_is_help=True, help="The secrets of this installation: list them, renew them. None is shown.")

Home = Annotated[Path | None, typer.Option("--home", help="Home folder (default: HEARTHLINK_HOME or .hearthlink).")]


@app.command("list", epilog="Example:  hearthlink secrets list")
def list_secrets(home: Home = None) -> None:
    """List the files of the secrets folder: what for, since when, how renewed. Fails if others can read one."""
    from dagster_project.governance.rotation import read_secrets

    found = read_secrets(load_settings(home))
    print_rows(
        ["file", "what", "since", "for its owner alone", "renewed by"],
        [(one.file, one.kind, one.changed_on, "yes" if one.is_private else "NO", one.renewal) for one in found],
    )
    if any(not one.is_private for one in found):
        console.print("Close what others can read (chmod 600), and renew it if somebody may have read it.")
        raise typer.Exit(1)


@app.command(epilog='Example:  hearthlink secrets rotate hl_analyst --by "A. Osei"')
def rotate(
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who does this: the person's name, logged.")],
    logins: Annotated[list[str] | None, typer.Argument(metavar="LOGIN", help="Default: all that are kept.")] = None,
    home: Home = None,
) -> None:
    """Give logins of the pipeline new passwords, between two runs. Programs that were started before need a restart."""
    from dagster_project.governance.rotation import rotate as renew

    for login in renew(running(home), logins or [], by):
        console.print(f"{login} has a new password", markup=False)


def add_to(root: typer.Typer) -> None:
    """Put `secrets …` under the program's name."""
    root.add_typer(app, name="secrets")
