"""The planning export of a published council: pseudonyms, the opt-out, the key outside, and nothing that says who."""

import io
import json
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest

from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.exports import keys
from dagster_project.governance.exports.planning.export import Planned, export_planning
from dagster_project.governance.exports.planning.suppression import rounded
from dagster_project.governance.exports.requester import ExportRefused
from dagster_project.governance.opt_out import checks, clean_list, number_file
from dagster_project.governance.opt_out.number_file import AnswerRefused
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from dagster_project.warehouse.errors import WarehouseError
from tests.council_kit import Pipeline, with_lines
from tests.exports_kit import (
    AS_AT,
    GROWN_UPS,
    OFFICER,
    PEOPLE,
    PLANNER,
    STEWARD,
    canaries_in,
    decrypted,
    in_another_run,
    invented_people,
    sheets,
)
from tests.warehouse_kit import temporary_settings

PURPOSE, OTHER = "service_planning", "housing_priority"
BY = "Pia Fenwick"


@pytest.fixture(scope="module")
def settings(council: Pipeline) -> Settings:
    return council.settings


@pytest.fixture(scope="module")
def asked(settings: Settings) -> frozenset[str]:
    """The numbers of the check; its answer clears all but two of them."""
    made = checks.write_check(settings, "X26ABC123", BY)
    assert made.path.name.startswith("X26ABC123-") and made.path.name.endswith("-0001.dat")
    assert (made.numbers, made.without_number) == (GROWN_UPS, 1)
    assert made.path.stat().st_mode & 0o777 == 0o600
    content = made.path.read_bytes()
    numbers = number_file.parsed(content)
    assert content == b"".join(f"{number},\n".encode() for number in sorted(numbers))
    return numbers


