"""Files that may not be loaded at all: each is refused for its own reason, naming the file, never showing a value."""

import hashlib
import io
import tracemalloc

import pytest

from dagster_project.extracts.contracts import load_contracts
from dagster_project.extracts.errors import DeliveryRefused
from dagster_project.extracts.manifest import Resource
from dagster_project.extracts.reader import ExtractReader
from tests.extracts_kit import BALANCES, CANARY, balances, read, reader_of

HEADER = b"tenancy_id,balance,balance_date\n"
ROW = f"{CANARY},12.50,2026-11-20\n".encode()
FILE = "ren_balances.csv"


def refusal_of(content: bytes, rows: int = 1, encoding: str = "utf-8") -> str:
    with pytest.raises(DeliveryRefused) as refusal:
        list(reader_of(content, rows=rows, encoding=encoding))
    said = str(refusal.value)
    assert said.startswith(FILE)
    assert CANARY not in said
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__ or refusal.value.__context__ is None
    return refusal.value.reason_code


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty_file"),
        (b"\n" + HEADER + ROW, "empty_file"),
        (HEADER.replace(b"balance_date", b"day") + ROW, "column_missing"),
        (ROW, "column_missing"),
        (HEADER.replace(b"\n", b",balance\n") + ROW, "column_twice"),
        (HEADER + ROW + b'"' + ROW, "open_quote"),
        (HEADER + b'"' + ROW + b'"x",1,2026-11-20\n', "bad_quotes"),
        (HEADER + b'"' + ROW * 10_000, "open_quote"),
        (HEADER + b'"' + ROW * 200_000, "row_too_long"),
        (HEADER + b"x" * 5_000_000, "row_too_long"),
        (HEADER + b'"' + b'","' * 1_500_000, "row_too_long"),
        (HEADER + ROW + b"\\.\n" + ROW, "end_of_data_mark"),
        (HEADER + ROW + b"\\.", "end_of_data_mark"),
        ((HEADER + ROW).decode().encode("utf-16"), "wrong_encoding"),
        ((HEADER + ROW).decode().encode("utf-16-be"), "nul_byte"),
        (HEADER + ROW.replace(b"12", b"1\x002"), "nul_byte"),
        (HEADER + ROW + b"Zo\xeb,1,2026-11-20\n", "wrong_encoding"),
        (HEADER + ROW + b"Zo\xc3", "wrong_encoding"),
        ((HEADER + ROW).replace(b"\n", b"\r"), "bad_line_ends"),
        (HEADER + ROW.replace(b"\n", b"\r") + ROW, "bad_line_ends"),
    ],
)
def test_refused(content: bytes, reason: str) -> None:
    assert refusal_of(content) == reason


def test_the_missing_column_is_named_and_the_strange_header_is_not() -> None:
    with pytest.raises(DeliveryRefused) as refusal:
        list(reader_of(f"{CANARY},balance\n".encode()))
    assert "tenancy_id, balance_date" in str(refusal.value)
    assert CANARY not in str(refusal.value)


def test_the_wrong_byte_is_found_on_its_line() -> None:
    with pytest.raises(DeliveryRefused, match=r"ren_balances\.csv, line 40002: the text is not utf-8"):
        list(reader_of(HEADER + ROW * 40_000 + b"Zo\xeb,1,2026-11-20\n" + ROW))


def test_a_declared_windows_1252_file_is_read_and_a_falsely_declared_one_is_not() -> None:
    good, _ = read(HEADER + b"Zo\xeb\x80,1,2026-11-20\n", rows=1, encoding="windows-1252")
    assert good[0][1][0] == "Zoë€"
    assert refusal_of(HEADER + "Zoë,1,2026-11-20\n".encode(), encoding="windows-1252") == "wrong_encoding"
    assert refusal_of(b"\xef\xbb\xbf" + HEADER + ROW, encoding="windows-1252") == "wrong_encoding"
    assert refusal_of(HEADER + b"Zo\x81,1,2026-11-20\n", encoding="windows-1252") == "wrong_encoding"


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252"])
def test_plain_text_is_fine_in_either_encoding(encoding: str) -> None:
    assert len(read(HEADER + ROW, rows=1, encoding=encoding)[0]) == 1


def test_a_byte_order_mark_and_mixed_line_ends_are_fine() -> None:
    content = b"\xef\xbb\xbf" + HEADER.replace(b"\n", b"\r\n") + ROW + ROW.replace(b"\n", b"\r\n") + ROW[:-1]
    assert len(read(content, rows=3)[0]) == 3


@pytest.mark.parametrize("stated", [0, 2])
def test_another_row_count_than_stated_is_refused(stated: int) -> None:
    assert refusal_of(HEADER + ROW, rows=stated) == "row_count_differs"


@pytest.mark.parametrize(
    "content",
    [
        balances(3).encode().replace(b"12.50", b"12.51"),
        balances(3).encode() + b'"',
        balances(3).encode().replace(b",balance,", b",b\0lance,"),
    ],
)
def test_bytes_other_than_the_packed_ones_are_refused_as_such_whatever_else_they_are(content: bytes) -> None:
    packed = balances(3).encode()
    digest = hashlib.sha256(packed).hexdigest()
    resource = Resource(BALANCES, FILE, len(content), digest, 3, "utf-8")
    with pytest.raises(DeliveryRefused) as refusal:
        list(ExtractReader(io.BytesIO(content), load_contracts()[BALANCES], resource))
    assert refusal.value.reason_code == "hash_differs"


def test_memory_does_not_grow_with_the_file() -> None:
    class Endless(io.RawIOBase):
        """Rows without end, made while they are read."""

        def __init__(self, rows: int) -> None:
            self.left = rows
            self.head = HEADER

        def read(self, size: int = -1) -> bytes:
            head, self.head = self.head, b""
            rows = min(self.left, (size - len(head)) // len(ROW))
            self.left -= rows
            return head + ROW * rows

    def peak(rows: int) -> int:
        resource = Resource(BALANCES, FILE, len(HEADER) + rows * len(ROW), "", rows, "utf-8")
        reader = ExtractReader(Endless(rows), load_contracts()[BALANCES], resource)  # type: ignore[arg-type]
        tracemalloc.start()
        with pytest.raises(DeliveryRefused, match="SHA-256"):
            for _ in reader:
                pass
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert reader.rows_parsed == rows
        return used

    assert peak(60_000) < peak(15_000) + 300_000
