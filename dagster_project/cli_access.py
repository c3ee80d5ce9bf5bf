"""`hearthlink access …`: is access as it is meant, and putting it right."""

from pathlib import Path
from typing import Annotated

import typer

from dagster_project.cli_input import running
from dagster_project.cli_output import console, errors

app = typer.Typer(
    no_args_is_help=True,
    help="Rights, policies, roles and logins beside what the agreement, the register of users and the set-up say.",
)

By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who does this: the person's name, logged.")]
Role = Annotated[str, typer.Argument(metavar="ROLE", help="A role of the database server.")]
Home = Annotated[Path | None, typer.Option("--home", help="Home folder (default: HEARTHLINK_HOME or .hearthlink).")]
Agreement = Annotated[Path | None, typer.Option("--agreement", help="The agreement file (default: agreement.yaml).")]


@app.command(epilog="Example:  hearthlink access check")
def check(home: Home = None, agreement: Agreement = None) -> None:
    """List what is not as it is meant. Exits 1 if there is anything: nothing is published until it is put right."""
    from dagster_project.governance.access.repair import check as look

    _tell(look(running(home, agreement)))


@app.command(epilog='Example:  hearthlink access repair --by "A. Osei" --reason "rights given by mistake" --yes')
def repair(
    by: By,
    reason: Annotated[str, typer.Option("--reason", help="Why, without naming anybody whose data is held; logged.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without this, only show what would be put right.")] = False,
    home: Home = None,
    agreement: Agreement = None,
) -> None:
    """Put rights, policies and roles back as they are meant, also those of the mart that people read now.

    Readers wait for a moment. What only a person can decide is left and listed; then the command exits 1.
    """
    from dagster_project.governance.access import repair as access

    settings = running(home, agreement)
    if not yes:
        _tell(access.check(settings))
        return
    found, left = access.repair(settings, by, reason)
    console.print(f"{len(found)} difference(s) found, {len(left)} left")
    _tell(left)


@app.command(
    epilog='Example:  hearthlink access vouch leisure_dba --by "A. Osei" --reason "administers the leisure service"'
)
def vouch(
    role: Role,
    by: By,
    reason: Annotated[str, typer.Option("--reason", help="Why it is in order; logged.")] = "",
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take an earlier word back.")] = False,
    home: Home = None,
) -> None:
    """On a server of your own: say that the powers of somebody else's role are in order, as they are now."""
    from dagster_project.governance.access import outsiders

    settings = running(home)
    if withdraw:
        outsiders.withdraw(settings, role, by)
        console.print(f"nobody vouches for {role} any more", markup=False)
        return
    for power in outsiders.vouch(settings, role, by, reason):
        console.print(f"in order, says {by}: {power}", markup=False)


def add_to(root: typer.Typer) -> None:
    """Put `access …` under the program's name."""
    root.add_typer(app, name="access")


def _tell(differences: list[str]) -> None:
    for line in differences:
        errors.print(line, markup=False)
    if differences:
        raise typer.Exit(1)
    console.print("access is as it is meant")