@pytest.fixture(scope="module")
def answered(settings: Settings, asked: frozenset[str], tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    file = tmp_path_factory.mktemp("answer") / "answer.dat"
    cleared = sorted(asked)[2:]
    for content, message in (
        (number_file.written(cleared).replace(b"\n", b"\r\n"), "line ends"),
        (number_file.written(cleared)[:-3], "middle of a line"),
        (b"NHS number\n" + number_file.written(cleared), "Line 1"),
        (number_file.written([*cleared, cleared[0]]), "repeats"),
        (number_file.written([*cleared, "9999999999"]), "not an NHS number"),
        (number_file.written([*cleared, "9434765919"]), "not asked about"),
    ):
        file.write_bytes(content)
        with pytest.raises(AnswerRefused, match=message):
            checks.read_answer(settings, file, BY)
    with pytest.raises(GovernanceError, match="No opt-out check was answered"):
        export_planning(settings, PLANNER, PURPOSE, file.with_name("early.xlsx"))
    # A publish in between deletes the numbers in the clear; the answer can still be read.
    checks.sweep(settings, delete_check_files=True)
    assert not list(settings.exports_dir.rglob("*.dat"))
    file.write_bytes(number_file.written(cleared))
    assert checks.read_answer(settings, file, BY) == len(cleared)
    return frozenset(cleared)


@pytest.fixture(scope="module")
def planned(settings: Settings, answered: frozenset[str], tmp_path_factory: pytest.TempPathFactory) -> Planned:
    del answered
    return export_planning(settings, PLANNER, PURPOSE, tmp_path_factory.mktemp("out") / "plan.xlsx")


def test_the_answer_drops_exactly_the_right_rows(
    council: Pipeline, planned: Planned, asked: frozenset[str], answered: frozenset[str]
) -> None:
    """Whom adults' care knows is in it with a cleared number alone; everybody else who may be exported is."""
    grown_ups = "select person_key, nhs_number from matched.item_adult_care_numbers"
    number_of: dict[str, str | None] = dict(council.rows(grown_ups))
    assert {number for number in number_of.values() if number} == asked != answered
    left = "select person_key from mart.dim_person where first_name <> 'Rae'"
    due = {key for (key,) in council.rows(left) if key not in number_of or number_of[key] in answered}
    with connect(council.settings, "admin") as conn:
        [made] = [one for one in keys.read_keys(council.settings) if one.purpose == PURPOSE]
        key = keys.current_key(council.settings, conn, PURPOSE, made.period, PLANNER)
    rows = sheets(planned.rows.path, planned.rows.password)["people"]
    assert {row["pseudonym"] for row in rows} == {key.pseudonym(person) for person in due}


@pytest.mark.parametrize(("days", "is_stale"), [(0, False), (21, False), (22, True)])
def test_an_answer_may_be_relied_on_for_21_days(days: int, is_stale: bool) -> None:
    asked_on = date(2028, 2, 20)
    assert checks.is_stale(asked_on, asked_on + timedelta(days=days)) is is_stale


def test_it_holds_everybody_who_may_be_in_it(planned: Planned, answered: frozenset[str]) -> None:
    report = json.loads(planned.report.with_suffix(".json").read_text(encoding="utf-8"))
    rows = sheets(planned.rows.path, planned.rows.password)["people"]
    assert report["population"] == rounded(PEOPLE - 1 + GROWN_UPS + 1, 5)
    assert report["opt_out"]["left_out"] == {"no_nhs_number": "fewer than 5", "not_cleared": "fewer than 5"}
    assert len(rows) == report["rows"]["written"] == PEOPLE - 1 + len(answered)
    assert report["rows"]["k_reached"] >= 5
    pages = (planned.report, planned.report.with_suffix(".json"))
    assert all(page.stat().st_mode & 0o777 == 0o600 for page in pages)
    assert planned.rows.people == len(rows)


def test_nothing_in_it_says_who_anybody_is(council: Pipeline, planned: Planned) -> None:
    parts = [page.read_bytes() for page in (planned.report, planned.report.with_suffix(".json"))]
    for made in (planned.rows, planned.counts):
        with zipfile.ZipFile(io.BytesIO(decrypted(made.path, made.password))) as book:
            parts += [book.read(name) for name in book.namelist()]
    assert canaries_in([b"a Quayside Primary b"]) == {"Quayside Primary"}
    assert canaries_in(parts) == set()
    everything = b"".join(parts)
    for (key,) in council.rows("select person_key from mart.dim_person"):
        assert key.encode() not in everything
    # In Excel's numbers of days too, no birth date.
    assert b"42141" not in everything


def test_two_purposes_and_two_periods_share_no_pseudonym(settings: Settings, planned: Planned, place: Path) -> None:
    again = export_planning(settings, PLANNER, PURPOSE, place / "again.xlsx")
    other = export_planning(settings, PLANNER, OTHER, place / "other.xlsx")
    first, same, else_ = (
        {row["pseudonym"] for row in sheets(one.rows.path, one.rows.password)["people"]}
        for one in (planned, again, other)
    )
    assert first == same
    assert not first & else_
    assert {name.partition(".")[0] for name in first} != {name.partition(".")[0] for name in else_}
    assert all(len(name.partition(".")[2]) == 32 for name in first)
    keys.rotate(settings, PURPOSE, BY)
    rotated = export_planning(settings, PLANNER, PURPOSE, place / "rotated.xlsx")
    assert not first & {row["pseudonym"] for row in sheets(rotated.rows.path, rotated.rows.password)["people"]}


def test_its_key_is_a_private_file_and_in_no_other_place(council: Pipeline, planned: Planned, place: Path) -> None:
    folder = council.settings.secrets_dir / "export_keys"
    newest = max(keys.read_keys(council.settings), key=lambda key: int(key.key_id[1:]))
    file = folder / f"{newest.purpose}.{newest.period}.{newest.key_id}.key"
    assert file.stat().st_mode & 0o777 == 0o600
    value = file.read_text(encoding="utf-8").strip()
    dump = "select string_agg(to_jsonb(k)::text, '') from control.export_keys as k"
    assert value not in council.rows(dump)[0][0]
    assert value.encode() not in planned.rows.path.read_bytes()
    file.chmod(0o644)
    with pytest.raises(WarehouseError, match="open to other users"):
        export_planning(council.settings, PLANNER, newest.purpose, place / "open.xlsx")
    file.chmod(0o600)
    file.rename(file.with_suffix(".gone"))
    with pytest.raises(GovernanceError, match="is gone"):
        export_planning(council.settings, PLANNER, newest.purpose, place / "gone.xlsx")
    keys.destroy(council.settings, newest.key_id, BY)
    with pytest.raises(GovernanceError, match="destroyed already"):
        keys.destroy(council.settings, newest.key_id, BY)
    assert not list(place.iterdir())
    file.with_suffix(".gone").unlink()


def test_only_planners_plan(settings: Settings, place: Path) -> None:
    for login in (STEWARD, OFFICER):
        with pytest.raises(ExportRefused, match="SE-07"):
            export_planning(settings, login, PURPOSE, place / "plan.xlsx")


def test_a_stale_answer_and_another_run_are_refused(
    council: Pipeline, answered: frozenset[str], place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del answered
    with in_another_run(council), pytest.raises(ExportRefused, match="A run has begun"):
        export_planning(council.settings, PLANNER, PURPOSE, place / "plan.xlsx")
    monkeypatch.setattr(checks, "VALID_DAYS", -1)
    with pytest.raises(GovernanceError, match="last opt-out check"):
        export_planning(council.settings, PLANNER, PURPOSE, place / "plan.xlsx")
    assert not list(place.iterdir())


def test_what_is_kept_of_the_check_is_no_number_and_no_status(
    council: Pipeline, asked: frozenset[str], answered: frozenset[str]
) -> None:
    home = council.settings.home
    kept = [path for folder in ("exports", "secrets", "logs") for path in (home / folder).rglob("*") if path.is_file()]
    content = b"".join(path.read_bytes() for path in kept)
    assert not any(number.encode() in content for number in asked)
    [(columns,)] = council.rows(
        "select string_agg(table_schema || '.' || table_name || '.' || column_name, ' ')"
        " from information_schema.columns where column_name ~ 'opt.?out' and table_name <> 'exports'"
    )
    assert columns is None
    last = max((home / "secrets" / "opt_out").glob("*.cleared"))
    assert clean_list.cleared(council.settings, last.stem, asked) == answered


def test_a_new_check_leaves_the_last_answer_standing_until_its_own_comes(tmp_path: Path) -> None:
    home = temporary_settings(tmp_path)
    numbers = frozenset({"9990000018", "9990000026"})
    clean_list.keep_asked(home, "c1", numbers)
    clean_list.keep_cleared(home, "c1", frozenset({"9990000018"}))
    clean_list.keep_asked(home, "c2", numbers)
    clean_list.keep_asked(home, "c3", numbers)
    assert clean_list.cleared(home, "c1", numbers) == {"9990000018"}
    assert clean_list.asked(home, "c3", numbers | {"9990000034"}) == numbers
    with pytest.raises(GovernanceError, match="is gone"):
        clean_list.asked(home, "c2", numbers)
    clean_list.keep_cleared(home, "c3", numbers)
    with pytest.raises(GovernanceError, match="is gone"):
        clean_list.cleared(home, "c1", numbers)
    assert sorted(path.name for path in (tmp_path / "secrets" / "opt_out").iterdir()) == ["c3.cleared", "c3.key"]
    clean_list.forget(home)
    assert not list((tmp_path / "secrets" / "opt_out").iterdir())


@pytest.mark.parametrize("answer", ["no", "not_applicable"])
def test_without_the_opt_out_nobody_whom_adult_care_knows_is_in_it(council: Pipeline, place: Path, answer: str) -> None:
    shipped = council.settings.agreement_file.read_text(encoding="utf-8")
    other = place / "agreement.yaml"
    other.write_text(with_lines(shipped, ("  setting: yes", f"  setting: {answer}")), encoding="utf-8")
    settings = council.under(other).settings
    people = invented_people(200, seed=3)
    with connect(settings, "admin") as conn:
        applied = checks.apply(settings, conn, people, AS_AT)
    assert applied.people == [person for person in people if not person.is_adult_care]
    assert (applied.check_id, applied.left_out) == (None, {"not_checked": 200 - len(applied.people)})
    assert len(applied.people) < 200
    with pytest.raises(GovernanceError, match="does not apply"):
        checks.write_check(settings, "X26ABC123", BY)
