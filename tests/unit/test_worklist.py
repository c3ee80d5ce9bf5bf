"""The worklist opens with its password alone, holds no more than it should, and comes back as answers."""

import io
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from msoffcrypto.format.ooxml import OOXMLFile

from dagster_project.governance.decisions.queue import FIELDS, Item
from dagster_project.governance.decisions.worklist import Answer, read_worklist, write_worklist
from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.workbooks import save

PASSWORD = "aB3!aB3!aB3!aB3!"
EVIDENCE = {
    "nhs_number": "conflict",
    "upn": "missing",
    "birth_date": "agree",
    "birth_date_exact": "conflict",
    "last_name": "agree",
}


def item(number: int, **changes: object) -> Item:
    values = {
        "item_id": f"r{number}",
        "reason": "names_differ",
        "meaning": "=the names differ",
        "rule": "upn",
        "tier": 1,
        "left_partner": "fakeshire_csc",
        "left_record_id": "CANARY-1",
        "right_partner": "fakeshire_ta",
        "right_record_id": "CANARY-2",
        "evidence": EVIDENCE,
        "decision": None,
    }
    return Item(**(values | changes))  # type: ignore[arg-type]


@pytest.fixture
def worklist(tmp_path: Path) -> Path:
    path = tmp_path / "worklist.xlsx"
    partners = {"fakeshire_csc": "Children's services", "fakeshire_ta": "Housing options"}
    one_record = item(2, right_partner=None, right_record_id=None, decision="unsure")
    save(write_worklist("w1", [item(1), one_record], partners, PASSWORD), path)
    return path


def opened(path: Path, password: str = PASSWORD) -> openpyxl.Workbook:
    plain = io.BytesIO()
    file = OOXMLFile(io.BytesIO(path.read_bytes()))
    file.load_key(password=password, verify_password=True)
    file.decrypt(plain, verify_integrity=True)
    return openpyxl.load_workbook(plain)


def filled_in(path: Path, answers: dict[int, tuple[str, str]], password: str = PASSWORD) -> Path:
    """What a person does in a spreadsheet: the columns `your decision` and `why` of some lines."""
    book = opened(path, password)
    sheet = book["Worklist"]
    columns = {str(cell.value): place for place, cell in enumerate(sheet[1], start=1)}
    for line, (decision, why) in answers.items():
        sheet.cell(line, columns["your decision"], decision)
        sheet.cell(line, columns["why"], why)
    plain, encrypted = io.BytesIO(), io.BytesIO()
    book.save(plain)
    OOXMLFile(plain).encrypt(password, encrypted)
    filled = path.with_name("filled.xlsx")
    filled.write_bytes(encrypted.getvalue())
    return filled


def test_it_is_encrypted_with_aes_256_and_only_its_owner_reads_it(worklist: Path) -> None:
    content = worklist.read_bytes()
    assert worklist.stat().st_mode & 0o777 == 0o600
    assert b'keyBits="256"' in content and b'cipherAlgorithm="AES"' in content and b'hashAlgorithm="SHA512"' in content
    assert b"xl/worksheets" not in content and b"names differ" not in content


def test_it_asks_in_words_and_shows_flags_and_no_record(worklist: Path) -> None:
    sheet = opened(worklist)["Worklist"]
    header, first, second = ([str(cell.value or "") for cell in row] for row in sheet.iter_rows())
    told = dict(zip(header, first, strict=True))
    assert [told[name] for name in FIELDS] == ["conflict", "missing", "", "agree", "", "close", "", ""]
    assert (told["item"], told["tier"], told["rule"]) == ("r1", "1", "upn")
    assert (told["one system"], told["other system"]) == ("Children's services", "Housing options")
    assert dict(zip(header, second, strict=True))["earlier decision"] == "unsure"
    assert sheet.cell(2, 2).data_type == "s", "text that looks like a formula stays text"
    assert not any("CANARY" in cell for cell in first + second)


def test_the_decision_is_a_drop_down(worklist: Path) -> None:
    (choice,) = opened(worklist)["Worklist"].data_validations.dataValidation
    assert choice.type == "list"
    assert choice.formula1 == '"confirm,reject,unsure"'
    assert str(choice.sqref) == "P2:P3"


def test_answers_come_back_and_untouched_lines_do_not(worklist: Path) -> None:
    filled = filled_in(worklist, {2: ("Confirm ", " seen both ")})
    assert read_worklist(filled, PASSWORD) == ("w1", [Answer(2, "r1", "confirm", "seen both")])
    assert read_worklist(worklist, PASSWORD) == ("w1", [])


def test_another_password_is_refused(worklist: Path) -> None:
    with pytest.raises(GovernanceError, match="not the password"):
        read_worklist(worklist, PASSWORD + "x")


@pytest.mark.parametrize("share", [0.35, 0.5, 0.75, 0.9])
def test_a_flipped_byte_is_refused(worklist: Path, share: float) -> None:
    content = bytearray(worklist.read_bytes())
    content[int(len(content) * share)] ^= 1
    worklist.write_bytes(content)
    with pytest.raises(GovernanceError, match="damaged"):
        read_worklist(worklist, PASSWORD)


def test_what_is_no_worklist_is_refused(tmp_path: Path) -> None:
    path, plain, encrypted = tmp_path / "other.xlsx", io.BytesIO(), io.BytesIO()
    xlsxwriter.Workbook(plain, {"in_memory": True}).close()
    path.write_bytes(plain.getvalue())
    with pytest.raises(GovernanceError, match="not encrypted"):
        read_worklist(path, PASSWORD)
    OOXMLFile(plain).encrypt(PASSWORD, encrypted)
    path.write_bytes(encrypted.getvalue())
    with pytest.raises(GovernanceError, match="not a worklist"):
        read_worklist(path, PASSWORD)
    for content in (b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0" * 200, b"plain text"):
        path.write_bytes(content)
        with pytest.raises(GovernanceError):
            read_worklist(path, PASSWORD)


def test_a_file_that_is_there_is_never_overwritten(worklist: Path) -> None:
    before = worklist.read_bytes()
    with pytest.raises(GovernanceError, match="exists already"):
        save(b"other", worklist)
    assert worklist.read_bytes() == before


def test_a_fingerprint_changes_with_whatever_the_reviewer_is_shown() -> None:
    same = item(1).fingerprint
    assert same == item(1, left_record_id="x", decision="unsure").fingerprint
    changed = [item(2), item(1, reason="x"), item(1, rule="x"), item(1, tier=2), item(1, evidence={"upn": "agree"})]
    assert same not in {other.fingerprint for other in changed}
    assert len({other.fingerprint for other in changed}) == len(changed)
