"""Where a file with personal data may be put: a private folder on a fixed disk (clause SE-04). Asks no network."""

import os
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from dagster_project.governance.errors import GovernanceError

MOUNTS = Path("/proc/self/mountinfo")
DEVICES = Path("/sys/dev/block")
# Where systems mount what somebody plugs in. The start disk of a Mac stands there too, but as a link to the root.
REMOVABLE_FOLDERS = tuple(map(Path, ("/media", "/run/media", "/Volumes")))
# Sticks and cards are formatted so; a folder on them has no permissions that anybody keeps.
REMOVABLE_FORMATS = frozenset({"vfat", "msdos", "exfat", "iso9660", "udf"})
_WINDOWS_REMOVABLE = (2, 5)


@dataclass(frozen=True)
class Mount:
    """A mounted file system: where, of which format, on which device file."""

    folder: Path
    format: str
    device: Path


def refuse_place(folder: Path) -> None:
    """See that files with personal data may lie in a folder that exists.

    Raises:
        GovernanceError: removable media, or a folder that is a link, another user's, or open to others.
    """
    if folder.is_symlink():
        raise GovernanceError(f"{folder} is a link: name the folder that it leads to")
    place = folder.resolve(strict=True)
    if os.name == "nt":
        _refuse_windows_drive(place)
        return
    _refuse_open_folder(place)
    if any(place.is_relative_to(removable) for removable in REMOVABLE_FOLDERS):
        raise _removable(place)
    mount = mount_of(place, read_mounts())
    if mount and (mount.format in REMOVABLE_FORMATS or is_removable(mount.device)):
        raise _removable(place)


def refuse_new_file(path: Path) -> None:
    """See that a new file with personal data may be made at `path`, making its folder (0700) if there is none.

    Raises:
        GovernanceError: a file that exists, or a folder that `refuse_place` refuses or nobody can make.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as fault:
        raise GovernanceError(f"{path} cannot be written: {fault.strerror}") from None
    refuse_place(path.parent)
    if path.exists() or path.is_symlink():
        raise GovernanceError(f"{path} exists already: choose another name (--out)")


def read_mounts() -> list[Mount]:
    """What is mounted. Empty where the system has no such list (macOS mounts what is plugged in under /Volumes)."""
    try:
        lines = MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return []
    mounts = []
    for line in lines:
        before, _, after = line.partition(" - ")
        folder, (format_, device, *_) = before.split()[4], after.split()
        mounts.append(Mount(Path(_unescaped(folder)), format_, Path(_unescaped(device))))
    return mounts


def mount_of(place: Path, mounts: Iterable[Mount]) -> Mount | None:
    """The file system that a folder lies on; of two that were mounted in one place the later one."""
    found = None
    for mount in mounts:
        deeper = found is None or len(mount.folder.parts) >= len(found.folder.parts)
        if deeper and place.is_relative_to(mount.folder):
            found = mount
    return found


def is_removable(device: Path) -> bool:
    """Whether a device file is a stick, a card, or a disk on a USB cable; also beneath encryption or a volume group."""
    try:
        number = device.stat().st_rdev
    except OSError:
        return False
    return bool(number) and _removable_block(DEVICES / f"{os.major(number)}:{os.minor(number)}")


def _removable_block(block: Path) -> bool:
    entry = block.resolve()
    if any(part.startswith("usb") for part in entry.parts):
        return True
    # A partition's own folder lies in its disk's, which has the mark.
    if any(_marked(folder / "removable") for folder in (entry, entry.parent)):
        return True
    slaves = entry / "slaves"
    return slaves.is_dir() and any(_removable_block(slave) for slave in slaves.iterdir())


def _marked(file: Path) -> bool:
    try:
        return file.read_text(encoding="ascii").strip() == "1"
    except OSError:
        return False


def _refuse_open_folder(place: Path) -> None:
    found = place.stat()
    if found.st_uid != os.geteuid():
        raise GovernanceError(f"{place} is another user's folder: choose one of your own (--out)")
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise GovernanceError(f"{place} is open to other users: close it (chmod 700) or choose another (--out)")
    for above in place.parents:
        mode = above.stat().st_mode
        if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
            raise GovernanceError(f"{place} lies in {above}, which everybody may change: choose another folder (--out)")


def _refuse_windows_drive(place: Path) -> None:
    import ctypes

    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - other systems' type stubs lack it
    if kernel.GetDriveTypeW(place.anchor) in _WINDOWS_REMOVABLE:
        raise _removable(place)


def _removable(place: Path) -> GovernanceError:
    return GovernanceError(
        f"{place} is on removable media, where this data is never stored (SE-04): choose a fixed disk (--out)"
    )


def _unescaped(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), text)
