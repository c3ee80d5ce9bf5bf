"""`hearthlink evidence …` and `hearthlink attest`: what was proven at each publish, and what people vouch for."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from dagster_project.cli_input import running
from dagster_project.cli_output import console, errors, fail, print_rows
from dagster_project.settings import Settings

app = typer.Typer(no_args_is_help=True, help="The evidence pack of each publish: where it is, and whether it stands.")

Home = Annotated[Path | None, typer.Option("--home", help="Home folder (default: HEARTHLINK_HOME or .hearthlink).")]


@app.command(epilog="Example:  hearthlink evidence verify")
def verify(home: Home = None) -> None:
    """Compute every hash again: all files of packs, and the chain. Exits 0 only if all stand as they were written."""
    from dagster_project.governance.errors import GovernanceError
    from dagster_project.governance.evidence.verify import verify as verify_packs

    try:
        found = verify_packs(running(home))
    except GovernanceError as error:
        fail(str(error))
    for name in found.uncommitted:
        console.print(f"not of a publish: {name} (broken off before it took place)", markup=False)
    if not found.intact:
        for problem in found.problems:
            errors.print(problem, markup=False)
        fail(
            "the evidence is not as it was written: restore the packs that are named from a backup, and ask who did it"
        )
    console.print(f"as written, in one chain: {len(found.packs)} evidence pack(s)")


@app.command(epilog="Example:  hearthlink evidence show")
def show(
    publish_id: Annotated[str | None, typer.Argument(help="Default: the newest publish.")] = None,
    home: Home = None,
) -> None:
    """Count the clauses of one pack by result, list what is not PASS, and say where the page is."""
    from dagster_project.governance.errors import GovernanceError
    from dagster_project.governance.evidence.reading import read_pack
    from dagster_project.governance.evidence.results import RESULTS

    try:
        folder, pack = read_pack(running(home), publish_id)
    except GovernanceError as error:
        fail(str(error))
    print_rows(["result", "clauses"], [(name, pack["counts"][name]) for name in RESULTS])
    open_clauses = [clause for clause in pack["clauses"] if clause["result"] != "PASS"]
    print_rows(
        ["clause", "kind", "result", "why"],
        [(clause["id"], clause["kind"], clause["result"], clause["reason"]) for clause in open_clauses],
    )
    console.print(f"page: {folder / 'index.html'}", markup=False)


def attest(
    clause: Annotated[str | None, typer.Argument(metavar="CLAUSE", help="For example TR-03.")] = None,
    by: Annotated[str, typer.Option("--by", help="Who vouches for it.")] = "",
    until: Annotated[str | None, typer.Option("--until", metavar="YYYY-MM-DD", help="Last day that it holds.")] = None,
    note: Annotated[str, typer.Option("--note", help="On what grounds. Name nobody here.")] = "",
    show_list: Annotated[bool, typer.Option("--list", help="List what wants an attestation.")] = False,
    home: Home = None,
) -> None:
    """Record that a person vouches for a clause that no program can check."""
    from dagster_project.agreement.model import AgreementError
    from dagster_project.agreement.register import load_register
    from dagster_project.governance import attestations
    from dagster_project.governance.errors import GovernanceError

    settings = running(home)
    try:
        register = load_register()
        if show_list or clause is None:
            _list(settings)
            return
        made = attestations.attest(settings, register, clause, by, _day(until), note)
    except (AgreementError, GovernanceError) as error:
        fail(str(error))
    console.print(f"{made.clause} is attested by {made.attested_by} until {made.valid_until}", markup=False)


def add_to(root: typer.Typer) -> None:
    """Put `evidence …` and `attest` under the program's name."""
    root.add_typer(app, name="evidence")
    root.command(epilog='Example:  hearthlink attest TR-03 --by "A. Osei" --until 2027-03-31 --note "seen"')(attest)


def _list(settings: Settings) -> None:
    from dagster_project.agreement.register import load_register
    from dagster_project.governance.attestations import standing_attestations

    print_rows(
        ["clause", "in our words", "state", "by", "on", "until", "note"],
        [
            (
                due.clause.id,
                due.clause.words,
                due.state,
                *(
                    (made.attested_by, made.attested_on, made.valid_until, made.note)
                    if (made := due.attestation)
                    else ("", "", "", "")
                ),
            )
            for due in standing_attestations(settings, load_register())
        ],
    )


def _day(text: str | None) -> date:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        fail("--until must be a date, written as YYYY-MM-DD")
