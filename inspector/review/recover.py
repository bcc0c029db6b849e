"""Where the window's own reviews lie, and which one to go on with after a crash."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

from inspector import places

_HUB = "hf://"
# What every file system takes in a name, and no shell or terminal obeys.
_ODD = re.compile(r"[^A-Za-z0-9._-]+")


def autosave_path(target: str | Path) -> Path:
    """The review file of ``target`` (a path or a hub id) in the folder of reviews; the same each time.

    The name is the target's, readable, with a digest of its whole address: two folders of one name have two
    reviews. The folder itself is not made here.
    """
    text = os.fspath(target)
    if text.startswith(_HUB):
        address = text
        name = text.removeprefix(_HUB)
    else:
        # Not resolve: a link that is turned elsewhere later would move the review of the same name.
        whole = Path(os.path.normpath(Path(text).absolute()))
        address, name = str(whole), whole.name
    readable = _ODD.sub("-", name).strip(".-")[:60] or "target"
    digest = hashlib.sha256(os.fsencode(address)).hexdigest()[:12]
    return places.reviews() / f"{readable}-{digest}.review"


def latest(folder: Path | None = None) -> Path | None:
    """The review in ``folder`` (else the folder of reviews) that was written to last, or None.

    A write may still stand in the log beside the file, so the later time of the two counts.
    """
    folder = places.reviews() if folder is None else folder
    used: list[tuple[int, str, Path]] = []
    try:
        entries = list(folder.iterdir())
    except OSError:
        return None
    for path in entries:
        if path.suffix == ".review" and path.is_file() and not path.is_symlink():
            used.append((_used_at(path), path.name, path))
    return max(used)[2] if used else None


def _used_at(path: Path) -> int:
    """Nanoseconds since the epoch of the last write, 0 where the file has gone meanwhile."""
    times = [0]
    for name in (path, path.with_name(path.name + "-wal")):
        try:
            times.append(name.stat().st_mtime_ns)
        except OSError:
            continue
    return max(times)
