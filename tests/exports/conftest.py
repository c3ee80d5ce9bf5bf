"""A small published council with people who may export and people who may not, shared by the tests of exports."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dagster_project.governance.access.scopes import Scope
from tests.access_kit import let_in
from tests.council_kit import REFERENCE, Pipeline, deliver, with_lines
from tests.exports_kit import CANARY_CHILD, GROWN_UPS, HIDDEN_CHILD, OFFICER, PEOPLE, PLANNER, STEWARD
from tests.linkage.population import TA, Council, nhs_number, upn
from tests.warehouse_kit import bootstrapped


@pytest.fixture(scope="session")
def council(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    """Published under an agreement with two purposes that applies the National Data Opt-Out."""
    folder = tmp_path_factory.mktemp("exports")
    with bootstrapped(folder / "home") as settings:
        shipped = settings.agreement_file.read_text(encoding="utf-8")
        (folder / "agreement.yaml").write_text(
            with_lines(shipped, ("  setting: not_applicable", "  setting: yes")), encoding="utf-8"
        )
        deliver(settings, population())
        made = Pipeline(settings, folder / "target").under(folder / "agreement.yaml")
        made.build_once("p_1")
        let_in(made.settings, STEWARD, "data_steward", Scope())
        let_in(made.settings, PLANNER, "planner", Scope())
        let_in(made.settings, OFFICER, "housing_officer", Scope(partners=("fakeshire_ta",)))
        made.publish("p_1")
        yield made


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder in which exports may be put."""
    tmp_path.chmod(0o700)
    return tmp_path


def population() -> Council:
    """Children whom school and children's care know, one of them hidden, and adults whom adults' care knows."""
    council = Council()
    council._add("gias_schools", REFERENCE, urn="999901", la_code="999", establishment_number="9001",
                 establishment_name="Quayside Primary", establishment_status_code="1", postcode="AA1 2AB")  # fmt: skip
    for serial in range(PEOPLE):
        name, born = {0: CANARY_CHILD, 1: HIDDEN_CHILD}.get(serial, "Cai Marlow"), "2015-05-17"
        more = {"restricted": "Y"} if name == HIDDEN_CHILD else {}
        council.housed(name, born, "AA1 1ZZ", nhs_number=nhs_number(serial), gender="F" if serial % 2 else "M")
        council.child(name, born, nhs_number=nhs_number(serial), upn=upn(serial), **more)
        council.pupil(name, born, upn=upn(serial), laestab="9999001", entry_date="2024-09-01")
    for serial in range(PEOPLE, PEOPLE + GROWN_UPS):
        council.housed("Ada Birch", "1985-06-07", "AA1 1ZZ", nhs_number=nhs_number(serial))
        council.adult("Ada Birch", "1985-06-07", nhs_number=nhs_number(serial))
    # The hidden child does not live alone.
    [hidden] = [row for row in council.rows["hou_household_members", TA] if row["legal_first_name"] == "Rae"]
    council.rows["hou_household_members", TA][PEOPLE]["case_id"] = hidden["case_id"]
    # Known by name and date alone: nobody can check a number that no system has.
    council.housed("Otto Sorrel", "1979-05-05", "AA1 1ZZ")
    council.adult("Otto Sorrel", "1979-05-05")
    return council
