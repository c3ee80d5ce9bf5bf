"""Telling files of canonical extracts from a system's own, in deliveries that may hold both."""

import re
from pathlib import Path

from dagster_project.extracts.contracts import Contract, load_contracts
from dagster_project.extracts.csvrows import CsvRows
from dagster_project.extracts.errors import DeliveryRefused
from dagster_project.extracts.files import open_plain
from dagster_project.extracts.manifest import Resource

_NAME = re.compile(r"([a-z0-9_]+)\.csv", re.IGNORECASE)


def contract_of(path: Path, resource: Resource, sent_name: str, *, is_mapped: bool) -> Contract | None:
    """The contract that a file follows, None where it is to be mapped.

    Where a mapping is named, a file counts as canonical when it is called after an extract and has its columns: a
    system's own file may bear an extract's name too.
    """
    if not is_mapped:
        return load_contracts().get(resource.extract)
    match = _NAME.fullmatch(sent_name)
    contract = load_contracts().get(match[1].lower()) if match else None
    return contract if contract and has_columns(path, resource.encoding, contract) else None


def has_columns(path: Path, encoding: str, contract: Contract) -> bool:
    """Whether the first line of a file holds all columns of a contract."""
    try:
        with open_plain(path) as source:
            header = {name.strip() for name in CsvRows(source, path.name, encoding).read_header()}
    except DeliveryRefused:
        # Whatever is wrong with it is said when it is read.
        return False
    return all(field.name in header for field in contract.fields)
