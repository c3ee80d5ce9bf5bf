"""The files of the synthetic council: whole, strict, repeatable, fake, and without the truth in them."""

import hashlib
import os
import re
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from stdnum.gb import nhs, upn

from dagster_project.agreement.model import load_agreement
from dagster_project.demo.council import KIND_OF_PARTNER, PARTNER_CODES, GeneratedCouncil, generate
from dagster_project.demo.errors import DemoError
from dagster_project.demo.reading import read_extract, read_person_rows, read_true_people, read_truth
from dagster_project.extracts.contracts import load_contracts
from dagster_project.extracts.delivery import verify
from dagster_project.extracts.reader import ExtractReader
from dagster_project.settings import load_settings

AS_AT = date(2026, 11, 22)
POSTCODE = re.compile(r"(?i)AA[0-9][0-9]? ?[0-9][ABD-HJLNP-UW-Z]{2}")
PLACEHOLDERS = {"0000000000", "9999999999"}


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> GeneratedCouncil:
    return generate(tmp_path_factory.mktemp("council"), 5000, 1, AS_AT)


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_every_extract_of_every_partner_is_there_with_its_columns_in_order(council: GeneratedCouncil) -> None:
    seen = set()
    for partner, kind in KIND_OF_PARTNER.items():
        for name, contract in load_contracts().items():
            if contract.kind == kind:
                (path,) = (council.deliveries / partner).glob(f"{partner}_20261122_001_{name}.csv")
                header = path.read_text(encoding="utf-8").split("\n", 1)[0]
                assert header.split(",") == [field.name for field in contract.fields]
                assert council.rows[partner][name] > 0
                seen.add(name)
    assert seen | {"gias_schools"} == set(load_contracts())


def test_the_shipped_agreement_has_exactly_these_partners() -> None:
    agreement = load_agreement(load_settings().agreement_file)
    assert {partner.code: partner.kind for partner in agreement.partners} == KIND_OF_PARTNER


def test_every_delivery_is_accepted_and_no_row_rejected(council: GeneratedCouncil) -> None:
    agreement = load_agreement(load_settings().agreement_file)
    for partner, manifest in council.manifests.items():
        delivery = verify(manifest, agreement)
        for file in delivery.files:
            with file.path.open("rb", buffering=0) as source:
                reader = ExtractReader(source, file.contract, file.resource)
                rows = list(reader)
            assert len(rows) == reader.rows_parsed == council.rows[partner][file.contract.name]
            positions = [file.contract.columns.index(column) for column in file.contract.primary_key]
            keys = [tuple(row[position] for position in positions) for _, row in rows]
            assert len(keys) == len(set(keys)), file.contract.name


def test_rows_refer_to_rows_that_exist(council: GeneratedCouncil) -> None:
    for partner, kind in KIND_OF_PARTNER.items():
        for name, contract in load_contracts().items():
            for key in contract.foreign_keys if contract.kind == kind else ():
                target = read_extract(council.deliveries, partner, key.extract)
                known = {tuple(row[field] for field in key.extract_fields) for row in target}
                for row in read_extract(council.deliveries, partner, name):
                    value = tuple(row[field] for field in key.fields)
                    assert value in known or not any(value), name


def test_the_same_seed_gives_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    code = "import sys; from datetime import date; from pathlib import Path\n"
    code += "from dagster_project.demo.council import generate\n"
    code += "generate(Path(sys.argv[1]), 300, 7, date(2026, 11, 22))"
    for name, hash_seed in (("one", "1"), ("two", "2")):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": "Asia/Tokyo" if name == "two" else "UTC"}
        subprocess.run([sys.executable, "-c", code, str(tmp_path / name)], check=True, env=environment)
    assert digests(tmp_path / "one") == digests(tmp_path / "two")
    generate(tmp_path / "three", 300, 8, AS_AT)
    other = digests(tmp_path / "three")
    assert other.keys() == digests(tmp_path / "one").keys()
    assert other != digests(tmp_path / "one")


def test_no_truth_and_no_trace_of_it_is_in_a_delivery(council: GeneratedCouncil) -> None:
    secrets = [*list(read_true_people(council.truth))[:200], "true_person", "story", "household_id", "community"]
    for path in sorted(council.deliveries.rglob("*")):
        if path.is_file():
            text = path.read_bytes().decode("latin-1")
            assert not [secret for secret in secrets if secret in text], path.name
    assert {path.name for path in council.truth.iterdir()} == {"truth_records.csv", "truth_people.csv"}


