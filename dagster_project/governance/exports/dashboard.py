"""The dashboard export: what a user of the whole system reads, encrypted (clauses SE-04 to SE-06, SE-08)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.exports import catalogue
from dagster_project.governance.exports.catalogue import PASSWORD_LENGTH, Made, New
from dagster_project.governance.exports.published import Sheet, hidden_people, people_in, read_sheets
from dagster_project.governance.exports.requester import Requester, admit, on_record
from dagster_project.governance.places import refuse_new_file
from dagster_project.governance.workbooks import Table, add_table, encrypted, notice, save
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import ADMIN, connect
from dagster_project.warehouse.secrets_store import generate_password

KIND: catalogue.Kind = "dashboard"


def export_dashboard(settings: Settings, login: str, purpose: str, out: Path | None) -> Made:
    """Write everything that the user reads in the published mart into a new file (default: in the home's `exports`).

    Raises:
        ExportRefused: the agreement does not allow it to this user for this purpose, or not now.
        GovernanceError: the file exists or may not be written there.
    """
    export_id = catalogue.new_export_id()
    path = out or settings.exports_dir / f"{export_id}.xlsx"
    refuse_new_file(path)
    password = generate_password(PASSWORD_LENGTH)
    with on_record(settings, login, KIND, purpose), connect(settings, ADMIN) as conn:
        request = admit(settings, conn, login, purpose, "protected_xlsx")
        sheets = read_sheets(conn, request, hidden_people(conn, request.publish_id))
        content = encrypted(_writer(request, export_id, sheets), password)
        rows = {sheet.table: len(sheet.rows) for sheet in sheets}
        new = New(export_id, KIND, path, content, rows, people_in(sheets))
        expires_on = catalogue.enter(conn, request, new)
    # On record first: a file that nobody knows of would never be swept.
    write_all(settings, [new])
    return Made(export_id, path, rows, len(new.people), expires_on, password)


def write_all(settings: Settings, entered: list[New]) -> None:
    """Write the files of exports that are on record. When one cannot be written, none stays.

    Raises:
        GovernanceError: a file exists or cannot be written.
    """
    written: list[Path] = []
    try:
        for new in entered:
            save(new.content, new.path)
            written.append(new.path)
    except GovernanceError:
        for path in written:
            path.unlink(missing_ok=True)
        catalogue.not_written(settings, [new.export_id for new in entered])
        raise


def _writer(request: Requester, export_id: str, sheets: list[Sheet]) -> Callable[[Any], None]:
    header = request.agreement.agreement
    purpose = next(known.text for known in request.agreement.purposes if known.id == request.purpose)
    above = notice(
        header.title,
        header.version,
        f"Export {export_id} of publish {request.publish_id} for {request.login}. Purpose: {purpose}.",
    )

    def write(book: Any) -> None:
        for sheet in sheets:
            add_table(book, Table(sheet.table, sheet.columns, sheet.rows), above)

    return write
