"""Settings: arguments before environment before defaults; no secret in the printed form; a private home."""

import os
import stat
from pathlib import Path

import pytest

from dagster_project.settings import load_settings, prepare_home

DSN = "postgresql://admin:Unprintable-1@db.example.gov.uk/postgres"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("HEARTHLINK_HOME", "HEARTHLINK_DSN", "HEARTHLINK_AGREEMENT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def test_defaults_lie_in_the_working_folder_and_the_project(tmp_path: Path) -> None:
    settings = load_settings()
    assert settings.home == tmp_path.resolve() / ".hearthlink"
    assert settings.dsn is None
    assert settings.agreement_file == settings.project_root / "agreement.yaml"
    assert (settings.project_root / "dagster_project" / "settings.py").is_file()


def test_environment_beats_defaults_and_arguments_beat_both(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HEARTHLINK_HOME", "from_environment")
    monkeypatch.setenv("HEARTHLINK_AGREEMENT", str(tmp_path / "environment.yaml"))
    assert load_settings().home == tmp_path.resolve() / "from_environment"
    assert load_settings().agreement_file.name == "environment.yaml"
    chosen = load_settings(home=tmp_path / "argument", agreement=Path("argument.yaml"))
    assert chosen.home.name == "argument"
    assert chosen.agreement_file == tmp_path.resolve() / "argument.yaml"


def test_an_empty_variable_counts_as_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARTHLINK_DSN", "")
    monkeypatch.setenv("HEARTHLINK_HOME", "")
    assert load_settings().dsn is None
    assert load_settings().home.name == ".hearthlink"


def test_printed_settings_hold_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARTHLINK_DSN", DSN)
    settings = load_settings()
    assert settings.dsn == DSN
    assert "Unprintable" not in f"{settings} {settings!r}"


def test_every_folder_is_absolute_and_inside_the_home() -> None:
    settings = load_settings(home=Path("somewhere"))
    folders = [
        settings.secrets_dir,
        settings.postgres_dir,
        settings.dagster_home,
        settings.inbox,
        settings.landing_dir,
        settings.logs_dir,
        settings.dbt_target_dir,
    ]
    assert len(set(folders)) == len(folders)
    assert all(folder.is_absolute() and folder.parent == settings.home for folder in folders)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no permission bits")
def test_a_prepared_home_lets_nobody_list_it_or_enter_its_folders(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path / "deep" / "home")
    prepare_home(settings)
    prepare_home(settings)
    assert stat.S_IMODE(settings.home.stat().st_mode) & 0o066 == 0
    for folder in (settings.secrets_dir, settings.inbox, settings.landing_dir, settings.logs_dir):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.skipif(os.name == "nt", reason="Windows has no permission bits")
def test_a_home_that_was_there_keeps_its_permissions(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o750)
    prepare_home(load_settings(home=home))
    assert stat.S_IMODE(home.stat().st_mode) == 0o750
