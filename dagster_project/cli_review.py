"""`hearthlink review …` and `hearthlink explain`: what no rule may decide, and why records belong together."""

from pathlib import Path
from typing import Annotated

import typer

from dagster_project.cli_input import running
from dagster_project.cli_output import console, errors, fail, print_rows

app = typer.Typer(no_args_is_help=True, help="The review queue: unclear links, decided by people.")

Home = Annotated[Path | None, typer.Option("--home", help="Home folder (default: HEARTHLINK_HOME or .hearthlink).")]
Reader = Annotated[str, typer.Option("--as", metavar="NAME", help="Who looks at it: the person's name, for the log.")]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who decides: the person's name.")]
ItemId = Annotated[str, typer.Argument(metavar="ITEM", help="The item's reference, as in the worklist.")]


@app.command("list", epilog="Example:  hearthlink review list")
def list_reasons(home: Home = None) -> None:
    """Count the open questions by reason."""
    from dagster_project.governance.decisions.queue import count_items

    counts = count_items(running(home))
    print_rows(["reason", "in words", "questions", "of these unsure"], counts)
    console.print(f"{sum(row[2] for row in counts)} question(s) wait for review")


@app.command(epilog='Example:  hearthlink review export --as "A. Osei" --out worklist.xlsx')
def export(
    reader: Reader,
    out: Annotated[Path | None, typer.Option("--out", help="New file (default: in the home folder).")] = None,
    home: Home = None,
) -> None:
    """Write the queue as an encrypted workbook. Its password is shown once and kept nowhere."""
    from dagster_project.governance.decisions.review import export_worklist

    made = export_worklist(running(home), reader, out)
    console.print(f"{made.items} question(s) in {made.path}", markup=False)
    console.print(f"password: {made.password}", markup=False)
    console.print("It is not kept: write it down apart from the file, or export again.")


@app.command("import", epilog='Example:  hearthlink review import worklist.xlsx --by "A. Osei"')
def import_answers(
    file: Annotated[Path, typer.Argument(help="The worklist, filled in and still encrypted.")],
    by: By,
    password_file: Annotated[
        Path | None, typer.Option("--password-file", help="File with the password (default: asked for).")
    ] = None,
    home: Home = None,
) -> None:
    """Record the answers of a worklist: all, or none if one cannot be taken. They count from the next run on."""
    from dagster_project.governance.decisions.review import ImportRefused, import_worklist

    password = _password(password_file)
    try:
        done = import_worklist(running(home), file, password, by)
    except ImportRefused as refused:
        for fault in refused.faults:
            errors.print(fault, markup=False)
        fail(f"{refused}. Correct these lines and import again")
    told = ", ".join(f"{count} {decision}" for decision, count in done.recorded.items()) or "nothing new"
    console.print(f"recorded: {told}; on record already: {done.unchanged}")
    if done.recorded:
        console.print("The next run links by these decisions.")


@app.command(epilog='Example:  hearthlink review show r04a48adcd96bef4ee337 --as "A. Osei"')
def show(item: ItemId, reader: Reader, home: Home = None) -> None:
    """Say what a question is about, and where each partner finds its own record. Shows no identifier; is logged."""
    from dagster_project.governance.decisions.queue import show_item

    found, places = show_item(running(home), item, reader)
    console.print(f"{found.item_id} (tier {found.tier}): {found.meaning}", markup=False)
    print_rows(["field", "the two records"], [(name, flag) for name, flag in found.flags().items() if flag])
    print_rows(
        ["partner", "its file", "in its delivery", "line"],
        [(place.partner, place.file_name, place.delivery_id, _lines(place.lines)) for place in places],
    )
    console.print("Each partner looks up the line in the file that it delivered, and the record in its own system.")


@app.command(epilog='Example:  hearthlink review reopen r04a48adcd96bef4ee337 --by "A. Osei" --why "new papers"')
def reopen(
    item: ItemId,
    by: By,
    why: Annotated[str, typer.Option("--why", help="On what grounds. Name nobody here.")],
    home: Home = None,
) -> None:
    """Take a decision back: the question is asked again after the next run."""
    from dagster_project.governance.decisions.review import reopen as take_back

    take_back(running(home), item, by, why)
    console.print(f"reopened: {item}; the next run asks again", markup=False)


def explain(
    person_key: Annotated[str, typer.Argument(metavar="PERSON_KEY", help="As in mart.dim_person.")],
    home: Home = None,
) -> None:
    """Say why the records of a person belong together: the links between them, by tier, rule and what agrees."""
    from dagster_project.governance.decisions.explain import explain as tell

    told = tell(running(home), person_key)
    weakest = max(record.weakest_tier for record in told)
    console.print(f"{person_key}: {len(told)} record(s), the weakest link is of tier {weakest}", markup=False)
    for record in told:
        console.print(f"- {record.explanation}", markup=False)


def add_to(root: typer.Typer) -> None:
    """Put `review …` and `explain` under the program's name."""
    root.add_typer(app, name="review")
    root.command(epilog="Example:  hearthlink explain p04a48adcd96bef4ee337")(explain)


def _lines(numbers: tuple[int, ...]) -> str:
    return ", ".join(map(str, numbers))


def _password(file: Path | None) -> str:
    if file is None:
        return typer.prompt("Password of the worklist", hide_input=True)
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError as fault:
        fail(f"{file} cannot be read: {fault.strerror}")
