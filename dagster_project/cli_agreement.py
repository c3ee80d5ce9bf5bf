"""`hearthlink agreement`: write, check and describe an agreement file."""

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from dagster_project.cli_output import console, errors, fail, london_day
from dagster_project.settings import load_settings

if TYPE_CHECKING:
    from dagster_project.agreement.model import Agreement
    from dagster_project.agreement.standing import Standing

app = typer.Typer(no_args_is_help=True, help="Write an agreement file, check it, and make its documents.")

File = Annotated[Path | None, typer.Argument(help="The agreement file (default: agreement.yaml).")]
AsAt = Annotated[str | None, typer.Option("--as-at", metavar="YYYY-MM-DD", help="London date (default: today).")]


@app.command(epilog="Example:  hearthlink agreement check agreement.yaml --as-at 2027-03-31")
def check(file: File = None, as_at: AsAt = None) -> None:
    """Say what is wrong with an agreement, clause by clause (exit code 1), and how it stands on a day."""
    from dagster_project.agreement.model import AgreementError, file_sha256, load_agreement

    path = load_settings(agreement=file).agreement_file
    try:
        agreement = load_agreement(path)
    except AgreementError as error:
        fail(str(error))
    day = london_day(as_at)
    header = agreement.on(day).agreement
    console.print(f"[bold green]in order:[/] {header.id}, version {header.version}, SHA-256 {file_sha256(path)}")
    console.print(
        f"{len(agreement.partners)} partners, {len(agreement.items)} items, {len(agreement.functions)} functions,"
        f" {len(agreement.powers)} powers"
    )
    stands = tell_standing(agreement, day, may_end=False)
    console.print(f"in force on {day}: {'yes' if stands.in_force else 'no'}; review due by {stands.review_due}")
    _tell_text(agreement, path)


@app.command(epilog="Example:  hearthlink agreement init our_agreement.yaml")
def init(file: Annotated[Path, typer.Argument(help="The file to write. An existing one is left alone.")]) -> None:
    """Write a blank agreement, with a comment at each place that has to be filled in."""
    from dagster_project.agreement.blank import blank_agreement

    try:
        with file.open("x", encoding="utf-8") as target:
            target.write(blank_agreement())
    except FileExistsError:
        fail(f"{file} exists already: choose another name, or move it away")
    except OSError as error:
        fail(f"{file} cannot be written ({error.strerror}): choose a folder that you may write to")
    console.print(f"written: {file}\nFill it in, and see what is left to do with 'hearthlink agreement check {file}'.")


@app.command(epilog="Example:  hearthlink agreement render --out documents/ --as-at 2026-11-22")
def render(
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where the documents go; made if need be.")],
    file: File = None,
    as_at: AsAt = None,
) -> None:
    """Write the agreement as a page, its processing record, its data flow and the privacy statement checklist."""
    from dagster_project.agreement.model import load_agreement
    from dagster_project.agreement.signed_text import text_problem
    from dagster_project.governance.documents import render as documents

    path = load_settings(agreement=file).agreement_file
    files = documents.render(path, london_day(as_at))
    documents.write(out, files)
    if problem := text_problem(load_agreement(path), path):
        errors.print(problem, markup=False)
    for name in files:
        console.print(f"written: {out / name}", markup=False)
    console.print(f"begin with {out / documents.INDEX}", markup=False)


@app.command(epilog="Example:  hearthlink agreement schema > agreement.schema.json")
def schema() -> None:
    """Print the JSON Schema of the file, for editors that complete and check YAML."""
    from dagster_project.agreement.schema import json_schema

    print(json.dumps(json_schema(), indent=2, ensure_ascii=False))


def tell_standing(agreement: "Agreement", day: date, *, may_end: bool = True) -> "Standing":
    """Print what stops publishing on that day, who is held and what is due. A run ends here before the enactment."""
    from dagster_project.agreement.standing import standing

    stands = standing(agreement, day)
    if may_end and not stands.enacted:
        fail(" ".join(stands.refusals))
    for mark, sentences in (
        ("[bold red]not in force:[/]", stands.refusals),
        ("[yellow]held:[/]", stands.held_partners.values() if stands.enacted else ()),
        ("[yellow]due:[/]", stands.warnings),
    ):
        for sentence in sentences:
            console.print(f"{mark} {escape(sentence)}")
    return stands


def _tell_text(agreement: "Agreement", path: Path) -> None:
    """Print how the signed text and the clause register agree; where they do not, nothing would be published."""
    from dagster_project.agreement.model import AgreementError
    from dagster_project.agreement.register import shipped_register
    from dagster_project.agreement.sentences import sentences
    from dagster_project.agreement.signed_text import REMEDY, differences, signed_text

    try:
        text = signed_text(agreement, path)
    except AgreementError as error:
        fail(str(error))
    if text is None:
        return
    register = shipped_register()
    for one in (found := differences(register, text)):
        console.print(f"[bold red]text:[/] {escape(one.in_words())}")
    if found:
        fail(f"nothing would be published under this text (clause HD-02; {len(found)} as above). {REMEDY}")
    console.print(
        f"signed text: {len(sentences(text))} headings and sentences, covered by {len(register.clauses)} clauses"
    )
