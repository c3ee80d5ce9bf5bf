"""Whatever a file holds: parsed = loaded + rejected for each extract, and each delivered row has one fate."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_project.extracts.mapped.check import examine
from dagster_project.extracts.mapped.library import Library
from dagster_project.extracts.mapped.part import MappedFile, MappedPart
from tests.mapped_kit import as_csv, resource_of

NAMES = ["CHILD", "DECOM", "RNE", "LS", "CIN", "PLACE", "DEC", "REC"]
CELL = st.sampled_from(["", "C1", "C2", "01/02/2025", "31/02/2025", "V3", "x\x07y", "9.9E+09", 'a"b', "é", "\\.", "-"])
ROWS = st.lists(st.lists(CELL, min_size=6, max_size=9), max_size=12)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_nothing_is_lost(rows: list[list[str]], tmp_path: Path) -> None:
    (tmp_path / "episodes.csv").write_bytes(as_csv([NAMES, *rows]))
    report = examine(tmp_path, [Library().mapping("ssda903")])
    assert report.files[0].refusal == "" and report.files[0].seen.tables == {"episodes": len(rows)}
    for extract in report.extracts:
        assert extract.parsed == extract.loaded + extract.rejected.total()
    blank = sum(not any(cell.strip() for cell in row) for row in rows)
    episodes = next(extract for extract in report.extracts if extract.contract.name == "csc_cla_episodes")
    assert episodes.parsed == len(rows) - blank


def test_each_row_has_one_fate(tmp_path: Path) -> None:
    mapping = Library().mapping("annex_a")
    rows = [["Child Unique ID", "CIN Start Date", "Case Status", "Gender"]]
    rows += [["C1", "01/02/2026", "c) Child in need plan", "M"], ["", "", "", ""], ["C2", "?", "e) Closed episode", ""]]
    (tmp_path / "list_6.csv").write_bytes(as_csv(rows))
    report = examine(tmp_path, [mapping])
    assert report.files[0].seen.tables == {"in_need": 3}
    with MappedPart([mapping], {}, mapping.kind) as part:
        part.read([MappedFile(tmp_path / "list_6.csv", resource_of(tmp_path / "list_6.csv", 3), 1, "list_6.csv")])
        for extract in part.make().values():
            list(extract.reader(None))
        origin = part.origins.files[1]
        assert (origin.loaded, origin.rejected, origin.passed_over) == (1, 1, 1)


def test_a_row_that_a_rule_leaves_out_is_not_rejected_for_what_the_rule_would_read(tmp_path: Path) -> None:
    rows = [["Child Unique ID", "CIN Start Date", "CIN Closure Date", "Case Status"]]
    rows += [["C1", "01/02/2026", "?", "b) Child Protection plan"], ["C2", "01/02/2026", "?", "c) Child in need plan"]]
    (tmp_path / "list_6.csv").write_bytes(as_csv(rows))
    report = examine(tmp_path, [Library().mapping("annex_a")])
    plans = next(extract for extract in report.extracts if extract.contract.name == "csc_cin_plans")
    assert (plans.parsed, plans.loaded) == (1, 0) and list(plans.first_lines.values()) == [[3]]
