"""A person keeps a key from publish to publish, whatever happens to the records, and no key is ever given twice.

The model's own SQL and the publish's own register run over random histories of a tiny world; a few lines of Python
say what has to come out.
"""

import random
from collections import Counter
from datetime import UTC, datetime

import pytest
from psycopg import sql

from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.person_keys import KeyChanges, register_keys
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from tests.linkage.population import dbt

NOW = datetime(2026, 11, 22, tzinfo=UTC)
# Cluster to its records, as one run found them.
People = dict[str, set[str]]


class History:
    """Runs on one warehouse: what dbt would have built, the keys that its model gives, and publishing them."""

    def __init__(self, settings: Settings, model: str) -> None:
        self.settings = settings
        self.model = model
        self.publishes = 0

    def keys(self, people: People) -> dict[str, str]:
        with connect(self.settings, "hl_dbt") as conn:
            conn.execute("truncate matched.person_hashes, matched.person_keys")
            rows = [(record, cluster) for cluster, records in people.items() for record in records]
            with conn.cursor() as cursor:
                cursor.executemany("insert into matched.person_hashes values (%s, %s)", rows)
            conn.execute(f"insert into matched.person_keys {self.model}".encode())
            return dict(conn.execute("select cluster_id, person_key from matched.person_keys").fetchall())

    def publish(self) -> KeyChanges:
        self.publishes += 1
        with connect(self.settings, "hl_publisher") as conn:
            return register_keys(conn, f"p{self.publishes}", NOW)

    def shown(self) -> dict[str, str]:
        return dict(self._rows("select record_hash, person_key from control.person_key_records"))

    def ever_shown(self) -> set[str]:
        return {key for (key,) in self._rows("select person_key from control.person_keys")}

    def events(self) -> list[tuple[str, str, str | None, int]]:
        return self._rows(
            "select event, person_key, other_key, records from control.person_key_events"
            f" where publish_id = 'p{self.publishes}' order by event, person_key, other_key"
        )

    def _rows(self, query: str) -> list:
        with connect(self.settings, "admin") as conn:
            return conn.execute(query.encode()).fetchall()


@pytest.fixture(scope="module")
def built(own_warehouse: Settings, tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, str]:
    """A warehouse with the tables that the model reads, and the SQL that dbt makes of the model."""
    folder = tmp_path_factory.mktemp("dbt")
    dbt(own_warehouse, folder, "compile", "--select", "person_keys", "person_key_records")
    model, view = (
        next((folder / "target" / "compiled").rglob(f"{name}.sql")).read_text(encoding="utf-8")
        for name in ("person_keys", "person_key_records")
    )
    with connect(own_warehouse, "hl_dbt") as conn:
        conn.execute("create table matched.person_hashes (record_hash text, cluster_id text)")
        conn.execute(f"create table matched.person_keys as {model}".encode())
        conn.execute(f"create view matched.person_key_records as {view}".encode())
        conn.execute("grant select on matched.person_key_records to hl_publisher")
    with connect(own_warehouse, "admin") as conn:
        conn.execute("create table mart.dim_person (person_key text)")
        conn.execute("grant select on mart.dim_person to hl_publisher")
    return own_warehouse, model


@pytest.fixture
def history(built: tuple[Settings, str]) -> History:
    with connect(built[0], "admin") as conn:
        conn.execute("truncate control.person_keys, control.person_key_records, control.person_key_events")
        conn.execute("truncate mart.dim_person")
    return History(*built)


def expected(people: People, shown: dict[str, str]) -> dict[str, str]:
    """Greatest overlap first, ties to the smaller key, then to the smaller cluster; whoever is left gets a new key."""
    overlaps = Counter(
        (cluster, shown[record]) for cluster, records in people.items() for record in records if record in shown
    )
    carried: dict[str, str] = {}
    for (cluster, key), _ in sorted(overlaps.items(), key=lambda found: (-found[1], found[0][1], found[0][0])):
        if cluster not in carried and key not in carried.values():
            carried[cluster] = key
    return carried


