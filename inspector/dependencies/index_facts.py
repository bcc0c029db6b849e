"""What a package index says of releases: yanked, quarantined or archived, and by whom they were published.

Asks the index's simple API in JSON (PEP 691) for one project after another, and for the provenance of the
files of the wanted release (PEP 740). Yanked files are told by PEP 592, the state of a project by PEP 792.
Only the host that was named is asked, never another one that an answer names; nothing is downloaded but
these answers. What an index does not say is unknown and never "fine": mirrors often leave it out.
The publishers are as the index claims them; their signatures are not checked here.
"""

from __future__ import annotations

import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from inspector import __version__
from inspector.dependencies.bounded import rows, table, word
from inspector.dependencies.interface import Package
from inspector.dependencies.shapes import normal_name
from inspector.dependencies.version_keys import parsed
from inspector.provenance import UnreadableInput, plain

ACCEPT = "application/vnd.pypi.simple.v1+json"
SECONDS = 10.0  # for one answer
MAX_ANSWER = 32 * 1024 * 1024  # bytes; the largest projects have about 10 MB
MAX_PROVENANCE = 4 * 1024 * 1024
MAX_FILES_ASKED = 3  # of one release, for their publishers
MAX_TEXT = 200
UNKNOWN = "The index does not know it."
STATES = frozenset({"active", "archived", "quarantined", "deprecated"})
_SDIST = re.compile(r"(?P<name>.+)-(?P<version>[^-]+)\.(?:tar\.gz|zip|tar\.bz2)\Z")
_WHEEL = re.compile(r"(?P<name>[^-]+)-(?P<version>[^-]+)(?:-[^-]+){3,4}\.whl\Z")


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    """What the index says of one release. ``answered`` is False where it said nothing of the project at
    all, ``known`` True where it has files of the release; ``uploaded`` is the time of the earliest of them
    (PEP 700); ``yanked`` is True only where every file of it is; ``status`` is
    the project's state (PEP 792) or None where the index says none; ``attested`` of ``files`` files carry an
    attestation, None where the index does not speak of them; ``publishers`` are the claimed ones, as
    ``{"kind", "repository", "workflow"}``. ``why`` says what could not be learnt."""

    name: str
    version: str
    known: bool = False
    answered: bool = True
    yanked: bool = False
    yanked_reason: str = ""
    status: str | None = None
    status_reason: str = ""
    files: int = 0
    uploaded: str | None = None
    attested: int | None = None
    publishers: tuple[Mapping[str, str], ...] = ()
    why: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "version": self.version,
            "known": self.known,
            "answered": self.answered,
            "yanked": self.yanked,
            "yanked_reason": self.yanked_reason,
            "status": self.status,
            "status_reason": self.status_reason,
            "files": self.files,
            "uploaded": self.uploaded,
            "attested": self.attested,
            "publishers": [dict(one) for one in self.publishers],
            "why": self.why,
        }


