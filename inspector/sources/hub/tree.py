"""The files of one commit, from the raw rows of the hub's tree."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from inspector.provenance.errors import InspectorError, WorkIncomplete
from inspector.sources.hub import errors
from inspector.sources.hub.answer import joined
from inspector.sources.hub.client import HubClient
from inspector.sources.hub.endpoint import origin_of
from inspector.sources.hub.facts import mapping, number
from inspector.sources.hub.remote import is_read_by_parts
from inspector.sources.interface import Entry, EntryKind

MAX_PAGES = 300  # of a thousand files each
# A hub gives a thousand rows a page, the oldest mirrors fifty: a list of many pages with fewer never ends.
PAGES_OF_ANY_LENGTH = 30
SHORTEST_PAGE = 20
MAX_TEXT_FILE = 1024 * 1024
_NEXT = re.compile(r"<([^<>]{1,4000})>\s*;\s*rel=\"?next\"?", re.IGNORECASE)
_SHA256 = re.compile(r"(?:sha256:)?([0-9a-f]{64})\Z")
_GIT_ID = re.compile(r"[0-9a-f]{40}\Z")
# Text files that say what a repository does when it is loaded. Everything else is not fetched.
_TEXT_NAMES = {
    "README.md",
    "adapter_config.json",
    "chat_template.json",
    "config.json",
    "dataset_infos.json",
    "Dockerfile",
    "generation_config.json",
    "model_index.json",
    "modules.json",
    "packages.txt",
    "preprocessor_config.json",
    "processor_config.json",
    "pyproject.toml",
    "requirements.txt",
    "tokenizer_config.json",
}
_TEXT_SUFFIXES = (".py", ".jinja")
_WRONG_PATH = "a path that no repository can hold; it is not asked for"
_NO_PATH = "a row that names no path; which file it stands for is not known"
_NOT_EMPTY = "the hub gives no bytes as its size, and the digest of a file that has some"
_EMPTY = ("e69de29bb2d1d6434b8b29ae775ad8c2e48c5391", hashlib.sha256().hexdigest())
_TWICE = "listed twice with different contents"


def read_tree(client: HubClient, kind: str, name: str, revision: str) -> dict[str, Entry]:
    """Every file of ``revision`` by path. Two requests for 1,200 files; an incomplete list is an error. A hub
    (a mirror, say) that has no such list is asked for the one in its facts instead."""
    try:
        return _pages(client, kind, name, revision)
    except errors.NotFound:
        found = _siblings(client, kind, name, revision)
        if found is None:
            raise
        return found


def _siblings(client: HubClient, kind: str, name: str, revision: str) -> dict[str, Entry] | None:
    """The files as the facts list them with sizes and digests (``blobs=true``); None where they do not."""
    path = f"/api/{kind}s/{name}/revision/{quote(revision, safe='')}"
    try:
        raw, _ = client.get_json(path, client.ask(name, revision), [("blobs", "true")])
    except InspectorError:
        return None
    rows = mapping(raw).get("siblings")
    if not isinstance(rows, list):
        return None
    found: dict[str, Entry] = {}
    for place, row in enumerate(map(mapping, rows), 1):
        _take(found, {**row, "path": row.get("rfilename"), "oid": row.get("blobId")}, place)
    return found


def _pages(client: HubClient, kind: str, name: str, revision: str) -> dict[str, Entry]:
    ask = client.ask(name, revision)
    path = f"/api/{kind}s/{name}/tree/{quote(revision, safe='')}"
    params: list[tuple[str, str]] | None = [("recursive", "true"), ("expand", "false")]
    found: dict[str, Entry] = {}
    asked: set[str] = set()
    listed = 0
    while path not in asked:
        asked.add(path)
        if len(asked) > MAX_PAGES:
            raise WorkIncomplete(
                f"{ask.about} holds more than {MAX_PAGES * 1000:,} files; the list was not read to its end.",
                "Review a download of it instead.",
            )
        rows, answer = client.get_json(path, ask, params)
        if not isinstance(rows, list):
            raise errors.not_a_hub(ask, "no list of files")
        known = len(found)
        for place, row in enumerate(rows, listed + 1):
            _take(found, mapping(row), place)
        listed += len(rows)
        is_old = len(found) == known and any(mapping(row).get("type") != "directory" for row in rows)
        if is_old or (len(asked) > PAGES_OF_ANY_LENGTH and listed < len(asked) * SHORTEST_PAGE):
            break
        following = _NEXT.search(answer.headers.get("link", ""))
        if not following:
            return found
        path, params = joined(answer.url, following.group(1)), None
        if origin_of(path) != client.endpoint.origin:
            raise errors.not_a_hub(ask, "a list of files that goes on at another host")
    raise errors.not_a_hub(ask, "a list of files that never ends")


def _take(found: dict[str, Entry], row: Mapping[str, Any], place: int) -> None:
    """Adds what one row stands for. A row that names nothing stays to be seen: a file may hide behind it."""
    raw_path = row.get("path")
    if row.get("type") == "directory" and not row.get("lfs") and not row.get("size"):
        return
    if isinstance(raw_path, str) and raw_path:
        entry = _entry(raw_path, row)
    else:
        entry = Entry(f"(row {place} of the list)", EntryKind.DENIED, None, _NO_PATH)
    known = found.get(entry.path)
    if known is not None and known != entry:
        entry = Entry(entry.path, EntryKind.DENIED, None, _TWICE, entry.undecodable)
    found[entry.path] = entry


def _entry(raw_path: str, row: Mapping[str, Any]) -> Entry:
    path = raw_path.encode("utf-8", "backslashreplace").decode()
    undecodable = path != raw_path
    lfs = mapping(row.get("lfs"))
    claimed = _SHA256.match(str(lfs.get("oid") or lfs.get("sha256") or "").lower())
    git_oid = str(row.get("oid") or "").lower()
    size = number(row.get("size"))
    lfs_size = number(lfs.get("size"))
    detail = "the hub lists it; its bytes are not here"
    if undecodable or _leaves(path):
        return Entry(_kept_inside(path), EntryKind.DENIED, size, _WRONG_PATH, undecodable)
    if lfs and lfs_size is not None:
        if size is not None and size != lfs_size:
            detail = f"the hub gives two sizes: {size:,} and {lfs_size:,} bytes"
        size = lfs_size
    digest = claimed.group(1) if claimed else git_oid if _GIT_ID.match(git_oid) else None
    if size == 0 and digest is not None and digest not in _EMPTY:
        return Entry(path, EntryKind.DENIED, size, _NOT_EMPTY, undecodable)
    openable = not lfs and size is not None and size <= MAX_TEXT_FILE and is_wanted_text(path)
    attributes: dict[str, Any] = {
        "git_oid": git_oid if _GIT_ID.match(git_oid) else None,
        "lfs": bool(lfs),
        "openable": openable,
        "parts": not openable and is_read_by_parts(path, size),
    }
    return Entry(path, EntryKind.REMOTE, size, detail, False, claimed and claimed.group(1), attributes)


def is_wanted_text(path: str) -> bool:
    """True for the small text files that are worth a request."""
    name = path.rpartition("/")[2]
    return (
        name in _TEXT_NAMES
        or name.endswith(_TEXT_SUFFIXES)
        or (name.startswith("requirements") and name.endswith(".txt"))
    )


def _leaves(path: str) -> bool:
    return "\0" in path or "\\" in path or any(part in ("", ".", "..") for part in path.split("/"))


def _kept_inside(path: str) -> str:
    """``path`` with what leads elsewhere escaped: whoever joins it to a folder stays below that folder."""
    parts = path.replace("\0", "\\x00").split("/")
    return "/".join("\\x2e" * len(part) if part in (".", "..") else part or "\\x2f" for part in parts)
