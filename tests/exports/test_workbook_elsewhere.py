"""Other people's tools open an export, and find what was written: LibreOffice cell by cell, pycanon the anonymity."""

import json
import re
import subprocess
from datetime import date
from pathlib import Path

import olefile
import pytest

from dagster_project.agreement.model import load_agreement
from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.exports.keys import Key
from dagster_project.governance.exports.planning.export import protected_content, pseudonymised
from dagster_project.governance.exports.planning.sheets import rows_writer
from dagster_project.governance.exports.requester import Requester
from dagster_project.governance.workbooks import Table, add_table, encrypted, notice, opened, save
from dagster_project.settings import load_settings
from tests.exports_kit import AS_AT, decrypted, invented_people

ROOT = Path(__file__).parents[2]
READER = Path(__file__).with_name("read_with_libreoffice.py")
NOTICE = notice("An agreement", "1.0")
# From which a spreadsheet counts days.
FIRST_DAY = date(1899, 12, 30)
PASSWORD = "aB3!aB3!aB3!aB3!aB3!"
COLUMNS = ("text", "formula", "number", "day", "nothing")
ROWS = [
    ("Zoë O'Neill", "=1+1", 3, date(2019, 2, 28), None),
    ("a;b\"c'<&>", "@SUM(A1)", 13.4, date(2000, 2, 29), None),
    ("007", "+441632960000", 0, date(1900, 3, 1), None),
    ("http://fakeshire.example", "-1", 1_000_000, date(2026, 11, 20), None),
]
COUNT = """
import sys
import pandas
from pycanon import anonymity
frame = pandas.read_excel(sys.argv[1], sheet_name="people", header=int(sys.argv[2]), dtype=str, keep_default_na=False)
print(len(frame), anonymity.k_anonymity(frame, sys.argv[3].split(",")))
"""


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    path = tmp_path / "export.xlsx"

    def write(book: object) -> None:
        add_table(book, Table("people", COLUMNS, ROWS), NOTICE)  # type: ignore[arg-type]

    save(encrypted(write, PASSWORD), path)
    return path


def test_it_says_aes_256_and_sha_512_of_itself(workbook: Path) -> None:
    info = re.search(rb"<encryption .*</encryption>", workbook.read_bytes(), re.DOTALL)
    assert info is not None
    for words in (
        b'cipherAlgorithm="AES"',
        b'keyBits="256"',
        b'hashAlgorithm="SHA512"',
        b'cipherChaining="ChainingModeCBC"',
    ):
        assert info[0].count(words) == 2, "of the data and of the key"


def test_another_password_and_a_flipped_byte_are_refused(workbook: Path) -> None:
    with pytest.raises(GovernanceError, match="not the password"):
        opened(workbook, PASSWORD[:-1])
    whole = workbook.read_bytes()
    with olefile.OleFileIO(str(workbook)) as parts:
        sealed = parts.openstream("EncryptedPackage").read()
    for start in range(8, len(sealed) - 60, 512):
        changed = bytearray(whole)
        changed[whole.index(sealed[start : start + 60]) + 37] ^= 1
        workbook.write_bytes(changed)
        with pytest.raises(GovernanceError):
            opened(workbook, PASSWORD)
    workbook.write_bytes(whole)
    assert opened(workbook, PASSWORD).sheetnames == ["people"]


def test_libreoffice_opens_it_with_the_password_alone_and_finds_each_cell(workbook: Path, tmp_path: Path) -> None:
    command = ["/usr/bin/python3", READER, tmp_path / "profile", workbook, PASSWORD[:-1], PASSWORD]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stderr
    refused, found = json.loads(done.stdout)
    assert refused is None
    above, lines = found["people"][:3], found["people"][4:]
    assert [line[0] for line in above] == [["TEXT", text] for text in NOTICE]
    assert lines[0] == [["TEXT", name] for name in COLUMNS]
    assert lines[1:] == [[_as_told(value) for value in row] for row in ROWS]


def test_the_rows_of_a_council_of_20000_are_k_anonymous_by_another_tools_count(tmp_path: Path) -> None:
    agreement = load_agreement(load_settings().agreement_file).on(AS_AT)
    planner = next(function for function in agreement.functions if function.export == "pseudonymised")
    request = Requester("pia.fenwick", planner, planner.purpose, "p_1", AS_AT, AS_AT, agreement, "0" * 64)
    content = protected_content(request, invented_people(20_000, seed=7))
    first, second = (pseudonymised(content, Key(name, name.encode() * 16)) for name in ("k1", "k2"))
    assert not {row[0] for row in first} & {row[0] for row in second}
    assert len({row[0] for row in first}) == len(first) > 19_500
    columns = ("pseudonym", *content.protected.rows[0])
    path, plain = tmp_path / "plan.xlsx", tmp_path / "plain.xlsx"
    save(encrypted(rows_writer(request, "e1", columns, first), PASSWORD), path)
    plain.write_bytes(decrypted(path, PASSWORD))
    python = ROOT / ".venv-oracles" / "bin" / "python"
    quasi = ",".join(content.quasi)
    done = subprocess.run(
        [python, "-c", COUNT, plain, "6", quasi], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    rows, k = map(int, done.stdout.split())
    assert rows == len(first)
    assert k == content.protected.k >= 5


def _as_told(value: object) -> list[object]:
    if value is None:
        return ["EMPTY", ""]
    if isinstance(value, date):
        return ["VALUE", float((value - FIRST_DAY).days)]
    return ["VALUE", float(value)] if isinstance(value, int | float) else ["TEXT", value]
