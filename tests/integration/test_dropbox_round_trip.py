"""A delivery's way from a partner through the drop-box to the landing folder, over real sockets."""

import hashlib
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from dagster_project.dropbox.client import collect, put_reports
from dagster_project.dropbox.demo import COLLECTOR, demo_dropbox, upload_delivery
from dagster_project.dropbox.endpoint import EndpointError, endpoint_path, load_endpoint
from dagster_project.dropbox.errors import AccountError, DropboxError
from dagster_project.dropbox.listener import User
from dagster_project.dropbox.server import start_demo_dropbox
from dagster_project.dropbox.transport import open_sftp
from dagster_project.settings import Settings
from tests.dropbox_kit import HOUSING, PASSWORD, SOCIAL_CARE, Yard, files_of, make_delivery, open_yard


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    with open_yard(tmp_path) as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "home", None, tmp_path / "agreement.yaml", tmp_path)


def test_uploaded_delivery_arrives_whole_under_the_manifests_hash(yard: Yard, tmp_path: Path) -> None:
    manifest = make_delivery(tmp_path / "out", rows=50_000)
    assert upload_delivery(yard.partner(HOUSING), tmp_path / "out") == 1

    (result,) = collect(yard.collector, [HOUSING], yard.landing)

    assert result.status == "collected"
    assert result.manifest is not None
    digest = hashlib.sha256(manifest.read_bytes()).hexdigest()
    assert result.manifest.parent == yard.landing / HOUSING / digest[:16]
    assert files_of(result.manifest.parent) == files_of(tmp_path / "out")


def test_evidence_names_what_was_negotiated(yard: Yard, tmp_path: Path) -> None:
    make_delivery(tmp_path / "out")
    upload_delivery(yard.partner(HOUSING), tmp_path / "out")
    (result,) = collect(yard.collector, [HOUSING], yard.landing)

    evidence = result.evidence
    assert evidence["cipher"] == "aes256-ctr"
    assert evidence["mac"] == "hmac-sha2-512-etm@openssh.com"
    assert "sha" in str(evidence["kex"])
    assert evidence["host_key_type"] == "ssh-ed25519"
    assert str(evidence["host_key_fingerprint"]).startswith("SHA256:")
    assert evidence["strict_kex"] is True


def test_second_collection_fetches_nothing_again(yard: Yard, tmp_path: Path) -> None:
    make_delivery(tmp_path / "out")
    upload_delivery(yard.partner(HOUSING), tmp_path / "out")
    (first,) = collect(yard.collector, [HOUSING], yard.landing)
    assert first.manifest is not None
    data_file = next(first.manifest.parent.glob("*.csv"))
    before = data_file.stat().st_mtime_ns

    (second,) = collect(yard.collector, [HOUSING], yard.landing)

    assert (second.status, second.manifest) == ("already", first.manifest)
    assert data_file.stat().st_mtime_ns == before


def test_each_partner_is_collected_from_its_own_folder(yard: Yard, tmp_path: Path) -> None:
    for code in (HOUSING, SOCIAL_CARE):
        make_delivery(tmp_path / code, code)
        upload_delivery(yard.partner(code), tmp_path / code)
    results = collect(yard.collector, [HOUSING, SOCIAL_CARE], yard.landing)
    assert [(result.partner, result.status) for result in results] == [
        (HOUSING, "collected"),
        (SOCIAL_CARE, "collected"),
    ]


def test_missing_folder_of_one_partner_stops_no_other(yard: Yard, tmp_path: Path) -> None:
    make_delivery(tmp_path / "out")
    upload_delivery(yard.partner(HOUSING), tmp_path / "out")
    results = collect(yard.collector, ["nobody_here", HOUSING], yard.landing)
    assert [result.status for result in results] == ["refused", "collected"]
    assert "no incoming folder" in results[0].reason


def test_upload_twice_is_one_delivery_and_other_content_is_another(yard: Yard, tmp_path: Path) -> None:
    make_delivery(tmp_path / "out")
    partner = yard.partner(HOUSING)
    upload_delivery(partner, tmp_path / "out")
    assert upload_delivery(partner, tmp_path / "out") == 1
    (first,) = collect(yard.collector, [HOUSING], yard.landing)
    make_delivery(tmp_path / "changed", rows=4)
    upload_delivery(partner, tmp_path / "changed")
    (second,) = collect(yard.collector, [HOUSING], yard.landing)
    assert [first.status, second.status] == ["collected", "collected"]
    assert second.manifest is not None
    assert files_of(second.manifest.parent) == files_of(tmp_path / "changed")


