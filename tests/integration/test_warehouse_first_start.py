"""The first start, also when killed or doubled, and the last: nothing is left behind."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from dagster_project.settings import Settings
from dagster_project.warehouse import embedded, placement
from dagster_project.warehouse.connection import open_connection, parameters
from dagster_project.warehouse.endpoint import Endpoint

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="process groups of POSIX systems")
COMMAND = """
from dagster_project.settings import load_settings
from dagster_project.warehouse import embedded
print(embedded.start(load_settings()).port)
"""


def runs(pid: int) -> bool:
    """Whether the process still runs; in a container nobody may collect it, and it stays on as a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_the_server_outlives_the_command_that_started_it(scratch_home: Settings) -> None:
    environment = os.environ | {
        "HEARTHLINK_HOME": str(scratch_home.home),
        "HEARTHLINK_DSN": "",
        "A_SECRET": "of the command",
    }
    # A server that kept the command's output pipes open would make this call wait for ever.
    done = subprocess.run(
        [sys.executable, "-c", COMMAND],
        env=environment,
        cwd=scratch_home.project_root,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
        start_new_session=True,
    )
    status = embedded.status(scratch_home)
    assert status.pid is not None
    assert status.port == int(done.stdout)
    environ = Path(f"/proc/{status.pid}/environ")
    if environ.exists():
        assert b"A_SECRET" not in environ.read_bytes()

    embedded.destroy(scratch_home)
    assert not scratch_home.home.exists()
    assert not placement.moved_folder(scratch_home).exists()
    assert not runs(status.pid)


def test_two_first_starts_at_once_make_one_server_even_after_a_killed_one(
    scratch_home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(embedded, "write_endpoint", die)
    with pytest.raises(KeyboardInterrupt):
        embedded.start(scratch_home)
    monkeypatch.undo()

    found: list[Endpoint] = []
    threads = [threading.Thread(target=lambda: found.append(embedded.start(scratch_home))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    assert found[0] == found[1]
    open_connection(parameters(scratch_home, "admin", "postgres")).close()


def test_destroy_spares_strangers_in_a_home_that_was_there(scratch_home: Settings) -> None:
    scratch_home.home.mkdir()
    (scratch_home.home / "mine.txt").write_text("keep")
    embedded.start(scratch_home)
    embedded.destroy(scratch_home)
    assert (scratch_home.home / "mine.txt").read_text() == "keep"
    assert not scratch_home.secrets_dir.exists()
    assert not placement.moved_folder(scratch_home).exists()
