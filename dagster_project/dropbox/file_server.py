"""What an account may do in the demo drop-box once it is in. The server's whole policy on files is in this module.

asyncssh maps paths below a root but follows links that somebody planted there, so each component is looked at first.
"""

import os
import posixpath
import stat
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, cast

import asyncssh
from asyncssh.constants import FXF_APPEND, FXF_CREAT, FXF_EXCL, FXF_TRUNC, FXF_WRITE

from dagster_project.dropbox.stated import MAX_FILE_BYTES

ZONES = ("incoming", "outgoing")
_CHANGES = FXF_WRITE | FXF_APPEND | FXF_CREAT | FXF_TRUNC | FXF_EXCL


@dataclass(frozen=True)
class Reach:
    """How far one account sees: a partner its own folder, the collector (partner None) every partner's."""

    root: Path
    partner: str | None

    @property
    def top(self) -> Path:
        """The folder that the account sees as `/`."""
        return self.root / self.partner if self.partner else self.root

    def may_read(self, parts: list[str]) -> bool:
        """Folders down to the two zones and the files directly in them."""
        in_partner = parts if self.partner else parts[1:]
        return not in_partner or (len(in_partner) <= 2 and in_partner[0] in ZONES)

    def may_write(self, parts: list[str]) -> bool:
        """Partners leave files in incoming, the collector in outgoing; nobody makes folders."""
        zone = parts if self.partner else parts[1:]
        return len(zone) == 2 and zone[0] == ("incoming" if self.partner else "outgoing")


class FileServer(asyncssh.SFTPServer):
    """SFTP requests of one session: read, list, upload, rename to a free name; the collector deletes. No other."""

    def __init__(self, channel: asyncssh.SSHServerChannel[bytes], reach: Reach) -> None:
        super().__init__(channel, chroot=os.fsencode(reach.top))
        self._reach = reach
        self._top = Path(os.path.realpath(reach.top))

    def map_path(self, path: bytes) -> bytes:
        """Local path for a client's path; refuses `..`, links, and what the account may not see."""
        parts = _parts(path)
        if not self._reach.may_read(parts):
            _refuse()
        local = self._top
        for part in parts:
            local = local / part
            try:
                mode = local.lstat().st_mode
            except FileNotFoundError:
                continue
            except (OSError, ValueError):
                _refuse()
            # A pipe or device would stall the server, a link would lead out of the folder.
            if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
                _refuse()
        return os.fsencode(local)

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> Any:
        """Open for reading, or for writing where the account may write; the client does not choose the mode bits."""
        if pflags & _CHANGES:
            self._check_write(path)
        return super().open(path, pflags, asyncssh.SFTPAttrs(permissions=0o640))

    def write(self, file_obj: object, offset: int, data: bytes) -> Any:
        """Write, within the size that a delivery's file may have."""
        if offset + len(data) > MAX_FILE_BYTES:
            _refuse()
        return super().write(file_obj, offset, data)

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        """List a folder; entries that are no file or folder are left out."""
        with os.scandir(os.fsdecode(self.map_path(path))) as entries:
            for entry in entries:
                if entry.is_file(follow_symlinks=False) or entry.is_dir(follow_symlinks=False):
                    attrs = asyncssh.SFTPAttrs.from_local(entry.stat(follow_symlinks=False))
                    yield asyncssh.SFTPName(os.fsencode(entry.name), attrs=attrs)

    def realpath(self, path: bytes) -> bytes:
        """Clean a path by its letters alone; clients ask this to go up a folder."""
        return posixpath.normpath(posixpath.join(b"/", path))

    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Rename within the account's writable folder, never over a file that is there."""
        source, target = self._pair(oldpath, newpath)
        if target.exists():
            raise asyncssh.SFTPFailure("The name is taken")
        source.rename(target)

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        """As rename, but the collector may replace a report that it wrote before."""
        if self._reach.partner is not None:
            return self.rename(oldpath, newpath)
        source, target = self._pair(oldpath, newpath)
        source.replace(target)
        return None

    def remove(self, path: bytes) -> None:
        """The collector deletes what it has taken in and may no longer keep; a partner deletes nothing."""
        parts = _parts(path)
        if self._reach.partner is not None or len(parts) != 3 or parts[1] != "incoming":
            _refuse()
        Path(os.fsdecode(self.map_path(path))).unlink()

    def setstat(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        """Accept and ignore times and modes: WinSCP calls an upload failed when they are refused."""
        self._check_write(path)
        _no_resize(attrs)

    def lsetstat(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        """As setstat."""
        self.setstat(path, attrs)

    def fsetstat(self, file_obj: object, attrs: asyncssh.SFTPAttrs) -> None:
        """As setstat, for an open file."""
        _no_resize(attrs)

    def _refused(self, *_: object) -> NoReturn:
        _refuse()

    _never = cast(Any, _refused)
    open56 = mkdir = rmdir = readlink = symlink = link = lock = unlock = statvfs = fstatvfs = _never

    def _check_write(self, path: bytes) -> None:
        if not self._reach.may_write(_parts(path)):
            _refuse()

    def _pair(self, oldpath: bytes, newpath: bytes) -> tuple[Path, Path]:
        self._check_write(oldpath)
        self._check_write(newpath)
        return Path(os.fsdecode(self.map_path(oldpath))), Path(os.fsdecode(self.map_path(newpath)))


def _parts(path: bytes) -> list[str]:
    parts = [os.fsdecode(part) for part in path.split(b"/") if part not in (b"", b".")]
    if ".." in parts or any("\0" in part for part in parts):
        _refuse()
    # On Windows these would be separators, drives or streams.
    if os.name == "nt" and any(set(part) & set('\\:*?"<>|') for part in parts):
        _refuse()
    return parts


def _no_resize(attrs: asyncssh.SFTPAttrs) -> None:
    if attrs.size is not None:
        _refuse()


def _refuse() -> NoReturn:
    raise asyncssh.SFTPPermissionDenied("Not allowed here")
