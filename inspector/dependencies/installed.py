"""What is installed: the METADATA of a virtual environment's packages, and the lists that pip prints.

``pip list --format=json`` and ``pip list`` give names and versions, ``pip inspect`` and ``pip install
--report`` (both of PyPA's specifications) also what needs what, where a package came from, and its hash.
``pip freeze`` is a requirements file and is read as one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from inspector.dependencies.bounded import Unreadable, rows, table, text_of, word
from inspector.dependencies.interface import LockedPackage, Manifest
from inspector.dependencies.shapes import MAX_TEXT, normal_name, shape_of
from inspector.provenance import Pin

LIST = "pip-list"
METADATA = "METADATA"
MAX_METADATA = 2 * 1024 * 1024  # bytes; the longest descriptions have some hundred kilobytes
MAX_NEEDS = 5_000
_COLUMNS = re.compile(r"Package\s+Version\b.*\Z")
_ROW = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)\s+(?P<version>\d\S*)(?:\s+(?P<place>\S.*))?\Z")
_EXTRA = re.compile(r";.*\bextra\s*==")


def looks_like_one(form: str, data: bytes) -> bool:
    """True where the content is what pip prints: a file of such a name may be anything."""
    start = data[:4096].lstrip()
    if form == METADATA:
        return re.match(rb"Metadata-Version:", start) is not None
    if start[:1] == b"[":
        return re.match(rb'\[\s*\{\s*"name"\s*:\s*"[^"]*"\s*,\s*"version"\s*:', start) is not None
    if start[:1] == b"{":
        return b'"pip_version"' in data and re.search(rb'"install(?:ed)?"\s*:', data) is not None
    return any(_COLUMNS.match(line) for line in start.decode("utf-8", "replace").splitlines()[:5])


def read_metadata(path: str, data: bytes) -> Manifest:
    """The METADATA of one installed package (core metadata, RFC 822 headers)."""
    if len(data) > MAX_METADATA:
        raise Unreadable(f"The file has {len(data):,} bytes; metadata is read up to {MAX_METADATA:,}.")
    from email import policy
    from email.parser import HeaderParser

    head = re.split(r"\r?\n\r?\n", text_of(data), maxsplit=1)[0]
    headers = HeaderParser(policy=policy.compat32).parsestr(head, headersonly=True)
    name, version = headers.get("Name"), headers.get("Version")
    if not name or not version:
        raise Unreadable("The metadata has no name or no version.")
    needs = tuple(_needs(headers.get_all("Requires-Dist") or []))
    item = LockedPackage(normal_name(str(name)[:MAX_TEXT]), str(version)[:MAX_TEXT], Pin.VERSION, needs)
    return Manifest(path, METADATA, locked=(item,))


def read_list(path: str, data: bytes) -> Manifest:
    """What ``pip list``, ``pip inspect`` or ``pip install --report`` printed."""
    text = text_of(data)
    if text.lstrip()[:1] not in ("[", "{"):
        found = list(_columns(text))
    else:
        try:
            document = json.loads(text)
        except (ValueError, RecursionError):
            raise Unreadable("The file is not valid JSON, or is nested too deeply.") from None
        found = list(_entries(document))
    if not found:
        raise Unreadable("The file names no package.")
    broken = sum(item is None for item in found)
    error = (
        f"{broken} of {len(found)} entries have no name or no version and were not read." if broken else None
    )
    return Manifest(path, LIST, locked=tuple(item for item in found if item is not None), error=error)


def _entries(document: Any) -> Iterator[LockedPackage | None]:
    if isinstance(document, list):
        for value in document:
            yield _listed(table(value))
        return
    held = table(document)
    for value in [*rows(held.get("installed")), *rows(held.get("install"))]:
        yield _inspected(table(value))


def _listed(value: dict[str, Any]) -> LockedPackage | None:
    name, version = word(value.get("name")), word(value.get("version"))
    if name is None or version is None:
        return None
    place = word(value.get("editable_project_location"))
    pin = Pin.LOCAL if place else Pin.VERSION
    # The place is a path of the machine that printed the list; it says nothing about the package.
    return LockedPackage(normal_name(name), version, pin, source="." if place else None)


def _inspected(value: dict[str, Any]) -> LockedPackage | None:
    metadata = table(value.get("metadata"))
    name, version = word(metadata.get("name")), word(metadata.get("version"))
    if name is None or version is None:
        return None
    origin = table(value.get("direct_url")) or table(value.get("download_info"))
    vcs, archive = table(origin.get("vcs_info")), table(origin.get("archive_info"))
    direct = "direct_url" in value or value.get("is_direct") is True
    place = word(origin.get("url")) if direct else None
    if word(vcs.get("commit_id")):
        commit = re.fullmatch(r"[0-9a-fA-F]{40}", vcs["commit_id"])
        pin = Pin.COMMIT if commit else Pin.MOVABLE
    elif "dir_info" in origin:
        pin, place = Pin.LOCAL, "."
    elif table(archive.get("hashes")) or word(archive.get("hash")):
        pin = Pin.DIGEST
    else:
        pin = Pin.VERSION
    needs = tuple(_needs(rows(metadata.get("requires_dist"))))
    return LockedPackage(normal_name(name), version, pin, needs, source=place and place[:MAX_TEXT])


def _columns(text: str) -> Iterator[LockedPackage | None]:
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith(("#", "-")) or _COLUMNS.match(line):
            continue
        row = _ROW.match(line[:MAX_TEXT])
        yield (
            LockedPackage(normal_name(row.group("name")), row.group("version"), Pin.VERSION, line=number)
            if row
            else None
        )


def _needs(given: list[Any]) -> Iterator[str]:
    seen: set[str] = set()
    for text in given[:MAX_NEEDS]:
        # What an extra asks for is not pulled in by the package itself.
        if isinstance(text, str) and not _EXTRA.search(text[:MAX_TEXT]):
            name = shape_of(text).name
            if name and name not in seen:
                seen.add(name)
                yield name
