"""A whole run as a command shows it: the agreement's standing, progress, the summary."""

from datetime import date
from pathlib import Path

from dagster_project import cli_agreement
from dagster_project.cli_output import console, errors, fail, print_summary, step_printer
from dagster_project.settings import Settings


def run_and_report(settings: Settings, folders: list[Path], as_at: date, *, collect_dropbox: bool) -> bool:
    """Run the publish job, print progress and the summary; True when it has published and purged."""
    from dagster_project.agreement.model import load_agreement
    from dagster_project.agreement.signed_text import text_problem
    from dagster_project.governance.summary import run_summary
    from dagster_project.warehouse.bootstrap import ensure_warehouse

    agreement = load_agreement(settings.agreement_file)
    cli_agreement.tell_standing(agreement, as_at)
    if problem := text_problem(agreement, settings.agreement_file):
        errors.print(problem, markup=False)
    ensure_warehouse(settings)
    from dagster_project.defs.launch import run_publish_job

    outcome = run_publish_job(settings, folders, as_at, collect_dropbox, step_printer())
    print_summary(run_summary(settings), outcome.failures, outcome.published)
    return outcome.succeeded


def need_deliveries(folder: Path) -> None:
    """End the command where the folder is not there or holds no delivery."""
    from dagster_project.extracts.delivery import find_deliveries

    if not folder.is_dir():
        fail(f"there is no folder {folder}")
    if not find_deliveries(folder):
        fail(f"no delivery (*.datapackage.json) under {folder}: make one with 'hearthlink pack'")


def need_data(settings: Settings, folder: Path) -> None:
    """The same, unless something was loaded before: files go after their window, and a run needs no new ones."""
    from dagster_project.extracts.delivery import find_deliveries
    from dagster_project.governance.summary import loaded_snapshots
    from dagster_project.warehouse.bootstrap import ensure_warehouse

    if folder.is_dir() and not find_deliveries(folder):
        ensure_warehouse(settings)
        if loaded := loaded_snapshots(settings):
            console.print(f"no new delivery under {folder}: built from the {loaded} files loaded before", markup=False)
            return
    need_deliveries(folder)
