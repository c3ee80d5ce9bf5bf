"""Which code this is: the commit of the work tree, or the version of an installed package."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGE = "hearthlink"
_COMMIT = re.compile(r"[0-9a-f]{40,64}")
_TIMEOUT_SECONDS = 10


def code_identity(root: Path) -> dict[str, str | bool | None]:
    """`commit` (None without a git work tree), `modified` (None if not known), `version` and `python`.

    `root` is the folder that holds the product. Never raises: evidence without a commit says so.
    """
    commit = _git(root, "rev-parse", "HEAD") if (root / ".git").exists() else None
    known = commit is not None and _COMMIT.fullmatch(commit) is not None
    changes = _git(root, "status", "--porcelain", "--untracked-files=no") if known else None
    return {
        "commit": commit if known else None,
        "modified": None if changes is None else bool(changes),
        "version": _version(root),
        "python": ".".join(map(str, sys.version_info[:3])),
    }


def _git(root: Path, *words: str) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603
            ["git", "-C", str(root), *words], capture_output=True, text=True, check=False, timeout=_TIMEOUT_SECONDS
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _version(root: Path) -> str | None:
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        pass
    try:
        return str(tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])
    except (OSError, ValueError, KeyError):
        return None
