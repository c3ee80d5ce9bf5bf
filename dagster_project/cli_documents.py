"""`hearthlink agreement render`: the agreement and its documents, for people to read."""

from pathlib import Path
from typing import Annotated

import typer

from dagster_project.cli_output import console, errors, london_day
from dagster_project.settings import load_settings


def render(
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where the documents go; made if need be.")],
    file: Annotated[Path | None, typer.Argument(help="The agreement file (default: agreement.yaml).")] = None,
    as_at: Annotated[
        str | None, typer.Option("--as-at", metavar="YYYY-MM-DD", help="London date (default: today).")
    ] = None,
) -> None:
    """Write the agreement as a page, its processing record, its data flow and the privacy statement checklist."""
    from dagster_project.agreement.model import load_agreement
    from dagster_project.agreement.signed_text import text_problem
    from dagster_project.governance.documents.render import INDEX, write
    from dagster_project.governance.documents.render import render as rendered

    path = load_settings(agreement=file).agreement_file
    files = rendered(path, london_day(as_at))
    write(out, files)
    if problem := text_problem(load_agreement(path), path):
        errors.print(problem, markup=False)
    for name in files:
        console.print(f"written: {out / name}", markup=False)
    console.print(f"begin with {out / INDEX}", markup=False)
