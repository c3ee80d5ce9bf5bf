"""A run made up for the facts of `governance.evidence`, without a database, and ways to break it in one point."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import psycopg

from dagster_project.agreement.model import Agreement, file_sha256, load_agreement
from dagster_project.governance.evidence.record import RunRecord
from dagster_project.governance.evidence.world import World
from dagster_project.settings import load_settings

AS_AT = date(2026, 11, 22)
DAY = timedelta(days=1)
ROOT = Path(__file__).parents[1]
GOOD = {
    "cipher": "aes256-ctr",
    "mac": "hmac-sha2-512-etm@openssh.com",
    "kex": "curve25519-sha256",
    "host_key_type": "ssh-ed25519",
    "host_key_fingerprint": "SHA256:" + "a" * 43,
}


class NoDatabase:
    """Stands for a connection that no fact of these tests may use."""

    def transaction(self) -> "NoDatabase":
        return self

    def __enter__(self) -> "NoDatabase":
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def execute(self, *_: object) -> None:
        raise psycopg.OperationalError("no server: Quillfeather")


def good(tmp_path: Path) -> World:
    """A run of an agreement that is no example, with one delivery by each route."""
    settings = replace(load_settings(home=tmp_path), agreement_file=tmp_path / "agreement.yaml")
    agreement = load_agreement(ROOT / "agreement.yaml").on(AS_AT)
    (tmp_path / "text.txt").write_text("signed", encoding="utf-8")
    agreement = set_in(agreement, "agreement.text_file", "text.txt").model_copy(update={"example": False})
    agreement = set_in(agreement, "agreement.text_sha256", file_sha256(tmp_path / "text.txt"))
    direct, sftp = (
        next(partner for partner in agreement.partners if partner.delivery.route == route)
        for route in ("direct", "sftp")
    )
    run = {
        "as_at": AS_AT,
        "agreement_id": agreement.agreement.id,
        "agreement_version": agreement.agreement.version,
        "hold_while": agreement.data_subjects.hold_while,
    }
    deliveries = (delivery(direct.code, "direct", None), delivery(sftp.code, "sftp", GOOD))
    record = RunRecord(run, {}, (), {}, deliveries, {}, None)
    return World(settings, agreement, record, cast("psycopg.Connection[Any]", NoDatabase()))


def delivery(partner: str, route: str, transport: dict[str, str] | None) -> dict[str, Any]:
    return {
        "partner": partner,
        "route": route,
        "transport": transport,
        "extract_date": AS_AT - DAY,
        "used": True,
        "content_sha256": "a" * 64,
        "manifest_sha256": "b" * 64,
        "received_at": datetime(2026, 11, 22, tzinfo=UTC),
        "extracts": [{"extract": "x", "sha256": "c" * 64}],
    }


def set_in(part: Any, place: str, value: Any) -> Any:
    """A copy of the agreement with one value changed; `*` is every entry of a list."""
    name, _, rest = place.partition(".")
    if name == "*":
        return tuple(set_in(entry, rest, value) for entry in part)
    return part.model_copy(update={name: set_in(getattr(part, name), rest, value) if rest else value})


def agreement_with(place: str, value: Any) -> Callable[[World], World]:
    def change(world: World) -> World:
        changed = value(world.agreement) if callable(value) else value
        return replace(world, agreement=set_in(world.agreement, place, changed))

    return change


def deliveries_with(**values: Any) -> Callable[[World], World]:
    def change(world: World) -> World:
        changed = tuple({**found, **values} for found in world.record.deliveries)
        return replace(world, record=replace(world.record, deliveries=changed))

    return change


def transport_with(**values: str | None) -> Callable[[World], World]:
    return deliveries_with(route="sftp", transport={**GOOD, **values})


def without_basis(article: str) -> Callable[[Agreement], Any]:
    return lambda agreement: tuple(basis for basis in agreement.lawful_basis if basis.article != article)


def unsigned(world: World) -> World:
    late = agreement_with("agreement.review_by", AS_AT - DAY)(world)
    return agreement_with("partners.*.sign_offs", ())(late)
