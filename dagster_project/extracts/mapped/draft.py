"""A first draft of a mapping from a file's header: what is alike by name is proposed, what is not is left open."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from io import BufferedReader
from itertools import islice
from pathlib import Path

import yaml

from dagster_project.extracts import names
from dagster_project.extracts.contracts import Contract, Field, load_contracts
from dagster_project.extracts.errors import DeliveryRefused
from dagster_project.extracts.files import open_plain
from dagster_project.extracts.mapped import sheets
from dagster_project.extracts.mapped.dates import DATE_FORMS, to_iso
from dagster_project.extracts.mapped.headers import normal
from dagster_project.extracts.mapped.library import Library, MappingError, read_mapping
from dagster_project.extracts.mapped.model import Csv
from dagster_project.extracts.mapped.source import facts_of, format_of
from dagster_project.extracts.packer_mapped import encoding_of_text

_SURE, _LIKELY = 0.9, 0.62
_SAMPLE = 200
_RENAMED = re.compile(r"\b([a-z_0-9]+)(?:, '\.'\))? as ([a-z_0-9]+)")
_TYPES = {"date": "date", "number": "number", "boolean": "yes_no"}


@dataclass(frozen=True)
class _Guess:
    """The header that is closest to a field of an extract, and how close it is (0 to 1)."""

    field: Field
    header: str
    position: int
    likeness: float


def draft(path: Path, name: str | None = None, extract: str | None = None, delimiter: str = ",") -> str:
    """The text of a draft mapping for one file, CSV or XLSX. Values are looked at for their form alone.

    Raises:
        MappingError: the file cannot be read so, or there is no such extract.
    """
    header, sample = _first_rows(path, delimiter)
    chosen, guesses = _best(header, extract)
    if not guesses:
        raise MappingError(
            f"{path.name}: none of its column names is like one of {chosen.name if extract else 'any extract'}; rename"
            " them in the export, or write the mapping by hand"
        )
    title = names.safe_name(path.name).split(".")[0].lower()
    table = "".join(char if char.isalnum() else "_" for char in title).strip("_0123456789") or "rows"
    forms = _date_forms(guesses, sample)
    columns, rule, points = {}, {}, []
    for guess in guesses:
        column: dict[str, object] = {"is": [guess.header]}
        if guess.field.required:
            column["required"] = True
        if guess.field.type in _TYPES:
            column["type"] = _TYPES[guess.field.type]
        columns[guess.field.column] = column
        rule[guess.field.column] = guess.field.column
        if guess.likeness < _SURE:
            points.append(f"is '{guess.header}' really {chosen.name}.{guess.field.column}?")
    points += _open_points(chosen, guesses, header, forms)
    found = {
        "mapping": name or table,
        "title": f"{chosen.title} from {path.name}",
        "kind": chosen.kind,
        "to_finish": points,
        "formats": _formats(path, delimiter),
        "dates": forms or ["yyyy-mm-dd"],
        "tables": {table: {"files": [table], "columns": columns}},
        "extracts": [{"extract": chosen.name, "from": table, "columns": rule}],
    }
    head = "# A draft. Decide each point of to_finish and take it off the list; then 'hearthlink mapping check'.\n"
    return head + yaml.safe_dump(found, sort_keys=False, allow_unicode=True, width=110)


def _first_rows(path: Path, delimiter: str) -> tuple[list[str], list[list[str]]]:
    kind = format_of(path.name)
    if kind not in ("csv", "xlsx"):
        raise MappingError(f"{path.name}: a draft can be made of a .csv, .csv.gz or .xlsx file")
    try:
        with open_plain(path) as raw:
            stream: BufferedReader = BufferedReader(raw)
            size = facts_of(stream).size
            if kind == "xlsx":
                book = sheets.workbook_sheets(stream, path.name)
                sheet = next(book)
            else:
                encoding = encoding_of_text(stream, path.name, size)
                sheet = sheets.csv_sheet(stream, path.name, size, encoding, Csv(delimiter=delimiter))
            lines = [line.cells for line in islice(sheet.lines, _SAMPLE) if not line.is_blank]
    except DeliveryRefused as refusal:
        raise MappingError(str(refusal)) from None
    if not lines:
        raise MappingError(f"{path.name}: holds no column names")
    return [cell.strip() for cell in lines[0]], lines[1:]


def _best(header: list[str], extract: str | None) -> tuple[Contract, list[_Guess]]:
    contracts = load_contracts()
    if extract is not None and extract not in contracts:
        raise MappingError(f"there is no extract '{extract}'; the extracts are: {', '.join(contracts)}")
    words = _known_words()
    chosen = [contracts[extract]] if extract else list(contracts.values())
    found = [(contract, _guesses(contract, header, words)) for contract in chosen]
    # Of two extracts that are alike the one with more of its required columns found is meant.
    return max(found, key=lambda pair: _worth(*pair))


def _worth(contract: Contract, guesses: list[_Guess]) -> float:
    required = [field.column for field in contract.fields if field.required]
    found = {guess.field.column for guess in guesses}
    share = sum(column in found for column in required) / len(required)
    return sum(guess.likeness for guess in guesses) * (0.3 + share) - 0.05 * len(contract.fields)


def _guesses(contract: Contract, header: list[str], words: dict[str, set[str]]) -> list[_Guess]:
    """Each header goes to the field that it is closest to, the closest pairs first."""
    pairs = [
        _Guess(field, text, position, _likeness(field, text, words.get(field.column, set())))
        for field in contract.fields
        for position, text in enumerate(header)
        if text
    ]
    taken: set[str | int] = set()
    guesses = []
    for guess in sorted(pairs, key=lambda guess: -guess.likeness):
        if guess.likeness >= _LIKELY and guess.field.column not in taken and guess.position not in taken:
            taken |= {guess.field.column, guess.position}
            guesses.append(guess)
    order = {field.column: place for place, field in enumerate(contract.fields)}
    return sorted(guesses, key=lambda guess: order[guess.field.column])


def _likeness(field: Field, text: str, words: set[str]) -> float:
    own = normal(text)
    if own in words or own == normal(field.name):
        return 1.0
    return max(SequenceMatcher(None, own, word).ratio() for word in (normal(field.name), *words))


def _known_words() -> dict[str, set[str]]:
    """What the shipped mappings call the columns of extracts, whichever extract they are of."""
    words: dict[str, set[str]] = {}
    for entry in Library().entries():
        mapping = read_mapping(entry.path)
        for rule in mapping.extracts:
            pairs = [(text.strip(), column) for column, text in rule.columns.items()] + _RENAMED.findall(rule.sql or "")
            for source, column in pairs:
                for table in rule.source:
                    spec = mapping.tables[table].columns.get(source)
                    words.setdefault(column, set()).update(normal(name) for name in (spec.names if spec else ()))
            for table in rule.source:
                for column, spec in mapping.tables[table].columns.items():
                    words.setdefault(column, set()).update(map(normal, spec.names))
    return words


def _date_forms(guesses: list[_Guess], sample: list[list[str]]) -> list[str]:
    """The forms that every date of the sample keeps; one per column at most."""
    forms: dict[str, None] = {}
    for guess in guesses:
        texts = [row[guess.position].strip() for row in sample if guess.position < len(row)]
        filled = [text for text in texts if text]
        if guess.field.type == "date" and filled:
            fit = [form for form in DATE_FORMS if all(to_iso(text, (form,)) for text in filled)]
            forms |= {form: None for form in fit[:1]}
    return list(forms)


def _open_points(contract: Contract, guesses: list[_Guess], header: list[str], forms: list[str]) -> list[str]:
    found = {guess.field.column for guess in guesses}
    used = {guess.position for guess in guesses}
    points = [
        f"which column is {contract.name}.{field.column}? It must be filled"
        for field in contract.fields
        if field.required and field.column not in found
    ]
    points += [f"is '{text}' to be left out?" for position, text in enumerate(header) if text and position not in used]
    if any(guess.field.type == "date" for guess in guesses) and not forms:
        points.append("in which form are the dates written?")
    return [*points, f"is {contract.name} the extract that is meant, and one row of the file one row of it?"]


def _formats(path: Path, delimiter: str) -> dict[str, dict[str, str]]:
    if format_of(path.name) == "xlsx":
        return {"xlsx": {}}
    return {"csv": {"delimiter": delimiter} if delimiter != "," else {}}
