"""Whatever a file holds: each row is either good or noted as rejected, and good rows keep every promise."""

import csv
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.extracts import values
from dagster_project.extracts.errors import DeliveryRefused
from tests.extracts_kit import BALANCES, reader_of

CELL = st.one_of(
    st.sampled_from(["T1", "12.50", "2026-11-20", "", " ", "-3", "bad", "2026-02-30", "1E+09", "\\N", "\\.", "a\tb"]),
    st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=8),
)
ROW = st.lists(CELL, min_size=0, max_size=5) | st.tuples(
    st.sampled_from(["T1", "T 2", "Zoë"]), st.just("12.50"), st.just("2026-11-20")
).map(list)


def written(rows: list[list[str]], line_end: str) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator=line_end)
    writer.writerow(["tenancy_id", "balance", "balance_date"])
    for row in rows:
        # The csv module writes a row of one empty value as two quotes; a bare line end is the dirtier form.
        if row == [""]:
            out.write(line_end)
        else:
            writer.writerow(row)
    return out.getvalue()


def check(content: bytes, rows: int, refusals: set[str] | None = None) -> None:
    reader = reader_of(content, BALANCES, rows)
    good = []
    try:
        for row in reader:
            good.append(row)
    except DeliveryRefused as refusal:
        assert refusals is None or refusal.reason_code in refusals
        assert reader.rows_parsed >= len(good) + len(reader.rejections)
        return
    assert reader.rows_parsed == len(good) + len(reader.rejections) == rows
    lines = [line for line, _ in good] + [entry.line_number for entry in reader.rejections]
    assert len(set(lines)) == len(lines)
    for _, (tenancy, balance, day) in good:
        assert tenancy and tenancy == tenancy.strip()
        assert values.is_number(balance) and values.is_iso_date(day)
        assert not {"\0", "\n", "\r", "\t"} & set(tenancy)


@settings(max_examples=300, deadline=None)
@given(st.lists(ROW, max_size=12), st.sampled_from(["\n", "\r\n"]))
def test_parsed_is_loaded_and_rejected(rows: list[list[str]], line_end: str) -> None:
    refusals = {"end_of_data_mark"}
    if line_end == "\n" and any("\r" in cell for row in rows for cell in row):
        refusals.add("bad_line_ends")  # the csv module leaves a carriage return unquoted there
    check(written(rows, line_end).encode(), len(rows), refusals)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 5))
def test_any_bytes_below_a_header_are_read_or_refused(content: bytes, rows: int) -> None:
    check(b"tenancy_id,balance,balance_date\n" + content, rows)
