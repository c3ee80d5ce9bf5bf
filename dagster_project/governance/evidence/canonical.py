"""One way to write a value as bytes, so that its hash can be computed again anywhere."""

import hashlib
import json
from datetime import UTC, date, datetime
from typing import Any


def canonical(value: Any) -> bytes:
    """JSON in UTF-8: keys sorted, two spaces of indent, `\\n` at the end.

    Moments are written in UTC, to the second. The bytes of pack.json are exactly these, so that `sha256sum` is
    enough to check one.
    """
    return (json.dumps(value, sort_keys=True, indent=2, ensure_ascii=False, default=_plain) + "\n").encode()


def sha256(content: bytes) -> str:
    """64 hex digits."""
    return hashlib.sha256(content).hexdigest()


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return utc_text(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"a {type(value).__name__} has no place in an evidence pack")


def utc_text(moment: datetime) -> str:
    """`2026-11-22T09:30:00Z`. Raises ValueError for a moment without a time zone."""
    if moment.tzinfo is None:
        raise ValueError("evidence needs moments with a time zone")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