def test_upload_of_a_folder_that_is_not_packed_is_explained(yard: Yard, tmp_path: Path) -> None:
    manifest = make_delivery(tmp_path / "out")
    next((tmp_path / "out").glob("*.csv")).unlink()
    with pytest.raises(DropboxError, match="not beside it"):
        upload_delivery(yard.partner(HOUSING), tmp_path / "out")
    manifest.write_text("{}", encoding="utf-8")
    with pytest.raises(DropboxError, match="hearthlink pack"):
        upload_delivery(yard.partner(HOUSING), tmp_path / "out")


def test_report_reaches_the_partner_and_a_newer_one_replaces_it(yard: Yard) -> None:
    put_reports(yard.collector, HOUSING, {"rejections.csv": b"line,reason\r\n"})
    put_reports(yard.collector, HOUSING, {"rejections.csv": b"line,reason\r\n7,bad_date\r\n"})
    with open_sftp(yard.partner(HOUSING)) as session:
        assert session.sftp.listdir("/outgoing") == ["rejections.csv"]
        with session.sftp.open("/outgoing/rejections.csv") as stream:
            assert stream.read() == b"line,reason\r\n7,bad_date\r\n"


def test_demo_keeps_host_key_and_accounts_between_starts(settings: Settings, tmp_path: Path) -> None:
    with demo_dropbox(settings, [HOUSING]) as first:
        known = first.endpoint_of(HOUSING)
        make_delivery(tmp_path / "out")
        upload_delivery(known, tmp_path / "out")
    with demo_dropbox(settings, [HOUSING, SOCIAL_CARE]) as second:
        again = second.endpoint_of(HOUSING)
        assert (again.host_key, again.username, again.password) == (known.host_key, known.username, known.password)
        assert set(second.partners) == {HOUSING, SOCIAL_CARE}
        endpoint = load_endpoint(settings)
        assert endpoint == second.collector
        assert endpoint is not None
        assert endpoint.username == COLLECTOR
        assert [result.status for result in collect(endpoint, [HOUSING], settings.landing_dir)] == ["collected"]


def test_secrets_are_private_and_a_readable_one_is_not_used(settings: Settings) -> None:
    assert load_endpoint(settings) is None
    with demo_dropbox(settings, [HOUSING]) as demo:
        for path in settings.secrets_dir.iterdir():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name
        assert str(demo.collector.password) not in repr(demo)
        assert str(demo.endpoint_of(HOUSING).password) not in repr(demo)
    endpoint_path(settings).chmod(0o644)
    with pytest.raises(EndpointError, match="chmod 600"):
        load_endpoint(settings)


def test_endpoint_file_that_is_not_one_is_explained_without_its_content(settings: Settings) -> None:
    settings.secrets_dir.mkdir(parents=True)
    endpoint_path(settings).touch(mode=0o600)
    endpoint_path(settings).write_text('{"password": "Hidden-Thing-77"}', encoding="utf-8")
    with pytest.raises(EndpointError, match="host_key") as caught:
        load_endpoint(settings)
    assert "Hidden" not in str(caught.value)


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("admin", PASSWORD),
        ("northbank_ha.sftp", PASSWORD),
        ("northbank_ha", PASSWORD),
        ("ada.larkham", "Fourteen-chars"),
        ("ada.larkham", "no-upper-case-letter-1"),
        ("ada.larkham", "NO-LOWER-CASE-LETTER-1"),
        ("ada.larkham", "No-Digit-In-This-One"),
        ("ada.larkham", "NoMarkInThisPassword1"),
        ("ada.larkham", "With-Larkham-inside-1"),
    ],
)
def test_generic_names_and_weak_passwords_make_no_account(username: str, password: str, tmp_path: Path) -> None:
    with pytest.raises(AccountError):
        start_demo_dropbox(tmp_path, {username: User(HOUSING, password)}, tmp_path / "key")
