"""How old the offline database is, and what is said about it."""

from __future__ import annotations

import datetime

OLD_DAYS = 30


def days_old(as_of: str | None, today: datetime.date | None = None) -> int | None:
    """Days since ``as_of`` (YYYY-MM-DD…), never below zero; None where no date is known."""
    try:
        made = datetime.date.fromisoformat((as_of or "")[:10])
    except ValueError:
        return None
    return max(((today or datetime.datetime.now(datetime.UTC).date()) - made).days, 0)


def warning(as_of: str | None, today: datetime.date | None = None) -> str | None:
    """The sentence to show with every answer of a database of ``as_of``; None where it is young enough.

    A database without a date may be of any age, which is said too.
    """
    days = days_old(as_of, today)
    if days is None:
        return "The advisory database has no date: what became known lately may be missing."
    if days <= OLD_DAYS:
        return None
    return (
        f"The advisory database is {days} days old (as of {(as_of or '')[:10]}): what became known since is "
        "missing. Renew it with: inspector advisories update"
    )
