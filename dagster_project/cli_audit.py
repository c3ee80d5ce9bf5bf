"""`hearthlink audit …`: what the access log says, and who could see whom."""

import json
from datetime import datetime, time
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dagster_project.cli_input import running
from dagster_project.cli_output import console, errors, fail, london_day, print_rows
from dagster_project.clock import LONDON

app = typer.Typer(
    no_args_is_help=True,
    help="Who could see a person, who read which table, who took the person out, and is the log whole.",
)


class Form(StrEnum):
    """How an answer is printed."""

    table = "table"
    csv = "csv"
    json = "json"


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


@app.command(epilog='Example:  hearthlink audit reads --as "I. Quill" --table dim_person --since 2026-11-01')
def reads(
    reader: Reader,
    table: Annotated[str, typer.Option("--table", metavar="TABLE", help="Only reads of this table.")] = "",
    user: Annotated[str, typer.Option("--user", metavar="LOGIN", help="Only this user's reads.")] = "",
    person: Annotated[
        str, typer.Option("--person", metavar="PERSON_KEY", help="Only reads that could show this person.")
    ] = "",
    since: Annotated[str | None, typer.Option("--since", metavar="YYYY-MM-DD", help="From this London day on.")] = None,
    log: Annotated[
        list[Path] | None,
        typer.Option("--log", help="Log of a server of your own (text, .csv or .json); may be repeated."),
    ] = None,
    form: Annotated[Form, typer.Option("--format", help="For people or for programs.")] = Form.table,
    home: Home = None,
) -> None:
    """Say who read which table of people when, by London day, from the server's log. Is logged; shows no statement."""
    from dagster_project.governance.access.reads import Question
    from dagster_project.governance.access.reads import reads as ask

    start = datetime.combine(london_day(since), time.min, LONDON) if since else None
    found = ask(running(home), reader, Question(user, table, start, person), log or ())
    rows = [
        (one.login, one.function, one.table, *_day_and_times(one.first, one.last), one.reads, one.source)
        for one in found.tallies
    ]
    columns = ("login", "function", "table", "day", "first", "last", "reads", "by")
    if form is Form.json:
        listed = [dict(zip(columns, row, strict=True)) for row in rows]
        print(json.dumps({"logs": found.files, "doubtful": found.doubtful, "reads": listed}, indent=2))
    else:
        print_rows(columns, rows, csv=form is Form.csv)
        errors.print(f"{found.files} log(s) read, {found.doubtful} line(s) doubtful")


def add_to(root: typer.Typer) -> None:
    """Put `audit …` under the program's name."""
    root.add_typer(app, name="audit")


def _day_and_times(first: datetime, last: datetime) -> tuple[str, str, str]:
    start, end = first.astimezone(LONDON), last.astimezone(LONDON)
    return f"{start:%Y-%m-%d}", f"{start:%H:%M:%S}", f"{end:%H:%M:%S}"


def _moment(when: object) -> str:
    return "" if when is None else f"{when:%Y-%m-%d %H:%M}"
