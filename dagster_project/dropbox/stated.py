"""What the transport believes of a name or a manifest before anything is fetched: as little as it can."""

from dagster_project.extracts import names
from dagster_project.extracts.errors import ManifestError
from dagster_project.extracts.manifest import MAX_BYTES, Resource, parse_manifest

MAX_MANIFEST_BYTES = MAX_BYTES
MAX_FILE_BYTES = 4 * 1024**3
MAX_DELIVERY_BYTES = 8 * 1024**3
MAX_FILES = 100
# What WinSCP and its like call a file that is still on its way.
_IN_TRANSFER = (".filepart", ".part", ".tmp")


class NotComplete(Exception):
    """The delivery is still on its way."""


class NotAcceptable(Exception):
    """The delivery breaks a rule and will not get better by waiting."""


def is_in_transfer(name: str) -> bool:
    """Whether the name marks a file that its sender has not finished, or hides."""
    return name.startswith(".") or name.endswith(_IN_TRANSFER)


def is_safe(name: str) -> bool:
    """Whether a name that somebody else chose may become a local file name and stand in a message."""
    return names.FILE.fullmatch(name) is not None


def stated_files(manifest_name: str, content: bytes, partner: str) -> tuple[Resource, ...]:
    """The files of a delivery as its manifest lists them.

    Raises NotComplete when the manifest itself breaks off, NotAcceptable when it is no manifest of this partner,
    breaks the manifest's rules or names more than one delivery may hold.
    """
    delivery = names.parse_manifest_name(manifest_name)
    if delivery is None or delivery.partner != partner:
        raise NotAcceptable(f"a manifest of {partner} must be called {partner}_<YYYYMMDD>_<nnn>{names.MANIFEST_SUFFIX}")
    try:
        resources = parse_manifest(content, delivery).resources
    except ManifestError as error:
        # A client that writes in place shows the manifest before its last byte is there.
        if not content.rstrip().endswith(b"}"):
            raise NotComplete(f"{manifest_name} breaks off: it is still being written") from None
        raise NotAcceptable(str(error)) from None
    largest = max(resource.bytes for resource in resources)
    total = sum(resource.bytes for resource in resources)
    if len(resources) > MAX_FILES or largest > MAX_FILE_BYTES or total > MAX_DELIVERY_BYTES:
        limits = f"{MAX_FILES} files, {MAX_FILE_BYTES >> 30} GiB each and {MAX_DELIVERY_BYTES >> 30} GiB together"
        raise NotAcceptable(f"{manifest_name}: a delivery may have at most {limits}")
    return resources
