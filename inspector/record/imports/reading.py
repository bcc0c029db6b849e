"""Which document a file is, read within limits: a record (package, zip or envelope), CycloneDX or SPDX.

CycloneDX (ECMA-424) in JSON, 1.2 to 1.7; SPDX 2.2 and 2.3 in JSON and as tag-value text, SPDX 3.0 as JSON-LD.
XML, YAML and RDF are not read: an XML reader that is safe with hostile input is not worth what it would
bring, and the makers of these files write JSON as well.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from inspector.gate.inspector_gate import TrustedKey
from inspector.provenance import UnreadableInput, plain
from inspector.record.imports.interface import Document

MOST_BYTES = 64 << 20
MOST_ITEMS = 4_000_000  # brackets: bounds the memory before anything is parsed
_ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
_NEXT = "Give a signed record (package, zip or .dsse.json), CycloneDX in JSON, or SPDX in JSON or tag-value."


def read_document(path: Path, trust: Sequence[TrustedKey] = ()) -> Document:
    """What the document at ``path`` says. ``trust`` are the keys whose signature counts for a record.

    UnreadableInput where it is none of the known ones, is broken, or is larger than is read.
    """
    from inspector.record.imports import cyclonedx, earlier_record, spdx2, spdx3

    shown = plain(str(path))
    if path.is_dir():
        return earlier_record.read(path, trust)
    raw = _bounded(path)
    if raw.startswith(_ZIP_MAGIC):
        return earlier_record.read(path, trust)
    digest = hashlib.sha256(raw).hexdigest()
    try:
        if _is_tag_value(raw):
            return spdx2.read(spdx2.from_tag_value(_text(raw)), path.name, digest)
        value = _json(raw)
        if isinstance(value.get("sbom"), dict):  # as GitHub's dependency graph gives it
            value = value["sbom"]
        if "payload" in value or "dsseEnvelope" in value:
            return earlier_record.read(path, trust)
        if value.get("bomFormat") == "CycloneDX":
            return cyclonedx.read(value, path.name, digest)
        if isinstance(value.get("spdxVersion"), str):
            return spdx2.read(value, path.name, digest)
        if "@graph" in value:
            return spdx3.read(value, path.name, digest)
    except ValueError as error:
        raise UnreadableInput(f"{shown} cannot be read: {plain(str(error), 200)}.", _NEXT) from None
    raise UnreadableInput(f"{shown} is no record and no bill of materials that is read here.", _NEXT)


def _bounded(path: Path) -> bytes:
    """The bytes of the regular file ``path``; it is opened without waiting, or a FIFO would hold us."""
    shown = plain(str(path))
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise UnreadableInput(f"{shown} is not a regular file.", _NEXT)
            raw = stream.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UnreadableInput(f"{shown} cannot be read: {plain(why)}.", "Nothing was changed.") from None
    if len(raw) > MOST_BYTES:
        raise UnreadableInput(f"{shown} is larger than {MOST_BYTES >> 20} MiB.", "Give a part of it.")
    return raw


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8") from None


def _is_tag_value(raw: bytes) -> bool:
    """SPDX 2 tag-value is text with the version among its first tags."""
    head = raw[:65536].removeprefix(b"\xef\xbb\xbf").split(b"\n", 200)[:200]
    return any(line.startswith(b"SPDXVersion:") for line in head)


def _json(raw: bytes) -> dict[str, Any]:
    """A JSON object without a key twice, without NaN, of bearable depth; other numbers than whole ones stay
    the text they are, as nothing here computes with them."""
    if raw.count(b"{") + raw.count(b"[") > MOST_ITEMS:
        raise ValueError("it holds more nested values than are read")

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError("it holds one key twice, so two readers may read two things")
        return found

    def no_constant(word: str) -> Any:
        raise ValueError(f"it holds {word}, which is no number of JSON")

    if raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise ValueError("it is XML, and JSON is read; whoever made it can write that as well")
    try:
        value = json.loads(
            _text(raw), object_pairs_hook=once, parse_float=str, parse_int=str, parse_constant=no_constant
        )
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"it is no JSON from line {error.lineno} on") from None
    if not isinstance(value, dict):
        raise ValueError("it is no object")
    return value
