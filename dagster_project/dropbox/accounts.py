"""Accounts of the drop-box: named people and complex passwords (TR-07 to TR-10)."""

import contextlib
import hashlib
import hmac
import re
import secrets
import string
from dataclasses import dataclass

from dagster_project.dropbox.errors import AccountError

MIN_PASSWORD_LENGTH = 15
_GENERATED_LENGTH = 24
_MARKS = "!#%+-.:=?@_~"
_CLASSES = (string.ascii_lowercase, string.ascii_uppercase, string.digits, _MARKS)
_USER_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}\.[a-z][a-z0-9-]{1,40}")

# A name that stands for a job, a machine or a group says nobody in particular logged in.
_GENERIC_NAMES = """
    account admin administrator anonymous batch collector council daemon data default demo dropbox education
    ftp generic guest health housing info it landing loader mail office operator partner reports root robot
    service services sftp shared social ssh support svc sys system team temp test tester upload uploader user
    users
"""


@dataclass(frozen=True)
class PasswordHash:
    """A salted scrypt hash; the password cannot be had back from it."""

    salt: bytes
    digest: bytes

    def matches(self, password: str) -> bool:
        """Compare in constant time."""
        return hmac.compare_digest(self.digest, _scrypt(password, self.salt))


def hash_password(password: str) -> PasswordHash:
    """Hash under a fresh salt."""
    salt = secrets.token_bytes(16)
    return PasswordHash(salt, _scrypt(password, salt))


def new_password(username: str) -> str:
    """A random password that meets `check_password` for this user (24 characters, some 140 bits)."""
    alphabet = "".join(_CLASSES)
    while True:
        password = "".join(secrets.choice(alphabet) for _ in range(_GENERATED_LENGTH))
        with contextlib.suppress(AccountError):
            check_password(password, username)
            return password


def check_username(username: str) -> None:
    """Raise AccountError unless the name is `<first name or partner>.<surname>` of a person (TR-07, TR-08)."""
    surname = username.rpartition(".")[2]
    if not _USER_NAME.fullmatch(username) or surname in _GENERIC_NAMES.split():
        raise AccountError("A drop-box user is a named person, <first name or partner>.<surname>: no generic name.")


def check_password(password: str, username: str) -> None:
    """Raise AccountError unless it has 15 characters, all four kinds, and no part of the user name (TR-09, TR-10)."""
    kinds = (str.islower, str.isupper, str.isdigit, lambda mark: not mark.isalnum())
    if len(password) < MIN_PASSWORD_LENGTH or not all(any(kind(c) for c in password) for kind in kinds):
        raise AccountError(
            f"A drop-box password needs at least {MIN_PASSWORD_LENGTH} characters with lower case, upper case, digits "
            "and other marks."
        )
    if any(len(part) > 2 and part in password.lower() for part in re.split(r"[._-]", username.lower())):
        raise AccountError("A drop-box password may not hold a part of the user name.")


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1, dklen=32)
