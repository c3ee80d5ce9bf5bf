"""The command line: `hearthlink …`. Thin: each command calls one function below it."""

import shlex
import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from dagster_project import (
    cli_access,
    cli_agreement,
    cli_audit,
    cli_demo,
    cli_do_not_link,
    cli_docs,
    cli_evidence,
    cli_export,
    cli_holds,
    cli_legal_hold,
    cli_mapping,
    cli_opt_out,
    cli_person,
    cli_retention,
    cli_review,
    cli_secrets,
    cli_user,
)
from dagster_project.cli_input import running
from dagster_project.cli_output import Commands, console, errors, fail, print_rows
from dagster_project.cli_run import need_data, need_deliveries, run_and_report
from dagster_project.settings import load_settings

app = typer.Typer(
    name="hearthlink",
    cls=Commands,
    help="An Information Sharing Agreement between social care, education and housing, made to run.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    rich_markup_mode="rich",
)
app.add_typer(cli_demo.app, name="demo")
app.add_typer(cli_agreement.app, name="agreement")
app.add_typer(cli_docs.app, name="docs")
app.add_typer(cli_mapping.app, name="mapping")
for group in (cli_evidence, cli_holds, cli_review, cli_do_not_link, cli_user, cli_audit, cli_retention, cli_legal_hold):
    group.add_to(app)
for group in (cli_access, cli_export, cli_opt_out, cli_person, cli_secrets):
    group.add_to(app)

Home = Annotated[
    Path | None,
    typer.Option("--home", help="Where Hearthlink keeps its things (default: HEARTHLINK_HOME or .hearthlink)."),
]
AgreementFile = Annotated[
    Path | None, typer.Option("--agreement", help="The agreement file (default: agreement.yaml).")
]
AsAt = Annotated[
    str | None, typer.Option("--as-at", metavar="YYYY-MM-DD", help="London date of the run (default: today).")
]
AsLogin = Annotated[str, typer.Option("--as", metavar="LOGIN", help="Database login to use.")]


@app.command(epilog="Example:  hearthlink pack exports/ --partner fakeshire_csc --extract-date 2026-11-22")
def pack(
    folder: Annotated[
        Path, typer.Argument(help="Folder with one CSV per extract, e.g. csc_persons.csv, or with files to be mapped.")
    ],
    partner: Annotated[str, typer.Option(help="The partner's code in the agreement.")],
    extract_date: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="The day that the files describe.")],
    encoding: Annotated[
        str | None, typer.Option(help="Encoding of all files, e.g. windows-1252 (default: as contracted).")
    ] = None,
    mapping: Annotated[
        list[str] | None, typer.Option(help="Mapping that the system's own files need; several may be named.")
    ] = None,
    agreement: AgreementFile = None,
) -> None:
    """Make a delivery of a folder of files: name them and write the manifest."""
    from dagster_project.extracts.contracts import load_contracts
    from dagster_project.extracts.errors import ExtractError
    from dagster_project.extracts.packer import pack as pack_folder

    encodings = dict.fromkeys([*load_contracts(), "*"], encoding) if encoding else None
    try:
        mappings = [cli_mapping.library(agreement).mapping(name) for name in mapping or []]
        manifest = pack_folder(folder, partner, _date(extract_date), encodings=encodings, mappings=mappings)
    except ExtractError as error:
        fail(str(error))
    console.print(f"packed: {manifest}")


@app.command(epilog="Example:  hearthlink land deliveries/")
def land(
    folder: Annotated[Path, typer.Argument(help="Folder with packed deliveries, at any depth.")],
    agreement: AgreementFile = None,
    as_at: AsAt = None,
    home: Home = None,
) -> None:
    """Verify and load deliveries into `raw`, and stop there. Refused ones are named with the reason."""
    from dagster_project.agreement.model import load_agreement
    from dagster_project.governance.feedback.sending import send_reports
    from dagster_project.governance.intake import deliveries_by_kind, land_all
    from dagster_project.warehouse.bootstrap import ensure_warehouse

    settings = load_settings(home, agreement)
    need_deliveries(folder)
    ensure_warehouse(settings)
    rules = load_agreement(settings.agreement_file)
    manifests = [path for kind in deliveries_by_kind(rules, [folder]).values() for path in kind]
    results = land_all(settings, rules, manifests, _as_at(as_at))
    for result in results:
        console.print(f"{result.delivery_id or '?'}: {result.status}{f' - {result.reason}' if result.reason else ''}")
        for warning in result.warnings:
            console.print(f"  [yellow]note:[/] {escape(warning)}")
    print_rows(
        ["partner", "extract", "parsed", "loaded", "rejected"],
        [
            (result.partner, extract, counts.parsed, counts.loaded, counts.rejected)
            for result in results
            for extract, counts in sorted(result.extracts.items())
        ],
    )
    for unsent in send_reports(settings, rules, use_dropbox=False).unsent:
        errors.print(unsent.sentence, markup=False)
    if any(result.status == "refused" for result in results):
        raise typer.Exit(1)


