"""A mapping as typed data: which tables a system's own files hold, and which canonical extracts are made of them.

Unknown keys are refused, so that a misspelt rule is never silently ignored.
"""

import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from dagster_project.extracts import contracts
from dagster_project.extracts.mapped.dates import DATE_FORMS

ANY_DATE = ("yyyy-mm-dd",)
ROW, ROWS, FAULTS = "_row", "_rows", "_faults"


def _list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"is no regular expression ({error})") from None
    return text


def _date_form(text: str) -> str:
    if text not in DATE_FORMS:
        raise ValueError(f"'{text}' is no date form; write one of {', '.join(DATE_FORMS)}")
    return text


Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
MappingName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,60}$")]
Pattern = Annotated[str, AfterValidator(_pattern)]
Texts = Annotated[tuple[str, ...], BeforeValidator(_list)]
Patterns = Annotated[tuple[Pattern, ...], BeforeValidator(_list)]
DateForm = Annotated[str, AfterValidator(_date_form)]
DateForms = Annotated[tuple[DateForm, ...], BeforeValidator(_list)]
ColumnType = Literal["text", "date", "number", "yes_no", "whole"]
Kind = Literal[
    "temporary_accommodation", "social_housing", "childrens_social_care", "adult_social_care", "education", "reference"
]


