"""The planning export: pseudonymised rows in one workbook, tables of counts in another, a disclosure report beside.

Clauses SE-04, SE-07, SE-08 and ND-01. Two files with two passwords: who holds the rows could count what the tables
leave out, so the tables can be given on without them.
"""

from dataclasses import dataclass
from pathlib import Path

from dagster_project.governance.exports import catalogue
from dagster_project.governance.exports.catalogue import PASSWORD_LENGTH, Made, New
from dagster_project.governance.exports.dashboard import write_all
from dagster_project.governance.exports.keys import Key, current_key, period_of
from dagster_project.governance.exports.planning import report
from dagster_project.governance.exports.planning.anonymity import Protected, protect, smallest_group
from dagster_project.governance.exports.planning.counts import Tables, tables
from dagster_project.governance.exports.planning.generalise import generalised, quasi_identifiers
from dagster_project.governance.exports.planning.people import Person, read_people
from dagster_project.governance.exports.planning.sheets import counts_writer, rows_writer
from dagster_project.governance.exports.requester import ExportRefused, Requester, admit, on_record
from dagster_project.governance.opt_out import checks
from dagster_project.governance.places import refuse_new_file
from dagster_project.governance.workbooks import encrypted, save
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import ADMIN, connect
from dagster_project.warehouse.secrets_store import generate_password

PSEUDONYM = "pseudonym"


@dataclass(frozen=True)
class Planned:
    """A planning export on the disk: the workbook of rows, that of counts, and the report on both."""

    rows: Made
    counts: Made
    report: Path
    k: int


@dataclass(frozen=True)
class Content:
    """What leaves: rows with their people, tables, and the figures for the report."""

    people: list[Person]
    quasi: tuple[str, ...]
    protected: Protected
    tables: Tables


def export_planning(settings: Settings, login: str, purpose: str, out: Path | None) -> Planned:
    """Write a planning export (default: into the home's `exports`). `out` names the workbook of rows.

    Raises:
        ExportRefused: the agreement does not allow it to this user for this purpose, or too few people are left.
        GovernanceError: the opt-out is to be applied and was not answered, the key is gone, or a file exists.
    """
    ids = {"rows": catalogue.new_export_id(), "counts": catalogue.new_export_id()}
    place = out or settings.exports_dir / f"{ids['rows']}.xlsx"
    files = {"rows": place, "counts": place.with_name(f"{place.stem}-counts.xlsx")}
    reports = {kind: place.with_name(f"{place.stem}-disclosure.{kind}") for kind in ("md", "json")}
    for path in (*files.values(), *reports.values()):
        refuse_new_file(path)
    passwords = {name: generate_password(PASSWORD_LENGTH) for name in ids}
    with on_record(settings, login, "planning", purpose), connect(settings, ADMIN) as conn:
        request = admit(settings, conn, login, purpose, "pseudonymised")
        population = read_people(conn, request.publish_id, exported_items(request))
        applied = checks.apply(settings, conn, population, request.today)
        content = protected_content(request, applied.people)
        period = period_of(request.today, request.agreement.exports.planning.key_period)
        key = current_key(settings, conn, purpose, period, login)
        rows = pseudonymised(content, key)
        columns = (PSEUDONYM, *content.protected.rows[0])
        new = {
            "rows": New(
                ids["rows"],
                "planning_rows",
                files["rows"],
                encrypted(rows_writer(request, ids["rows"], columns, rows), passwords["rows"]),
                {"people": len(rows)},
                frozenset(content.people[one].person_key for one in content.protected.kept),
                key.key_id,
                applied.check_id,
                _protection(content, applied),
            ),
            "counts": New(
                ids["counts"],
                "planning_counts",
                files["counts"],
                encrypted(counts_writer(request, ids["counts"], content.tables), passwords["counts"]),
                {"tables": len(content.tables.shown)},
                opt_out_check=applied.check_id,
                protection=_protection(content, applied),
            ),
        }
        until = {name: catalogue.enter(conn, request, one) for name, one in new.items()}
    write_all(settings, list(new.values()))
    facts = report.Facts(
        request, ids, key.key_id, len(population), applied.check_id, applied.left_out, content.quasi,
        content.protected, content.tables,
    )  # fmt: skip
    save(report.as_page(facts).encode(), reports["md"])
    save(report.as_json(facts).encode(), reports["json"])
    made = {
        name: Made(one.export_id, one.path, one.rows, len(one.people), until[name], passwords[name])
        for name, one in new.items()
    }
    return Planned(made["rows"], made["counts"], reports["md"], content.protected.k)


def exported_items(request: Requester) -> frozenset[str]:
    """The columns of the mart that show items of the user's function."""
    items = {item.id: item for item in request.agreement.items}
    return frozenset(column.partition(".")[2] for name in request.function.items for column in items[name].columns)


def protected_content(request: Requester, people: list[Person]) -> Content:
    """What may leave of these people. Raises ExportRefused where too few are left for a single group."""
    rule = request.agreement.exports.planning
    rows = generalised(people, request.as_at)
    quasi = quasi_identifiers(list(rows[0]) if rows else [])
    protected = protect(rows, quasi, rule.k)
    # Counted once more by itself: what was promised is looked at before it leaves.
    if protected.k < rule.k or smallest_group(protected.rows, quasi) < rule.k:
        raise ExportRefused(f"Fewer than {rule.k} people are left that could be exported together (SE-07)")
    return Content(people, quasi, protected, tables(rows, rule.min_cell, rule.round_to))


def pseudonymised(content: Content, key: Key) -> list[tuple[str, ...]]:
    """The rows with their pseudonyms in front, in the order of these, which says nothing."""
    kept = zip(content.protected.kept, content.protected.rows, strict=True)
    return sorted((key.pseudonym(content.people[place].person_key), *row.values()) for place, row in kept)


def _protection(content: Content, applied: checks.Applied) -> dict[str, object]:
    return {
        "k_reached": content.protected.k,
        "adult_care": sum(person.is_adult_care for person in applied.people),
        "suppressed_cells": sum(content.protected.suppressed.values()),
        "cells_left_out": sum(table.primary + table.secondary for table in content.tables.shown),
    }
