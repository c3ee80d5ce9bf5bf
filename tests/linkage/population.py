"""A small invented council, written row by row: the systems' records that a linkage case is about."""

import os
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from dagster_project.agreement.item_settings import ItemSettings
from dagster_project.agreement.retention_settings import RetentionSettings
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect, connection_env

TA, HOMES, CSC, ASC, EDU = "case_ta", "case_homes", "case_csc", "case_asc", "case_edu"
UNLAWFUL_CSC = "case_other_csc"
_PARTNERS = {
    TA: ("temporary_accommodation", "housing"),
    HOMES: ("social_housing", "housing"),
    CSC: ("childrens_social_care", "csc"),
    UNLAWFUL_CSC: ("childrens_social_care", "csc"),
    ASC: ("adult_social_care", "asc"),
    EDU: ("education", "edu"),
}
_IDENTIFIERS = ("nhs_number", "upn", "social_care_id", "education_id", "nino")
_RUN = """
insert into agreement.run_context (
    publish_id, as_at, agreement_id, agreement_version, agreement_sha256, started_at, hold_while,
    nhs_allow_test_range, postcode_max_people, common_name_limit
) values (
    'cases', date '2026-11-22', 'case_isa', '1.0', 'none', timestamptz '2026-11-22 02:00+00',
    'temporary_accommodation', true, 10, 15
)
"""


def nhs_number(serial: int) -> str:
    """The `serial`-th (from 0) valid number of the never-issued range 999."""
    for candidate in count(serial * 2):
        stem = f"999{candidate:06d}"
        check = (11 - sum((10 - i) * int(digit) for i, digit in enumerate(stem)) % 11) % 11
        if check < 10:
            return f"{stem}{check}"
    raise AssertionError("count() does not end")


def upn(serial: int) -> str:
    """A valid permanent pupil number of the invented authority 999."""
    stem = f"9994000{serial:05d}"
    letter = "ABCDEFGHJKLMNPQRTUVWXYZ"[sum((i + 2) * int(digit) for i, digit in enumerate(stem)) % 23]
    return letter + stem


@dataclass
class Council:
    """Rows per extract and partner. Each method adds one person's record to one system and returns its record id."""

    rows: dict[tuple[str, str], list[dict[str, str | None]]] = field(default_factory=lambda: defaultdict(list))
    _serial: count = field(default_factory=lambda: count(1))

    def housed(self, name: str, born: str | None = None, postcode: str | None = None, **columns: str) -> str:
        """A member of a household whose temporary accommodation placement is open."""
        person, case = self._id("H"), self._id("K")
        ended = columns.pop("placement_ended", None)
        self._add("hou_homeless_cases", TA, case_id=case)
        self._add("hou_household_members", TA, person_id=person, case_id=case, **_names(name, born), **columns)
        self.placed(case, postcode, ended)
        return person

    def placed(self, case: str, postcode: str | None, ended: str | None = None) -> None:
        """A further placement of the whole household of a case."""
        self._add(
            "hou_ta_placements",
            TA,
            placement_id=self._id("P"),
            case_id=case,
            start_date="2026-01-05",
            end_date=ended,
            postcode=postcode,
        )

    def tenant(self, name: str, born: str | None = None, postcode: str | None = None, **columns: str) -> str:
        person, tenancy = self._id("T"), self._id("Y")
        self._add("ren_tenancies", HOMES, tenancy_id=tenancy, start_date="2020-01-01", postcode=postcode)
        self._add("ren_tenants", HOMES, person_id=person, tenancy_id=tenancy, **_names(name, born), **columns)
        return person

    def child(self, name: str, born: str | None = None, postcode: str | None = None, **columns: str) -> str:
        """A person of children's social care; `partner` may name the system without lawful identifiers."""
        person, partner = self._id("C"), columns.pop("partner", CSC)
        self._add("csc_persons", partner, person_id=person, **_names(name, born), **columns)
        if postcode:
            self._add("csc_addresses", partner, person_id=person, postcode=postcode, start_date="2020-01-01")
        return person

    def adult(self, name: str, born: str | None = None, postcode: str | None = None, **columns: str) -> str:
        person = self._id("A")
        self._add("asc_persons", ASC, person_id=person, postcode=postcode, **_names(name, born), **columns)
        return person

    def pupil(self, name: str, born: str | None = None, postcode: str | None = None, **columns: str) -> str:
        person = columns.pop("person_id", None) or self._id("E")
        self._add("edu_pupils", EDU, person_id=person, postcode=postcode, **_names(name, born), **columns)
        return person

    def case_of(self, person: str) -> str:
        members = self.rows["hou_household_members", TA]
        return next(str(row["case_id"]) for row in members if row["person_id"] == person)

    def _id(self, prefix: str) -> str:
        """An id that no digest or UUID holds by chance, for tests that search every file for it: R is no hex digit."""
        return f"{prefix}R{next(self._serial):05d}"

    def _add(self, extract: str, partner: str, **columns: str | None) -> None:
        self.rows[extract, partner].append(columns)


