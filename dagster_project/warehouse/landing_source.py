"""What lands in one partition of `raw`: the file of a canonical extract, or an extract that mappings have made."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from dagster_project.extracts.contracts import Contract
from dagster_project.extracts.delivery import DeliveryFile
from dagster_project.extracts.files import open_plain
from dagster_project.extracts.mapped.made import MadeReader
from dagster_project.extracts.mapped.part import MadeExtract
from dagster_project.extracts.reader import ExtractReader

Reader = ExtractReader | MadeReader
Place = tuple[int, int]


@dataclass(frozen=True)
class Source:
    """One extract of a delivery. `rows`: how many it is expected to have, of which some may be rejected."""

    origin: DeliveryFile | MadeExtract

    @property
    def contract(self) -> Contract:
        """The contract that its rows must keep."""
        return self.origin.contract

    @property
    def rows(self) -> int:
        """Rows as stated by the manifest, or as made."""
        return self.origin.resource.rowcount if isinstance(self.origin, DeliveryFile) else self.origin.rows

    @property
    def sha256(self) -> str:
        """Hash of the file or files."""
        return self.origin.resource.sha256 if isinstance(self.origin, DeliveryFile) else self.origin.sha256

    @property
    def bytes(self) -> int:
        """Size of the file or files."""
        return self.origin.resource.bytes if isinstance(self.origin, DeliveryFile) else self.origin.bytes

    @property
    def is_fallback(self) -> bool:
        """Whether it holds only what a better source of the partner's would say too."""
        return isinstance(self.origin, MadeExtract) and self.origin.fallback

    @property
    def mapping(self) -> str | None:
        """The mappings that made it, None for a canonical file."""
        return ", ".join(self.origin.mappings) if isinstance(self.origin, MadeExtract) else None

    @property
    def file(self) -> DeliveryFile:
        """The file of a canonical extract."""
        if isinstance(self.origin, MadeExtract):
            raise TypeError(f"{self.contract.name} is made by a mapping and has no file of its own")
        return self.origin

    @contextmanager
    def open(self, max_rejected: int | None) -> Iterator[Reader]:
        """Its rows, to be read once."""
        if isinstance(self.origin, MadeExtract):
            yield self.origin.reader(max_rejected)
        else:
            with open_plain(self.origin.path) as stream:
                yield ExtractReader(stream, self.contract, self.origin.resource, max_rejected)

    def placed(self, reader: Reader) -> Iterator[tuple[Place, list[str]]]:
        """The reader's rows, each with the number of its file in the delivery and its line there."""
        if isinstance(reader, MadeReader):
            yield from reader
        elif isinstance(self.origin, DeliveryFile):
            number = self.origin.number
            for line, row in reader:
                yield (number, line), row
