"""Opening and writing the files of a delivery with care: what lies in a drop-box was put there by somebody else."""

import os
import stat
from io import FileIO
from pathlib import Path

from dagster_project.extracts.errors import DeliveryRefused
from dagster_project.extracts.reasons import RefusalReason


def open_plain(path: Path) -> FileIO:
    """Open a regular file for reading, unbuffered; links, pipes and devices are refused, also when swapped in late.

    Raises:
        DeliveryRefused: the file is missing or is not a plain file. The file's name must be checked before.
    """
    # No-follow and non-blocking are checked on the opened file itself, so a link put in place meanwhile is caught too.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        if path.is_symlink():
            raise _not_plain(path)
        handle = os.open(path, flags)
    except FileNotFoundError:
        raise DeliveryRefused(
            RefusalReason.FILE_MISSING, f"{path.name} is not there; send it, then the manifest"
        ) from None
    except OSError:
        raise _not_plain(path) from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise _not_plain(path)
    return FileIO(handle, "rb")


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old one, none, or the whole new one, never half."""
    fresh = path.with_name(f".{path.name}.part")
    with fresh.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(path)


def _not_plain(path: Path) -> DeliveryRefused:
    return DeliveryRefused(
        RefusalReason.FILE_NOT_PLAIN,
        f"{path.name} is a link, a folder or a device, or cannot be read; send a plain file",
    )
