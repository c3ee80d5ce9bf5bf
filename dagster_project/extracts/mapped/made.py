"""The rows that mappings make for one extract, held to the contract like rows of a canonical file."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from dagster_project.extracts import values
from dagster_project.extracts.contracts import Contract
from dagster_project.extracts.errors import DeliveryRefused
from dagster_project.extracts.mapped.compile import PARENT, WANTED, Statement, statement_of
from dagster_project.extracts.mapped.engine import Engine
from dagster_project.extracts.mapped.merge import Merger
from dagster_project.extracts.mapped.model import FAULTS, ROW, ROWS, Mapping, Rule
from dagster_project.extracts.mapped.origin import MappedRejections, Origins
from dagster_project.extracts.mapped.rows import WHOLE_ROW
from dagster_project.extracts.reader import REPORTED_ROWS
from dagster_project.extracts.reasons import RefusalReason, RejectionReason

_REASONS = frozenset(reason.value for reason in RejectionReason)
Fault = tuple[str | None, RejectionReason]


@dataclass(frozen=True)
class Made:
    """What one rule has made: the result's name and columns, and how many rows it has."""

    engine: Engine
    mapping: Mapping
    rule: Rule
    statement: Statement
    result: str
    columns: tuple[str, ...]
    count: int


def make(engine: Engine, mapping: Mapping, rule: Rule, contract: Contract) -> Made:
    """Run one rule.

    Raises:
        DeliveryRefused: the SQL fails, or returns columns that the extract does not have.
    """
    statement = statement_of(rule, mapping)
    place = f"rule for {rule.extract}"
    result, columns, count = engine.make(statement.text, place)
    if rule.sql:
        filled = [field.column for field in contract.fields if field.required]
        wrong = [c for c in columns if c not in (ROW, ROWS, FAULTS, *contract.columns)]
        lacking = [c for c in (ROW, *filled) if c not in columns]
        if wrong or lacking:
            faults = [f"{c} is no column of it" for c in wrong] + [f"lacks {c}" for c in lacking]
            raise DeliveryRefused(
                RefusalReason.MAPPING_UNUSABLE, f"mapping {mapping.mapping}, {place}: {'; '.join(faults)}"
            )
    return Made(engine, mapping, rule, statement, result, columns, count)


