"""`hearthlink person …`: what people ask for under their rights. For data stewards; each command is logged."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dagster_project.cli_input import partner_and_id, running
from dagster_project.cli_output import console, errors, fail, london_day, print_rows

if TYPE_CHECKING:
    from dagster_project.governance.decisions.do_not_link import Record
    from dagster_project.governance.exports.sweep import Swept
    from dagster_project.governance.rights.requests import Opened

app = typer.Typer(
    no_args_is_help=True, help="People's rights: access, accuracy, restriction, objection. Data stewards only; logged."
)

KEY = "PERSON_KEY"
NOWHERE = "the person is from now on shown nowhere; the next run takes them out of the mart"
PersonKey = Annotated[
    str | None, typer.Argument(metavar="[PERSON_KEY]", help="The person's key, as in mart.dim_person.")
]
RecordId = Annotated[
    str | None, typer.Option("--record", metavar="PARTNER:ID", help="Or one of the person's records, by its own id.")
]
Steward = Annotated[
    str, typer.Option("--as", metavar="LOGIN", help="Your own login, of a function that answers people's requests.")
]
Reason = Annotated[str, typer.Option("--reason", help="On what grounds. Name nobody here: it is logged.")]
Received = Annotated[
    str | None, typer.Option("--received", metavar="YYYY-MM-DD", help="Day the request came in (default: today).")
]
RequestId = Annotated[int, typer.Argument(metavar="REQUEST", help="Number of the request, as in the list.")]
Home = Annotated[Path | None, typer.Option("--home", help="Home folder (default: HEARTHLINK_HOME or .hearthlink).")]


@app.command(epilog='Example:  hearthlink person report p0c8d1f2e3a4b5c6d7e8f --as ida.quill '
                    '--reason "request of 3 November"')  # fmt: skip
def report(
    login: Steward,
    reason: Reason,
    person_key: PersonKey = None,
    record: RecordId = None,
    out: Annotated[Path | None, typer.Option("--out", help="New file (default: in the home folder).")] = None,
    received: Received = None,
    home: Home = None,
) -> None:
    """Write all that is held about a person into an encrypted workbook. Its password is shown once and kept nowhere."""
    from dagster_project.governance.rights.report import report as make

    made = make(running(home), person_key, _record(record), login, reason, out, _day(received))
    console.print(f"request {made.request_id}, about {made.person}: {made.path}", markup=False)
    print_rows(["sheet", "rows"], sorted(made.rows.items()))
    console.print(f"password: {made.password}", markup=False)
    console.print("It is not kept: write it down apart from the file, or make the report again.")
    console.print(f"The person is to be answered by {made.due_on}. Redact what is marked as of third parties first.")


@app.command(epilog='Example:  hearthlink person dispute p0c8d1f2e3a4b5c6d7e8f --item has_ehcp --as ida.quill '
                    '--reason "letter of 3 November"')  # fmt: skip
def dispute(
    item: Annotated[str, typer.Option("--item", help="Item of the agreement that is said to be wrong, by its id.")],
    login: Steward,
    reason: Reason,
    person_key: PersonKey = None,
    record: RecordId = None,
    partner: Annotated[
        str | None, typer.Option("--partner", metavar="CODE", help="Whose address it is, for home_address.")
    ] = None,
    received: Received = None,
    home: Home = None,
) -> None:
    """Leave an item of a person blank from the next run on, until the source says something else."""
    from dagster_project.governance.rights.disputes import dispute as open_dispute

    settings = running(home)
    made = open_dispute(settings, person_key, _record(record), item, login, reason, partner, _day(received))
    _say(made, f"{item} is blank from the next run on, until the source says something else")
    console.print("Until then the mart shows it, and exports wait: run now with 'hearthlink run --deliveries FOLDER'.")


@app.command(epilog='Example:  hearthlink person restrict --record fakeshire_csc:700001 --as ida.quill '
                    '--reason "accuracy contested"')  # fmt: skip
def restrict(
    login: Steward,
    reason: Reason,
    person_key: PersonKey = None,
    record: RecordId = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="YYYY-MM-DD", help="Day on which it ends (default: until closed).")
    ] = None,
    received: Received = None,
    home: Home = None,
) -> None:
    """Restrict the processing of a person's data: it is held and, from now on, shown nowhere. Exports with it end."""
    from dagster_project.governance.rights import requests

    settings = running(home)
    made = requests.restrict(settings, person_key, _record(record), login, reason, _day(received), _day(until))
    _say(made, NOWHERE)
    _say_exports(made.exports)


@app.command(epilog='Example:  hearthlink person objection p0c8d1f2e3a4b5c6d7e8f --as ida.quill '
                    '--reason "objects to sharing with landlords"')  # fmt: skip
