"""Secrets: none in the repository, none that other processes see, each in a private file, and each can be renewed."""

import re
import subprocess
from pathlib import Path

import psycopg
import pytest

from dagster_project.governance import rotation
from dagster_project.governance.errors import GovernanceError
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect, open_connection, parameters
from dagster_project.warehouse.errors import WarehouseError
from dagster_project.warehouse.lock import RunInProgress, run_lock
from dagster_project.warehouse.secrets_store import password_file, read_password, write_password

ROOT = Path(__file__).parents[2]
BY = "A. Osei"
KEY = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/]{20}")
# A connection with its password in it: any but the word that stands for one. Tests have invented ones.
CONNECTION = re.compile(rb"[a-z0-9+]+://[^\s:/@'\"{}]+:(?!PASSWORD@)[^\s:/@'\"{}<>]{6,}@[a-z0-9.-]+")


def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]


def test_no_secret_is_in_the_repository() -> None:
    assert KEY.search(b"-----BEGIN OPENSSH PRIVATE KEY-----\n" + b"b3BlbnNzaC1rZXktdjEAAAAA")
    assert CONNECTION.search(b"postgresql://admin:Tr0ub4dor@db.fakeshire.example:5432/postgres")
    texts = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in tracked_files()}
    assert len(texts) > 400
    assert [name for name, text in texts.items() if KEY.search(text)] == []
    assert [name for name, text in texts.items() if CONNECTION.search(text) and not name.startswith("tests/")] == []
    assert not [name for name in texts if re.search(r"(^|/)(\.env|secrets/.*|.*\.(key|pem|password))$", name)]


def test_the_example_of_an_environment_names_every_setting_and_holds_no_value() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    values = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    read = set(re.findall(r'"(HEARTHLINK_[A-Z]+)"', (ROOT / "dagster_project/settings.py").read_text(encoding="utf-8")))
    assert set(values) == read
    assert not any(values.values())
    assert ".env" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="asks Linux what other processes can see")
def test_no_process_shows_a_secret_in_its_arguments_or_environment(warehouse: Settings) -> None:
    secrets = [path.read_bytes().strip() for path in warehouse.secrets_dir.rglob("*") if path.is_file()]
    assert len(secrets) >= 5
    with connect(warehouse, "admin") as conn:
        [(backend, folder_of_data)] = conn.execute(
            "select pg_backend_pid(), current_setting('data_directory')"
        ).fetchall()
        server = int((Path(folder_of_data) / "postmaster.pid").read_text(encoding="utf-8").split()[0])
        seen = {folder.name for folder in Path("/proc").glob("[0-9]*") if _hides(folder, secrets)}
    assert {str(backend), str(server)} <= seen


def _hides(process: Path, secrets: list[bytes]) -> bool:
    """Whether a process could be looked at; it then showed no secret. Of others than the servers: arguments alone."""
    try:
        words = (process / "cmdline").read_bytes()
        shown = words + ((process / "environ").read_bytes() if b"postgres" in words else b"")
    except OSError:
        return False
    assert not [secret for secret in secrets if secret in shown]
    return True


def test_each_login_gets_another_password_and_the_old_one_is_worth_nothing(warehouse: Settings) -> None:
    before = {login: parameters(warehouse, login) for login in ("hl_loader", "hl_analyst", "admin")}
    renewed = rotation.rotate(warehouse, [], BY)
    assert {"hl_loader", "hl_dbt", "hl_publisher", "hl_analyst", "postgres"} == set(renewed)
    for login, old in before.items():
        with pytest.raises(WarehouseError, match="did not let"):
            open_connection(old)
        with connect(warehouse, login) as conn:
            assert conn.execute("select 1").fetchall() == [(1,)]
    assert all(password_file(warehouse, login).stat().st_mode & 0o777 == 0o600 for login in renewed)
    assert not list(warehouse.secrets_dir.glob("*.before"))
    with connect(warehouse, "admin") as conn:
        logged = conn.execute(
            "select subject, actor, log::text from control.access_log as log where action = 'password_rotated'"
        ).fetchall()
    assert {(subject, actor) for subject, actor, _ in logged} == {(login, BY) for login in renewed}
    assert not any(read_password(warehouse, login) in line for login in renewed for *_, line in logged)


def test_a_password_that_the_server_did_not_take_is_not_kept(
    warehouse: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = read_password(warehouse, "hl_analyst")

    def broken(settings: Settings, login: str, password: str) -> None:
        write_password(settings, login, password)
        raise psycopg.OperationalError("the server is gone")

    monkeypatch.setattr(rotation, "write_password", broken)
    with pytest.raises(psycopg.OperationalError):
        rotation.rotate(warehouse, ["hl_analyst"], BY)
    assert read_password(warehouse, "hl_analyst") == before
    with connect(warehouse, "hl_analyst") as conn:
        assert conn.execute("select 1").fetchall() == [(1,)]


def test_nobody_renews_without_a_name_or_in_the_middle_of_a_run(warehouse: Settings) -> None:
    with pytest.raises(GovernanceError, match="Say who"):
        rotation.rotate(warehouse, [], " ")
    with pytest.raises(GovernanceError, match="hearthlink user"):
        rotation.rotate(warehouse, ["amara.osei"], BY)
    with run_lock(warehouse), pytest.raises(RunInProgress):
        rotation.rotate(warehouse, [], BY)


def test_a_secret_that_others_can_read_is_named_and_not_used(warehouse: Settings) -> None:
    file = password_file(warehouse, "hl_analyst")
    assert all(secret.is_private for secret in rotation.read_secrets(warehouse))
    file.chmod(0o640)
    try:
        assert [one.file for one in rotation.read_secrets(warehouse) if not one.is_private] == ["hl_analyst.password"]
        with pytest.raises(WarehouseError, match="open to other users"):
            connect(warehouse, "hl_analyst")
    finally:
        file.chmod(0o600)
