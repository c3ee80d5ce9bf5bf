"""The mapped files of a delivery: read before its extracts are loaded, counted when they are."""

from typing import Any

import psycopg

from dagster_project.extracts.delivery import VerifiedDelivery, check_complete
from dagster_project.extracts.mapped.part import MappedPart
from dagster_project.warehouse.landing_source import Source


def open_part(delivery: VerifiedDelivery) -> MappedPart:
    """The mapped part of a delivery, not yet read."""
    canonical = {file.contract.name: (file.path, file.resource) for file in delivery.files}
    return MappedPart([mapping for mapping, _ in delivery.mappings], canonical, delivery.kind)


def sources_of(delivery: VerifiedDelivery, part: MappedPart) -> list[Source]:
    """The extracts that the delivery holds and those that its mappings make.

    Raises:
        DeliveryRefused: a mapped file cannot be read, a rule fails, or a required extract is neither sent nor made.
    """
    part.read(delivery.mapped)
    made = part.make()
    check_complete(delivery, {*made, *(file.contract.name for file in delivery.files)})
    return [*map(Source, delivery.files), *map(Source, made.values())]


def record_files(conn: psycopg.Connection[Any], key: int, delivery: VerifiedDelivery, part: MappedPart) -> None:
    """Record what became of each row of each mapped file: loaded, rejected or passed over."""
    versions = {mapping.mapping: sha256 for mapping, sha256 in delivery.mappings}
    for file in delivery.mapped:
        origin, mapping = part.origins.files[file.number], part.mapping_of[file.number]
        conn.execute(
            "insert into control.mapped_files (delivery_key, file_number, file_name, mapping, mapping_sha256, sha256,"
            " bytes, rows_parsed, rows_loaded, rows_rejected, rows_passed_over)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                key,
                file.number,
                file.resource.path,
                mapping,
                versions[mapping],
                file.resource.sha256,
                file.resource.bytes,
                len(origin.lines),
                origin.loaded,
                origin.rejected,
                origin.passed_over,
            ],
        )
