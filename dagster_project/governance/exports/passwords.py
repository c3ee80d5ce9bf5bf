"""The password of an export that a job made: kept in the secrets folder until its user asks for it, once."""

from pathlib import Path

from dagster_project.governance.access_log import record
from dagster_project.governance.errors import GovernanceError
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import ADMIN, connect
from dagster_project.warehouse.secrets_store import read_secret, write_secret

_MINE = "select purpose from control.exports where export_id = %s and actor = %s"


def keep_password(settings: Settings, export_id: str, password: str) -> None:
    """Keep it for the user, where a job has no terminal to show it on."""
    write_secret(_place(settings, export_id), password)


def take_password(settings: Settings, export_id: str, login: str) -> str:
    """The password, which is then kept nowhere any more.

    Raises:
        GovernanceError: not this user's export, or its password was shown before.
    """
    place = _place(settings, export_id)
    with connect(settings, ADMIN) as conn:
        row = conn.execute(_MINE, [export_id, login]).fetchone()
        if row is None:
            raise GovernanceError(f"{login} has made no export {export_id}: see 'hearthlink export list'")
        if not place.is_file():
            raise GovernanceError(f"The password of {export_id} was shown already and is kept nowhere: export again")
        password = read_secret(place)
        record(conn, actor=login, action="export_password_shown", subject=export_id, purpose=row[0])
    place.unlink()
    return password


def forget_password(settings: Settings, export_id: str) -> None:
    """Delete what is kept of it, if anything."""
    _place(settings, export_id).unlink(missing_ok=True)


def _place(settings: Settings, export_id: str) -> Path:
    if not export_id.isalnum():
        raise GovernanceError("That is no export: see 'hearthlink export list'")
    return settings.secrets_dir / "export_passwords" / f"{export_id}.password"
