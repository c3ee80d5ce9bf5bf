"""Facts about the deliveries that a run was built from: whose they are, how they came, what was agreed for it."""

import re

from dagster_project.dropbox.algorithms import CIPHERS, HOST_KEYS, KEY_EXCHANGES, MACS
from dagster_project.governance.evidence.world import SFTP, Tally, World, all_hold, none_found

REFERENCE = "reference"
_ROUTES = ("direct", SFTP)
_SHA256 = re.compile(r"[0-9a-f]{64}")
_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")


def partners_known(world: World) -> Tally:
    """HD-06."""
    known = {partner.code for partner in world.agreement.partners} | {REFERENCE}
    return all_hold(delivery["partner"] in known for delivery in world.deliveries())


def privacy_statements(world: World) -> Tally:
    """CB-02."""
    return all_hold(partner.has_published(world.as_at) for partner in world.partners())


def assurance_current(world: World) -> Tally:
    """SE-09: what is dated after the assurance ended is held at the door; what came before it ended may be used."""
    expires = {partner.code: partner.assurance.expires for partner in world.agreement.partners}
    return all_hold(
        delivery["extract_date"] <= expires[delivery["partner"]]
        for delivery in world.deliveries()
        if delivery["partner"] in expires
    )


def routes_recorded(world: World) -> Tally:
    """TR-01, TR-04. An invented council may hand over by folder what its partners would send: nobody is outside it."""
    agreed = {partner.code: partner.delivery.route for partner in world.agreement.partners}
    return all_hold(
        route in _ROUTES and (world.agreement.example or agreed.get(partner, route) == route)
        for partner, route in ((delivery["partner"], delivery["route"]) for delivery in world.deliveries())
    )


def transport_aes256(world: World) -> Tally:
    """TR-05."""
    return _negotiated(world, {"cipher": CIPHERS})


def transport_sha2(world: World) -> Tally:
    """TR-06."""
    return _negotiated(world, {"mac": MACS, "kex": KEY_EXCHANGES, "host_key_type": HOST_KEYS})


def host_key_recorded(world: World) -> Tally:
    """TR-06."""
    found = [str(transport.get("host_key_fingerprint", "")) for transport in world.transports()]
    return none_found(len(found), sum(_FINGERPRINT.fullmatch(value) is None for value in found))


def files_hashed(world: World) -> Tally:
    """TR-06."""
    hashes = [
        value
        for delivery in world.deliveries()
        for value in (
            delivery["content_sha256"],
            delivery["manifest_sha256"],
            *(extract["sha256"] for extract in delivery["extracts"]),
        )
    ]
    return all_hold(value is not None and _SHA256.fullmatch(value) is not None for value in hashes)


def _negotiated(world: World, allowed: dict[str, tuple[str, ...]]) -> Tally:
    found = [(transport.get(what), names) for transport in world.transports() for what, names in allowed.items()]
    return none_found(len(found), sum(value not in names for value, names in found))