def load(settings: Settings, council: Council) -> None:
    """Write the agreement of the invented council and its rows into the warehouse."""
    with connect(settings, "admin") as conn:
        conn.execute(_RUN)
        _insert_row(conn, sql.Identifier("agreement", "item_settings"), ItemSettings().as_row())
        _insert_row(conn, sql.Identifier("agreement", "retention_settings"), RetentionSettings().model_dump())
        for partner, (kind, source) in _PARTNERS.items():
            conn.execute(
                "insert into agreement.partners values (%s, %s, %s, %s, 'joint_controller', %s, 'direct')",
                (partner, partner, kind, source, partner),
            )
            for identifier in _IDENTIFIERS:
                conn.execute(
                    "insert into agreement.lawful_identifiers values (%s, %s, %s)",
                    (partner, identifier, partner != UNLAWFUL_CSC),
                )
        for tier in range(1, 6):
            conn.execute("insert into agreement.match_rules values (%s, 'tier', %s, 'link')", (tier, tier < 5))
        for (extract, partner), rows in council.rows.items():
            _insert(conn, extract, partner, rows)


def dbt(settings: Settings, folder: Path, *arguments: str) -> str:
    """Run dbt as the pipeline does and return what it printed; the target and the logs go into `folder`."""
    command = [str(Path(sys.executable).parent / "dbt"), "--no-use-colors", *arguments]
    places = ["--profiles-dir", ".", "--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
    finished = subprocess.run(
        [*command, *places],
        cwd=settings.project_root / "dbt_project",
        env=os.environ | connection_env(settings, "hl_dbt"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout[-3000:]
    return finished.stdout


def _names(name: str, born: str | None) -> dict[str, str | None]:
    first, _, last = name.partition(" ")
    return {"legal_first_name": first, "legal_last_name": last, "date_of_birth": born}


def _insert(conn: psycopg.Connection[Any], extract: str, partner: str, rows: list[dict[str, str | None]]) -> None:
    table = sql.Identifier("raw", extract)
    partition = sql.Identifier("raw", f"{extract}__{partner}")
    conn.execute(
        sql.SQL("create table if not exists {} partition of {} for values in ({})").format(partition, table, partner)
    )
    for line, row in enumerate(rows, start=2):
        provenance = {"partner": partner, "delivery_id": f"{partner}_20261122_001", "line_number": line}
        _insert_row(conn, table, row | provenance)


def _insert_row(conn: psycopg.Connection[Any], table: sql.Identifier, values: dict[str, Any]) -> None:
    conn.execute(
        sql.SQL("insert into {} ({}) values ({})").format(
            table,
            sql.SQL(", ").join(map(sql.Identifier, values)),
            sql.SQL(", ").join(sql.Placeholder() * len(values)),
        ),
        list(values.values()),
    )
