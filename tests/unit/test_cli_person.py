"""The words of `hearthlink person`: what is refused before anything is opened."""

import pytest
from typer.testing import CliRunner

from dagster_project.cli import app

WHO = ("--as", "ida.quill", "--reason", "asked by letter")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("decide", "4", "--outcome", "maybe", *WHO), "upheld or refused"),
        (("unlink", "p0c8d1f2e3a4b5c6d7e8f", "--record", "700001", *WHO), "PARTNER:ID"),
        (("unlink", "p0c8d1f2e3a4b5c6d7e8f", "--record", "fakeshire_csc:", *WHO), "PARTNER:ID"),
        (("restrict", "p0c8d1f2e3a4b5c6d7e8f", "--as", "ida.quill"), "--reason"),
        (("report", "p0c8d1f2e3a4b5c6d7e8f", "--reason", "asked by letter"), "--as"),
    ],
)
def test_a_slip_is_said_before_anything_is_done(words: tuple[str, ...], says: str) -> None:
    result = CliRunner().invoke(app, ["person", *words])
    assert result.exit_code != 0
    assert says in result.output


def test_every_command_shows_an_example() -> None:
    for command in ("report", "dispute", "restrict", "objection", "decide", "unlink", "close", "list"):
        told = CliRunner().invoke(app, ["person", command, "--help"]).output
        assert f"hearthlink person {command}" in told
