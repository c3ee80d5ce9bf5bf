"""Nothing personal and no secret is in a pack or on its page, and the page could not send it anywhere."""

import re
from pathlib import Path

import pytest

from dagster_project.agreement.register import load_register
from dagster_project.clock import london_today
from dagster_project.governance.attestations import attest
from dagster_project.governance.publish import publish
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from tests import gate_kit as kit
from tests import gate_world as world

CANARY = "Quillfeather"
TRANSPORT = '{"cipher": "aes256-ctr", "host": "drop.quillfeather.example", "username": "Quillfeather", "mac": ["x"]}'


@pytest.fixture(scope="module")
def files(own_warehouse: Settings) -> dict[str, str]:
    """The files of a pack that was written in a world full of names, by name."""
    kit.build_world(own_warehouse)
    kit.alter(own_warehouse, f"update mart_candidate.dim_person set first_name = '{CANARY}'")
    kit.alter(own_warehouse, f"update staged.stg_csc_persons set legal_last_name = '{CANARY}'")
    kit.alter(own_warehouse, f"update control.deliveries set transport = '{TRANSPORT}'", "hl_loader")
    attest(own_warehouse, load_register(), "TR-03", f"Ada {CANARY}", london_today(), f"seen by {CANARY}")
    kit.judge_lightly(own_warehouse, world.PUBLISH_ID)
    observed = f'{{"sample": "{CANARY}", "unexpected": ["{CANARY}"]}}'
    planted = f"update control.gate_verdicts set observed = observed || '{observed}'"
    kit.alter(own_warehouse, planted, "hl_publisher")
    folder = publish(own_warehouse, world.PUBLISH_ID).evidence
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def test_the_pack_is_a_json_a_page_and_an_oscal_file(files: dict[str, str]) -> None:
    assert sorted(files) == ["assessment-results.json", "index.html", "pack.json"]


def test_no_canary_and_nothing_of_a_person(files: dict[str, str]) -> None:
    personal = [
        CANARY,
        CANARY.lower(),
        world.NHS_NUMBER,
        world.UPN,
        world.NINO,
        world.SOCIAL_CARE_ID,
        world.EDUCATION_ID,
        world.ADULT,
        world.CHILD,
        "Marlowe",
        "1 Quay Row",
        "AA1 1AA",
        "Quayside",
        "1990-05-01",
    ]
    assert {name: [word for word in personal if word in text] for name, text in files.items()} == {
        "assessment-results.json": [],
        "index.html": [],
        "pack.json": [],
    }


def test_no_password_no_salt_and_no_place_of_the_installation(files: dict[str, str], own_warehouse: Settings) -> None:
    with connect(own_warehouse, "admin") as conn:
        ((salt,),) = conn.execute("select salt from control.person_key_salt").fetchall()
    secrets = [path.read_text(encoding="utf-8").strip() for path in own_warehouse.secrets_dir.glob("*.password")]
    assert len(secrets) >= 4
    for word in (*secrets, salt, str(own_warehouse.home), "127.0.0.1"):
        assert not [name for name, text in files.items() if word in text]


def test_no_name_of_a_person_who_signed_or_approved(files: dict[str, str], own_warehouse: Settings) -> None:
    from dagster_project.agreement.model import load_agreement

    agreement = load_agreement(own_warehouse.agreement_file)
    names = {agreement.agreement.author, *(sign.by for partner in agreement.partners for sign in partner.sign_offs)}
    assert names
    assert [name for name in names if any(name in text for text in files.values())] == []


def test_the_page_fetches_and_runs_nothing(files: dict[str, str]) -> None:
    page = files["index.html"]
    assert "default-src 'none'" in page
    assert not re.search(r"https?:|<script|<img|<iframe|@import|url\(|\son\w+=", page)


def test_the_files_are_the_owners_alone(files: dict[str, str], own_warehouse: Settings) -> None:
    folder: Path = own_warehouse.home / "evidence"
    for path in (folder, *folder.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0
