"""Answers of a hub kept on this machine, so that a review can be read again without the network.

One file for each answer, named by the digest of what was asked: endpoint, address, range, and whether a
token was sent. What an address with a commit answers never changes and is kept for good; what a moving name
answers is kept with its date and replaced by the next answer. No token is ever in here: request headers are
not kept, and of the answer's headers only those named below.

A file is one line of JSON and the body. It is written beside its place and renamed, and believed only where
digest and length of the body are the recorded ones; everything else counts as not saved.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from inspector import places

_VERSION = 1
MAX_HEAD = 64 * 1024
MAX_BODY = 64 * 1024 * 1024
_KEPT_HEADERS = (
    "content-type",
    "link",
    "etag",
    "content-range",
    "x-repo-commit",
    "x-error-code",
    "x-error-message",
)
_KEPT_LINKED = ("x-repo-commit", "x-linked-etag", "x-linked-size")


@dataclass(frozen=True, slots=True)
class SavedAnswer:
    """What was answered, and when (UTC, ``2026-11-20T09:00:00Z``)."""

    url: str
    status: int
    headers: Mapping[str, str]
    linked: Mapping[str, str]
    time: str
    body: bytes = field(repr=False)


class SavedAnswers:
    """The answers of one endpoint in ``folder`` (by default the cache folder of this program)."""

    def __init__(self, endpoint: str, folder: Path | None = None) -> None:
        self._endpoint = endpoint
        self._folder = folder if folder is not None else places.cache() / "hub-answers"

    def get(self, address: str, *, part: str = "", signed_in: bool = False) -> SavedAnswer | None:
        """What was saved for ``address`` (path and query below the endpoint) and ``part`` (a range); None
        where nothing was, or where it is not whole."""
        place = self._place(address, part, signed_in)
        try:
            if place.stat().st_size > MAX_BODY + MAX_HEAD:
                return None
            with place.open("rb") as file:
                head = json.loads(file.readline(MAX_HEAD))
                body = file.read(MAX_BODY + 1)
            if head["version"] != _VERSION or head["asked"] != [self._endpoint, address, part, signed_in]:
                return None
            if head["length"] != len(body) or head["sha256"] != hashlib.sha256(body).hexdigest():
                return None
            return SavedAnswer(
                url=f"{self._endpoint}{address}",
                status=int(head["status"]),
                headers=_texts(head["headers"]),
                linked=_texts(head["linked"]),
                time=str(head["time"])[:20],
                body=body,
            )
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None

    def put(
        self,
        address: str,
        *,
        status: int,
        headers: Mapping[str, str],
        linked: Mapping[str, str],
        time: str,
        body: bytes,
        part: str = "",
        signed_in: bool = False,
    ) -> None:
        """Keeps an answer. A full disk or a folder that is not ours costs the copy, not the scan."""
        if len(body) > MAX_BODY:
            return
        head = {
            "version": _VERSION,
            "asked": [self._endpoint, address, part, signed_in],
            "status": status,
            "headers": {name: headers[name] for name in _KEPT_HEADERS if name in headers},
            "linked": {name: linked[name] for name in _KEPT_LINKED if name in linked},
            "time": time,
            "length": len(body),
            "sha256": hashlib.sha256(body).hexdigest(),
        }
        line = json.dumps(head, ensure_ascii=True).encode("ascii") + b"\n"
        if len(line) >= MAX_HEAD:
            return
        place = self._place(address, part, signed_in)
        with contextlib.suppress(OSError):
            _written(place, line + body)

    def _place(self, address: str, part: str, signed_in: bool) -> Path:
        asked = json.dumps([self._endpoint, address, part, signed_in], ensure_ascii=True)
        name = hashlib.sha256(asked.encode("ascii")).hexdigest()
        return self._folder / name[:2] / f"{name}.answer"


def _written(place: Path, content: bytes) -> None:
    """Writes all of it or nothing: readers see the old file or the new one."""
    # What a private repository holds is for this user alone.
    place.parent.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    place.parent.mkdir(exist_ok=True, mode=0o700)
    descriptor, name = tempfile.mkstemp(dir=place.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        os.replace(name, place)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def _texts(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise ValueError("no map of texts")
    return {str(key): str(item) for key, item in value.items()}
