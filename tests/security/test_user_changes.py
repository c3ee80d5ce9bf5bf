"""Moving, confirming and renewing a user's access, over TCP: what was held before is gone at once."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta

import psycopg
import pytest
from typer.testing import CliRunner

from dagster_project.agreement.model import Agreement, AgreementError, load_agreement
from dagster_project.cli import app
from dagster_project.clock import london_today
from dagster_project.governance.access import users
from dagster_project.governance.access.scopes import Scope, parse_caseload
from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.publish import publish
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from dagster_project.warehouse.errors import WarehouseError
from dagster_project.warehouse.secrets_store import read_password, write_password
from tests import gate_kit as kit
from tests import gate_world as data
from tests.access_kit import BY, let_in

HOMES = Scope(partners=("fakeshire_homes",))
LOGIN = "nia.fenwick"
OWN = "gK7!vTq2#mZr9-xW"


@pytest.fixture(scope="module")
def published(own_warehouse: Settings) -> Settings:
    """A published mart in which Ada is a landlord's, Bo in temporary accommodation, and Cy stewards' alone."""
    kit.build_world(own_warehouse)
    rows = {data.ADULT: "partner:fakeshire_homes", data.CHILD: "ta"}
    for person, token in rows.items():
        change = f"update mart_candidate.dim_person set visible_to = visible_to || '{token}'::text"
        kit.alter(own_warehouse, f"{change} where person_key = '{person}'")
    kit.judge_lightly(own_warehouse, data.PUBLISH_ID)
    publish(own_warehouse, data.PUBLISH_ID)
    return own_warehouse


@pytest.fixture
def agreement(published: Settings) -> Agreement:
    return load_agreement(published.agreement_file)


@pytest.fixture
def user(published: Settings) -> Iterator[str]:
    """A housing officer of one landlord, let in for one test."""
    let_in(published, LOGIN, "housing_officer", HOMES)
    yield LOGIN
    with connect(published, "admin") as conn:
        standing = conn.execute("select is_enabled from access.users where login = %s", [LOGIN]).fetchone()
    if standing == (True,):
        users.disable(published, LOGIN, BY)


def names(conn: psycopg.Connection) -> set[str]:
    return {name for (name,) in conn.execute("select first_name from mart.dim_person").fetchall()}


def last_logged(settings: Settings, action: str) -> tuple[str, dict[str, object]] | None:
    with connect(settings, "admin") as conn:
        return conn.execute(
            "select actor, detail from control.access_log where action = %s and subject = %s"
            " order by entry desc limit 1",
            [action, LOGIN],
        ).fetchone()


def test_a_move_takes_the_old_rows_and_columns_at_once(published: Settings, agreement: Agreement, user: str) -> None:
    payment_plan = "select has_arrears_payment_plan from mart.fct_person_indicators"
    with closing(connect(published, user, autocommit=True)) as before:
        assert names(before) == {"Ada"}
        before.execute(payment_plan)
        users.move(published, agreement, user, "ta_officer", Scope(), BY)
        # The session that was open has ended: it cannot go on with what it had.
        with pytest.raises(psycopg.OperationalError):
            names(before)
    with connect(published, user, autocommit=True) as after:
        assert names(after) == {"Bo"}
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            after.execute(payment_plan)
    logged = last_logged(published, "user_move")
    assert logged is not None
    assert logged == (BY, {"function": "ta_officer", "partners": [], "caseloads": 0})
    with connect(published, "admin") as conn:
        held = conn.execute(
            "select function, held_until is null from access.user_functions where login = %s order by held_from desc"
            " limit 2",
            [user],
        ).fetchall()
        partners = conn.execute(
            "select count(*) from access.user_partners where login = %s and held_until is null", [user]
        ).fetchone()
    assert (held, partners) == ([("ta_officer", True), ("housing_officer", False)], (0,))


def test_a_move_to_other_partners_shows_theirs_alone(published: Settings, agreement: Agreement, user: str) -> None:
    users.move(published, agreement, user, "housing_officer", Scope(partners=("northbank_ha",)), BY)
    with connect(published, user) as conn:
        assert names(conn) == set()
    users.move(published, agreement, user, "housing_officer", HOMES, BY)
    with connect(published, user) as conn:
        assert names(conn) == {"Ada"}


@pytest.mark.parametrize(
    ("function", "scope"),
    [
        ("gardener", HOMES),
        ("housing_officer", Scope()),
        ("ta_officer", HOMES),
        ("housing_officer", Scope(partners=("a_stranger",))),
        ("childrens_worker", Scope(caseloads=(parse_caseload("fakeshire_csc/Early help"),))),
    ],
)
def test_a_move_that_does_not_fit_changes_nothing(
    published: Settings, agreement: Agreement, user: str, function: str, scope: Scope
) -> None:
    with connect(published, user, autocommit=True) as conn:
        with pytest.raises((GovernanceError, AgreementError)):
            users.move(published, agreement, user, function, scope, BY)
        assert names(conn) == {"Ada"}


def test_a_renewed_password_opens_and_the_old_one_does_not(
    published: Settings, agreement: Agreement, user: str
) -> None:
    old = read_password(published, user)
    with closing(connect(published, user, autocommit=True)) as open_session:
        new = users.rotate_password(published, agreement, user, BY)
        with pytest.raises(psycopg.OperationalError):
            names(open_session)
    assert new != old
    with pytest.raises(WarehouseError, match="password authentication failed"):
        connect(published, user)
    write_password(published, user, new)
    with connect(published, user) as conn:
        assert names(conn) == {"Ada"}
    assert last_logged(published, "user_rotate_password") == (BY, {})
    assert OWN not in str(last_logged(published, "user_rotate_password"))


def test_a_password_of_ones_own_is_taken_if_it_is_strong(published: Settings, agreement: Agreement, user: str) -> None:
    with pytest.raises(GovernanceError, match="refused"):
        users.rotate_password(published, agreement, user, BY, f"{OWN}Fenwick")
    with connect(published, user) as conn:
        assert names(conn) == {"Ada"}
    assert users.rotate_password(published, agreement, user, BY, OWN) == OWN
    write_password(published, user, OWN)
    with connect(published, user) as conn:
        assert names(conn) == {"Ada"}


def due_on(settings: Settings) -> date:
    return next(one.due_on for one in users.listing(settings) if one.login == LOGIN)


def test_access_is_due_after_a_quarter_and_confirmed_by_somebody_else(published: Settings, user: str) -> None:
    today = london_today()
    assert due_on(published) == today + timedelta(days=users.RECERTIFY_DAYS)
    with connect(published, "admin") as conn:
        due = today + timedelta(days=users.RECERTIFY_DAYS)
        assert (users.overdue(conn, due - timedelta(days=1)), users.overdue(conn, due)) == (0, 1)
    users.recertify(published, user, BY, due)
    with connect(published, "admin") as conn:
        assert users.overdue(conn, due) == 0
    assert due_on(published) == due + timedelta(days=users.RECERTIFY_DAYS)
    assert last_logged(published, "user_recertify") == (BY, {})


@pytest.mark.parametrize("by", [LOGIN, " Nia Fenwick ", "NIA FENWICK", ""])
def test_nobody_confirms_their_own_access(published: Settings, user: str, by: str) -> None:
    before = due_on(published)
    with pytest.raises(GovernanceError):
        users.recertify(published, user, by, london_today() + timedelta(days=9))
    assert due_on(published) == before


def test_who_was_let_out_is_neither_moved_renewed_nor_confirmed(
    published: Settings, agreement: Agreement, user: str
) -> None:
    users.disable(published, user, BY)
    for change in (
        lambda: users.move(published, agreement, user, "ta_officer", Scope(), BY),
        lambda: users.rotate_password(published, agreement, user, BY),
        lambda: users.recertify(published, user, BY),
        lambda: users.disable(published, user, BY),
    ):
        with pytest.raises(GovernanceError, match="is no user now"):
            change()
    with pytest.raises(WarehouseError):
        connect(published, user)


def test_the_commands_say_what_became_of_it(published: Settings, user: str) -> None:
    place = ["--by", BY, "--home", str(published.home)]
    moved = CliRunner().invoke(app, ["user", "move", user, "--function", "ta_officer", *place])
    assert (moved.exit_code, moved.stdout) == (0, f"{user} is ta_officer from now on\n")
    confirmed = CliRunner().invoke(app, ["user", "recertify", user, *place])
    assert (confirmed.exit_code, confirmed.stdout) == (0, f"{user} is confirmed for another quarter\n")
    renewed = CliRunner().invoke(app, ["user", "rotate-password", user, *place])
    secret = renewed.stdout.splitlines()[1].removeprefix("password: ")
    write_password(published, user, secret)
    with connect(published, user) as conn:
        assert names(conn) == {"Bo"}
    refused = CliRunner().invoke(app, ["user", "recertify", user, "--by", user, "--home", str(published.home)])
    assert refused.exit_code == 1
    assert "Nobody confirms their own access" in " ".join(refused.stderr.split())
