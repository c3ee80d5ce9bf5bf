"""Facts about what was taken out under the present agreement: by whom, for what, how protected, and where it lies."""

from pathlib import Path
from typing import Any

from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.evidence.world import Tally, World, all_hold, none_found
from dagster_project.governance.exports.requester import Export, may_export
from dagster_project.governance.opt_out.checks import is_stale
from dagster_project.governance.places import refuse_place
from dagster_project.governance.workbooks import encrypted, is_sealed

_EXPORTS = """
    select kind, function, purpose, file_path, status, key_id, protection, opt_out_check, created_at::date
    from control.exports
    where agreement_sha256 = (select agreement_sha256 from agreement.run_context)
"""
_ASKED = "select check_id, asked_on from control.opt_out_checks where answered_at is not null"
_KEYS = "select key_id from control.export_keys"
_DASHBOARD, _ROWS = "dashboard", "planning_rows"
_PROBE_PASSWORD = "aB3!aB3!aB3!aB3!"  # noqa: S105 of a workbook with nothing in it, which is not kept


def exports_on_fixed_disks(world: World) -> Tally:
    """SE-04."""
    folders = {path.parent for path in _standing(world)} | {world.settings.exports_dir}
    return all_hold(_is_private(folder) for folder in folders if folder.is_dir())


def exports_encrypted(world: World) -> Tally:
    """SE-05."""
    probe = encrypted(lambda book: book.add_worksheet() and None, _PROBE_PASSWORD)
    return all_hold([is_sealed(probe), *(is_sealed(path.read_bytes()) for path in _standing(world))])


def exports_by_whole_system_users(world: World) -> Tally:
    """SE-06."""
    return _by_function(world, "protected_xlsx", _DASHBOARD)


def planning_exports_pseudonymised(world: World) -> Tally:
    """SE-07."""
    least = world.agreement.exports.planning.k
    keys = {key for (key,) in world.rows(_KEYS)}
    rows = [(row[5], row[6]) for row in _exports(world) if row[0] == _ROWS]
    allowed = _by_function(world, "pseudonymised", _ROWS, "planning_counts")
    weak = sum(key not in keys or protection.get("k_reached", 0) < least for key, protection in rows)
    return Tally(allowed.looked_at, allowed.offences + weak)


def exports_for_agreed_purposes(world: World) -> Tally:
    """SE-08."""
    purposes = {purpose.id for purpose in world.agreement.purposes}
    found = _exports(world)
    return none_found(len(found), sum(row[2] not in purposes for row in found))


def opt_out_applied(world: World) -> Tally:
    """ND-01."""
    answered = dict(world.rows(_ASKED))
    applied = world.agreement.national_data_opt_out.setting == "yes"
    found = [row for row in _exports(world) if row[0] != _DASHBOARD]
    wrong = sum(
        not applied or check not in answered or is_stale(answered[check], made)
        for *_, protection, check, made in found
        if protection.get("adult_care", 1)
    )
    return none_found(len(found), wrong)


def _exports(world: World) -> list[tuple[Any, ...]]:
    return world.rows(_EXPORTS)


def _by_function(world: World, export: Export, *kinds: str) -> Tally:
    allowed = {function.id for function in world.agreement.functions if may_export(function, export)}
    functions = [row[1] for row in _exports(world) if row[0] in kinds]
    return none_found(len(functions), sum(function not in allowed for function in functions))


def _standing(world: World) -> list[Path]:
    """The files of exports that stand where they were written."""
    paths = [Path(row[3]) for row in _exports(world) if row[4] == "standing"]
    return [path for path in paths if path.is_file()]


def _is_private(folder: Path) -> bool:
    try:
        refuse_place(folder)
    except GovernanceError:
        return False
    return True
