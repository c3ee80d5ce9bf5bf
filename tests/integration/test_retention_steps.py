"""The purge meets the world: delivered files, the drop-box, a reader in the way, a key that was spoilt."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from dagster_project.agreement.model import load_agreement
from dagster_project.cli import app
from dagster_project.dropbox import client
from dagster_project.dropbox.errors import DropboxError
from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.publish import publish
from dagster_project.governance.retention import purge as purging
from dagster_project.governance.retention.files import FilesDeleted, Window, delete_files, manifests_in
from dagster_project.governance.retention.record_hash import key_file, read_key
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from tests import gate_kit as kit
from tests import gate_world as data
from tests.dropbox_kit import HOUSING, make_delivery, open_yard
from tests.retention_kit import rows


def test_files_go_whole_after_their_window_and_not_before(tmp_path: Path, own_warehouse: Settings) -> None:
    """What a run has taken in goes by the day of that run; what none has seen is left for two days at least."""
    settings = replace(own_warehouse, home=tmp_path)
    inbox, today = settings.inbox / HOUSING, datetime.now(ZoneInfo("Europe/London")).date()
    old, new, unseen = (make_delivery(inbox, number=number) for number in (1, 2, 3))
    collected = make_delivery(settings.landing_dir / HOUSING / "0123456789abcdef", number=4)
    (collected.parent / "transport.json").write_text("{}")
    half = inbox / "northbank_ha_20261101_001_ren_tenants.csv"
    half.write_text("half")
    os.utime(unseen, (0, 0))
    places = [settings.inbox, settings.landing_dir]
    hashes = manifests_in(places)
    days = {old: today - timedelta(days=7), new: today - timedelta(days=6), collected: today - timedelta(days=8)}
    taken_in = {hashes[path]: day for path, day in days.items()}

    def clear(keep_days: int, days_later: int) -> FilesDeleted:
        day = today + timedelta(days=days_later)
        return delete_files(settings, Window(taken_in, day, keep_days, day), places, [], use_dropbox=False)

    assert clear(7, 0) == FilesDeleted(2, 0, 0)
    assert [path.exists() for path in (old, new, unseen, collected, half)] == [False, True, True, False, True]
    assert clear(0, 0) == FilesDeleted(1, 0, 0)
    assert [path.exists() for path in (new, unseen, half)] == [False, True, True]
    assert clear(0, 2) == FilesDeleted(1, 0, 1)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_the_drop_box_is_cleared_of_what_is_past_and_says_so_where_it_does_not_let_us(tmp_path: Path) -> None:
    with open_yard(tmp_path) as yard:
        old, new = (make_delivery(yard.incoming(HOUSING), number=number) for number in (1, 2))
        past = {hashlib.sha256(old.read_bytes()).hexdigest()}
        assert client.remove_deliveries(yard.collector, [HOUSING], past.__contains__) == 1
        assert not old.exists()
        assert {path.name[:25] for path in yard.incoming(HOUSING).iterdir()} == {new.name[:25]}
        # A partner's account sees its own folder only, and may delete nothing there.
        with pytest.raises(DropboxError, match="does not let us delete"):
            client.remove_deliveries(yard.partner(HOUSING), ["."], lambda _: True)
        assert new.exists()


@pytest.fixture
def published(own_warehouse: Settings) -> Iterator[Settings]:
    """The gate's small world, published twice so that there is a mart before the last; nothing purged yet."""
    for publish_id in ("p_20261120_0011", "p_20261120_0012"):
        kit.build_world(own_warehouse, publish_id)
        kit.judge_lightly(own_warehouse, publish_id)
        publish(own_warehouse, publish_id)
    yield own_warehouse
    rows(own_warehouse, "delete from control.publishes returning 1")


def test_a_reader_in_the_way_is_waited_for_and_named_and_the_next_try_ends_it(
    published: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A purge that could not finish is on record as unfinished, and is done again at the start of the next run."""
    agreement = load_agreement(published.agreement_file)
    patient = purging.drop_previous
    monkeypatch.setattr(purging, "drop_previous", lambda conn: patient(conn, attempts=1))
    monkeypatch.setattr("dagster_project.warehouse.swap._LOCK_TIMEOUT", "300ms")
    assert purging.unfinished(published) == "p_20261120_0012"
    with connect(published, "admin") as reader:
        reader.execute("select count(*) from mart_previous.dim_person")
        with pytest.raises(GovernanceError, match=r"still reads the mart before the last.*hearthlink retention purge"):
            purging.purge(published, agreement, "p_20261120_0012", data.AS_AT, use_dropbox=False)
        reader.execute("select count(*) from mart_previous.dim_person")
    assert purging.unfinished(published) == "p_20261120_0012"
    done = purging.purge_last(published, agreement)
    assert purging.unfinished(published) is None
    assert done.counts["people_held"] == 3
    assert rows(published, "select to_regnamespace('mart_previous') is null") == [(True,)]
    again = purging.purge_last(published, agreement)
    assert again.counts == done.counts


def test_a_purge_killed_before_its_tables_were_written_anew_writes_them_in_the_next_try(
    published: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows are gone by then: only the note of their tables says that the files still hold them."""

    def killed(_: object) -> None:
        raise GovernanceError("killed")

    agreement = load_agreement(published.agreement_file)
    with monkeypatch.context() as patch, pytest.raises(GovernanceError, match="killed"):
        patch.setattr(purging, "rewrite", killed)
        purging.purge(published, agreement, "p_20261120_0012", data.AS_AT, use_dropbox=False)
    noted = {table for (table,) in rows(published, "select table_name from control.tables_to_rewrite")}
    assert noted >= {"held_records", "review_decisions"}
    assert purging.unfinished(published) == "p_20261120_0012"
    purging.purge_last(published, agreement)
    assert rows(published, "select * from control.tables_to_rewrite") == []


def test_the_commands_tell_what_stands(published: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    home = ["--home", str(published.home)]
    monkeypatch.delenv("HEARTHLINK_DSN", raising=False)

    def told(*words: str) -> str:
        result = CliRunner().invoke(app, [*words, *home])
        assert result.exit_code == 0, result.output
        return result.output

    told("retention", "purge")
    assert "p_20261120_0012: finished" in told("retention", "status")
    by = ["--by", "A. Osei", "--reason", "claim 2026/17"]
    made = told("legal-hold", "add", "--case", "fakeshire_ta:C1", "--authorised-by", "Monitoring Officer", *by)
    assert "legal hold" in made
    [(hold, case)] = rows(published, "select hold_id, subject_id from control.legal_holds where released_at is null")
    assert case == "C1"
    listed = told("legal-hold", "list", "--as", "A. Osei")
    assert "Monitoring Officer" in listed and "C1" not in listed
    told("legal-hold", "release", str(hold), *by)
    assert rows(published, "select subject_id from control.legal_holds where hold_id = %s", hold) == [(None,)]
    logged = {action for (action,) in rows(published, "select action from control.access_log")}
    assert logged >= {"retention_purge", "legal_hold_add", "legal_hold_list", "legal_hold_release"}


def test_a_key_that_was_spoilt_is_refused_and_not_replaced(tmp_path: Path, own_warehouse: Settings) -> None:
    settings = replace(own_warehouse, home=tmp_path)
    settings.secrets_dir.mkdir(parents=True)
    key = read_key(settings)
    assert read_key(settings) == key
    assert key_file(settings).stat().st_mode & 0o777 == 0o600
    key_file(settings).write_text("not a key")
    with pytest.raises(GovernanceError, match="restore it from its backup"):
        read_key(settings)
