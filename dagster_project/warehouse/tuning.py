"""Settings of the embedded server: sized to the machine, quiet about row values."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

MEBIBYTE = 1024 * 1024
_ASSUMED_MEMORY = 4096 * MEBIBYTE
_SHARED_MEMORY_NEEDED = 512 * MEBIBYTE
_UNLIMITED = 1 << 60

# Row values reach a server log in the message itself, in DETAIL and CONTEXT lines, in the text of a failed
# statement, and in the query of a crashed backend. `log` keeps start-up, fatal and crash messages but not ERROR;
# `terse` drops DETAIL and CONTEXT of those that stay.
QUIET_LOG = {
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}


@dataclass(frozen=True)
class Machine:
    """What the server may use: bytes of memory, cores, and bytes of POSIX shared memory (None where not limited)."""

    memory: int
    cores: int
    shared_memory: int | None


def server_settings(machine: Machine, host: str, port: int) -> dict[str, str]:
    """Every setting that differs from PostgreSQL's own default."""
    memory_mb = machine.memory // MEBIBYTE
    sized = {
        "shared_buffers": f"{_between(memory_mb * 12 // 100, 64, 1024)}MB",
        "effective_cache_size": f"{_between(memory_mb // 2, 256, 65536)}MB",
        "work_mem": "32MB" if memory_mb < 8192 else "64MB",
        "maintenance_work_mem": f"{_between(memory_mb // 32, 64, 256)}MB",
        "max_parallel_workers_per_gather": str(min(machine.cores, 2)),
    }
    fixed = {
        "listen_addresses": host,
        "port": str(port),
        # No socket: its path may not exceed 107 bytes, and a home folder can lie deep.
        "unix_socket_directories": "",
        "max_connections": "120",
        "password_encryption": "scram-sha-256",
        "jit": "off",
        "random_page_cost": "1.1",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        # No standby reads this server's log, so bulk loads need not be written twice.
        "wal_level": "minimal",
        "max_wal_senders": "0",
        # The log holds every row that was written: what a checkpoint no longer needs is deleted, not used again.
        "wal_recycle": "off",
        "min_wal_size": "32MB",
        "synchronous_commit": "on",
        "timezone": "UTC",
        "log_timezone": "UTC",
        # Whose line it is: the login cannot be chosen by whoever writes it.
        "log_line_prefix": "%m,%p,%u@%d,",
    }
    # Containers often have 64 MB of /dev/shm, which a parallel hash join overruns.
    small = machine.shared_memory is not None and machine.shared_memory < _SHARED_MEMORY_NEEDED
    return sized | fixed | QUIET_LOG | ({"dynamic_shared_memory_type": "mmap"} if small else {})


def this_machine() -> Machine:
    """The machine, or the container's limits where they are lower."""
    return Machine(memory=_memory(), cores=_cores(), shared_memory=_shared_memory())


def cgroup_memory_limit(root: Path, membership: str) -> int | None:
    """The lowest memory limit in bytes on the way from a process's control group up to the root, versions 1 and 2.

    `membership` is the text of /proc/self/cgroup. Inside a container its paths may not exist below `root`;
    the walk then starts from the nearest folder that does. None when nothing limits.
    """
    limits: list[int] = []
    for line in membership.splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            limits += _limits(root, path, "memory.max")
        elif "memory" in controllers.split(","):
            limits += _limits(root / "memory", path, "memory.limit_in_bytes")
    return min(limits, default=None)


def _limits(top: Path, path: str, name: str) -> list[int]:
    here = top / path.lstrip("/")
    found = []
    for folder in [here, *here.parents]:
        if not folder.is_relative_to(top):
            break
        file = folder / name
        text = file.read_text(encoding="ascii").strip() if file.is_file() else "max"
        if text.isdigit() and int(text) < _UNLIMITED:
            found.append(int(text))
    return found


def _memory() -> int:
    physical = _physical_memory()
    group = Path("/proc/self/cgroup")
    if not group.is_file():
        return physical
    limit = cgroup_memory_limit(Path("/sys/fs/cgroup"), group.read_text(encoding="utf-8"))
    return min(physical, limit) if limit else physical


def _physical_memory() -> int:
    if sys.platform == "win32":
        # Asking Windows takes a foreign call; the modest assumption costs a little speed on a big machine.
        return _ASSUMED_MEMORY
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return _ASSUMED_MEMORY


def _cores() -> int:
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _shared_memory() -> int | None:
    if sys.platform != "linux":
        return None
    try:
        space = os.statvfs("/dev/shm")  # noqa: S108
    except OSError:
        return 0
    return space.f_bavail * space.f_frsize


def _between(value: int, low: int, high: int) -> int:
    return max(low, min(value, high))
