"""A lock between processes on one machine, held by the operating system so that a killed holder frees it."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dagster_project.warehouse.errors import WarehouseError

_PAUSE_SECONDS = 0.1


@contextmanager
def file_lock(path: Path, timeout_seconds: float) -> Iterator[None]:
    """Hold `path` exclusively. Raises WarehouseError when another process keeps it longer than the timeout."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        deadline = time.monotonic() + timeout_seconds
        while not _try_lock(descriptor):
            if time.monotonic() > deadline:
                raise WarehouseError(
                    f"Another command has been starting or stopping the warehouse for {timeout_seconds:.0f} seconds "
                    f"(lock {path}). Wait for it, or end it, and try again."
                )
            time.sleep(_PAUSE_SECONDS)
        yield
    finally:
        # Closing gives the lock back; the file stays, since removing it would let two holders in.
        os.close(descriptor)


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
