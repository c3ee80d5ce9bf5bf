"""Fetching one file: resumable, verified, and visible under its name only when it is whole."""

import errno
import hashlib
import os
import stat
from pathlib import Path

import paramiko

from dagster_project.dropbox.errors import TransferError
from dagster_project.dropbox.stated import NotAcceptable, NotComplete
from dagster_project.extracts.manifest import Resource

# One request carries at most 32 KiB. A window of requests runs at once; memory holds one window, whatever the file.
_REQUEST = 32_768
_WINDOW = 64 * _REQUEST


def explain(error: OSError, sftp: paramiko.SFTPClient, name: str) -> NotAcceptable:
    """What an input/output error means for the delivery whose file or manifest is `name`.

    Returns the refusal when the server said no; raises TransferError for a lost connection and for our own disk.
    """
    channel = sftp.get_channel()
    if isinstance(error, TimeoutError | ConnectionError) or channel is None or channel.closed:
        raise TransferError("The connection to the drop-box broke off; run the collection again.") from None
    # The SSH library gives the server's answers these numbers and no file name.
    if error.filename is None and error.errno in (None, errno.ENOENT, errno.EACCES):
        return NotAcceptable(f"{name}: the drop-box does not let us read it")
    raise TransferError(f"{name} cannot be written to the landing folder: check its space and rights.") from None


def regular_size(sftp: paramiko.SFTPClient, path: str, name: str) -> int | None:
    """Bytes of a remote file, None when it is not there; raises NotAcceptable for links, folders and devices."""
    try:
        attributes = sftp.lstat(path)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(attributes.st_mode or 0):
        raise NotAcceptable(f"{name}: not a regular file")
    return attributes.st_size or 0


def read_small(sftp: paramiko.SFTPClient, path: str, limit: int) -> bytes:
    """A whole remote file of at most `limit` bytes; raises NotAcceptable when it is larger."""
    with sftp.open(path, "rb") as stream:
        content = stream.read(limit + 1)
    if len(content) > limit:
        raise NotAcceptable(f"the manifest is larger than {limit} bytes")
    return content


def fetch(sftp: paramiko.SFTPClient, remote: str, file: Resource, folder: Path) -> None:
    """Bring `file` into `folder`, going on from a part that an earlier try left.

    Raises NotComplete when the remote file ends early, NotAcceptable when the content has not the stated SHA-256.
    """
    target = folder / file.path
    if target.exists() and _digest(target).hexdigest() == file.sha256:
        return
    part = folder / f"{file.path}.part"
    resumed = part.exists() and part.stat().st_size > 0
    digest = _download(sftp, remote, file, part)
    if digest != file.sha256 and resumed:
        # The part may come from an upload that the partner has since replaced: once more, from the first byte.
        part.unlink()
        digest = _download(sftp, remote, file, part)
    if digest != file.sha256:
        part.unlink()
        raise NotAcceptable(f"{file.path}: its content has not the SHA-256 that the manifest states")
    part.replace(target)


def _download(sftp: paramiko.SFTPClient, remote: str, file: Resource, part: Path) -> str:
    if part.exists() and part.stat().st_size > file.bytes:
        part.unlink()
    digest = _digest(part) if part.exists() else hashlib.sha256()
    with part.open("ab") as out, sftp.open(remote, "rb") as stream:
        position = out.tell()
        while position < file.bytes:
            end = min(position + _WINDOW, file.bytes)
            chunks = [(start, min(_REQUEST, end - start)) for start in range(position, end, _REQUEST)]
            for (_, wanted), data in zip(chunks, stream.readv(chunks), strict=True):
                if len(data) < wanted:
                    raise NotComplete(f"{file.path}: ends before the size that the manifest states")
                out.write(data)
                digest.update(data)
            position = end
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest()


def _digest(path: Path) -> "hashlib._Hash":
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256")


def write_whole(path: Path, content: bytes) -> None:
    """Write a small file so that it is either absent or whole, also after a power cut."""
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)
    if os.name == "posix":
        handle = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
