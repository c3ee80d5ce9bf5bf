"""Logins belong to named people (clauses TR-07, TR-08): which names are refused."""

import re

from dagster_project.warehouse.errors import WarehouseError
from dagster_project.warehouse.roles import FUNCTION_PREFIX

# A name that stands for a job, a machine or a group says nobody in particular logged in.
_GENERIC_NAMES = """
    account accounts admin administrator analyst api app backup batch bi bot council dashboard data database db dba
    default demo ftp guest hearthlink helpdesk housing info it job login mail manager office officer operator owner
    postgres power powerbi public read reader report reporting reports robot root scheduler service services sftp
    shared social staff superuser support svc sys sysadmin system team temp test tester training user users web worker
"""
_LOGIN = re.compile(r"[a-z][a-z0-9._-]{2,62}")
_RESERVED_PREFIXES = ("hl_", "pg_", FUNCTION_PREFIX)
_GENERIC = re.compile(rf"(?:{'|'.join(sorted(_GENERIC_NAMES.split(), key=len, reverse=True))})+")


class LoginRefused(WarehouseError):
    """The name or function of a login breaks a rule."""


def refuse_generic(login: str) -> None:
    """Raises LoginRefused unless the name can be a person's: `name.surname` or the like (clauses TR-07, TR-08)."""
    if not _LOGIN.fullmatch(login):
        raise LoginRefused(
            "A login is three to 63 characters: lower case letters, digits, dot, hyphen, underscore, a letter first."
        )
    words = [word for word in (part.rstrip("0123456789") for part in re.split(r"[._-]", login)) if word]
    generic = [bool(_GENERIC.fullmatch(word)) for word in words]
    # A generic word may be somebody's surname, so it counts when it leads or stands alone.
    if login.startswith(_RESERVED_PREFIXES) or generic[0] or all(generic):
        raise LoginRefused(
            f"The login {login} is a generic or system name; logins belong to named people. Use the person's name, "
            "such as name.surname."
        )