class Part(BaseModel):
    """A section of a mapping: immutable, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


class Column(Part):
    """A column of a delivered table.

    `is` lists names, compared without regard to case, spaces and punctuation; in XML they are paths from the record
    (`..` goes up). `like` lists patterns that are searched for in the name. `values` names a value list; `otherwise`
    says what becomes of a value that is not in it. A `whole` column holds a whole number that may be written 135.0.
    """

    names: Texts = Field(default=(), alias="is")
    like: Patterns = ()
    required: bool = False
    type: ColumnType = "text"
    dates: DateForms | None = None
    values: Name | None = None
    otherwise: Literal["reject", "keep", "empty"] = "reject"

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return {"is": value} if isinstance(value, str | list | int) else value

    @model_validator(mode="after")
    def _named(self) -> Self:
        if not self.names and not self.like:
            raise ValueError("needs 'is' (names) or 'like' (patterns)")
        return self


class Unpivot(Part):
    """Columns that stand side by side become rows. `name` is the first group of the pattern that found the column."""

    like: Patterns
    name: Name | None = None
    value: Name
    type: ColumnType = "text"
    skip: Texts = ()


class Table(Part):
    """One kind of delivered table: a CSV file, a sheet, or the records at a path of an XML file.

    `files` and `sheets` are patterns of names. A file that none fits is known by its columns. `record` is the path of
    the record from the unit; `.` is the unit itself. `needs`: constants without which its rows mean nothing.
    """

    files: Patterns = ()
    sheets: Patterns = ()
    record: str | None = None
    dates: DateForms | None = None
    needs: Annotated[tuple[Name, ...], BeforeValidator(_list)] = ()
    columns: dict[Name, Column] = Field(min_length=1)
    unpivot: Unpivot | None = None


class Csv(Part):
    """How CSV files are written. `.csv.gz` is read too."""

    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=1)] = ","
    encodings: tuple[Literal["utf-8", "windows-1252"], ...] = ("utf-8", "windows-1252")


class Xlsx(Part):
    """Workbooks: one table per sheet."""


class Xml(Part):
    """XML: the elements called `unit` are read one by one, with all that they hold."""

    unit: str


class Formats(Part):
    """The formats that the mapping takes."""

    csv: Csv | None = None
    xlsx: Xlsx | None = None
    xml: Xml | None = None


class Constant(Part):
    """A value for each row of a file: from its name (first group of the pattern), from an XML header, or fixed."""

    file: Pattern | None = None
    xml: str | None = None
    value: str | None = None
    type: ColumnType = "text"
    dates: DateForms | None = None
    values: Name | None = None


class Join(Part):
    """The one row of another table that has the same value in the column `on`."""

    table: Name
    on: Name


class Rule(Part):
    """How rows of tables become rows of one extract.

    Either `columns` (SQL expressions over the columns of `source`) with `where` and `join`, or a `sql` statement that
    returns the extract's columns and `_row`; also `_rows`, a list, where several delivered rows become one, and
    `_faults`, such as 'pupil:parent_not_found', for rows to be rejected. `merge`: rows of one key that do not
    contradict each other become one. `fallback`: used only where nothing better holds the extract. `unless`: not used
    where one of these tables is there.
    """

    extract: Name
    source: Annotated[tuple[Name, ...], BeforeValidator(_list)] = Field(alias="from", min_length=1)
    columns: dict[Name, str] = {}
    where: str | None = None
    join: Join | None = None
    sql: str | None = None
    unless: Annotated[tuple[Name, ...], BeforeValidator(_list)] = ()
    merge: bool = False
    fallback: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if bool(self.columns) == bool(self.sql):
            raise ValueError(f"rule for {self.extract}: write either 'columns' or 'sql'")
        if self.sql and (self.where or self.join):
            raise ValueError(f"rule for {self.extract}: 'where' and 'join' go into the SQL")
        if self.columns and len(self.source) != 1:
            raise ValueError(f"rule for {self.extract}: with 'columns' name one table in 'from'")
        return self


class Mapping(Part):
    """One mapping. `to_finish` holds what a person still has to decide: while it is not empty it cannot be used."""

    mapping: MappingName
    title: str
    description: str = ""
    kind: Kind
    to_finish: tuple[str, ...] = ()
    formats: Formats
    dates: DateForms = ANY_DATE
    constants: dict[Name, Constant] = {}
    values: dict[Name, dict[str, Texts]] = {}
    tables: dict[Name, Table] = Field(min_length=1)
    extracts: tuple[Rule, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        faults = [*self._faults_of_tables(), *self._faults_of_rules()]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def columns_of(self, table: str) -> tuple[str, ...]:
        """The columns of a table as SQL sees them, without the columns that say where a row came from."""
        spec = self.tables[table]
        turned = [name for name in (spec.unpivot.name, spec.unpivot.value) if name] if spec.unpivot else []
        return (*spec.columns, *turned, *self.constants)

    def _faults_of_tables(self) -> list[str]:
        faults = []
        for name, table in self.tables.items():
            columns = self.columns_of(name)
            faults += [f"tables.{name}: {column} is there twice" for column in columns if columns.count(column) > 1]
            for column, spec in table.columns.items():
                if spec.values and spec.values not in self.values:
                    faults.append(f"tables.{name}.{column}: there is no value list '{spec.values}'")
            faults += [f"tables.{name}: there is no constant {c}" for c in table.needs if c not in self.constants]
            if table.record and not self.formats.xml:
                faults.append(f"tables.{name}: 'record' needs formats.xml with its unit")
            if not table.record and not (self.formats.csv or self.formats.xlsx):
                faults.append(f"tables.{name}: needs the 'record' that it is made of")
        for name, constant in self.constants.items():
            if constant.values and constant.values not in self.values:
                faults.append(f"constants.{name}: there is no value list '{constant.values}'")
        return faults

    def _faults_of_rules(self) -> list[str]:
        faults = []
        known = contracts.contracts_of_kind(self.kind)
        for rule in self.extracts:
            place = f"extracts, {rule.extract}"
            contract = known.get(rule.extract)
            if contract is None:
                faults.append(f"{place}: is no extract of {self.kind}; write one of {', '.join(known)}")
                continue
            joined = [rule.join.table] if rule.join else []
            faults += [
                f"{place}: there is no table {t}" for t in (*rule.source, *rule.unless, *joined) if t not in self.tables
            ]
            faults += [f"{place}: {c} is no column of it" for c in rule.columns if c not in contract.columns]
            if rule.columns and not self.to_finish:
                filled = [field.column for field in contract.fields if field.required]
                faults += [f"{place}: lacks {c}, which must be filled" for c in filled if c not in rule.columns]
        return faults
