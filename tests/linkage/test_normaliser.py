"""The SQL normaliser on nasty names: what the reference sheet expects, and equal to the Python one on made-up text."""

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
from tests.linkage.normaliser import normalise_name

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
_ALPHABET = "abcXYZ éñüŁđøßÆþİıŞ'’-–.()/0 \u0301\u200b\u00a0ﬁＡжΩ١王´ʻªǾ" + "MrDN"


@pytest.fixture(scope="module")
def compiled(warehouse: Settings, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The macro as SQL over a column called `name`, as dbt compiles it."""
    folder = tmp_path_factory.mktemp("dbt")
    inline = "{{ normalise_name('name') }}"
    finished = subprocess.run(
        [
            str(Path(sys.executable).parent / "dbt"),
            "--quiet",
            "compile",
            "--inline",
            inline,
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


def test_nasty_names(compiled: str, connect_as: Callable[..., psycopg.Connection]) -> None:
    names = list(EXPECTED)
    assert dict(zip(names, in_sql(connect_as("hl_dbt"), compiled, names), strict=True)) == EXPECTED
    assert {name: normalise_name(name) for name in names} == EXPECTED


def test_sql_and_python_agree_on_made_up_text(compiled: str, connect_as: Callable[..., psycopg.Connection]) -> None:
    dice = random.Random(20261122)
    names = ["".join(dice.choices(_ALPHABET, k=dice.randint(1, 14))) for _ in range(20_000)]
    answers = in_sql(connect_as("hl_dbt"), compiled, names)
    assert [normalise_name(name) for name in names] == answers
    assert sum(answer is not None for answer in answers) > 1_000
