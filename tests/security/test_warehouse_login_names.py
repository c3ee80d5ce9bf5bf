"""Logins belong to named people (agreement: defined user names, no generic or system account names)."""

import string

import pytest

from dagster_project.warehouse.login_names import LoginRefused, refuse_generic
from dagster_project.warehouse.secrets_store import SYMBOLS, generate_password


@pytest.mark.parametrize(
    "login",
    [
        *("admin", "sftp", "svc", "system", "root", "test", "shared", "housing", "info", "service", "postgres"),
        *("admin1", "test2026", "svc.hearthlink", "housing.officer", "housing-team", "sftp_user", "testuser"),
        *("hl_loader", "hl_anything", "pg_monitor", "fn_housing_officer", "sharedaccount", "report.reader2"),
    ],
)
def test_a_generic_or_system_name_is_refused(login: str) -> None:
    with pytest.raises(LoginRefused, match="named people"):
        refuse_generic(login)


@pytest.mark.parametrize(
    "login", ["", "ab", "Olga.Fenwick", "olga fenwick", "olga;drop", "1olga", "olga@x", "o" * 64, "../x"]
)
def test_a_malformed_name_is_refused(login: str) -> None:
    with pytest.raises(LoginRefused, match="three to 63"):
        refuse_generic(login)


@pytest.mark.parametrize(
    "login", ["olga.fenwick", "amara.osei", "j.smith2", "anne-marie.o_neill", "amanda.root", "tessa", "hlynur.jonsson"]
)
def test_a_persons_name_is_taken(login: str) -> None:
    refuse_generic(login)


def test_passwords_are_long_varied_and_never_the_same() -> None:
    made = {generate_password() for _ in range(200)}
    assert len(made) == 200
    for password in made:
        assert len(password) >= 24
        for kind in (string.ascii_lowercase, string.ascii_uppercase, string.digits, SYMBOLS):
            assert set(password) & set(kind)
