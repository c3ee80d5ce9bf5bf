"""`hearthlink demo`: the invented council, from nothing to a published mart."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from dagster_project.cli_output import console
from dagster_project.settings import Settings, load_settings

OFFICER = "amara.osei"
OFFICER_NAME = "Amara Osei"
OFFICER_FUNCTION = "housing_officer"

app = typer.Typer(
    invoke_without_command=True, help="Publish an invented council, from nothing to a mart that an officer reads."
)

People = Annotated[int, typer.Option(min=200, help="How many people live in the council.")]
Seed = Annotated[int, typer.Option(help="The same seed makes the same council.")]
AsAt = Annotated[str | None, typer.Option("--as-at", metavar="YYYY-MM-DD", help="London date (default: today).")]


@app.callback(epilog="Example:  hearthlink demo --people 20000")
def demo(
    context: typer.Context,
    people: People = 5000,
    seed: Seed = 1,
    as_at: AsAt = None,
    home: Annotated[Path | None, typer.Option(help="Home folder (default: HEARTHLINK_HOME or .hearthlink).")] = None,
) -> None:
    """Make the council, deliver its files over both routes, and run to the published mart."""
    if context.invoked_subcommand:
        return
    from dagster_project.cli_run import run_and_report
    from dagster_project.warehouse.bootstrap import ensure_warehouse

    settings = load_settings(home)
    day = _day(as_at)
    console.print("[bold]1.[/] the warehouse starts")
    ensure_warehouse(settings)
    console.print(f"[bold]2.[/] an invented council of {people} people (seed {seed}, as at {day})")
    council = _council(settings, people, seed, day)
    console.print("[bold]3.[/] partners deliver: outside the council by SFTP, inside it by folder")
    with _delivered(settings, council):
        console.print("[bold]4.[/] landing, matching, mart, gate, publish")
        if not run_and_report(settings, [], day, collect_dropbox=True):
            raise typer.Exit(1)
    _let_officer_in(settings)
    _where_next(settings)


@app.command(epilog="Example:  hearthlink demo generate --people 100000 --seed 7 --as-at 2026-11-22 --out council/")
def generate(
    people: People = 5000,
    seed: Seed = 1,
    as_at: AsAt = None,
    out: Annotated[Path, typer.Option(help="Folder for deliveries/ and, beside it, truth/.")] = Path("council"),
) -> None:
    """Write an invented council's deliveries, and the truth about who is who beside them."""
    from dagster_project.demo.council import generate as generate_council

    council = generate_council(out, people, seed, _day(as_at), console.print)
    console.print(f"deliveries: {council.deliveries}\ntruth:      {council.truth}")


@contextmanager
def dropbox_if_demo(settings: Settings) -> Iterator[None]:
    """Keep the demo's drop-box open while the block runs, if this home has one."""
    if not (settings.home / "demo").is_dir():
        yield
        return
    from dagster_project.agreement.model import load_agreement
    from dagster_project.dropbox.demo import demo_dropbox

    partners = [p.code for p in load_agreement(settings.agreement_file).partners if p.delivery.route == "sftp"]
    with demo_dropbox(settings, partners):
        yield


def _council(settings: Settings, people: int, seed: int, day: date) -> Path:
    from dagster_project.demo.council import generate as generate_council

    folder = settings.home / "demo" / f"council-{people}-{seed}-{day:%Y%m%d}"
    if not (folder / "done").is_file():
        shutil.rmtree(folder, ignore_errors=True)
        generate_council(folder, people, seed, day, None)
        (folder / "done").touch()
    return folder / "deliveries"


@contextmanager
def _delivered(settings: Settings, council: Path) -> Iterator[None]:
    from dagster_project.agreement.model import load_agreement
    from dagster_project.dropbox.demo import demo_dropbox, upload_delivery

    agreement = load_agreement(settings.agreement_file)
    outside = [p.code for p in agreement.partners if p.delivery.route == "sftp"]
    for folder in sorted(council.iterdir()):
        if folder.name not in outside:
            shutil.copytree(folder, settings.inbox / folder.name, dirs_exist_ok=True)
    with demo_dropbox(settings, outside) as dropbox:
        for code in outside:
            upload_delivery(dropbox.endpoint_of(code), council / code)
        yield


def _let_officer_in(settings: Settings) -> None:
    """The demo's officer: she sees the clients of both housing partners. Her password is kept for `query --as`."""
    from dagster_project.agreement.model import load_agreement
    from dagster_project.governance.access import users
    from dagster_project.governance.access.scopes import Scope
    from dagster_project.warehouse.secrets_store import write_password

    if any(user.login == OFFICER for user in users.listing(settings)):
        return
    agreement = load_agreement(settings.agreement_file)
    partners = tuple(partner.code for partner in agreement.partners if partner.source == "housing")
    secret = users.add(
        settings, agreement, OFFICER, OFFICER_NAME, OFFICER_FUNCTION, Scope(partners=partners), "hearthlink demo"
    )
    write_password(settings, OFFICER, secret)


def _day(text: str | None) -> date:
    from dagster_project.clock import london_today

    try:
        return date.fromisoformat(text) if text else london_today()
    except ValueError:
        raise typer.BadParameter(f"'{text}' is not a date: write it as YYYY-MM-DD") from None


def _where_next(settings: Settings) -> None:
    # As it was called: `make demo` leaves the command in .venv/bin, which is not on everybody's PATH.
    program = sys.argv[0] if Path(sys.argv[0]).stem == "hearthlink" else "hearthlink"
    table = Table.grid(padding=(0, 3))
    table.add_row(f'{program} query "table mart.publish_info"', "read as an analyst")
    table.add_row(
        f'{program} query --as {OFFICER} "select last_name, first_name from mart.dim_person"',  # noqa: S608
        "read as the housing officer",
    )
    table.add_row(f"{program} evidence show", "each clause of the agreement, and the page with its evidence")
    table.add_row(f"{program} dsn --as {OFFICER}", "connect Power BI Desktop, DBeaver or psql")
    table.add_row("make ui", "lineage, checks and reruns in Dagster")
    table.add_row(f"{program} stop", "stop the database; the data stays")
    console.print("\n[bold]Published.[/] Where to go next:")
    console.print(table)
    console.print(f"Everything is under {settings.home}.")
