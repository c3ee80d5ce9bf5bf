"""What a hand changed is put back as agreed, logged, and the next publish goes through without more ado."""

from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dagster_project.cli import app
from dagster_project.governance import gate
from dagster_project.governance.access import repair as access
from dagster_project.governance.access_log import read_chain
from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.publish import publish
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from dagster_project.warehouse.errors import WarehouseError
from dagster_project.warehouse.lock import RunInProgress, run_lock
from tests import gate_kit as kit
from tests.access_kit import BY
from tests.access_world import BREAKS, PEOPLE, published_with_everybody
from tests.warehouse_kit import mart_fingerprint

OPEN = ["not meant: mart.dim_person is open to everybody", "not meant: dim_person: SELECT for everybody"]
WHY = "rights given by mistake"
# A person has to decide about these, as the roles, rules and code are somebody's. What takes each away again.
STRAY = "drop owned by stray; drop role stray"
LEFT_TO_A_PERSON = {
    "a default privilege": "alter default privileges in schema mart_candidate revoke select on tables from fn_planner",
    "a stray superuser": STRAY,
    "a stray that passes by": STRAY,
    "a stray that makes roles": STRAY,
    "a stray that replicates": STRAY,
    "a stray with the administrator's powers": STRAY,
    "every table for a stray": STRAY,
    "a view over the mart": "drop view control.peek",
    "a way around by function": "drop function control.peek()",
}
# A partition is there only where a partner has delivered; whose log it is has to be settled before the set-up is done.
ELSEWHERE = {"a partition", "the log's owner"}


@pytest.fixture(scope="module")
def published(own_warehouse: Settings) -> Settings:
    """A published mart with a user of each function."""
    published_with_everybody(own_warehouse)
    assert access.check(own_warehouse) == []
    return own_warehouse


@pytest.mark.parametrize("name", [name for name in BREAKS if name not in ELSEWHERE])
def test_what_a_hand_changed_is_put_back_or_left_to_a_person_and_told(published: Settings, name: str) -> None:
    statement, named = BREAKS[name]
    before = mart_fingerprint(published)
    kit.alter(published, statement, "admin")
    found, left = access.repair(published, BY, WHY)
    assert any(named in line for line in found)
    assert left == access.check(published)
    if name in LEFT_TO_A_PERSON:
        assert any(named in line for line in left) or (all("peek" in line for line in left) and left)
        kit.alter(published, LEFT_TO_A_PERSON[name], "admin")
    kit.alter(published, "drop role if exists stray", "admin")
    assert access.check(published) == []
    assert mart_fingerprint(published) == before


def test_a_log_of_somebody_elses_is_not_taken_over(published: Settings) -> None:
    kit.alter(published, "alter table control.access_log owner to hl_publisher", "admin")
    try:
        with pytest.raises(WarehouseError, match="could not be prepared"):
            access.repair(published, BY, WHY)
        assert any("control.access_log: belongs to hl_publisher" in line for line in access.check(published))
    finally:
        kit.alter(published, "alter table control.access_log owner to hl_log_owner", "admin")
    assert access.check(published) == []


def test_a_repair_is_on_record_and_the_next_run_publishes(published: Settings) -> None:
    kit.alter(published, "grant select on mart.dim_person to public", "admin")
    kit.build_world(published, "p_20261121_0001")
    with pytest.MonkeyPatch.context() as patch:
        kit.without_suites(patch)
        assert "catalogue.published_access_stands" in gate.judge(published, "p_20261121_0001").failed
        access.repair(published, BY, WHY)
        assert gate.judge(published, "p_20261121_0001").failed == ()
    publish(published, "p_20261121_0001")
    with connect(published, "admin") as conn:
        [(actor, detail)] = conn.execute(
            "select actor, detail from control.access_log where action = 'access_repair' order by entry desc limit 1"
        ).fetchall()
        assert read_chain(conn).first_broken is None
    assert actor == BY
    assert detail == {"reason": WHY, "found": 2, "left": 0, "first": OPEN}


def test_a_reader_is_waited_for_and_nothing_is_half_done(published: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "_WAIT", "set local lock_timeout = '200ms'")
    kit.alter(published, "drop policy fn_ta_officer on mart.dim_person", "admin")
    with connect(published, "hl_analyst") as reader:
        reader.execute("select count(*) from mart.dim_person")
        with pytest.raises(GovernanceError, match="close their report"):
            access.repair(published, BY, WHY)
        assert [line for line in access.check(published) if "policy fn_ta_officer" in line] == access.check(published)
        # Nobody sees more meanwhile: without its policy the function sees nobody.
        with connect(published, PEOPLE["ta_officer"].login) as officer:
            assert officer.execute("select count(*) from mart.dim_person").fetchone() == (0,)
    access.repair(published, BY, WHY)
    assert access.check(published) == []


def test_it_is_refused_during_a_run_under_another_agreement_or_without_a_name(
    published: Settings, tmp_path: Path
) -> None:
    with run_lock(published), pytest.raises(RunInProgress):
        access.repair(published, BY, WHY)
    other = tmp_path / "agreement.yaml"
    other.write_text(published.agreement_file.read_text(encoding="utf-8") + "# a word\n", encoding="utf-8")
    with pytest.raises(GovernanceError, match="changed since the last publish"):
        access.repair(replace(published, agreement_file=other), BY, WHY)
    for by, reason in (("", WHY), (BY, " ")):
        with pytest.raises(GovernanceError, match="Say w"):
            access.repair(published, by, reason)


def test_the_commands_show_first_and_act_when_told_to(published: Settings) -> None:
    kit.alter(published, "grant select on mart.dim_person to public", "admin")
    place = ["--home", str(published.home)]
    asked = ["access", "repair", "--by", BY, "--reason", WHY, *place]
    shown = [CliRunner().invoke(app, words) for words in (["access", "check", *place], asked)]
    assert [(one.exit_code, one.stderr.splitlines()) for one in shown] == [(1, OPEN)] * 2
    done = CliRunner().invoke(app, [*asked, "--yes"])
    assert (done.exit_code, done.stdout) == (0, "2 difference(s) found, 0 left\naccess is as it is meant\n")
    vouched = CliRunner().invoke(app, ["access", "vouch", "stray", "--by", BY, "--reason", WHY, *place])
    assert vouched.exit_code == 1
    assert "the embedded server is" in " ".join(vouched.stderr.lower().split())
