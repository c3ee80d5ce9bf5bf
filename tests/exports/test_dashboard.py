"""The dashboard export: for whom, of whom, what it holds, where it may lie, and that nothing else tells of it."""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from dagster_project.governance.access.audit import exports_of
from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.exports.catalogue import Made, read_exports
from dagster_project.governance.exports.dashboard import export_dashboard
from dagster_project.governance.exports.requester import ExportRefused
from tests.council_kit import Pipeline
from tests.exports_kit import GROWN_UPS, OFFICER, PEOPLE, PLANNER, STEWARD, in_another_run, notices, sheets

PURPOSE = "housing_priority"


@pytest.fixture(scope="module")
def made(council: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Made:
    return export_dashboard(council.settings, STEWARD, PURPOSE, tmp_path_factory.mktemp("out") / "export.xlsx")


def test_it_holds_what_the_user_reads_of_everybody_who_is_not_hidden(council: Pipeline, made: Made) -> None:
    found = sheets(made.path, made.password)
    assert made.path.stat().st_mode & 0o777 == 0o600
    readable = council.columns("mart", "fn_data_steward")
    assert {f"{table}.{column}" for table, lines in found.items() for column in (lines[0] if lines else ())} <= readable
    assert set(found) == {name.partition(".")[0] for name in readable}
    assert len(found["dim_person"]) == made.people == PEOPLE - 1 + GROWN_UPS + 1
    names = {line["first_name"] for line in found["dim_person"]}
    assert "Zephyrine" in names and "Rae" not in names
    hidden = {key for (key,) in council.rows("select person_key from mart.dim_person where first_name = 'Rae'")}
    assert len(hidden) == 1
    of_hidden = f"select household_key from mart.dim_person where person_key = '{next(iter(hidden))}'"
    for lines in found.values():
        assert not hidden & {line.get("person_key") for line in lines}
    households = {line["household_key"] for line in found["dim_person"]}
    assert {line["household_key"] for line in found["dim_household"]} == households
    counted = Counter(line["household_key"] for line in found["dim_person"])
    assert {line["household_key"]: line["people"] for line in found["dim_household"]} == counted
    assert council.rows(f"select people from mart.dim_household where household_key in ({of_hidden})") == [(2,)]
    for table in ("dim_person", "fct_person_indicators"):
        columns = [name.partition(".")[2] for name in sorted(readable) if name.startswith(f"{table}.")]
        kept = f"select {', '.join(columns)} from mart.{table} where person_key <> '{next(iter(hidden))}'"
        stored = [tuple(map(_told, row)) for row in council.rows(kept)]
        written = [tuple(_told(line[column]) for column in columns) for line in found[table]]
        assert sorted(written) == sorted(stored)
    for lines in notices(made.path, made.password).values():
        assert lines[0] == "OFFICIAL-SENSITIVE"
        assert made.export_id in lines[3] and STEWARD in lines[3]


@pytest.mark.parametrize(
    ("login", "purpose", "message"),
    [
        (OFFICER, PURPOSE, "SE-06"),
        (PLANNER, PURPOSE, "SE-06"),
        ("nobody.known", PURPOSE, "No such user"),
        (STEWARD, "curiosity", "SE-08"),
    ],
)
def test_it_is_refused_and_the_attempt_is_on_record(
    council: Pipeline, place: Path, login: str, purpose: str, message: str
) -> None:
    before = council.rows("select count(*) from control.exports")
    with pytest.raises(ExportRefused, match=message):
        export_dashboard(council.settings, login, purpose, place / "export.xlsx")
    assert not list(place.iterdir())
    assert council.rows("select count(*) from control.exports") == before
    [(actor, action, logged)] = council.rows(
        "select actor, action, purpose from control.access_log order by entry desc limit 1"
    )
    assert action == "export_refused"
    assert actor == ("unknown user" if login == "nobody.known" else login)
    assert logged == ("unknown purpose" if purpose == "curiosity" else purpose)


def test_it_is_on_record_without_its_password(council: Pipeline, made: Made) -> None:
    listed = next(one for one in read_exports(council.settings) if one.export_id == made.export_id)
    assert (listed.kind, listed.purpose, listed.actor, listed.status) == ("dashboard", PURPOSE, STEWARD, "standing")
    [(people,)] = council.rows(f"select count(*) from control.export_people where export_id = '{made.export_id}'")
    assert people == made.people
    [(key,)] = council.rows("select person_key from mart.dim_person where first_name = 'Zephyrine'")
    assert (made.export_id, STEWARD) in {(one[0], one[1]) for one in exports_of(council.settings, key, "I. Quill")}
    assert made.password not in repr(made)
    [(everything,)] = council.rows(
        "select string_agg(line::text, '') from (select to_jsonb(e) from control.exports as e"
        " union all select to_jsonb(l) from control.access_log as l) as lines (line)"
    )
    assert made.password not in everything
    assert not any(made.password.encode() in path.read_bytes() for path in _files(council.settings.secrets_dir))


def test_a_folder_that_others_may_enter_gets_nothing(council: Pipeline, place: Path) -> None:
    place.chmod(0o755)
    before = council.rows("select count(*) from control.exports")
    with pytest.raises(GovernanceError, match="open to other users"):
        export_dashboard(council.settings, STEWARD, PURPOSE, place / "export.xlsx")
    assert council.rows("select count(*) from control.exports") == before


def test_it_waits_while_a_run_is_going_on(council: Pipeline, place: Path) -> None:
    with in_another_run(council), pytest.raises(ExportRefused, match="A run has begun"):
        export_dashboard(council.settings, STEWARD, PURPOSE, place / "export.xlsx")


def _told(value: object) -> str:
    text = "" if value is None else str(value)
    return text.removesuffix(" 00:00:00").removesuffix(".0")


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_the_command_shows_the_password_on_the_terminal_and_to_nobody_else(council: Pipeline, place: Path) -> None:
    program = Path(sys.executable).with_name("hearthlink")
    words = [program, "export", "dashboard", "--purpose", PURPOSE, "--as", STEWARD, "--out", place / "export.xlsx"]
    more = ["--home", council.settings.home, "--agreement", council.settings.agreement_file]
    seen = b""
    with subprocess.Popen([*words, *more], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        while running.poll() is None:
            seen += b"".join(_shown_to_others(running.pid))
        told, complaint = running.communicate()
    assert running.returncode == 0, complaint
    [password] = re.findall(r"^password: (\S{20})$", told, re.MULTILINE)
    assert str(place).encode() in seen
    assert len(sheets(place / "export.xlsx", password)["dim_person"]) == PEOPLE - 1 + GROWN_UPS + 1
    assert password.encode() not in seen and password not in complaint
    assert not [path for path in _files(council.settings.logs_dir) if password.encode() in path.read_bytes()]


def _shown_to_others(process: int) -> Iterator[bytes]:
    """What the system tells of a process: its arguments, and what it was started with."""
    for name in ("cmdline", "environ"):
        with suppress(OSError):
            yield Path(f"/proc/{process}/{name}").read_bytes()