def objection(
    login: Steward,
    reason: Reason,
    person_key: PersonKey = None,
    record: RecordId = None,
    received: Received = None,
    home: Home = None,
) -> None:
    """Put an objection on record. It changes nothing until it is decided; restrict meanwhile if asked for."""
    from dagster_project.governance.rights import requests

    made = requests.objection(running(home), person_key, _record(record), login, reason, _day(received))
    _say(made, f"decide it with 'hearthlink person decide {made.request_id}'")


@app.command(
    epilog='Example:  hearthlink person decide 4 --outcome upheld --as ida.quill --reason "no overriding need"'
)
def decide(
    request: RequestId,
    outcome: Annotated[str, typer.Option("--outcome", help="upheld or refused.")],
    login: Steward,
    reason: Reason,
    home: Home = None,
) -> None:
    """Decide an objection. Upheld: the person is from now on shown nowhere, and exports with them end."""
    from dagster_project.governance.rights import requests

    if outcome not in ("upheld", "refused"):
        fail("--outcome is upheld or refused")
    swept = requests.decide(running(home), request, outcome, login, reason)
    console.print(f"request {request}: {outcome}{f'; {NOWHERE}' if outcome == 'upheld' else ''}")
    _say_exports(swept)


@app.command(epilog='Example:  hearthlink person unlink p0c8d1f2e3a4b5c6d7e8f --record fakeshire_csc:700001 '
                    '--as ida.quill --reason "two people of one name"')  # fmt: skip
def unlink(
    person_key: Annotated[str, typer.Argument(metavar=KEY, help="The person's key, as in mart.dim_person.")],
    record: Annotated[str, typer.Option("--record", metavar="PARTNER:ID", help="The record that is not the person's.")],
    login: Steward,
    reason: Reason,
    apart_from: Annotated[
        list[str] | None,
        typer.Option("--from", metavar="PARTNER:ID", help="Keep it apart from this record (default: all the others)."),
    ] = None,
    received: Received = None,
    home: Home = None,
) -> None:
    """Undo a wrong link for good, and say who saw the two as one person and has to be told."""
    from dagster_project.governance.rights.unlink import unlink as undo

    others = tuple(found for text in apart_from or () if (found := _record(text)))
    wrong = _record(record)
    if wrong is None:
        fail("Say which record is not the person's (--record PARTNER:ID)")
    done = undo(running(home), person_key, wrong, login, reason, others, _day(received))
    console.print(f"request {done.request_id}: {done.entries} entries in the do-not-link register", markup=False)
    console.print(f"Who could see them as one person ({len(done.viewers)}), to be told:")
    print_rows(
        ["login", "name", "function", "since"],
        [(one.login, one.full_name, one.function, f"{one.since:%Y-%m-%d %H:%M}") for one in done.viewers],
    )
    if done.exports:
        print_rows(["export that holds them", "by"], done.exports)
    errors.print("[bold red]they are one person until the next run: run now, so that nobody sees them together[/]")


@app.command(epilog='Example:  hearthlink person close 4 --as ida.quill --reason "the source has looked: it is right"')
def close(request: RequestId, login: Steward, reason: Reason, home: Home = None) -> None:
    """End a dispute, a restriction or an upheld objection: the next run shows again what it withheld."""
    from dagster_project.governance.rights import requests

    requests.close(running(home), request, login, reason)
    console.print(f"request {request}: ended; what it withheld is shown again with the next run at the latest")


@app.command("list", epilog='Example:  hearthlink person list --as ida.quill --reason "weekly review"')
def list_requests(
    login: Steward,
    reason: Reason,
    everything: Annotated[bool, typer.Option("--all", help="Closed requests too.")] = False,
    home: Home = None,
) -> None:
    """List the requests that are open or stand, with the day by which each has to be answered."""
    from dagster_project.governance.rights import requests

    found = requests.requests(running(home), login, reason, everything=everything)
    print_rows(
        ["request", "kind", "item", "person", "received", "answer by", "ends", "state"],
        [
            (
                one.request_id,
                one.kind,
                " ".join(filter(None, (one.item, one.partner))),
                ", ".join(one.persons),
                one.received_on,
                one.due_on,
                one.ends_on or "",
                one.outcome or "open",
            )
            for one in found
        ],
    )


def add_to(root: typer.Typer) -> None:
    """Put `person …` under the program's name."""
    root.add_typer(app, name="person")


def _say(made: "Opened", effect: str) -> None:
    console.print(f"request {made.request_id}, about {made.person}: {effect}", markup=False)
    console.print(f"The person is to be answered by {made.due_on}.")


def _say_exports(swept: "list[Swept]") -> None:
    if swept:
        print_rows(["export that held them", "file", "why"], [(one.export_id, one.status, one.reason) for one in swept])
    if any(one.status != "deleted" for one in swept):
        errors.print("[bold red]a file is not known to be deleted: see 'hearthlink export sweep'[/]")


def _record(text: str | None) -> "Record | None":
    from dagster_project.governance.decisions.do_not_link import Record

    if text is None:
        return None
    return Record(*partner_and_id(text))


def _day(text: str | None) -> date | None:
    return london_day(text) if text else None
