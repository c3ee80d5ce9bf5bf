"""Facts about the installation and the code: rights, logins, passwords, and what the product cannot do."""

import ast
import contextlib
import re
import stat
from collections import Counter
from pathlib import Path

from dagster_project.dropbox.accounts import MIN_PASSWORD_LENGTH, check_password
from dagster_project.dropbox.errors import AccountError
from dagster_project.governance.evidence.world import Tally, World, all_hold, none_found
from dagster_project.warehouse.login_names import LoginRefused, refuse_generic
from dagster_project.warehouse.roles import FUNCTION_PREFIX, PIPELINE_LOGINS
from dagster_project.warehouse.swap import CANDIDATE

_MAIL = {"smtplib", "imaplib", "poplib", "aiosmtplib", "yagmail", "redmail", "sendgrid", "exchangelib", "mailer"}
_PRINT = {"cups", "win32print", "reportlab", "weasyprint", "fpdf", "pdfkit", "xhtml2pdf", "pypdf", "fitz", "borb"}
_PACKAGES = ("dagster_project", "expectations")
# A judgement about a person, as a whole word of the name. Beyond the mart a decision may be a reviewer's, of a link,
# and a rank a partner's own, of needs. How probable a match is says nothing of a person; it is stored nowhere, though.
_SCORES = "score|ranking|priority|rating|risk_level|prediction|probability|likelihood|weight"
_SCORE = re.compile(rf"(^|_)({_SCORES})s?(_|$)")
_JUDGEMENT = re.compile(rf"(^|_)({_SCORES}|rank|decision)s?(_|$)")
_CONSENT = re.compile(r"(^|_)consent")
_COLUMNS = """
    select attname
    from pg_catalog.pg_attribute
    inner join pg_catalog.pg_class on attrelid = pg_class.oid
    where relnamespace = %s::regnamespace and relkind in ('r', 'p', 'v', 'm') and attnum > 0 and not attisdropped
"""
_EVERY_COLUMN = """
    select nspname, attname
    from pg_catalog.pg_attribute
    inner join pg_catalog.pg_class on attrelid = pg_class.oid
    inner join pg_catalog.pg_namespace on relnamespace = pg_namespace.oid
    where relkind in ('r', 'p', 'v', 'm') and attnum > 0 and not attisdropped
        and nspname !~ '^pg_' and nspname <> 'information_schema'
"""
# One row per login that was given a function, with each role that it is in.
_MEMBERS = """
    select members.rolname, granted.rolname
    from pg_catalog.pg_auth_members as memberships
    inner join pg_catalog.pg_roles as granted on memberships.roleid = granted.oid
    inner join pg_catalog.pg_roles as members on memberships.member = members.oid
    where members.rolcanlogin and not members.rolsuper
        and members.oid <> (select datdba from pg_catalog.pg_database where datname = current_database())
        and granted.rolname <> 'hl_hold_custodian'
"""
_POWERFUL = """
    select rolname, rolsuper or rolbypassrls
    from pg_catalog.pg_roles
    where rolname = any(%s)
"""
# 15 characters of all four types; then one too short, and one without each type.
_GOOD = "aB3!aB3!aB3!aB3"
_BAD = (_GOOD[:-1], "ab3!ab3!ab3!ab3", "AB3!AB3!AB3!AB3", "aBc!aBc!aBc!aBc", "aB3caB3caB3caB3")


def secrets_private(world: World) -> Tally:
    """PU-02."""
    folder = world.settings.secrets_dir
    others = stat.S_IRWXG | stat.S_IRWXO
    return all_hold(not path.lstat().st_mode & others for path in (folder, *folder.rglob("*")))


def no_score_column(world: World) -> Tally:
    """PU-05: neither in the candidate nor in any other schema, whoever reads it."""
    found = world.rows(_EVERY_COLUMN)
    of_candidate = [column for schema, column in found if schema == CANDIDATE]
    return all_hold(
        [
            bool(of_candidate),
            *(_JUDGEMENT.search(column) is None for column in of_candidate),
            *(_SCORE.search(column) is None for _, column in found),
        ]
    )


def consent_not_gathered(world: World) -> Tally:
    """CB-01."""
    columns = _no_column(world, "staged", _CONSENT)
    return Tally(columns.looked_at + 1, columns.offences + (world.agreement.consent.gathered is not False))


def password_policy(world: World) -> Tally:
    """TR-09, TR-10."""
    rule = world.agreement.transfer.password
    return all_hold(
        [
            rule.min_length == MIN_PASSWORD_LENGTH == len(_GOOD),
            rule.character_types == 4,
            _accepts(_GOOD),
            *(not _accepts(password) for password in _BAD),
        ]
    )


def no_mail(world: World) -> Tally:
    """TR-12."""
    return _no_import(world.settings.project_root, _MAIL)


def no_print(world: World) -> Tally:
    """SE-03."""
    return _no_import(world.settings.project_root, _PRINT)


def logins_personal(world: World) -> Tally:
    """TR-08, SE-01."""
    logins = _logins(world)
    return none_found(len(logins), sum(not _is_personal(login) for login in logins))


def logins_one_function(world: World) -> Tally:
    """SE-02."""
    roles = Counter(login for login, _ in world.rows(_MEMBERS))
    logins = _logins(world)
    return none_found(len(logins), sum(roles[login] != 1 for login in logins))


def logins_without_superuser(world: World) -> Tally:
    """SE-01."""
    logins = [*PIPELINE_LOGINS, *_logins(world)]
    powerful = dict(world.rows(_POWERFUL, logins))
    return all_hold(powerful.get(login) is False for login in logins)


def _logins(world: World) -> list[str]:
    """Logins with a function: people."""
    return sorted({login for login, role in world.rows(_MEMBERS) if role.startswith(FUNCTION_PREFIX)})


def _is_personal(login: str) -> bool:
    with contextlib.suppress(LoginRefused):
        refuse_generic(login)
        return True
    return False


def _accepts(password: str) -> bool:
    with contextlib.suppress(AccountError):
        check_password(password, "zoe.quill")
        return True
    return False


def _no_column(world: World, schema: str, pattern: re.Pattern[str]) -> Tally:
    return all_hold(pattern.search(column) is None for (column,) in world.rows(_COLUMNS, schema))


def _no_import(root: Path, libraries: set[str]) -> Tally:
    return all_hold(
        not libraries & _imported(path) for package in _PACKAGES for path in sorted((root / package).rglob("*.py"))
    )


def _imported(path: Path) -> set[str]:
    """Top-level names of the modules that a file imports, wherever in the file."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names
