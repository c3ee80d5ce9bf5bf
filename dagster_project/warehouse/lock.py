"""Who may work on the warehouse now. Advisory locks: PostgreSQL frees them when the holder dies."""

from collections.abc import Iterator
from contextlib import contextmanager

from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from dagster_project.warehouse.errors import WarehouseError

# Any numbers do, as long as they differ and never change.
BOOTSTRAP_LOCK = 4_857_200_001
RUN_LOCK = 4_857_200_002
PUBLISH_LOCK = 4_857_200_003
# 4_857_200_004 is the access log's: control.log_access takes it itself.


class RunInProgress(WarehouseError):
    """Another run holds the warehouse."""


@contextmanager
def run_lock(settings: Settings) -> Iterator[None]:
    """Hold the warehouse for one run, from landing to publish. Raises RunInProgress at once when it is held."""
    with connect(settings, "hl_publisher", autocommit=True) as conn:
        row = conn.execute("select pg_try_advisory_lock(%s)", [RUN_LOCK]).fetchone()
        if not row or not row[0]:
            raise RunInProgress(
                "Another run is working on this warehouse. Wait until it has ended, then run again; "
                "a run that was killed frees the warehouse by itself."
            )
        yield
