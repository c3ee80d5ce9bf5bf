"""The synthetic council: six partners and the schools register, delivered as the partners would deliver.

Everything comes from `seed`: the same people, seed and day give the same bytes on any machine. Nobody in it is real,
and no identifier in it can belong to anybody (see `identifiers`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

from dagster_project.agreement.model import SOURCE_OF_KIND
from dagster_project.demo.deliveries import DeliveryWriter, TruthBook
from dagster_project.demo.errors import DemoError
from dagster_project.demo.lodgings import Lodgings
from dagster_project.demo.office import Office
from dagster_project.demo.people import Town
from dagster_project.demo.places import Gazetteer
from dagster_project.demo.population import FEWEST_PEOPLE, build_town
from dagster_project.demo.randomness import stream
from dagster_project.demo.recording import PROFILES, Clerk
from dagster_project.demo.registrar import Registrar
from dagster_project.demo.schools import Schools
from dagster_project.demo.showcase import plan_showcase
from dagster_project.demo.strangers import make_strangers
from dagster_project.demo.truth import write_truth
from dagster_project.demo.write_asc import AscWriter
from dagster_project.demo.write_csc import CscWriter
from dagster_project.demo.write_edu import EduWriter
from dagster_project.demo.write_homes import HomesWriter
from dagster_project.demo.write_reference import write_register
from dagster_project.demo.write_ta import TaWriter
from dagster_project.extracts.packer import pack

REFERENCE = "reference"
KIND_OF_PARTNER = {
    "fakeshire_ta": "temporary_accommodation",
    "fakeshire_homes": "social_housing",
    "northbank_ha": "social_housing",
    "fakeshire_csc": "childrens_social_care",
    "fakeshire_asc": "adult_social_care",
    "fakeshire_edu": "education",
}
PARTNER_CODES = tuple(KIND_OF_PARTNER)
AVERAGE_HOUSEHOLD = 2.2
Progress = Callable[[str], object]


@dataclass(frozen=True)
class GeneratedCouncil:
    """What `generate` made. `rows` counts data rows per partner and extract; `manifests` has one path per partner."""

    deliveries: Path
    truth: Path
    manifests: dict[str, Path]
    rows: dict[str, dict[str, int]]
    people: int
    people_in_ta: int
    truth_records: int


def generate(
    out: Path, people: int, seed: int, as_at: date, progress: Progress | None = None, *, profile: str = "brief"
) -> GeneratedCouncil:
    """Make a council of about `people` people and pack its deliveries.

    Writes `out/deliveries/<partner>/` (each a packed delivery of day `as_at`) and, apart from them, `out/truth/`.
    `profile` says how often identifiers are missing (see `recording`). `progress` is told each step, in counts only.

    Raises:
        DemoError: fewer than 200 people, an unknown profile, or `out` already holds a council.
    """
    say = progress or (lambda _message: None)
    deliveries, truth = out / "deliveries", out / "truth"
    _refuse_early(people, profile, deliveries, truth)
    gazetteer = Gazetteer(stream(seed, "places"), int(people / AVERAGE_HOUSEHOLD))
    schools = Schools(stream(seed, "schools"), people, as_at, gazetteer)
    town = build_town(people, seed, as_at, gazetteer)
    plan_showcase(town)
    make_strangers(town, people, stream(seed, "strangers"))
    Lodgings(stream(seed, "lodgings"), gazetteer).move_in(town)
    Registrar(stream(seed, "identifiers"), schools).register(town)
    living = sum(len(household.members) for household in town.households)
    say(f"{living} people in {len(town.households)} households")
    book = TruthBook()
    rows = {}
    for partner in PARTNER_CODES:
        rows[partner] = _write_partner(partner, deliveries / partner, town, schools, book, seed, profile)
        say(f"{partner}: {sum(rows[partner].values())} rows in {len(rows[partner])} extracts")
    rows[REFERENCE] = {"gias_schools": write_register(deliveries / REFERENCE, schools.everything)}
    # The time in the manifests belongs to the council's day, so that packing is as repeatable as the rest.
    packed_at = datetime.combine(as_at, time(5, 30), tzinfo=UTC)
    manifests = {partner: pack(deliveries / partner, partner, as_at, sequence=1, created=packed_at) for partner in rows}
    records, _ = write_truth(truth, town, book)
    in_ta = sum(person.in_ta for household in town.households for person in household.members)
    say(f"{in_ta} people in temporary accommodation; {records} records of people in all")
    return GeneratedCouncil(deliveries, truth, manifests, rows, living, in_ta, records)


def _refuse_early(people: int, profile: str, *folders: Path) -> None:
    if people < FEWEST_PEOPLE:
        raise DemoError(
            f"a council of {people} people is too small to show every situation; ask for {FEWEST_PEOPLE} or more"
        )
    if profile not in PROFILES:
        raise DemoError(f"there is no such profile; use one of {', '.join(PROFILES)}")
    for folder in folders:
        if folder.exists():
            raise DemoError(f"{folder} is there already; remove it or choose another folder")


def _write_partner(
    partner: str, folder: Path, town: Town, schools: Schools, book: TruthBook, seed: int, profile: str
) -> dict[str, int]:
    kind = KIND_OF_PARTNER[partner]
    rng = stream(seed, partner)
    clerk = Clerk(partner, profile, stream(seed, f"{partner}:clerk"))
    with DeliveryWriter(folder, kind) as delivery:
        office = Office(partner, SOURCE_OF_KIND[kind], town, delivery, book, clerk, rng)
        if kind == "temporary_accommodation":
            TaWriter(office).write()
        elif kind == "social_housing":
            HomesWriter(office).write()
        elif kind == "childrens_social_care":
            CscWriter(office).write()
        elif kind == "adult_social_care":
            AscWriter(office).write()
        else:
            EduWriter(office, schools).write()
    return dict(delivery.rows)
