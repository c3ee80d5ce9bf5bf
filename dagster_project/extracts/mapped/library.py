"""The mappings that an installation knows: those that ship, and a council's own beside its agreement file."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from dagster_project.agreement import yaml_file
from dagster_project.extracts.errors import DeliveryRefused, ExtractError
from dagster_project.extracts.mapped.model import Mapping
from dagster_project.extracts.reasons import RefusalReason

SHIPPED = Path(__file__).resolve().parent.parent / "mappings"
OWN_FOLDER = "mappings"
_FIXES = {
    "missing": "is missing; write it",
    "extra_forbidden": "is no key of a mapping; correct the spelling, or remove it",
    "too_short": "is empty; add at least one entry",
}


class MappingError(ExtractError):
    """A mapping file breaks a rule. The message names the file, the place and what to do."""


@dataclass(frozen=True)
class Entry:
    """One mapping file."""

    name: str
    path: Path
    is_own: bool

    @cached_property
    def sha256(self) -> str:
        """SHA-256 in hex of the file: which version of the mapping was used."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()


class Library:
    """Mappings by name; a council's own file replaces the shipped one of the same name."""

    def __init__(self, own: Path | None = None) -> None:
        self._entries: dict[str, Entry] = {}
        for folder, is_own in ((SHIPPED, False), (own, True)):
            if folder and folder.is_dir():
                for path in sorted(folder.glob("*.yaml")):
                    self._entries[path.stem] = Entry(path.stem, path, is_own)

    def entries(self) -> list[Entry]:
        """All mapping files, by name."""
        return [self._entries[name] for name in sorted(self._entries)]

    def entry(self, name: str) -> Entry:
        """The file of one mapping.

        Raises:
            MappingError: there is none of that name.
        """
        if name not in self._entries:
            raise MappingError(f"there is no mapping '{name}'; the mappings are: {', '.join(sorted(self._entries))}")
        return self._entries[name]

    def mapping(self, name: str) -> Mapping:
        """A mapping that is fit for use.

        Raises:
            MappingError: there is none, it breaks a rule, or it is a draft with open points.
        """
        found = read_mapping(self.entry(name).path)
        if found.to_finish:
            points = "; ".join(found.to_finish[:5])
            raise MappingError(
                f"mapping {name} is a draft with {len(found.to_finish)} open points: {points}. Decide each, and remove"
                " it from 'to_finish'"
            )
        return found

    def for_delivery(self, name: str) -> Mapping:
        """As `mapping`, refusing the delivery that asks for it.

        Raises:
            DeliveryRefused: it cannot be used.
        """
        try:
            return self.mapping(name)
        except MappingError as error:
            known = name in self._entries
            reason = RefusalReason.MAPPING_UNUSABLE if known else RefusalReason.MAPPING_UNKNOWN
            raise DeliveryRefused(reason, str(error)) from None


def read_mapping(path: Path) -> Mapping:
    """The mapping in a file.

    Raises:
        MappingError: it cannot be read or breaks a rule; one line per fault.
    """
    try:
        raw: Any = yaml_file.parse(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        raise MappingError(f"{path.name}: cannot be read; it must be a text file in UTF-8") from None
    except yaml.YAMLError as error:
        raise MappingError(f"{path.name}: is no YAML: {' '.join(str(error).split())}") from None
    if not isinstance(raw, dict):
        raise MappingError(f"{path.name}: holds no mapping; begin one with 'hearthlink mapping new FILE'")
    try:
        found = Mapping.model_validate(raw)
    except ValidationError as error:
        lines = dict.fromkeys(_in_words(problem) for problem in error.errors())
        raise MappingError("\n".join(f"{path.name}: {line}" for line in lines)) from None
    if found.mapping != path.stem:
        raise MappingError(f"{path.name}: holds the mapping '{found.mapping}'; file and mapping must be called alike")
    return found


def own_folder(agreement_file: Path) -> Path:
    """Where a council keeps its own mappings: the folder `mappings` beside the agreement."""
    return agreement_file.parent / OWN_FOLDER


def _in_words(problem: Any) -> str:
    place = ".".join(str(step) for step in problem["loc"])
    if problem["type"] == "value_error":
        return f"{place}: {problem['ctx']['error']}" if place else str(problem["ctx"]["error"])
    fix = _FIXES.get(problem["type"])
    if problem["type"] == "literal_error":
        fix = f"is not allowed; write {problem['ctx']['expected']}"
    return f"{place} {fix or problem['msg'][:1].lower() + problem['msg'][1:]}"
