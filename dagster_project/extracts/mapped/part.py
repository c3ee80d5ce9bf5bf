"""The mapped part of a delivery: its files read into tables, and the extracts that are made of them."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from dagster_project.extracts.contracts import Contract, contracts_of_kind
from dagster_project.extracts.csvrows import CsvRows
from dagster_project.extracts.errors import DeliveryRefused
from dagster_project.extracts.files import open_plain
from dagster_project.extracts.manifest import Resource
from dagster_project.extracts.mapped.compile import mentions, tables_read
from dagster_project.extracts.mapped.engine import Engine
from dagster_project.extracts.mapped.intake import Delivered, Seen, read_with_any
from dagster_project.extracts.mapped.made import Made, MadeReader, make
from dagster_project.extracts.mapped.model import Mapping, Rule
from dagster_project.extracts.mapped.origin import Origin, Origins
from dagster_project.extracts.mapped.source import open_checked
from dagster_project.extracts.reasons import RefusalReason


@dataclass(frozen=True)
class MappedFile:
    """One delivered file of a system's own. `number` is its place in the manifest, `name` what its sender called it."""

    path: Path
    resource: Resource
    number: int
    name: str


@dataclass(frozen=True)
class MadeExtract:
    """One extract that mappings make. `sha256` and `bytes` speak of the files that it comes from.

    `fallback`: it has nothing that a file of the partner's persons would not say better, so it may not replace one.
    """

    contract: Contract
    label: str
    mappings: tuple[str, ...]
    fallback: bool
    made: tuple[Made, ...]
    files: tuple[MappedFile, ...]
    origins: Origins

    @property
    def rows(self) -> int:
        """Rows that the rules look at: the measure of how many may be rejected."""
        return sum(sum(map(made.engine.count, made.rule.source)) if made.rule.sql else made.count for made in self.made)

    @property
    def bytes(self) -> int:
        """Size of the files together."""
        return sum(file.resource.bytes for file in self.files)

    @property
    def sha256(self) -> str:
        """The file's hash; of several files one hash over theirs."""
        hashes = sorted(file.resource.sha256 for file in self.files)
        return hashes[0] if len(hashes) == 1 else hashlib.sha256("\n".join(hashes).encode()).hexdigest()

    def reader(self, max_rejected: int | None) -> MadeReader:
        """Its rows, held to the contract."""
        return MadeReader(self.contract, self.label, list(self.made), self.origins, max_rejected)


@dataclass
class _Shelf:
    """A mapping with its own engine, the tables that were delivered and the files that they came from."""

    mapping: Mapping
    engine: Engine
    files: dict[str, dict[int, MappedFile]] = field(default_factory=dict)


