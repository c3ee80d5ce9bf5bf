"""The code location: everything under `defs/`, found by Dagster's own loader."""

from pathlib import Path

import dagster as dg


@dg.definitions
def defs() -> dg.Definitions:
    """All assets, checks, jobs, sensors and schedules of Hearthlink."""
    return dg.load_from_defs_folder(path_within_project=Path(__file__).parent)