class MadeReader:
    """Iterates, once, over the good rows of one extract: `((file number, line), values)` in the contract's order.

    `rows_parsed` and `rejections` are complete when the iteration ends: parsed = yielded + rejected, until repeated
    keys are set aside too.

    Raises (while iterating):
        DeliveryRefused: over `max_rejected` rows are rejected, or a rule returns rows that nobody delivered.
    """

    def __init__(
        self, contract: Contract, label: str, made: list[Made], origins: Origins, max_rejected: int | None
    ) -> None:
        self.contract = contract
        self.label = label
        self.rows_parsed = 0
        self.rejections = MappedRejections(origins)
        self._made = made
        self._origins = origins
        self._max_rejected = max_rejected
        self._judges = values.judges(contract)
        self._required = [i for i, f in enumerate(contract.fields) if f.required and f.type == "string"]
        self._identifiers = [i for i, f in enumerate(contract.fields) if f.identifier]
        # The register's contract keeps its own date form; what a mapping makes is an ISO date.
        self._dates = [
            (i, f.format) for i, f in enumerate(contract.fields) if f.type == "date" and f.format != "default"
        ]

    def __iter__(self) -> Iterator[tuple[tuple[int, int], list[str]]]:
        if any(made.rule.merge for made in self._made):
            yield from self._merged()
        else:
            for made in self._made:
                for row, good in self._good_rows(made):
                    yield self._origins.place(row), good
        self._refuse_if_too_many()

    def reject_repeated(self, place: tuple[int, int], reason: RejectionReason) -> None:
        """Note a row whose key stands twice."""
        self.rejections.add(
            self._origins.row_at(*place), self._title(self._made[0], self.contract.primary_key[0]), reason
        )

    def _merged(self) -> Iterator[tuple[tuple[int, int], list[str]]]:
        merger = Merger(self.contract)
        for made in self._made:
            for row, good in self._good_rows(made):
                index = merger.add(row, good)
                if index is not None:
                    title = self._title(made, self.contract.columns[index])
                    self.rejections.add(row, title, RejectionReason.CONTRADICTS_EARLIER)
        self.rows_parsed = len(merger) + len(self.rejections)
        for row, good in merger.rows():
            yield self._origins.place(row), good

    def _good_rows(self, made: Made) -> Iterator[tuple[int, list[str]]]:
        """Rows that keep the contract; the others are noted."""
        if made.statement.used is None:
            for table in made.rule.source:
                for row, faults in made.engine.faulty(table):
                    self._reject(row, self._source_fault(made, table, faults))
        positions = {column: i for i, column in enumerate(made.columns)}
        wanted = [positions.get(column) for column in self.contract.columns]
        for cells in made.engine.rows(made.result, made.columns, ROW):
            row = cells[positions[ROW]]
            if row is None or not self._origins.has(row):
                raise DeliveryRefused(
                    RefusalReason.MAPPING_FAILED,
                    f"mapping {made.mapping.mapping}, rule for {self.contract.name}: a row names no delivered row in"
                    f" {ROW}; take it from the table that the row comes from",
                )
            faults = cells[positions[FAULTS]] if FAULTS in positions else None
            if WANTED in positions and cells[positions[WANTED]] != "true" and not _is_undecided(made, faults):
                continue
            fault = self._source_fault(made, made.rule.source[0], faults) if faults else None
            if not fault and made.rule.join and cells[positions[PARENT]] is None:
                fault = _title_of(made, made.rule.source[0], made.rule.join.on), RejectionReason.PARENT_NOT_FOUND
            good = [] if fault else [(cells[i] or "").strip() if i is not None else "" for i in wanted]
            fault = fault or self._fault_of(made, good)
            if fault:
                self._reject(row, fault)
                continue
            self.rows_parsed += 1
            for used in (row, *((cells[positions[ROWS]] or ()) if ROWS in positions else ())):
                self._origins.use(used)
            yield row, good

    def _source_fault(self, made: Made, table: str, faults: str) -> Fault | None:
        """The first fault that concerns the rule."""
        for fault in faults.split(","):
            column, _, reason = fault.partition(":")
            if reason not in _REASONS:
                raise DeliveryRefused(
                    RefusalReason.MAPPING_UNUSABLE,
                    f"mapping {made.mapping.mapping}, rule for {self.contract.name}: {FAULTS} must be"
                    " column:reason, with a reason of the list in the documentation",
                )
            if column == WHOLE_ROW:
                return None, RejectionReason(reason)
            if made.statement.used is None or column in made.statement.used:
                return _title_of(made, table, column), RejectionReason(reason)
        return None

    def _fault_of(self, made: Made, good: list[str]) -> Fault | None:
        for index, form in self._dates:
            good[index] = _written(good[index], form)
        for index, value in enumerate(good):
            if len(value) > values.MAX_LENGTH:
                return self._title(made, self.contract.columns[index]), RejectionReason.FIELD_TOO_LONG
            if value and not value.isprintable():
                if values.has_control_character(value):
                    return self._title(made, self.contract.columns[index]), RejectionReason.CONTROL_CHARACTER
                good[index] = values.fold_line_space(value)
        for index in self._identifiers:
            if values.is_scientific(good[index]):
                return self._title(made, self.contract.columns[index]), RejectionReason.SCIENTIFIC_NOTATION
        for index in self._required:
            if not good[index]:
                return self._title(made, self.contract.columns[index]), RejectionReason.VALUE_MISSING
        for judge in self._judges:
            if good[judge.index] not in judge.known and (reason := judge.look(good[judge.index])):
                return self._title(made, self.contract.columns[judge.index]), reason
        return None

    def _title(self, made: Made, column: str) -> str:
        """The delivered column behind a column of the extract, where it is one, in the partner's words."""
        source = made.rule.columns.get(column, "").strip()
        table = made.rule.source[0]
        return _title_of(made, table, source) if source in made.mapping.tables[table].columns else column

    def _reject(self, row: int, fault: Fault | None) -> None:
        if fault is None:
            return
        self.rows_parsed += 1
        self.rejections.add(row, *fault)
        if len(self.rejections) >= REPORTED_ROWS:
            self._refuse_if_too_many()

    def _refuse_if_too_many(self) -> None:
        if self._max_rejected is not None and len(self.rejections) > self._max_rejected:
            raise DeliveryRefused(
                RefusalReason.TOO_MANY_REJECTED_ROWS,
                f"{self.label}: {len(self.rejections):,} rows break the contract or the mapping, at most"
                f" {self._max_rejected:,} may; see the list of rejected rows",
            )


def _is_undecided(made: Made, faults: str | None) -> bool:
    """Whether a row is at fault where the rule looks to decide if it is about the row."""
    columns = {fault.partition(":")[0] for fault in (faults or "").split(",")}
    return WHOLE_ROW in columns or bool(columns & made.statement.deciding)


def _title_of(made: Made, table: str, column: str) -> str:
    spec = made.mapping.tables[table].columns.get(column)
    return spec.names[0] if spec and spec.names else column


def _written(value: str, form: str) -> str:
    try:
        return date.fromisoformat(value).strftime(form) if value else value
    except ValueError:
        return value