class MappedPart:
    """Reads the mapped files of a delivery and makes its extracts; a context manager that forgets everything.

    `canonical` gives the files of canonical extracts beside them: they win over what a mapping would make, and SQL may
    read them under the extract's name. `notes` says what was left aside.
    """

    def __init__(self, mappings: Sequence[Mapping], canonical: dict[str, tuple[Path, Resource]], kind: str) -> None:
        self.origins = Origins()
        self.seen: dict[int, Seen] = {}
        self.mapping_of: dict[int, str] = {}
        self.notes: list[str] = []
        self._canonical = canonical
        self._contracts = contracts_of_kind(kind)
        self._shelves = [_Shelf(mapping, Engine(mapping.mapping)) for mapping in mappings]
        for shelf in self._shelves:
            for table in shelf.mapping.tables:
                shelf.engine.create(table, shelf.mapping.columns_of(table))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for shelf in self._shelves:
            shelf.engine.close()

    def read(self, files: Iterable[MappedFile]) -> None:
        """Read every file, and refuse one that is not what the manifest says.

        Raises:
            DeliveryRefused: a file is unknown to the mappings, unreadable, or not the one that was packed.
        """
        for file in files:
            with open_checked(file.path, file.resource.bytes, file.resource.sha256) as stream:
                origin = self.read_one(file, Delivered(stream, file.name, file.resource.bytes, file.resource.encoding))
            if len(origin.lines) != file.resource.rowcount:
                raise DeliveryRefused(
                    RefusalReason.ROW_COUNT_DIFFERS,
                    f"{file.resource.path}: holds {len(origin.lines):,} rows, the manifest says"
                    f" {file.resource.rowcount:,}; pack again",
                )
        for shelf in self._shelves:
            self._shelve_canonical(shelf)
            shelf.engine.finish()

    def read_one(self, file: MappedFile, delivered: Delivered) -> Origin:
        """Read one open file with the first mapping that knows it."""
        index, origin, seen = read_with_any(
            delivered,
            [(shelf.mapping, shelf.engine) for shelf in self._shelves],
            lambda: self.origins.open(file.number, file.resource.path),
        )
        shelf = self._shelves[index]
        self.seen[file.number] = seen
        self.mapping_of[file.number] = shelf.mapping.mapping
        for table in seen.tables:
            shelf.files.setdefault(table, {})[file.number] = file
        return origin

    def make(self) -> dict[str, MadeExtract]:
        """The extracts, by name.

        Raises:
            DeliveryRefused: a rule of a mapping fails.
        """
        found: dict[str, list[tuple[_Shelf, Rule]]] = {}
        for shelf in self._shelves:
            for rule in shelf.mapping.extracts:
                is_needless = any(table in shelf.files for table in rule.unless)
                if not is_needless and any(table in shelf.files for table in rule.source):
                    found.setdefault(rule.extract, []).append((shelf, rule))
        made: dict[str, MadeExtract] = {}
        for extract, rules in found.items():
            if extract in self._canonical:
                self.notes.append(f"{extract}: taken from its own file; the mappings make none of it")
            else:
                made[extract] = self._made(extract, self._chosen(extract, rules))
        return made

    def _chosen(self, extract: str, rules: list[tuple[_Shelf, Rule]]) -> list[tuple[_Shelf, Rule]]:
        proper = [entry for entry in rules if not entry[1].fallback]
        rules = proper or rules
        shelves = {id(shelf) for shelf, _ in rules}
        if len(shelves) > 1 and not all(rule.merge for _, rule in rules):
            first = rules[0][0]
            others = {shelf.mapping.mapping for shelf, _ in rules if shelf is not first}
            self.notes.append(
                f"{extract}: made by {first.mapping.mapping}, which is named first, and not by"
                f" {', '.join(sorted(others))}"
            )
            return [entry for entry in rules if entry[0] is first]
        return rules

    def _made(self, extract: str, rules: list[tuple[_Shelf, Rule]]) -> MadeExtract:
        contract = self._contracts[extract]
        files: dict[int, MappedFile] = {}
        for shelf, rule in rules:
            for table in tables_read(rule, list(shelf.mapping.tables)):
                files |= shelf.files.get(table, {})
        names = tuple(dict.fromkeys(shelf.mapping.mapping for shelf, _ in rules))
        return MadeExtract(
            contract=contract,
            label=f"{extract} (made by {', '.join(names)})",
            mappings=names,
            fallback=all(rule.fallback for _, rule in rules),
            made=tuple(make(shelf.engine, shelf.mapping, rule, contract) for shelf, rule in rules),
            files=tuple(files[number] for number in sorted(files)),
            origins=self.origins,
        )

    def _shelve_canonical(self, shelf: _Shelf) -> None:
        """Let SQL read the canonical files that it names; an absent one is an empty table."""
        for extract, contract in self._contracts.items():
            if extract in shelf.mapping.tables or not any(mentions(rule, extract) for rule in shelf.mapping.extracts):
                continue
            shelf.engine.create(extract, contract.columns)
            if extract not in self._canonical:
                continue
            path, resource = self._canonical[extract]
            with open_plain(path) as source:
                rows = CsvRows(source, path.name, resource.encoding)
                header = [name.strip() for name in rows.read_header()]
                places = [header.index(f.name) if f.name in header else None for f in contract.fields]
                for cells in rows:
                    if len(cells) == len(header):
                        texts = [cells[place].strip() or None if place is not None else None for place in places]
                        shelf.engine.append(extract, [None, None, *texts])
