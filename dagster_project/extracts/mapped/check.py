"""What a delivery would give before it is one: per file what is known of it, per extract what would load. No values."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from dagster_project.extracts import names, packer_mapped
from dagster_project.extracts.canonical import has_columns
from dagster_project.extracts.contracts import Contract, contracts_of_kind, load_contracts
from dagster_project.extracts.csvrows import CsvRows
from dagster_project.extracts.errors import DeliveryRefused, PackError
from dagster_project.extracts.files import open_plain
from dagster_project.extracts.manifest import Resource
from dagster_project.extracts.mapped.compile import mentions
from dagster_project.extracts.mapped.intake import Seen
from dagster_project.extracts.mapped.made import MadeReader
from dagster_project.extracts.mapped.model import Mapping
from dagster_project.extracts.mapped.part import MappedFile, MappedPart
from dagster_project.extracts.mapped.source import format_of
from dagster_project.extracts.names import DeliveryName
from dagster_project.extracts.reader import ExtractReader
from dagster_project.extracts.reasons import RejectionReason

_NO_DELIVERY = DeliveryName("check", date(2000, 1, 1), 1)
_FIRST_LINES = 5
Place = tuple[str, str | None, RejectionReason]


@dataclass
class FileReport:
    """One file: the mapping that knows it, its rows by table, and what the mapping does not know or miss."""

    name: str
    mapping: str | None = None
    seen: Seen = field(default_factory=Seen)
    refusal: str = ""


@dataclass
class ExtractReport:
    """One extract: rows parsed, rows that would load, and the others by file, column and reason with first lines."""

    contract: Contract
    made_by: str
    parsed: int = 0
    loaded: int = 0
    rejected: Counter[Place] = field(default_factory=Counter)
    first_lines: dict[Place, list[int]] = field(default_factory=dict)


@dataclass
class Report:
    """The whole: files, extracts, remarks, and required extracts that are neither there nor made."""

    files: list[FileReport] = field(default_factory=list)
    extracts: list[ExtractReport] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        """Whether every file is known and every row would load."""
        return (
            not self.missing and all(not f.refusal for f in self.files) and not any(e.rejected for e in self.extracts)
        )


def examine(path: Path, mappings: Sequence[Mapping], encoding: str | None = None) -> Report:
    """Read a file, or the files of a folder, as a delivery would be read. Files may be canonical too.

    Raises:
        DeliveryRefused: a rule of a mapping fails.
        PackError: there is no file to read.
    """
    report = Report()
    paths = sorted(path.iterdir()) if path.is_dir() else [path]
    paths = [p for p in paths if p.is_file() and not p.name.startswith(".") and format_of(p.name)]
    if not paths:
        raise PackError(f"no .csv, .csv.gz, .txt, .xlsx or .xml file to check in {path}")
    canonical: dict[str, tuple[Path, Resource]] = {}
    mapped: list[MappedFile] = []
    for number, found in enumerate(paths, start=1):
        sent = names.safe_name(names.split_sent(found.name)[1])
        file = FileReport(sent)
        report.files.append(file)
        try:
            if contract := _canonical(found, sent):
                canonical[contract.name] = (found, _counted(found, contract))
                file.mapping, file.seen.tables = "(canonical)", {contract.name: canonical[contract.name][1].rowcount}
            else:
                entry = packer_mapped.entry(found, sent, _NO_DELIVERY, mappings, encoding)
                mapped.append(MappedFile(found, _resource(entry, sent), number, sent))
        except (DeliveryRefused, PackError) as refusal:
            file.refusal = str(refusal).removeprefix("cannot pack ")
    with MappedPart(mappings, canonical, mappings[0].kind) as part:
        part.read(mapped)
        made = part.make()
        rules = {mapping.mapping: mapping.extracts for mapping in mappings}
        for file in mapped:
            name, seen = part.mapping_of[file.number], part.seen[file.number]
            seen.absent = {
                table: [column for column in columns if any(mentions(rule, column) for rule in rules[name])]
                for table, columns in seen.absent.items()
            }
            report.files[file.number - 1].mapping, report.files[file.number - 1].seen = name, seen
        for name, (source, resource) in canonical.items():
            with open_plain(source) as stream:
                reader = ExtractReader(stream, load_contracts()[name], resource)
                report.extracts.append(_tried(reader, "(canonical)", ((((0, n), v)) for n, v in reader)))
        for extract in made.values():
            reader = extract.reader(None)
            report.extracts.append(_tried(reader, ", ".join(extract.mappings), reader))
        report.notes = part.notes
    got = {extract.contract.name for extract in report.extracts}
    expected = contracts_of_kind(mappings[0].kind).values()
    report.missing = [contract.name for contract in expected if contract.required and contract.name not in got]
    return report


def _canonical(path: Path, sent: str) -> Contract | None:
    stem = sent[: -len(".csv")] if sent.lower().endswith(".csv") else ""
    contract = load_contracts().get(stem)
    return contract if contract and has_columns(path, contract.encoding, contract) else None


def _counted(path: Path, contract: Contract) -> Resource:
    with open_plain(path) as stream:
        rows = CsvRows(stream, path.name, contract.encoding)
        rows.read_header()
        count = sum(1 for _ in rows)
        return Resource(contract.name, path.name, rows.size, rows.sha256, count, contract.encoding)


def _resource(entry: dict, sent: str) -> Resource:
    digest = entry["hash"].removeprefix("sha256:")
    return Resource(entry["name"], sent, entry["bytes"], digest, entry["rowcount"], entry["encoding"])


def _tried(
    reader: ExtractReader | MadeReader, made_by: str, rows: Iterable[tuple[tuple[int, int], list[str]]]
) -> ExtractReport:
    """Read an extract to its end, and set repeated keys aside as the landing does."""
    contract = reader.contract
    keys = [contract.columns.index(column) for column in contract.primary_key]
    found: dict[tuple[str, ...], list[tuple[tuple[int, int], int]]] = {}
    for place, values in rows:
        found.setdefault(tuple(values[i] for i in keys), []).append((place, hash(tuple(values))))
    loaded = 0
    for members in found.values():
        differ = len({values for _, values in members}) > 1
        loaded += not differ
        for place, _ in members if differ else members[1:]:
            reader.reject_repeated(place, RejectionReason.DUPLICATE_KEY if differ else RejectionReason.DUPLICATE_ROW)
    report = ExtractReport(contract, made_by, reader.rows_parsed, loaded)
    for file, line, column, reason in reader.rejections.entries():
        report.rejected[file, column, reason] += 1
        lines = report.first_lines.setdefault((file, column, reason), [])
        if len(lines) < _FIRST_LINES:
            lines.append(line)
    return report
