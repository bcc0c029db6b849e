"""Fetches OSV's export of PyPI advisories and imports it.

The export is written beside the database as it comes. A fetch that is cut off is taken up again where it
stopped, provided that the server still has the same export (its ETag says so); a finished one is imported
in one step, and the old database stays until then. Source: OSV, "Data dumps"; RFC 9110, sections 13 and 14.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from inspector import __version__
from inspector.dependencies.advisories.importing import Imported, default_folder, import_advisories
from inspector.dependencies.advisories.index import path_of
from inspector.provenance import UnreadableInput, WorkIncomplete, plain

EXPORT = "https://osv-vulnerabilities.storage.googleapis.com/PyPI/all.zip"
MAX_EXPORT = 2 * 1024**3  # bytes; the export had about 30 MB in 2026
SECONDS = 30.0  # without a byte
MAX_SECONDS = 1800.0  # for the whole fetch
_PIECE = 1024 * 1024
_PART, _STATE = "download.part", "download.json"


@dataclass(frozen=True, slots=True)
class Updated:
    """What was fetched and imported. ``sha256`` is the digest of the export, ``resumed`` the number of
    bytes that an earlier, unfinished fetch had left."""

    imported: Imported
    url: str
    size: int
    sha256: str
    resumed: int


def update_advisories(
    url: str = EXPORT,
    folder: Path | None = None,
    *,
    progress: Callable[[int, int | None], None] | None = None,
) -> Updated:
    """Fetch ``url`` and replace the database in ``folder`` with it. ``progress`` is given bytes so far and
    in all (None where the server does not say).

    Raises UnreadableInput for an address that is none or an export that cannot be read, WorkIncomplete where
    the server is not reached or the connection ends early. The old database stays in every such case.
    """
    if urlsplit(url).scheme not in ("https", "http") or not urlsplit(url).hostname:
        raise UnreadableInput(f"{plain(url, 200)} is no web address.", "Use --url https://…/all.zip")
    place = path_of(folder or default_folder()).parent
    try:
        place.mkdir(parents=True, exist_ok=True)
        resumed = _fetch(url, place, progress)
        part = place / _PART
        digest, size = _digest(part), part.stat().st_size
    except (http.client.HTTPException, TimeoutError, OSError) as failed:
        reason = getattr(failed, "reason", None) or failed
        reason = getattr(reason, "strerror", None) or reason
        raise WorkIncomplete(
            f"The export could not be fetched from {plain(url, 200)}: {plain(str(reason), 160)}.",
            "The old database stays. Run the command again; what has been fetched is kept.",
        ) from None
    try:
        # osv-scanner knows the export as all.zip; the import keeps a copy of that name.
        imported = import_advisories(part, folder, name="all.zip")
    finally:
        for left in (_PART, _STATE):
            with contextlib.suppress(OSError):
                (place / left).unlink()
    return Updated(imported, url, size, digest, resumed)


class _NoDowngrade(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        if req.type == "https" and urlsplit(newurl).scheme != "https":
            raise urllib.error.URLError("the server sends on to an address without encryption")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _fetch(url: str, place: Path, progress: Callable[[int, int | None], None] | None) -> int:
    part, state = place / _PART, place / _STATE
    etag = _etag_of(state, url)
    have = part.stat().st_size if etag and part.is_file() else 0
    headers = {"User-Agent": f"provenance-inspector/{__version__}", "Accept-Encoding": "identity"}
    if have and etag:
        headers |= {"Range": f"bytes={have}-", "If-Range": etag}
    opener = urllib.request.build_opener(_NoDowngrade)
    end = time.monotonic() + MAX_SECONDS
    try:
        answer = opener.open(urllib.request.Request(url, headers=headers), timeout=SECONDS)
    except urllib.error.HTTPError as refused:
        refused.close()
        if refused.code == 416 and have:  # nothing is left to send: begin anew
            state.unlink(missing_ok=True)
            return _fetch(url, place, progress)
        raise urllib.error.URLError(f"the server answered {refused.code}") from None
    with answer:
        # Any answer but "partial content" sends the whole export, which then begins anew.
        have = have if answer.status == 206 and _starts_at(answer.headers.get("Content-Range"), have) else 0
        length = answer.headers.get("Content-Length")
        total = have + int(length) if length and length.isdigit() else None
        if (total or 0) > MAX_EXPORT:
            raise UnreadableInput(f"The export has {total:,} bytes; {MAX_EXPORT:,} are taken at most.")
        state.write_text(json.dumps({"url": url, "etag": answer.headers.get("ETag")}), encoding="utf-8")
        got = have
        with part.open("ab" if have else "wb") as out:
            while piece := answer.read(_PIECE):
                got += len(piece)
                if got > MAX_EXPORT:
                    raise UnreadableInput(f"The export has more than {MAX_EXPORT:,} bytes.")
                out.write(piece)
                if progress is not None:
                    progress(got, total)
                if time.monotonic() > end:
                    raise TimeoutError(f"it was not finished after {MAX_SECONDS:.0f} seconds")
        if total is not None and got != total:
            raise urllib.error.URLError(f"the connection ended after {got:,} of {total:,} bytes")
    return have


def _etag_of(state: Path, url: str) -> str | None:
    """The strong ETag of the unfinished fetch of ``url``; a weak one does not promise the same bytes."""
    try:
        said = json.loads(state.read_text(encoding="utf-8"))
        etag = said["etag"] if said["url"] == url else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return etag if isinstance(etag, str) and etag.startswith('"') else None


def _starts_at(content_range: str | None, have: int) -> bool:
    return bool(content_range) and str(content_range).startswith(f"bytes {have}-")


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