def index_facts(
    packages: Sequence[Package], index_url: str, *, timeout: float = 60.0, publishers: bool = True
) -> list[ReleaseFacts]:
    """The facts of every release of the Python Package Index among ``packages``, in their order.

    ``index_url`` is the address of the simple API; at most ``timeout`` seconds are spent. To be called only
    where the reviewer allowed the network. Never raises for what the index does; raises UnreadableInput for
    an ``index_url`` that is no web address.
    """
    parts = urlsplit(index_url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UnreadableInput(
            f"{plain(index_url, 200)} is no web address of a package index.",
            "Write --index-url https://HOST/simple/.",
        )
    asker = _Asker(index_url.rstrip("/") + "/", time.monotonic() + timeout)
    wanted = [one for one in packages if _is_asked(one)]
    return [_facts(asker, normal_name(one.name), one.version or "", publishers) for one in wanted]


def with_index_facts(packages: Sequence[Package], index_url: str, **more: Any) -> list[Package]:
    """``packages``, those of the Python Package Index with what the index says; see ``index_facts``."""
    said = {(one.name, one.version): one.as_json() for one in index_facts(packages, index_url, **more)}
    return [
        replace(one, index=said.get((normal_name(one.name), one.version or ""))) if _is_asked(one) else one
        for one in packages
    ]


def silence(packages: Sequence[Package]) -> str | None:
    """A sentence where the index gave no answer about releases that it was asked about."""
    silent = [one for one in packages if one.index is not None and not one.index["answered"]]
    if not silent:
        return None
    many = f"{len(silent)} release{'' if len(silent) == 1 else 's'}"
    return f"The package index said nothing of {many}: {(silent[0].index or {})['why']}"


def _is_asked(package: Package) -> bool:
    return package.ecosystem == "PyPI" and package.version is not None and package.origin is None


class _Asker:
    """Asks one index, each project once, until the time is over or the index is not reached."""

    def __init__(self, index: str, end: float) -> None:
        self.index = index
        self._end = end
        self._projects: dict[str, dict[str, Any] | str] = {}
        self._stopped: str | None = None

    def project(self, name: str) -> dict[str, Any] | str:
        """The project's answer, or the sentence why there is none."""
        if name not in self._projects:
            self._projects[name] = self.get(f"{self.index}{quote(name, safe='')}/", ACCEPT, MAX_ANSWER)
        return self._projects[name]

    def get(self, url: str, accept: str, most: int) -> dict[str, Any] | str:
        left = self._end - time.monotonic()
        if self._stopped is None and left <= 0:
            self._stopped = "The time for asking the index ran out."
        if self._stopped is not None:
            return self._stopped
        headers = {"Accept": accept, "User-Agent": f"provenance-inspector/{__version__}"}
        request = urllib.request.Request(url, headers=headers)
        opener = urllib.request.build_opener(_SameHost)
        try:
            with opener.open(request, timeout=min(SECONDS, left)) as answer:
                body = answer.read(most + 1)
        except urllib.error.HTTPError as refused:
            refused.close()
            return UNKNOWN if refused.code == 404 else f"The index said {refused.code}."
        except (OSError, ValueError) as failed:
            self._stopped = (
                f"The index was not reached ({plain(str(getattr(failed, 'reason', failed)), 120)})."
            )
            return self._stopped
        if len(body) > most:
            return f"The index answered more than {most:,} bytes; that was not read."
        try:
            value = json.loads(body)
        except (ValueError, RecursionError):
            return "The index answers no JSON of the simple API."
        return value if isinstance(value, dict) else "The index answers no JSON of the simple API."


class _Elsewhere(ValueError):
    pass


class _SameHost(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        if urlsplit(newurl)[:2] != urlsplit(req.full_url)[:2]:
            raise _Elsewhere
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _facts(asker: _Asker, name: str, version: str, publishers: bool) -> ReleaseFacts:
    answer = asker.project(name)
    if isinstance(answer, str):
        return ReleaseFacts(name, version, answered=answer == UNKNOWN, why=answer)
    if not isinstance(answer.get("files"), list) or normal_name(str(answer.get("name"))) != name:
        return ReleaseFacts(name, version, answered=False, why="The index answers no JSON of the simple API.")
    state = table(answer.get("project-status"))
    status = word(state.get("status"))
    reason = plain(word(state.get("reason")) or "", MAX_TEXT)
    files = [table(one) for one in rows(answer["files"]) if _is_of(table(one), name, version)]
    if not files:
        why = f"The index has no file of {plain(version, 60)}."
        return ReleaseFacts(name, version, status=_known(status), status_reason=reason, why=why)
    yanked = [one.get("yanked") for one in files]
    speaks = any("provenance" in one for one in files)
    attested = [one for one in files if word(one.get("provenance"))]
    found, why = _publishers(asker, attested) if publishers else ((), "")
    return ReleaseFacts(
        name,
        version,
        known=True,
        yanked=all(yanked),  # true, or the reason as text
        yanked_reason=plain(next((one for one in yanked if isinstance(one, str)), ""), MAX_TEXT),
        status=_known(status),
        status_reason=reason,
        files=len(files),
        uploaded=min((one for file in files if (one := _time(file.get("upload-time")))), default=None),
        attested=len(attested) if speaks else None,
        publishers=found,
        why=why,
    )


def _known(status: str | None) -> str | None:
    # A state of a later specification is told as it is, in few characters.
    return status if status is None or status in STATES else plain(status, 40)


def _time(value: Any) -> str | None:
    text = value if isinstance(value, str) else ""
    return text if re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]{8,16}Z", text) else None


def _is_of(file: Mapping[str, Any], name: str, version: str) -> bool:
    filename = str(file.get("filename"))[:MAX_TEXT]
    match = _WHEEL.match(filename) or _SDIST.match(filename)
    if match is None or normal_name(match.group("name")) != name:
        return False
    return match.group("version") == version or (
        (wanted := parsed(version)) is not None and parsed(match.group("version").replace("_", "-")) == wanted
    )


def _publishers(
    asker: _Asker, files: Sequence[Mapping[str, Any]]
) -> tuple[tuple[Mapping[str, str], ...], str]:
    found: dict[tuple[str, ...], dict[str, str]] = {}
    why = ""
    for file in files[:MAX_FILES_ASKED]:
        url = urljoin(asker.index, str(file["provenance"])[:2_000])
        if urlsplit(url)[:2] != urlsplit(asker.index)[:2]:
            why = "The attestations lie at another host, which was not asked."
            continue
        answer = asker.get(url, "application/json", MAX_PROVENANCE)
        if isinstance(answer, str):
            why = answer
            continue
        for bundle in rows(answer.get("attestation_bundles")):
            publisher = table(table(bundle).get("publisher"))
            said = {
                key: plain(str(publisher.get(key) or ""), MAX_TEXT)
                for key in ("kind", "repository", "workflow")
            }
            if said["kind"] and rows(table(bundle).get("attestations")):
                found.setdefault(tuple(said.values()), said)
    return tuple(found.values()), why
