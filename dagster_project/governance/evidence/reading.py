"""Reading a pack back for people. Whether it is still the one that was written is for `verify` to say."""

import json
from pathlib import Path
from typing import Any

from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.evidence import ledger
from dagster_project.governance.evidence.pack import PACK
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from dagster_project.warehouse.roles import ANALYST


def read_pack(settings: Settings, publish_id: str | None = None) -> tuple[Path, dict[str, Any]]:
    """Folder and pack of a publish, by default of the newest.

    Raises:
        GovernanceError: there is no such pack, or it cannot be read.
    """
    with connect(settings, ANALYST) as conn:
        known = [entry.publish_id for entry in ledger.entries(conn)]
    if not known or (publish_id is not None and publish_id not in known):
        wanted = publish_id or "any publish"
        raise GovernanceError(f"There is no evidence of {wanted}: see 'hearthlink evidence verify'")
    folder = settings.evidence_dir / (publish_id or known[-1])
    try:
        return folder, json.loads((folder / PACK).read_bytes())
    except (OSError, ValueError):
        raise GovernanceError(f"The pack in {folder} cannot be read: restore the folder from its backup") from None
