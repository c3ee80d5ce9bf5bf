"""Reading PostgreSQL's own pid file: is the server of this data folder alive, or did it die without a word?"""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

_PORT_LINE = 3


@dataclass(frozen=True)
class Postmaster:
    """A living server process and the port that it was told to use (None while it starts)."""

    pid: int
    port: int | None


def living_postmaster(data: Path) -> Postmaster | None:
    """The server that runs on `data`, None when there is none or the pid file is a dead server's."""
    lines = _pid_lines(data)
    if not lines or not lines[0].strip().lstrip("-").isdigit():
        return None
    pid = abs(int(lines[0]))
    if not _is_server(pid, data):
        return None
    port = lines[_PORT_LINE].strip() if len(lines) > _PORT_LINE else ""
    return Postmaster(pid, int(port) if port.isdigit() else None)


def forget_dead_postmaster(data: Path) -> None:
    """Remove a pid file left by a killed server or a reboot.

    PostgreSQL removes it itself unless the number has since gone to another process of the same user, when it
    would refuse to start. Call only while holding the start lock and after `living_postmaster` said None.
    """
    (data / "postmaster.pid").unlink(missing_ok=True)


def _pid_lines(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []


def _is_server(pid: int, data: Path) -> bool:
    if sys.platform == "win32":
        # Windows gives no cheap look at another process: trust its list of process names.
        listing = _output(["tasklist", "/FI", f"PID eq {pid}", "/NH"])
        return "postgres" in listing.lower()
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    command = _command_line(pid)
    return "postgres" in command and str(data) in command


def _command_line(pid: int) -> str:
    proc = Path("/proc") / str(pid) / "cmdline"
    if proc.parent.parent.joinpath("self").exists():
        try:
            return proc.read_bytes().replace(b"\0", b" ").decode("utf-8", errors="replace")
        except OSError:
            return ""
    return _output(["ps", "-ww", "-p", str(pid), "-o", "command="])


def _output(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return done.stdout
