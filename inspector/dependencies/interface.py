"""What the dependencies room gives: manifests read, packages with their pins, and the audit's word.

``read_manifest(path, data) -> Manifest | None`` reads one file (in a worker; None where the name and
content are no manifest). ``packages(manifests) -> list[Package]`` joins them. ``audit(packages, …)`` asks
pip-audit. A package that was not asked about is its own answer (Audit.NOT_AUDITED), never a blank.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from inspector.provenance import Audit, Pin

LOCK_FORMATS = frozenset(
    {
        "uv.lock", "poetry.lock", "pdm.lock", "pylock.toml", "Pipfile.lock", "conda-lock.yml", "pixi.lock",
        "conda-explicit", "package-lock.json", "yarn.lock", "pnpm-lock.yaml",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Requirement:
    """One line of a manifest. ``section`` is the manifest's own name for the list it stands in, ``shape``
    one of exact, wildcard, range, bare, url, vcs40, local, editable, option, and ``unread`` for an entry that
    is no requirement at all (counted in the total alone, and named in the manifest's error);
    ``specifier`` is as written."""

    name: str | None
    section: str
    shape: str
    specifier: str
    line: int | None
    text: str
    hashed: bool = False
    marker: str | None = None
    extras: tuple[str, ...] = ()
    source: str | None = None  # where a table beside the list (tool.uv.sources, tool.poetry) takes it from
    # Who pulls it in, where a compiled requirements file says so in a comment ("# via"): names of packages,
    # and "-r FILE" or "NAME (FILE)" for a manifest that asks for it itself. Empty where nothing is said.
    via: tuple[str, ...] = ()
    ecosystem: str = "PyPI"  # whose index the name belongs to: "PyPI", "conda", "npm"

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "section": self.section,
            "shape": self.shape,
            "specifier": self.specifier,
            "line": self.line,
            "text": self.text,
            "hashed": self.hashed,
            "marker": self.marker,
            "extras": list(self.extras),
            "source": self.source,
            "via": list(self.via),
            "ecosystem": self.ecosystem,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Requirement:
        return cls(**{**value, "extras": tuple(value["extras"]), "via": tuple(value.get("via", ()))})


@dataclass(frozen=True, slots=True)
class LockedPackage:
    """One entry of a lock file. ``requires`` are normalised names of what it pulls in."""

    name: str
    version: str | None
    pin: Pin
    requires: tuple[str, ...] = ()
    line: int | None = None
    source: str | None = None
    is_project: bool = False
    ecosystem: str = "PyPI"

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "version": self.version,
            "pin": self.pin.value,
            "requires": list(self.requires),
            "line": self.line,
            "source": self.source,
            "is_project": self.is_project,
            "ecosystem": self.ecosystem,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> LockedPackage:
        return cls(**{**value, "pin": Pin(value["pin"]), "requires": tuple(value["requires"])})


@dataclass(frozen=True, slots=True)
class Manifest:
    """One manifest or lock file, read. ``error`` is a sentence where it could not be read whole."""

    path: str
    format: str
    requirements: tuple[Requirement, ...] = ()
    locked: tuple[LockedPackage, ...] = ()
    includes: tuple[str, ...] = ()  # paths of -r and -c, as written
    error: str | None = None
    project_name: str | None = None
    # Entries past the bound on listed requirements: how many of each shape, by section. Counted, not listed.
    beyond: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def is_lock(self) -> bool:
        return bool(self.locked) or self.format in LOCK_FORMATS

    def as_json(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "format": self.format,
            "requirements": [item.as_json() for item in self.requirements],
            "locked": [item.as_json() for item in self.locked],
            "includes": list(self.includes),
            "error": self.error,
            "project_name": self.project_name,
            "beyond": {section: dict(shapes) for section, shapes in self.beyond.items()},
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Manifest:
        return cls(
            path=value["path"],
            format=value["format"],
            requirements=tuple(Requirement.from_json(item) for item in value["requirements"]),
            locked=tuple(LockedPackage.from_json(item) for item in value["locked"]),
            includes=tuple(value["includes"]),
            error=value["error"],
            project_name=value["project_name"],
            beyond=value.get("beyond") or {},
        )


@dataclass(frozen=True, slots=True)
class Advisory:
    """One advisory with its aliases; ``severity`` a word of the contract or None where none is given."""

    id: str
    aliases: tuple[str, ...] = ()
    severity: str | None = None
    fixed_in: tuple[str, ...] = ()
    summary: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "aliases": list(self.aliases),
            "severity": self.severity,
            "fixed_in": list(self.fixed_in),
            "summary": self.summary,
        }


@dataclass(frozen=True, slots=True)
class Package:
    """One package of the tree, with the shape of the contract's ``packages[]``. ``declared_in`` are
    (path, line, text) of the manifests that name it. ``ecosystem`` says whose index the name belongs to:
    "PyPI", "conda" or "npm"; the audit asks about the first alone. ``origin`` is the place a package is taken
    from where that is not the index: a repository, an address, a folder."""

    name: str
    version: str | None
    pin: Pin
    direct: bool
    required_by: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    declared_in: tuple[tuple[str, int | None, str], ...] = ()
    audit: Audit = Audit.NOT_AUDITED
    advisories: tuple[Advisory, ...] = ()
    why: str = ""
    looks_like: tuple[Mapping[str, Any], ...] = ()
    ecosystem: str = "PyPI"
    origin: str | None = None
    index: Mapping[str, Any] | None = None  # what a package index says of the release, where one was asked

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "version": self.version,
            "pin": self.pin.value,
            "direct": self.direct,
            "required_by": list(self.required_by),
            "audit": self.audit.value,
            "advisories": [item.as_json() for item in self.advisories],
            "why": self.why,
            "looks_like": [dict(item) for item in self.looks_like],
            "ecosystem": self.ecosystem,
            "index": None if self.index is None else dict(self.index),
        }


@dataclass(frozen=True, slots=True)
class AuditResult:
    """What was asked of whom. ``complete`` is False as soon as one package was not audited. ``note`` says why
    the asking ended early, ``warning`` what weakens the answers: a database of long ago. It depends on
    today's date, and so stands among the notes of the run, not in the facts."""

    source: str
    as_of: str | None
    complete: bool
    packages: tuple[Package, ...] = field(default=())
    note: str = ""
    warning: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "as_of": self.as_of,
            "complete": self.complete,
            "note": self.note,
        }
