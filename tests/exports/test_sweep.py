"""Exports end: on their day, when somebody in them leaves, when their user does; a moved file is never forgotten."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from dagster_project.agreement.model import load_agreement
from dagster_project.clock import london_today
from dagster_project.governance.access import users
from dagster_project.governance.access.scopes import Scope
from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.exports import passwords, sweep
from dagster_project.governance.exports.catalogue import Made, read_exports
from dagster_project.governance.exports.dashboard import export_dashboard
from dagster_project.warehouse.connection import connect
from tests.access_kit import BY, let_in
from tests.council_kit import Pipeline
from tests.exports_kit import STEWARD

PURPOSE = "housing_priority"


@pytest.fixture
def made(council: Pipeline, place: Path) -> Made:
    return export_dashboard(council.settings, STEWARD, PURPOSE, place / "export.xlsx")


def swept(council: Pipeline, made: Made, today: date | None = None) -> tuple[str, str] | None:
    found = {one.export_id: (one.status, one.reason) for one in sweep.sweep(council.settings, today)}
    return found.get(made.export_id)


def people_on_record(council: Pipeline, made: Made) -> int:
    return council.rows(f"select count(*) from control.export_people where export_id = '{made.export_id}'")[0][0]


def test_it_stands_until_its_day(council: Pipeline, made: Made) -> None:
    assert made.expires_on == london_today() + timedelta(days=30)
    assert swept(council, made, made.expires_on - timedelta(days=1)) is None
    assert made.path.exists()
    assert swept(council, made, made.expires_on) == ("deleted", "it has expired")
    assert not made.path.exists()
    assert swept(council, made, made.expires_on) is None


def test_it_goes_when_somebody_in_it_leaves(council: Pipeline, made: Made) -> None:
    before = people_on_record(council, made)
    with connect(council.settings, "admin") as conn:
        conn.execute("create table left_behind as select * from mart.dim_person where first_name = 'Zephyrine'")
        conn.execute("delete from mart.dim_person where first_name = 'Zephyrine'")
    try:
        assert swept(council, made) == ("deleted", "somebody in it left the mart or may not be exported any more")
        assert not made.path.exists()
        assert people_on_record(council, made) == before - 1, "whoever left is gone from the catalogue"
    finally:
        with connect(council.settings, "admin") as conn:
            conn.execute("insert into mart.dim_person select * from left_behind")
            conn.execute("drop table left_behind")


def test_it_goes_when_somebody_in_it_is_hidden(council: Pipeline, made: Made) -> None:
    change = (
        "update matched.item_withheld_people set is_hidden = {} where person_key ="
        " (select person_key from mart.dim_person where first_name = 'Zephyrine')"
    )
    with connect(council.settings, "admin", autocommit=True) as conn:
        conn.execute(change.format("true").encode())
        try:
            assert (swept(council, made) or "")[0] == "deleted"
        finally:
            conn.execute(change.format("false").encode())


def test_it_goes_when_its_user_does(council: Pipeline, place: Path) -> None:
    let_in(council.settings, "max.fenwick", "data_steward", Scope())
    kept = export_dashboard(council.settings, "max.fenwick", PURPOSE, place / "kept.xlsx")
    assert swept(council, kept) is None
    agreement = load_agreement(council.settings.agreement_file)
    users.move(council.settings, agreement, "max.fenwick", "ta_officer", Scope(), BY)
    assert swept(council, kept) == ("deleted", "its user may not have exports any more")


def test_a_moved_file_is_a_warning_until_its_recipient_confirms(council: Pipeline, made: Made, place: Path) -> None:
    shutil.move(made.path, place / "elsewhere.xlsx")
    assert swept(council, made) is None, "to fetch it is what it was made for"
    assert (swept(council, made, made.expires_on) or "")[0] == "unconfirmed"
    [warning] = [one for one in sweep.unconfirmed_exports(council.settings) if made.export_id in one]
    assert STEWARD in warning and "hearthlink export confirm" in warning
    with pytest.raises(GovernanceError, match="Say who"):
        sweep.confirm_deleted(council.settings, made.export_id, " ")
    sweep.confirm_deleted(council.settings, made.export_id, BY)
    assert not any(made.export_id in one for one in sweep.unconfirmed_exports(council.settings))
    with pytest.raises(GovernanceError, match="waits for no confirmation"):
        sweep.confirm_deleted(council.settings, made.export_id, BY)
    assert next(one for one in read_exports(council.settings) if one.export_id == made.export_id).status == "confirmed"


def test_another_file_in_its_place_is_left_alone(council: Pipeline, made: Made) -> None:
    made.path.write_bytes(b"somebody's own work")
    assert (swept(council, made, made.expires_on) or "")[0] == "unconfirmed"
    assert made.path.read_bytes() == b"somebody's own work"
    sweep.confirm_deleted(council.settings, made.export_id, BY)


def test_the_password_of_a_job_is_shown_once(council: Pipeline, made: Made) -> None:
    passwords.keep_password(council.settings, made.export_id, made.password)
    place = council.settings.secrets_dir / "export_passwords" / f"{made.export_id}.password"
    assert place.stat().st_mode & 0o777 == 0o600
    with pytest.raises(GovernanceError, match="has made no export"):
        passwords.take_password(council.settings, made.export_id, "hal.fenwick")
    assert passwords.take_password(council.settings, made.export_id, STEWARD) == made.password
    assert not place.exists()
    with pytest.raises(GovernanceError, match="shown already"):
        passwords.take_password(council.settings, made.export_id, STEWARD)