def test_the_truth_knows_every_record_and_nothing_else(council: GeneratedCouncil) -> None:
    truth = read_truth(council.truth)
    delivered = {record for record, _ in read_person_rows(council.deliveries)}
    assert truth.keys() == delivered
    assert set(truth.values()) == set(read_true_people(council.truth))
    assert {partner for partner, _ in truth} == set(PARTNER_CODES)


def test_identifiers_are_fake_and_either_valid_or_one_of_the_known_slips(council: GeneratedCouncil) -> None:
    kinds = Counter()
    for _, row in read_person_rows(council.deliveries):
        number = row["nhs_number"].replace(" ", "")
        if number in PLACEHOLDERS:
            kinds["nhs placeholder"] += 1
        elif number:
            assert re.fullmatch(r"999[0-9]{7}", number)
            kinds["nhs valid" if nhs.is_valid(number) else "nhs mistyped"] += 1
        for column in ("upn", "former_upn"):
            if pupil := row.get(column):
                assert pupil[0] == upn.calc_check_digit(pupil[1:])
                assert pupil[1:4] == "999"
                kinds[f"{column} temporary" if pupil[-1].isalpha() else column] += 1
        if number := row.get("nino"):
            assert re.fullmatch(r"QQ[0-9]{6}[A-D]", number)
        if postcode := row.get("postcode"):
            assert POSTCODE.fullmatch(postcode)
        if row.get("laestab"):
            assert re.fullmatch(r"999[0-9]{4}", row["laestab"])
        if row["date_of_birth"] == "1900-01-01":
            kinds["default birth date"] += 1
    expected = {"nhs placeholder", "nhs mistyped", "nhs valid", "upn", "upn temporary", "default birth date"}
    assert expected <= kinds.keys()
    assert kinds["nhs mistyped"] < 0.02 * kinds["nhs valid"]


def test_the_register_of_schools_looks_like_the_real_file(council: GeneratedCouncil) -> None:
    rows = list(read_extract(council.deliveries, "reference", "gias_schools"))
    (path,) = (council.deliveries / "reference").glob("*_gias_schools.csv")
    with pytest.raises(UnicodeDecodeError):
        path.read_text(encoding="utf-8")
    assert len(rows[0]) > 40
    assert all(re.fullmatch(r"9999[0-9]{2}", row["URN"]) for row in rows)
    assert all(re.fullmatch(r"AA[0-9]+ [0-9][A-Z]{2}", row["Postcode"]) for row in rows)
    closed = [row for row in rows if row["EstablishmentStatus (code)"] == "2"]
    assert closed
    assert all(re.fullmatch(r"\d\d-\d\d-\d{4}", row["CloseDate"]) for row in closed)
    open_numbers = {row["EstablishmentNumber"] for row in rows if row["EstablishmentStatus (code)"] == "1"}
    assert any(row["EstablishmentNumber"] in open_numbers for row in closed)
    pupils = read_extract(council.deliveries, "fakeshire_edu", "edu_pupils")
    assert {row["laestab"][3:] for row in pupils if row["laestab"]} <= open_numbers


@pytest.mark.parametrize("people", [200, 300, 2000])
def test_sizes_scale_and_small_councils_still_have_people_in_temporary_accommodation(
    people: int, tmp_path: Path
) -> None:
    council = generate(tmp_path / "council", people, 3, AS_AT)
    assert people <= council.people < people + 8
    assert council.people_in_ta >= 60


@pytest.mark.parametrize("as_at", [date(2027, 9, 1), date(2028, 2, 29), date(2027, 8, 31), date(2026, 1, 2)])
def test_the_council_can_be_made_for_any_day(as_at: date, tmp_path: Path) -> None:
    council = generate(tmp_path / "council", 400, 3, as_at)
    for partner, extracts in council.rows.items():
        for extract in extracts:
            for row in read_extract(council.deliveries, partner, extract) if partner != "reference" else ():
                born = row.get("date_of_birth")
                assert not born or born <= as_at.isoformat()


def test_what_cannot_be_made_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    out = tmp_path / "council"
    with pytest.raises(DemoError, match="200 or more"):
        generate(out, 100, 1, AS_AT)
    with pytest.raises(DemoError, match="brief, council"):
        generate(out, 300, 1, AS_AT, profile="none")
    assert not out.exists()
    generate(out, 300, 1, AS_AT, profile="council")
    with pytest.raises(DemoError, match="already"):
        generate(out, 300, 1, AS_AT)
