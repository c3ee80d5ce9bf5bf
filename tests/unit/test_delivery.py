"""Deliveries: found in order, and refused before a byte is loaded when anything about them is wrong."""

import os
from datetime import date
from pathlib import Path

import pytest

from dagster_project.extracts.delivery import check_bytes, find_deliveries, verify
from dagster_project.extracts.errors import DeliveryRefused
from tests.extracts_kit import (
    AS_AT,
    DAY,
    EVENTS,
    PARTNER,
    PERSONS,
    Agreed,
    data_file,
    edit_manifest,
    make_delivery,
    persons,
)


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    return make_delivery(tmp_path, {PERSONS: persons(3)})


def refusal_of(manifest: Path, agreement: Agreed | None = None, as_at: date | None = AS_AT) -> DeliveryRefused:
    with pytest.raises(DeliveryRefused) as refusal:
        verify(manifest, agreement or Agreed(), as_at)
    return refusal.value


def test_a_good_delivery(manifest: Path) -> None:
    delivery = verify(manifest, Agreed(), AS_AT)
    assert [file.contract.name for file in delivery.files] == [PERSONS]
    check_bytes(delivery.files[0])


def test_content_is_known_again_whatever_its_name_and_day(manifest: Path, tmp_path: Path) -> None:
    first = verify(manifest, Agreed()).content_sha256
    renamed = make_delivery(tmp_path / "b", {PERSONS: persons(3)}, "madeup_other", date(2026, 11, 20), 9)
    other = make_delivery(tmp_path / "c", {PERSONS: persons(4)})
    assert verify(renamed, Agreed()).content_sha256 == first != verify(other, Agreed()).content_sha256


def test_deliveries_are_found_oldest_first_below_the_folder(tmp_path: Path) -> None:
    for folder, partner, day in [("x/y", "madeup_b", DAY), ("x", "madeup_z", date(2026, 1, 1)), ("", "madeup_a", DAY)]:
        make_delivery(tmp_path / folder, {PERSONS: persons(1)}, partner, day)
    (tmp_path / "not a name.datapackage.json").write_text("{}", encoding="utf-8")
    for ignored in ("p_20261121_001.datapackage.json.part", ".p_20261121_001.datapackage.json", "readme.json"):
        (tmp_path / ignored).write_text("{}", encoding="utf-8")
    (tmp_path / "loop").symlink_to(tmp_path)
    found = [path.name.removesuffix(".datapackage.json") for path in find_deliveries(tmp_path)]
    assert found == ["not a name", "madeup_z_20260101_001", "madeup_a_20261121_001", "madeup_b_20261121_001"]


def test_no_folder_means_no_deliveries(tmp_path: Path) -> None:
    assert find_deliveries(tmp_path / "none") == []


def test_an_unknown_partner_is_refused(tmp_path: Path) -> None:
    refusal = refusal_of(make_delivery(tmp_path, {PERSONS: persons(1)}, "stranger"))
    assert (refusal.reason_code, str(refusal)) == ("partner_unknown", "'stranger' is not a partner")


def test_an_extract_of_another_kind_is_refused_with_the_names_that_are_expected(manifest: Path) -> None:
    refusal = refusal_of(manifest, Agreed("education"))
    assert refusal.reason_code == "extract_not_expected"
    assert PERSONS in str(refusal) and "edu_pupils" in str(refusal)


def test_reference_data_need_no_agreement_but_are_nothing_else(tmp_path: Path) -> None:
    register = make_delivery(tmp_path / "a", {"gias_schools": "URN\n"}, "reference")
    assert verify(register, Agreed()).files[0].contract.kind == "reference"
    assert (
        refusal_of(make_delivery(tmp_path / "b", {PERSONS: persons(1)}, "reference")).reason_code
        == "extract_not_expected"
    )
    assert refusal_of(make_delivery(tmp_path / "c", {"gias_schools": "URN\n"})).reason_code == "extract_not_expected"


def test_a_required_extract_may_not_be_missing(tmp_path: Path) -> None:
    refusal = refusal_of(make_delivery(tmp_path, {EVENTS: "event_id\n"}))
    assert refusal.reason_code == "extract_missing" and f"lacks {PERSONS}" in str(refusal)


@pytest.mark.parametrize(("day", "as_at"), [(date(2026, 11, 24), AS_AT), (date(1999, 12, 31), None)])
def test_an_extract_date_that_cannot_be_is_refused(tmp_path: Path, day: date, as_at: date | None) -> None:
    refusal = refusal_of(make_delivery(tmp_path, {PERSONS: persons(1)}, day=day), as_at=as_at)
    assert refusal.reason_code == "extract_date_not_credible"


@pytest.mark.parametrize(("day", "as_at"), [(date(2026, 11, 23), AS_AT), (date(2030, 1, 1), None)])
def test_a_day_after_the_run_or_no_run_is_fine(tmp_path: Path, day: date, as_at: date | None) -> None:
    assert verify(make_delivery(tmp_path, {PERSONS: persons(1)}, day=day), Agreed(), as_at)


def test_a_mapping_that_nobody_knows_is_refused(manifest: Path) -> None:
    edit_manifest(manifest, mapping="hand-made")
    assert refusal_of(manifest).reason_code == "mapping_unknown"


def test_a_file_of_another_size_is_refused(manifest: Path) -> None:
    path = data_file(manifest)
    path.write_bytes(path.read_bytes()[:-5])
    refusal = refusal_of(manifest)
    assert refusal.reason_code == "size_differs" and path.name in str(refusal)


def test_a_missing_file_is_refused(manifest: Path) -> None:
    data_file(manifest).unlink()
    assert refusal_of(manifest).reason_code == "file_missing"


def test_links_folders_and_pipes_are_refused(manifest: Path, tmp_path: Path) -> None:
    path = data_file(manifest)
    path.rename(tmp_path / "elsewhere.csv")
    path.symlink_to(tmp_path / "elsewhere.csv")
    assert refusal_of(manifest).reason_code == "file_not_plain"
    path.unlink()
    path.mkdir()
    assert refusal_of(manifest).reason_code == "file_not_plain"
    path.rmdir()
    os.mkfifo(path)
    assert refusal_of(manifest).reason_code == "file_not_plain"


def test_one_changed_byte_is_found_without_parsing(manifest: Path) -> None:
    file = verify(manifest, Agreed()).files[0]
    file.path.write_bytes(file.path.read_bytes().replace(b"Madeup", b"Madeuq", 1))
    with pytest.raises(DeliveryRefused, match=f"{PARTNER}_20261121_001_{PERSONS}.csv: is not the file that was packed"):
        check_bytes(file)
