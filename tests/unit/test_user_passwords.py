"""A user's own password is refused with everything that is wrong with it (clauses TR-09, TR-10)."""

from pathlib import Path

import pytest

from dagster_project.governance.access.passwords import GENERATED_LENGTH, new_password, read_given, require_strong
from dagster_project.governance.errors import GovernanceError

NAMES = ("hal fenwick", "Hal Fenwick", "hearthlink", "Fakeshire", "Northbank")
GOOD = "gK7!vTq2#mZr9-xW"


def test_a_strong_password_is_taken() -> None:
    require_strong(GOOD, NAMES)


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        (GOOD[:14], "fewer than 15 characters"),
        (GOOD.lower(), "lacks lower case, upper case"),
        (GOOD.upper(), "lacks lower case, upper case"),
        ("gKz!vTqa#mZrb-xW", "a digit or a mark"),
        ("gK7avTq2bmZr9cxW", "a digit or a mark"),
        (GOOD * 5, "more than 72 bytes"),
        (f" {GOOD}", "a blank"),
        (f"{GOOD}\t", "control character"),
        ("aA1!aA1!aA1!aA1!", "different characters"),
        (f"{GOOD}Fenwick", "a name of the user"),
        (f"{GOOD}F3nw1ck", "a name of the user"),
        (f"{GOOD}fakeSHIRE", "of an organisation"),
        ("Password-Summer2026!", "everybody tries first"),
        ("P@ssw0rd-Welcome1", "everybody tries first"),
        (f"{GOOD}qwerty", "everybody tries first"),
        (f"{GOOD}54321", "everybody tries first"),
    ],
)
def test_a_weak_password_is_refused_and_never_repeated(password: str, reason: str) -> None:
    with pytest.raises(GovernanceError, match=reason) as refusal:
        require_strong(password, NAMES)
    assert password.strip() not in str(refusal.value)


def test_a_password_that_is_made_meets_the_rules_and_is_never_the_same() -> None:
    made = {new_password(NAMES) for _ in range(50)}
    assert len(made) == 50
    for password in made:
        assert len(password) == GENERATED_LENGTH
        require_strong(password, NAMES)


def test_a_password_file_is_the_users_alone(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text(f"{GOOD}\n", encoding="utf-8")
    file.chmod(0o600)
    assert read_given(file) == GOOD
    file.chmod(0o640)
    with pytest.raises(GovernanceError, match="chmod 600"):
        read_given(file)
    with pytest.raises(GovernanceError, match="cannot be read"):
        read_given(tmp_path / "none")
