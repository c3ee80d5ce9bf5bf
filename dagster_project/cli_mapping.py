"""`hearthlink mapping`: the mappings that are known, what one makes of files, a draft for a system's own file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from dagster_project.cli_output import console, fail, print_rows
from dagster_project.settings import load_settings

if TYPE_CHECKING:
    from dagster_project.extracts.mapped.check import Report
    from dagster_project.extracts.mapped.library import Library

app = typer.Typer(
    no_args_is_help=True, help="Turn a system's own export into extracts: list, check and draft mappings."
)
Agreement = Annotated[
    Path | None, typer.Option("--agreement", help="Own mappings lie in the folder 'mappings' beside this file.")
]


def library(agreement: Path | None) -> "Library":
    """The mappings that ship and the council's own."""
    from dagster_project.extracts.mapped.library import Library, own_folder

    return Library(own_folder(load_settings(agreement=agreement).agreement_file))


@app.command(name="list", epilog="Example:  hearthlink mapping list")
def list_all(agreement: Agreement = None) -> None:
    """List the mappings with the extracts that they make; say of a council's own file what is wrong with it."""
    from dagster_project.extracts.mapped.library import MappingError, read_mapping

    rows, faults = [], []
    for entry in library(agreement).entries():
        try:
            found = read_mapping(entry.path)
        except MappingError as error:
            faults.append(str(error))
            continue
        formats = [name for name in ("csv", "xlsx", "xml") if getattr(found.formats, name)]
        origin = f"draft, {len(found.to_finish)} open" if found.to_finish else "own" if entry.is_own else "shipped"
        extracts = dict.fromkeys(rule.extract for rule in found.extracts)
        rows.append((entry.name, found.title, found.kind, "/".join(formats), ", ".join(extracts), origin))
    print_rows(["mapping", "title", "kind of partner", "formats", "makes", ""], rows)
    if faults:
        fail("\n".join(faults))


@app.command(epilog="Example:  hearthlink mapping check exports/ --mapping ssda903")
def check(
    path: Annotated[Path, typer.Argument(help="A file, or a folder with the files of one delivery.", exists=True)],
    mapping: Annotated[list[str], typer.Option(help="Name of the mapping; several may be named.")],
    encoding: Annotated[str | None, typer.Option(help="Encoding of all CSV files (default: found out).")] = None,
    agreement: Agreement = None,
) -> None:
    """Show what would load, what is unknown and what is missing, without values. Exits 1 unless all would load."""
    from dagster_project.extracts.errors import ExtractError
    from dagster_project.extracts.mapped.check import examine

    try:
        known = library(agreement)
        mappings = [known.mapping(name) for name in mapping]
        report = examine(path, mappings, encoding)
    except ExtractError as error:
        fail(str(error))
    _print(report)
    if not report.is_sound:
        raise typer.Exit(1)


@app.command(epilog="Example:  hearthlink mapping new exports/tenants.csv --out mappings/our_rents.yaml")
def new(
    file: Annotated[Path, typer.Argument(help="A file as the system writes it: .csv, .xlsx.", exists=True)],
    out: Annotated[Path | None, typer.Option(help="The file to write (default: the screen).")] = None,
    extract: Annotated[
        str | None, typer.Option(help="The extract that it is to become (default: the closest).")
    ] = None,
    delimiter: Annotated[str, typer.Option(help="What parts the columns of a CSV file.")] = ",",
) -> None:
    """Draft a mapping from a file's header by likeness of names, for a person to finish."""
    from dagster_project.extracts.errors import ExtractError
    from dagster_project.extracts.mapped.draft import draft

    try:
        text = draft(file, out.stem if out else None, extract, delimiter)
    except ExtractError as error:
        fail(str(error))
    if out is None:
        print(text, end="")
        return
    try:
        with out.open("x", encoding="utf-8") as target:
            target.write(text)
    except FileExistsError:
        fail(f"{out} exists already: choose another name, or move it away")
    except OSError as error:
        fail(f"{out} cannot be written ({error.strerror}): choose a folder that you may write to")
    console.print(f"written: {out}\nDecide each point of 'to_finish'; until it is empty the mapping cannot be used.")


def _print(report: "Report") -> None:
    from dagster_project.extracts.reasons import REJECTION_WORDING

    print_rows(
        ["file", "mapping", "rows by table"],
        [
            (
                file.name,
                file.mapping or "none",
                ", ".join(f"{table} {rows:,}" for table, rows in file.seen.tables.items()),
            )
            for file in report.files
        ],
    )
    print_rows(
        ["extract", "made by", "parsed", "would load", "rejected"],
        [(e.contract.name, e.made_by, e.parsed, e.loaded, e.parsed - e.loaded) for e in report.extracts],
    )
    rejected = [(e, place, count) for e in report.extracts for place, count in e.rejected.most_common()]
    if rejected:
        print_rows(
            ["extract", "file", "column", "rows", "first lines", "reason"],
            [
                (e.contract.name, place[0], place[1], count, ", ".join(map(str, e.first_lines[place])), place[2].value)
                for e, place, count in rejected
            ],
        )
        for reason in sorted({place[2] for _, place, _ in rejected}):
            console.print(f"{reason}: {escape(REJECTION_WORDING[reason])}")
    for file in report.files:
        if file.refusal:
            console.print(f"[bold red]not read:[/] {escape(file.refusal)}")
        for sheet in file.seen.not_read:
            console.print(f"[yellow]not read:[/] {escape(file.name)}, sheet {escape(sheet)}")
        if file.seen.unknown:
            console.print(f"[yellow]left out:[/] {escape(file.name)}: {escape(', '.join(file.seen.unknown))}")
        for table, columns in file.seen.absent.items():
            if columns:
                console.print(f"[yellow]not there:[/] {escape(file.name)}: {', '.join(columns)} of {table}")
    for note in report.notes:
        console.print(f"[yellow]note:[/] {escape(note)}")
    if report.missing:
        console.print(f"[bold red]missing:[/] {', '.join(report.missing)}, which each delivery must hold")
