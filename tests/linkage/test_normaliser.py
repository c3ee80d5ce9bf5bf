"""The SQL normalisers on nasty names: as the reference sheet expects, and equal to the Python ones on made-up text."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connection_env
from tests.linkage.normaliser import normalise_given_name, normalise_name

EXPECTED = {
    "Seán": "SEAN",
    "O'Brien": "OBRIEN",
    "O’Brien": "OBRIEN",
    "O Brien": "OBRIEN",
    "Smith-Jones": "SMITHJONES",
    "Łukasz": "LUKASZ",
    "Wałęsa": "WALESA",
    "Şahin": "SAHIN",
    "Đức": "DUC",
    "Weiß": "WEISS",
    "Ærø": "AERO",
    "Ǿrsted": "ORSTED",
    "Þóra": "THORA",
    "Işık": "ISIK",
    "Robert (Bobby)": "ROBERT",
    "Robert (Bob": "ROBERT",
    "St. John": "STJOHN",
    "ＡＮＮ": "ANN",
    "Dr. Ann": "ANN",
    "Mr Mrs Lee": "LEE",
    "Master": "MASTER",
    "Mississippi": "MISSISSIPPI",
    "Ivanov (Иванов)": "IVANOV",
    "Петров": None,
    "Аnna": None,
    "محمد": None,
    "王": None,
    "N/A": None,
    "n. a.": None,
    "Na": "NA",
    ".": None,
    "-": None,
    "": None,
    "\u200bAnn\ufeff": "ANN",
    "Zoe\u0308": "ZOE",
    "K1M": "KM",
    "T\ufffdm": None,
}
GIVEN = {
    "Freya Julie": "FREYA",
    "  Freya   Julie ": "FREYA",
    "Freya\tJulie": "FREYA",
    "Freya\u00a0Julie": "FREYA",
    "Freya\u2003Julie": "FREYA",
    "Freya-Julie": None,
    "Freya": None,
    "Zoë Ann": "ZOE",
    "Dr. Ann Mary": "ANN",
    "mrs Ann Mary": "ANN",
    "Mr Ann": None,
    "Mr Mrs Ann Lee": "ANN",
    "Master Lee": None,
    "Robert (Bobby)": "ROBERT",
    "(Bobby) Robert": None,
    "Анна Maria": None,
    "- Ann": None,
    "N/A n": None,
    " ": None,
    "": None,
}
_ALPHABET = "abcXYZ éñüŁđøßÆþİıŞ'’-–.()/0 \u0301\u200b\u00a0ﬁＡжΩ١王´ʻªǾ" + "MrDN"
_WORDS = ["Ann", "Zoë", "O’Brien", "Łukasz", "(Bob)", "Mr", "dr.", "MISS.", "Master", "Жанна", "N/A", "-", "1", "x"]
_GAPS = [" ", "  ", "\t", "\n", "\u00a0", "\u2003", "\u3000", "-", "", "\u200b"]


@pytest.fixture(scope="module")
def compiled(warehouse: Settings, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The macros as SQL over a column called `name`, as dbt compiles them."""
    return {
        macro: _compiled(warehouse, tmp_path_factory.mktemp("dbt"), macro)
        for macro in ("normalise_name", "normalise_given_name")
    }


def _compiled(warehouse: Settings, folder: Path, macro: str) -> str:
    finished = subprocess.run(
        [
            str(Path(sys.executable).parent / "dbt"),
            "--quiet",
            "compile",
            "--inline",
            "{{ " + macro + "('name') }}",
            "--output",
            "json",
            "--profiles-dir",
            ".",
            "--target-path",
            str(folder / "target"),
            "--log-path",
            str(folder / "logs"),
        ],
        cwd=warehouse.project_root / "dbt_project",
        env=os.environ | connection_env(warehouse, "hl_dbt"),
        capture_output=True,
        text=True,
        check=True,
    )
    return str(json.loads(finished.stdout[finished.stdout.index("{") :])["compiled"])


def in_sql(conn: psycopg.Connection, compiled: str, names: list[str]) -> list[str | None]:
    rows = conn.execute(
        sql.SQL("select {} from unnest(%s::text[]) with ordinality as given (name, place) order by place").format(
            sql.SQL(compiled.replace("%", "%%"))  # pyright: ignore[reportArgumentType]
        ),
        (names,),
    ).fetchall()
    return [row[0] for row in rows]


def test_nasty_names(compiled: dict[str, str], connect_as: Callable[..., psycopg.Connection]) -> None:
    names = list(EXPECTED)
    answers = in_sql(connect_as("hl_dbt"), compiled["normalise_name"], names)
    assert dict(zip(names, answers, strict=True)) == EXPECTED
    assert {name: normalise_name(name) for name in names} == EXPECTED


def test_nasty_given_names(compiled: dict[str, str], connect_as: Callable[..., psycopg.Connection]) -> None:
    names = list(GIVEN)
    answers = in_sql(connect_as("hl_dbt"), compiled["normalise_given_name"], names)
    assert dict(zip(names, answers, strict=True)) == GIVEN
    assert {name: normalise_given_name(name) for name in names} == GIVEN


def test_sql_and_python_agree_on_made_up_text(
    compiled: dict[str, str], connect_as: Callable[..., psycopg.Connection]
) -> None:
    dice = random.Random(20261122)
    names = ["".join(dice.choices(_ALPHABET, k=dice.randint(1, 14))) for _ in range(20_000)]
    answers = in_sql(connect_as("hl_dbt"), compiled["normalise_name"], names)
    assert [normalise_name(name) for name in names] == answers
    assert sum(answer is not None for answer in answers) > 1_000


def test_sql_and_python_agree_on_given_names_of_made_up_text(
    compiled: dict[str, str], connect_as: Callable[..., psycopg.Connection]
) -> None:
    dice = random.Random(20261126)
    letters = ["".join(dice.choices(_ALPHABET, k=dice.randint(1, 14))) for _ in range(10_000)]
    words = [
        "".join(dice.choice(_WORDS) + dice.choice(_GAPS) for _ in range(dice.randint(1, 5))) for _ in range(20_000)
    ]
    names = letters + words
    answers = in_sql(connect_as("hl_dbt"), compiled["normalise_given_name"], names)
    assert [(name, got) for name, got in zip(names, answers, strict=True) if normalise_given_name(name) != got] == []
    assert sum(answer is not None for answer in answers) > 5_000
