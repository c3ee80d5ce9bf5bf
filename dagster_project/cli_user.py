"""`hearthlink user …`: who may read the combined data."""

from pathlib import Path
from typing import Annotated

import typer

from dagster_project.cli_input import running
from dagster_project.cli_output import console, errors, print_rows
from dagster_project.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    help="The users: one login per named person, with exactly one function of the agreement. All is logged.",
)

Login = Annotated[str, typer.Argument(metavar="LOGIN", help="The person's login, such as name.surname.")]
FunctionName = Annotated[str, typer.Option("--function", help="A function of the agreement.")]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who does this: the person's name, logged.")]
Partners = Annotated[
    list[str] | None, typer.Option("--partner", metavar="CODE", help="Partner whose clients are seen; may be repeated.")
]
Caseloads = Annotated[
    list[str] | None,
    typer.Option(
        "--caseload",
        metavar="PARTNER/TEAM/WORKER",
        help="Whose open cases are seen, as the partner's files name them; PARTNER/TEAM for a whole team.",
    ),
]
PasswordFile = Annotated[
    Path | None,
    typer.Option("--password-file", help="File with a password of the person's own choice (default: one is made)."),
]
Home = Annotated[Path | None, typer.Option("--home", help="Home folder (default: HEARTHLINK_HOME or .hearthlink).")]
Agreement = Annotated[Path | None, typer.Option("--agreement", help="The agreement file (default: agreement.yaml).")]


@app.command(
    epilog='Example:  hearthlink user add tom.reed --name "Tom Reed" --function housing_officer '
    '--partner fakeshire_homes --by "A. Osei"'
)
def add(
    login: Login,
    name: Annotated[str, typer.Option("--name", help="The person's full name.")],
    function: FunctionName,
    by: By,
    partner: Partners = None,
    caseload: Caseloads = None,
    password_file: PasswordFile = None,
    home: Home = None,
    agreement: Agreement = None,
) -> None:
    """Let a person in, or a leaver in again, and show the password once."""
    from dagster_project.agreement.model import load_agreement
    from dagster_project.governance.access import users

    settings = running(home, agreement)
    rules = load_agreement(settings.agreement_file)
    scope, given = _scope(partner, caseload), _given(password_file)
    secret = users.add(settings, rules, login, name, function, scope, by, given)
    console.print(f"{login} is let in as {function}")
    _show(secret, given)
    _warn_of_empty(settings, login)


@app.command(
    epilog='Example:  hearthlink user move tom.reed --function ta_officer --by "A. Osei"',
)
def move(
    login: Login,
    function: FunctionName,
    by: By,
    partner: Partners = None,
    caseload: Caseloads = None,
    home: Home = None,
    agreement: Agreement = None,
) -> None:
    """Give a user another function, or other partners or cases, in place of what they hold. Their sessions end."""
    from dagster_project.agreement.model import load_agreement
    from dagster_project.governance.access import users

    settings = running(home, agreement)
    users.move(settings, load_agreement(settings.agreement_file), login, function, _scope(partner, caseload), by)
    console.print(f"{login} is {function} from now on")
    _warn_of_empty(settings, login)


@app.command(epilog='Example:  hearthlink user disable tom.reed --by "A. Osei"')
def disable(login: Login, by: By, home: Home = None) -> None:
    """Let a leaver in no more, at once; whatever session they have open ends."""
    from dagster_project.governance.access.users import disable as end

    end(running(home), login, by)
    console.print(f"{login} is let in no more")


@app.command("rotate-password", epilog='Example:  hearthlink user rotate-password tom.reed --by "A. Osei"')
def rotate_password(
    login: Login, by: By, password_file: PasswordFile = None, home: Home = None, agreement: Agreement = None
) -> None:
    """Replace a user's password, and show the new one once. Their sessions end."""
    from dagster_project.agreement.model import load_agreement
    from dagster_project.governance.access.users import rotate_password as rotate

    settings = running(home, agreement)
    given = _given(password_file)
    secret = rotate(settings, load_agreement(settings.agreement_file), login, by, given)
    console.print(f"{login} has a new password")
    _show(secret, given)


@app.command("list", epilog="Example:  hearthlink user list --due")
def list_users(
    due: Annotated[
        bool, typer.Option("--due", help="Only those whose access nobody has confirmed this quarter.")
    ] = False,
    everybody: Annotated[bool, typer.Option("--all", help="Leavers as well.")] = False,
    home: Home = None,
) -> None:
    """List the users: function, whose records they see, and by when their access has to be confirmed again."""
    from dagster_project.clock import london_today
    from dagster_project.governance.access.users import listing

    found = [user for user in listing(running(home)) if user.is_enabled or (everybody and not due)]
    shown = [user for user in found if not due or user.due_on <= london_today()]
    print_rows(
        ["login", "name", "function", "sees", "confirm by"],
        [
            (
                user.login,
                user.full_name,
                user.function,
                ", ".join(user.scope),
                user.due_on if user.is_enabled else "let in no more",
            )
            for user in shown
        ],
    )


@app.command(epilog='Example:  hearthlink user recertify tom.reed --by "Head of Housing Options"')
def recertify(login: Login, by: By, home: Home = None) -> None:
    """Confirm that a user still needs what they hold. Due every quarter; nobody confirms their own."""
    from dagster_project.governance.access.users import recertify as confirm

    confirm(running(home), login, by)
    console.print(f"{login} is confirmed for another quarter")


def add_to(root: typer.Typer) -> None:
    """Put `user …` under the program's name."""
    root.add_typer(app, name="user")


def _scope(partners: list[str] | None, caseloads: list[str] | None):
    from dagster_project.governance.access.scopes import Scope, parse_caseload

    return Scope(tuple(partners or ()), tuple(parse_caseload(text) for text in caseloads or ()))


def _given(password_file: Path | None) -> str | None:
    from dagster_project.governance.access.passwords import read_given

    return None if password_file is None else read_given(password_file)


def _show(secret: str, given: str | None) -> None:
    if given is None:
        console.print(f"password: {secret}", markup=False)
        console.print("It is not kept: hand it over by a way of its own, or rotate it.")


def _warn_of_empty(settings: Settings, login: str) -> None:
    from dagster_project.governance.access.users import people_in_scope

    if people_in_scope(settings, login) == 0:
        errors.print(
            "[yellow]note:[/] the published mart shows nobody to this user now: see that partner, team and worker are"
            " written as the partner's files have them"
        )
