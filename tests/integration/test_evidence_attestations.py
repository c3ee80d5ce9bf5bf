"""Attestations: who vouches for what, until when; and a publish that waits for them no longer than the grace period."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dagster_project.agreement.register import load_register
from dagster_project.cli import app
from dagster_project.governance.attestations import attest, standing_attestations, wants_attestation
from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.evidence import step
from dagster_project.governance.evidence.results import GRACE_DAYS, ClauseResult
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from tests import gate_kit as kit
from tests import gate_world as world

TODAY = date(2026, 11, 1)
CLAUSE = "TR-03"


@pytest.fixture
def clean(own_warehouse: Settings) -> Settings:
    """A judged candidate, and nobody has attested anything."""
    with connect(own_warehouse, "admin") as conn:
        conn.execute("delete from control.attestations")
        conn.execute("delete from control.publishes")
    kit.build_world(own_warehouse)
    kit.judge_lightly(own_warehouse, world.PUBLISH_ID)
    return own_warehouse


def vouch(settings: Settings, until: date, today: date = TODAY, clause: str = CLAUSE) -> None:
    attest(settings, load_register(), clause, "Marlowe Quillfeather", until, "tenant settings seen", today)


def found(settings: Settings, monkeypatch: pytest.MonkeyPatch | None = None) -> ClauseResult:
    """What the evidence step finds on the clause, for a real council if it is patched to be one."""
    if monkeypatch:
        load = step.load_agreement
        monkeypatch.setattr(step, "load_agreement", lambda path: _Real(load(path)))
    with connect(settings, "hl_publisher") as conn:
        results = step.find(settings, conn, world.PUBLISH_ID).results
    return next(result for result in results if result.clause.id == CLAUSE)


class _Real:
    """The shipped example, dated and then taken for a real council's agreement."""

    def __init__(self, agreement: object) -> None:
        self.agreement = agreement

    def on(self, day: date) -> object:
        dated = self.agreement.on(day)  # type: ignore[attr-defined]
        return dated.model_copy(update={"example": False})


def test_an_attestation_is_on_record_until_its_date(clean: Settings) -> None:
    assert found(clean).result == "NOT EVIDENCED"
    vouch(clean, world.AS_AT)
    result = found(clean)
    assert result.result == "PASS"
    assert result.attestation is not None
    assert len(result.attestation.record_sha256) == 64


@pytest.mark.parametrize(("late", "blocks"), [(1, False), (GRACE_DAYS, False), (GRACE_DAYS + 1, True)])
def test_after_its_date_it_warns_and_after_the_grace_period_it_blocks(
    clean: Settings, monkeypatch: pytest.MonkeyPatch, late: int, blocks: bool
) -> None:
    ended = world.AS_AT - timedelta(days=late)
    vouch(clean, ended, today=ended)
    result = found(clean, monkeypatch)
    assert (result.result, result.blocks) == ("NOT EVIDENCED", blocks)
    assert str(ended) in result.warning


@pytest.mark.parametrize(("age", "blocks"), [(GRACE_DAYS, False), (GRACE_DAYS + 1, True)])
def test_a_fresh_installation_has_the_grace_period_from_its_first_publish(
    clean: Settings, monkeypatch: pytest.MonkeyPatch, age: int, blocks: bool
) -> None:
    with connect(clean, "admin") as conn:
        conn.execute(
            "insert into control.publishes values ('p_0', %s, now(), '1', 'a', '{}', 'f', 0)",
            [world.AS_AT - timedelta(days=age)],
        )
    assert found(clean, monkeypatch).blocks is blocks


def test_the_newest_attestation_counts_and_the_older_stays_on_record(clean: Settings) -> None:
    vouch(clean, world.AS_AT + timedelta(days=90))
    vouch(clean, TODAY)
    assert found(clean).result == "NOT EVIDENCED"
    with connect(clean, "admin") as conn:
        assert conn.execute("select count(*) from control.attestations").fetchone() == (2,)
    states = {due.clause.id: due.state for due in standing_attestations(clean, load_register(), world.AS_AT)}
    assert states.pop(CLAUSE) == "ended"
    assert set(states.values()) == {"never"}
    assert set(states) == {one.id for one in load_register() if wants_attestation(one)} - {CLAUSE}


def test_an_attestation_is_in_the_access_log_without_its_words(clean: Settings) -> None:
    vouch(clean, TODAY + timedelta(days=30))
    with connect(clean, "admin") as conn:
        [(sha256,)] = conn.execute("select record_sha256 from control.attestations").fetchall()
        logged = conn.execute(
            "select actor, action, subject, detail from control.access_log order by entry desc limit 1"
        ).fetchone()
    assert logged == ("Marlowe Quillfeather", "attest", CLAUSE, {"until": "2026-12-01", "record_sha256": sha256})


@pytest.mark.parametrize(
    ("clause", "by", "until", "note", "reason"),
    [
        ("XX-99", "A. Osei", TODAY, "seen", "no clause"),
        ("TR-05", "A. Osei", TODAY, "seen", "checked by the system"),
        (CLAUSE, " ", TODAY, "seen", "who attests"),
        (CLAUSE, "A. Osei", TODAY, "", "what grounds"),
        (CLAUSE, "A. Osei", TODAY - timedelta(days=1), "seen", "must lie between"),
        (CLAUSE, "A. Osei", TODAY + timedelta(days=3000), "seen", "must lie between"),
    ],
)
def test_an_attestation_that_says_too_little_or_promises_too_much_is_refused(
    clean: Settings, clause: str, by: str, until: date, note: str, reason: str
) -> None:
    with pytest.raises(GovernanceError, match=reason):
        attest(clean, load_register(), clause, by, until, note, TODAY)
    with connect(clean, "admin") as conn:
        logged = conn.execute("select count(*) from control.access_log where action = 'attest' and actor = 'A. Osei'")
        assert conn.execute("select count(*) from control.attestations").fetchone() == logged.fetchone() == (0,)


def test_the_commands(clean: Settings, tmp_path: Path) -> None:
    run, home = CliRunner().invoke, ["--home", str(clean.home)]
    until = str(date.today() + timedelta(days=30))
    done = run(app, ["attest", CLAUSE, "--by", "A. Osei", "--until", until, "--note", "seen", *home])
    assert done.exit_code == 0, done.output
    assert f"{CLAUSE} is attested by A. Osei until {until}" in done.output
    listed = run(app, ["attest", "--list", *home])
    assert (listed.exit_code, "A. Osei" in listed.output, "never" in listed.output) == (0, True, True)
    assert run(app, ["attest", CLAUSE, "--by", "A. Osei", "--until", "soon", "--note", "n", *home]).exit_code == 1
    assert run(app, ["evidence", "verify", *home]).exit_code == 0
    assert run(app, ["evidence", "show", "p_none", *home]).exit_code == 1
