"""`hearthlink audit …`: what the access log says, and who could see whom."""

from pathlib import Path
from typing import Annotated

import typer

from dagster_project.cli_input import running
from dagster_project.cli_output import console, fail, print_rows

app = typer.Typer(no_args_is_help=True, help="Who could see a person, who took the person out, and is the log whole.")

PersonKey = Annotated[str, typer.Argument(metavar="PERSON_KEY", help="The person's key, as in mart.dim_person.")]
Reader = Annotated[str, typer.Option("--as", metavar="NAME", help="Who asks: the person's name, logged.")]
Home = Annotated[Path | None, typer.Option("--home", help="Home folder (default: HEARTHLINK_HOME or .hearthlink).")]


@app.command(epilog="Example:  hearthlink audit verify")
def verify(home: Home = None) -> None:
    """Work through the access log, row by row. Exits 1 if a row was changed, taken out or slipped in."""
    from dagster_project.governance.access.audit import verify_log

    chain = verify_log(running(home))
    if chain.problem:
        fail(chain.problem)
    console.print(f"{chain.entries} rows, each in its place; newest hash {chain.head_sha256 or 'none'}")


@app.command("who-could-see", epilog='Example:  hearthlink audit who-could-see p0c8d1f2e3a4b5c6d7e8f --as "I. Quill"')
def who_could_see(person_key: PersonKey, reader: Reader, home: Home = None) -> None:
    """Say which users the published mart shows a person to, or showed since it was published. Is logged."""
    from dagster_project.governance.access.audit import who_could_see as ask

    publish_id, viewers = ask(running(home), person_key, reader)
    if publish_id is None:
        fail(f"the published mart shows nobody of the key {person_key}")
    console.print(f"shown by {publish_id}")
    print_rows(
        ["login", "name", "function", "since", "until"],
        [(one.login, one.full_name, one.function, _moment(one.since), _moment(one.until)) for one in viewers],
    )


@app.command(epilog='Example:  hearthlink audit exports p0c8d1f2e3a4b5c6d7e8f --as "I. Quill"')
def exports(person_key: PersonKey, reader: Reader, home: Home = None) -> None:
    """Say which exports hold a person. Is logged."""
    from dagster_project.governance.access.audit import exports_of

    print_rows(["export", "by", "purpose", "made", "state"], exports_of(running(home), person_key, reader))


def add_to(root: typer.Typer) -> None:
    """Put `audit …` under the program's name."""
    root.add_typer(app, name="audit")


def _moment(when: object) -> str:
    return "" if when is None else f"{when:%Y-%m-%d %H:%M}"
