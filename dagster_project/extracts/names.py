"""The names of a delivery and of its files. Nothing outside these patterns is ever opened, stored or printed."""

import re
from dataclasses import dataclass
from datetime import date

MANIFEST_SUFFIX = ".datapackage.json"
PARTNER = re.compile(r"[a-z][a-z0-9_]{1,30}")
# Servers accept names such as `'; drop table x;--.csv` or `..\\evil.csv`; this rule keeps them out of paths and SQL.
FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_NOT_SAFE = re.compile(r"[^A-Za-z0-9._-]+")
_DELIVERY = re.compile(r"(?P<partner>[a-z][a-z0-9_]{1,30})_(?P<day>[0-9]{8})_(?P<sequence>[0-9]{3})")


@dataclass(frozen=True)
class DeliveryName:
    """The parts of a delivery id: `{partner}_{YYYYMMDD}_{nnn}`, nnn from 001 to 999."""

    partner: str
    extract_date: date
    sequence: int

    def __str__(self) -> str:
        return f"{self.partner}_{self.extract_date:%Y%m%d}_{self.sequence:03d}"

    def data_file(self, extract: str) -> str:
        """The name that the delivery's file of one extract must have."""
        return f"{self}_{extract}.csv"

    def sent_name(self, file_name: str) -> str:
        """What the sender called a file, before it was given the delivery's prefix."""
        return file_name.removeprefix(f"{self}_")

    @property
    def manifest_file(self) -> str:
        """The name that the delivery's manifest must have."""
        return f"{self}{MANIFEST_SUFFIX}"


def split_sent(file_name: str) -> tuple[DeliveryName | None, str]:
    """The delivery whose prefix a file bears, if it does, and the name that it was sent under."""
    # Partner and extract may both hold underscores, so every place where the name could part is tried.
    for position, character in enumerate(file_name):
        if character == "_" and (delivery := parse_delivery_id(file_name[:position])):
            return delivery, file_name[position + 1 :]
    return None, file_name


def safe_name(file_name: str) -> str:
    """A sender's file name in the characters that a delivery may use: blanks and marks become `_`."""
    return _NOT_SAFE.sub("_", file_name).lstrip("._-") or "file"


def parse_delivery_id(text: str) -> DeliveryName | None:
    """The parts of a delivery id, None where the text is not one."""
    match = _DELIVERY.fullmatch(text)
    if match is None:
        return None
    try:
        day = date.fromisoformat(match["day"])
    except ValueError:
        return None
    return DeliveryName(match["partner"], day, int(match["sequence"]))


def parse_manifest_name(file_name: str) -> DeliveryName | None:
    """The delivery that a manifest's file name speaks of, None where the name is not a manifest's."""
    if not file_name.endswith(MANIFEST_SUFFIX):
        return None
    return parse_delivery_id(file_name.removesuffix(MANIFEST_SUFFIX))