def a_run(dice: random.Random, before: People) -> People:
    """People of the next day: some leave, some come, some merge, some split, some change a record."""
    records = [records.copy() for records in before.values()]
    for _ in range(dice.randint(0, 3)):
        what = dice.choice(["leave", "come", "merge", "split", "swap"])
        if what == "come" or len(records) < 2:
            records.append({f"n{dice.randrange(60)}" for _ in range(dice.randint(1, 4))})
        elif what == "leave":
            records.pop(dice.randrange(len(records)))
        elif what == "merge":
            records.append(records.pop(dice.randrange(len(records))) | records.pop(dice.randrange(len(records))))
        elif what == "split":
            whole = sorted(records.pop(dice.randrange(len(records))))
            cut = dice.randint(0, len(whole))
            records += [set(whole[:cut]), set(whole[cut:])]
        else:
            records[dice.randrange(len(records))] ^= {f"n{dice.randrange(60)}"}
    taken: set[str] = set()
    people: People = {}
    for own in records[:5]:
        if mine := own - taken:
            people[min(mine)] = mine
            taken |= mine
    return people or {"n0": {"n0"}}


@pytest.mark.parametrize("seed", range(4))
def test_any_history_carries_keys_by_overlap_and_gives_none_twice(history: History, seed: int) -> None:
    dice, people = random.Random(seed), {"n1": {"n1", "n2"}, "n3": {"n3"}}
    for _ in range(25):
        people = a_run(dice, people)
        shown, ever = history.shown(), history.ever_shown()
        keys = history.keys(people)
        assert history.keys(people) == keys, "built twice"
        carried = expected(people, shown)
        assert {cluster: key for cluster, key in keys.items() if cluster in carried} == carried
        assert not {key for cluster, key in keys.items() if cluster not in carried} & ever
        assert len(set(keys.values())) == len(keys)
        if dice.random() < 0.7:
            changes = history.publish()
            assert (changes.new, changes.carried) == (len(keys) - len(carried), len(carried))
            assert history.shown() == {record: keys[cluster] for cluster, own in people.items() for record in own}


def test_merges_splits_and_departures_are_logged_by_key_alone(history: History) -> None:
    first = history.keys({"n1": {"n1", "n2"}, "n3": {"n3"}, "n4": {"n4", "n5"}, "n6": {"n6"}})
    assert history.publish() == KeyChanges(new=4, carried=0, merged=0, split=0, retired=0)
    second = history.keys({"n1": {"n1", "n2", "n3"}, "n4": {"n4"}, "n5": {"n5"}})
    assert second["n1"] == first["n1"] and second["n4"] == first["n4"]
    assert history.publish() == KeyChanges(new=1, carried=2, merged=1, split=1, retired=1)
    assert history.events() == [
        ("merged", first["n3"], first["n1"], 1),
        ("retired", first["n6"], None, 1),
        ("split", first["n4"], second["n5"], 1),
    ]
    assert set(first.values()) <= history.ever_shown(), "a key that is gone is remembered"
    assert "n6" not in history.shown(), "the records behind it are not"


def test_whoever_comes_back_gets_a_new_key(history: History) -> None:
    gone = history.keys({"n1": {"n1"}, "n2": {"n2"}})["n2"]
    history.publish()
    history.keys({"n1": {"n1"}})
    history.publish()
    assert history.keys({"n1": {"n1"}, "n2": {"n2"}})["n2"] != gone


def test_a_key_of_somebody_else_or_of_another_build_stops_the_publish(history: History) -> None:
    keys = history.keys({"n1": {"n1"}, "n2": {"n2"}})
    history.publish()
    history.keys({"n1": {"n1"}})
    history.publish()
    _write(history, "update matched.person_keys set person_key = %s", keys["n2"])
    with pytest.raises(GovernanceError, match="once shown for another"):
        history.publish()
    _write(history, "insert into mart.dim_person values (%s)", "p_of_another_build")
    with pytest.raises(GovernanceError, match="not of one build"):
        history.publish()
    assert history.shown() == {"n1": keys["n1"]}


def _write(history: History, statement: str, value: str) -> None:
    with connect(history.settings, "admin") as conn:
        conn.execute(sql.SQL(statement), [value])  # type: ignore[arg-type]