@app.command(epilog="Example:  hearthlink run --deliveries deliveries/ --as-at 2026-11-22")
def run(
    deliveries: Annotated[Path, typer.Option(help="Folder with packed deliveries, at any depth.")],
    agreement: AgreementFile = None,
    as_at: AsAt = None,
    home: Home = None,
) -> None:
    """From deliveries to the published mart, and the purge after it. Exits 0 only when all of it is done."""
    settings = load_settings(home, agreement)
    need_data(settings, deliveries)
    if not run_and_report(settings, [deliveries], _as_at(as_at), collect_dropbox=False):
        raise typer.Exit(1)


@app.command(epilog='Example:  hearthlink query "select count(*) from mart.dim_person" --csv')
def query(
    statement: Annotated[str, typer.Argument(metavar="SQL", help="One SQL statement; nothing can be changed by it.")],
    csv: Annotated[bool, typer.Option("--csv", help="Comma-separated output with a header.")] = False,
    login: AsLogin = "hl_analyst",
    home: Home = None,
) -> None:
    """Read the warehouse as an analyst (or as another login that was made here)."""
    from dagster_project.warehouse.query import read

    columns, rows = read(running(home), login, statement)
    print_rows(columns, rows, csv=csv)


@app.command(epilog='Example:  psql "$(hearthlink dsn --as hl_analyst --with-password)"')
def dsn(
    login: AsLogin = "hl_analyst",
    with_password: Annotated[bool, typer.Option(help="Put the password into the address.")] = False,
    home: Home = None,
) -> None:
    """Say how to connect with Power BI Desktop, DBeaver or psql."""
    from dagster_project.warehouse.query import address

    print(address(running(home), login, with_password=with_password))


@app.command(epilog='Example:  eval "$(hearthlink env)" && cd dbt_project && dbt build')
def env(home: Home = None) -> None:
    """Print the shell lines that let dbt, dagster and psql work on this warehouse."""
    from dagster_project.warehouse.connection import connection_env

    settings = running(home)
    values = {
        **connection_env(settings, "hl_dbt"),
        "HEARTHLINK_HOME": str(settings.home),
        "DAGSTER_HOME": str(settings.dagster_home),
        "DBT_PROFILES_DIR": str(settings.project_root / "dbt_project"),
        "DBT_TARGET_PATH": str(settings.dbt_target_dir),
        "DBT_LOG_PATH": str(settings.logs_dir),
    }
    for name, value in values.items():
        print(f"export {name}={shlex.quote(value)}")
    print(f'export PATH={shlex.quote(str(Path(sys.executable).parent))}:"$PATH"')


@app.command()
def stop(home: Home = None) -> None:
    """Stop the embedded database server. The data stays."""
    from dagster_project.warehouse import embedded

    console.print("stopped" if embedded.stop(load_settings(home)) else "was not running")


@app.command()
def destroy(home: Home = None, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Stop the embedded server and delete the home folder with everything in it."""
    from dagster_project.warehouse import embedded

    settings = load_settings(home)
    if not yes:
        typer.confirm(f"Delete {settings.home} and all data in it?", abort=True)
    embedded.destroy(settings)
    console.print("deleted")


@app.command()
def ui(port: Annotated[int, typer.Option(help="Port on 127.0.0.1.")] = 3000, home: Home = None) -> None:
    """Open the Dagster UI on 127.0.0.1: lineage, checks, reruns. Ends with Ctrl-C."""
    from dagster_project.defs.launch import prepare_instance, serve_ui

    settings = running(home)
    prepare_instance(settings)
    with cli_demo.dropbox_if_demo(settings):
        raise typer.Exit(serve_ui(settings, port))


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        fail(f"'{text}' is not a date: write it as YYYY-MM-DD")


def _as_at(text: str | None) -> date:
    from dagster_project.clock import london_today

    return _date(text) if text else london_today()


if __name__ == "__main__":
    app()
