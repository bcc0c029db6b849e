"""What time it is, in the one form that is stored: UTC, whole seconds, RFC 3339 with a Z."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)


def now() -> str:
    """This moment as ``2026-11-23T06:00:00Z``."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def today() -> str:
    """This day in UTC as ``2026-11-23``; such dates compare as text."""
    return now()[:10]


def is_date(text: str) -> bool:
    """Whether ``text`` is a day of the calendar written YYYY-MM-DD."""
    if not _DATE.match(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
