"""`hearthlink docs …`: pages of the documentation that are made from what the product runs on."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from dagster_project.cli_output import console
from dagster_project.settings import load_settings

app = typer.Typer(no_args_is_help=True, help="Pages of the documentation that are made, not written.")


@app.command(epilog="Example:  hearthlink docs items --out docs/items.md")
def items(
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Where to write it (default: the project's docs/items.md)."),
    ] = None,
    agreement: Annotated[
        Path | None, typer.Option("--agreement", help="The agreement file (default: agreement.yaml).")
    ] = None,
) -> None:
    """Trace every item for display: delivered columns, rule, mart column, clause, powers, settings, unit tests."""
    from dagster_project.agreement.model import load_agreement
    from dagster_project.agreement.register import load_register
    from dagster_project.governance.traceability.compile import compile_project
    from dagster_project.governance.traceability.page import items_page
    from dagster_project.governance.traceability.trace import Project

    settings = load_settings(agreement=agreement)
    path = out or settings.project_root / "docs" / "items.md"
    with tempfile.TemporaryDirectory() as folder:
        project = Project(compile_project(settings.project_root / "dbt_project", Path(folder)))
        text = items_page(load_agreement(settings.agreement_file), load_register(), project)
    path.write_text(text, encoding="utf-8")
    console.print(f"written: {path}", markup=False)
