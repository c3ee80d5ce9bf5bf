"""A small council in which people decide: its records by name, what the warehouse made of them, and the commands."""

from dataclasses import dataclass
from pathlib import Path

from typer.testing import CliRunner, Result

from dagster_project.cli import app
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from tests.linkage.population import dbt

READ = "select partner || ':' || record_id, person_key, tier from matched.person_records"


@dataclass
class World:
    """A small council, what its records are called, and the warehouse that links them."""

    settings: Settings
    folder: Path
    ids: dict[str, str]
    said: list[str]

    def people(self) -> dict[str, tuple[str, int]]:
        """Record by its name here: the person's key, and the tier."""
        names = {record: name for name, record in self.ids.items()}
        with connect(self.settings, "hl_analyst") as conn:
            return {names[record]: (key, tier) for record, key, tier in conn.execute(READ).fetchall()}

    def are_one(self, *names: str) -> bool:
        people = self.people()
        return len({people.get(name, (name, 0))[0] for name in names}) == 1

    def reasons(self, one: str, other: str) -> list[tuple[str, str | None]]:
        """Reason and earlier decision of each question about two records (or one, named twice)."""
        sides = ("left", "right")
        left, right = (f"{side}_partner || ':' || {side}_record_id" for side in sides)
        query = f"select reason, decision, array[{left}, {right}] from matched.review_queue order by reason"
        asked = {self.ids[one], self.ids[other]}
        with connect(self.settings, "hl_analyst") as conn:
            found = conn.execute(query.encode()).fetchall()
        return [(reason, decision) for reason, decision, pair in found if set(pair) - {None} == asked]

    def item(self, one: str, other: str) -> str:
        with connect(self.settings, "hl_analyst") as conn:
            found = conn.execute(
                "select item_id from matched.review_queue where array["
                "left_partner || ':' || left_record_id, coalesce(right_partner || ':' || right_record_id, %(one)s)]"
                " <@ array[%(one)s, %(other)s]",
                {"one": self.ids[one], "other": self.ids[other]},
            ).fetchall()
        return found[0][0]

    def hearthlink(self, *words: str, **more: str) -> Result:
        result = CliRunner().invoke(app, [*words, "--home", str(self.settings.home)], **more)  # type: ignore[arg-type]
        self.said.append(result.output)
        return result

    def rebuild(self) -> None:
        words = ("build", "--exclude-resource-type", "unit_test", "--select", "matched")
        self.said.append(dbt(self.settings, self.folder, *words))
