"""The one resource: what a run is about. The command line sets it; the UI and the schedule use the defaults."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import dagster as dg
from pydantic import Field

from dagster_project.agreement.model import Agreement, load_agreement
from dagster_project.clock import london_today
from dagster_project.settings import Settings, load_settings
from dagster_project.warehouse.bootstrap import ensure_warehouse
from dagster_project.warehouse.connection import connect
from dagster_project.warehouse.lock import run_lock

# The tag of runs whose command holds the run lock.
HOLDS_LOCK = "hearthlink/holds_lock"


class HearthlinkRun(dg.ConfigurableResource):
    """Where a run reads from and which day it is about; an empty text means the default.

    The home and the agreement file come from the environment, as for every other part.
    """

    as_at: str = ""
    deliveries: list[str] = Field(default_factory=list)
    collect_dropbox: bool = True

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["HearthlinkRun"]:
        """Hold the warehouse while a run of the UI, the sensor or the schedule works; a command holds it itself."""
        run = context.run
        if run is None or HOLDS_LOCK in run.tags:
            yield self
            return
        settings = self.settings()
        ensure_warehouse(settings)
        with run_lock(settings):
            yield self

    def settings(self) -> Settings:
        """Settings of this installation."""
        return load_settings()

    def agreement(self) -> Agreement:
        """The agreement that this run obeys."""
        return load_agreement(self.settings().agreement_file)

    def as_at_date(self) -> date:
        """The London calendar date of the run."""
        return date.fromisoformat(self.as_at) if self.as_at else london_today()

    def folders(self) -> list[Path]:
        """Where deliveries lie: the folders named for the run, else the inbox, and what came from the drop-box."""
        settings = self.settings()
        named = [Path(folder) for folder in self.deliveries] or [settings.inbox]
        return [*named, settings.landing_dir] if self.collect_dropbox else named

    def current(self) -> tuple[str, date, datetime]:
        """Publish id, as-at date and start (UTC) that the run's first step wrote down."""
        with connect(self.settings(), "hl_publisher") as conn:
            row: tuple[Any, ...] | None = conn.execute(
                "select publish_id, as_at, started_at from agreement.run_context"
            ).fetchone()
        if row is None:
            raise dg.Failure("no run has begun: materialise agreement/run_context first")
        return row[0], row[1], row[2]


@dg.definitions
def resources() -> dg.Definitions:
    """The resource under the name that assets ask for. What the UI runs is one process, too, under one lock."""
    return dg.Definitions(resources={"hearthlink": HearthlinkRun()}, executor=dg.in_process_executor)
