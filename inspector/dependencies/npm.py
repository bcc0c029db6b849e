"""What a front end of the project needs: package.json and the locks of npm, pnpm and yarn.

These packages belong to npm's registry. They are listed and counted; no advisory of the Python Package
Index speaks of them, and none is asked for. Source of the shapes: npm's package.json documentation and the
lock files' own (lockfileVersion 1 to 3, pnpm 5 to 9, yarn 1 and later).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from inspector.dependencies.bounded import (
    Unreadable,
    json_object,
    lock_mapping,
    table,
    text_of,
    word,
)
from inspector.dependencies.interface import LockedPackage, Manifest, Requirement
from inspector.dependencies.shapes import MAX_TEXT
from inspector.provenance import Pin, plain

ECOSYSTEM = "npm"
MAX_DEPTH = 60  # of nested dependencies in a lock of version 1
TABLES = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")
_COMMIT = re.compile(r"#(?:semver:)?[0-9a-f]{40}\Z")
_EXACT = re.compile(r"[=v\s]*\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?\Z")
_WILDCARD = re.compile(r"[=v\s]*(?:\d+(?:\.(?:\d+|[xX*])){0,2}|[xX*])\Z")
_REPOSITORY = re.compile(r"(?:[\w.-]+)/[\w.-]+(?:#.*)?\Z")
_PLACE = re.compile(r"(?:git\+|git:|git@|ssh:|https?:|github:|gitlab:|bitbucket:|gist:)")
_LOCAL = re.compile(r"(?:file:|link:|portal:|workspace:|\.{1,2}/|/|~/)")
_PNPM_5 = re.compile(r"/(?P<name>(?:@[^/]+/)?[^/@]+)/(?P<version>[^/_(]+)")
_YARN_KEY = re.compile(r"(?P<quote>\"?)(?P<name>@?[^@\"\s]+)@")


def read_package_json(path: str, data: bytes) -> Manifest:
    """The four tables of dependencies; each is a section of its own name."""
    text = text_of(data)
    document = json_object(text)
    found = [
        requirement_of(str(name), value, section)
        for section in TABLES
        for name, value in table(document.get(section)).items()
    ]
    return Manifest(path, "package.json", requirements=tuple(found), project_name=word(document.get("name")))


def requirement_of(name: str, value: Any, section: str) -> Requirement:
    """One row ``"name": "range"`` as a requirement."""
    said = value.strip() if isinstance(value, str) else ""
    shape = _shape(said) if isinstance(value, str) and len(value) <= MAX_TEXT else "unread"
    return Requirement(
        name=name.lower()[:MAX_TEXT],
        section=section,
        shape=shape,
        specifier=said[:MAX_TEXT] if shape != "exact" else "==" + said.lstrip("=v "),
        line=None,
        text=plain(f"{name}: {said}", MAX_TEXT),
        ecosystem=ECOSYSTEM,
    )


def _shape(said: str) -> str:
    if said.startswith("npm:"):  # another package under this name
        said = said[4:].rpartition("@")[2]
    if _LOCAL.match(said):
        return "local"
    if _PLACE.match(said) or _REPOSITORY.match(said):
        return "vcs40" if _COMMIT.search(said) else "url"
    if said in ("", "*", "x", "X"):
        return "bare"
    if _EXACT.match(said):
        return "exact"
    return "wildcard" if _WILDCARD.match(said) else "range"


def read_package_lock(path: str, data: bytes) -> Manifest:
    """package-lock.json and npm-shrinkwrap.json of versions 1 to 3."""
    document = json_object(text_of(data))
    if isinstance(document.get("packages"), dict):
        found = list(_of_version_2(document["packages"]))
    elif isinstance(document.get("dependencies"), dict) or "lockfileVersion" in document:
        found = list(_of_version_1(table(document.get("dependencies"))))
    else:
        raise Unreadable("The file has no list of packages: it is no package-lock.json.")
    return Manifest(path, "package-lock.json", locked=_distinct(found))


def _of_version_2(entries: dict[str, Any]) -> Iterator[LockedPackage]:
    for place, value in entries.items():
        detail = table(value)
        if not place or "node_modules/" not in place or detail.get("link") is True:
            continue  # the project itself, and the members of its workspace
        name = word(detail.get("name")) or place.rpartition("node_modules/")[2]
        needs = {**table(detail.get("dependencies")), **table(detail.get("optionalDependencies"))}
        yield _locked(name, detail.get("version"), detail, needs)


def _of_version_1(entries: dict[str, Any]) -> Iterator[LockedPackage]:
    waiting = [(entries, 0)]
    while waiting:
        level, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise Unreadable("The packages are nested too deeply to be read.")
        for name, value in level.items():
            detail = table(value)
            yield _locked(name, detail.get("version"), detail, table(detail.get("requires")))
            if detail.get("dependencies"):
                waiting.append((table(detail["dependencies"]), depth + 1))


def _locked(name: str, version: Any, detail: dict[str, Any], needs: dict[str, Any]) -> LockedPackage:
    said = word(version) or ""
    place = word(detail.get("resolved")) or said
    outside = _PLACE.match(said) or _LOCAL.match(said)
    # yarn writes the SHA-1 of an archive where a repository would have its commit.
    archived = re.search(r"\.tgz#[0-9a-f]{40}\Z", place) is not None
    commit = None if archived else _COMMIT.search(place) or _COMMIT.search(said)
    if word(detail.get("integrity")) or archived:
        pin = Pin.DIGEST
    elif commit:
        pin = Pin.COMMIT
    elif _LOCAL.match(place):
        pin = Pin.LOCAL
    else:
        pin = Pin.MOVABLE if outside or not said else Pin.VERSION
    return LockedPackage(
        name.lower()[:MAX_TEXT],
        None if outside or not said else said[:MAX_TEXT],
        pin,
        tuple(sorted(str(one).lower()[:MAX_TEXT] for one in needs)),
        source=place[:MAX_TEXT] if outside or commit else None,
        ecosystem=ECOSYSTEM,
    )


def read_pnpm_lock(path: str, data: bytes) -> Manifest:
    """pnpm-lock.yaml: packages by NAME@VERSION, before version 6 by /NAME/VERSION."""
    document = lock_mapping(text_of(data))
    if "lockfileVersion" not in document:
        raise Unreadable("The file has no lockfileVersion: it is no pnpm-lock.yaml.")
    snapshots = table(document.get("snapshots"))
    found = []
    for key, value in table(document.get("packages")).items():
        detail = table(value)
        name, version = _pnpm_name(str(key), detail)
        if not name:
            continue
        # From version 9 on the edges stand apart, under the key with what it was resolved with.
        needs = dict(table(detail.get("dependencies")))
        needs.update(table(table(snapshots.get(key)).get("dependencies")))
        resolution = table(detail.get("resolution"))
        flat = {
            "integrity": resolution.get("integrity"),
            "resolved": word(resolution.get("tarball")) or word(resolution.get("repo")),
        }
        item = _locked(name, version, flat, needs)
        if re.fullmatch(r"[0-9a-f]{40}", str(resolution.get("commit"))):
            item = LockedPackage(
                item.name, None, Pin.COMMIT, item.requires, source=flat["resolved"], ecosystem=ECOSYSTEM
            )
        found.append(item)
    for key, value in snapshots.items():
        # A key with what it was resolved with, "a@1.0.0(b@2.0.0)", has no entry of its own in packages.
        name, version = _pnpm_name(str(key), {})
        if "(" in str(key) and name:
            found.append(_edges_alone(name, version, table(value)))
    return Manifest(path, "pnpm-lock.yaml", locked=_distinct(found))


def _edges_alone(name: str, version: str, value: dict[str, Any]) -> LockedPackage:
    needs = tuple(sorted(str(one).lower()[:MAX_TEXT] for one in table(value.get("dependencies"))))
    return LockedPackage(name.lower(), version, Pin.DIGEST, needs, ecosystem=ECOSYSTEM)


def _pnpm_name(key: str, detail: dict[str, Any]) -> tuple[str, str]:
    bare = key.partition("(")[0].removeprefix("/")[:MAX_TEXT]
    if word(detail.get("name")):
        return detail["name"], str(detail.get("version") or "")
    older = _PNPM_5.match(key[:MAX_TEXT])
    if older:
        return older.group("name"), older.group("version")
    name, _, version = bare[1:].partition("@")
    return bare[:1] + name, version


def read_yarn_lock(path: str, data: bytes) -> Manifest:
    """yarn.lock: version 1 is a format of its own, later ones are YAML."""
    text = text_of(data)
    if "__metadata:" in text:
        return Manifest(path, "yarn.lock", locked=_distinct(list(_yarn_later(lock_mapping(text)))))
    if "yarn lockfile v1" not in text[:2000] and not re.search(r"^\S.*@.*:$", text, re.MULTILINE):
        raise Unreadable("The file has no entries: it is no yarn.lock.")
    return Manifest(path, "yarn.lock", locked=_distinct(list(_yarn_first(text))))


def _yarn_later(document: dict[str, Any]) -> Iterator[LockedPackage]:
    for key, value in document.items():
        detail = table(value)
        resolution = word(detail.get("resolution")) or str(key)
        name, _, place = resolution[1:].partition("@")
        name = resolution[0] + name
        if key == "__metadata" or place.startswith("workspace:"):
            continue
        outside = {} if place.startswith("npm:") else {"resolved": place.replace("commit=", "")}
        flat = {"integrity": detail.get("checksum"), **outside}
        version = str(detail.get("version") or "")
        yield _locked(name, version, flat, table(detail.get("dependencies")))


def _yarn_first(text: str) -> Iterator[LockedPackage]:
    name, line = "", None
    flat: dict[str, Any] = {}
    needs: dict[str, Any] = {}
    in_needs = False
    for number, raw in enumerate([*text.splitlines(), "end:"], 1):
        if not raw.strip() or raw.startswith("#"):
            continue
        if not raw.startswith(" "):
            if name:
                item = _locked(name, flat.get("version"), flat, needs)
                yield LockedPackage(
                    item.name, item.version, item.pin, item.requires, line, item.source, ecosystem=ECOSYSTEM
                )
            key = _YARN_KEY.match(raw[:MAX_TEXT])
            name, line, flat, needs, in_needs = key.group("name") if key else "", number, {}, {}, False
        elif raw.startswith("    ") and in_needs:
            needs[_unquoted(raw.split()[0])] = ""
        else:
            word_, _, value = raw.strip().partition(" ")
            in_needs = word_ in ("dependencies:", "optionalDependencies:")
            flat[word_] = _unquoted(value)


def _unquoted(text: str) -> str:
    try:
        value = json.loads(text) if text.startswith('"') else text
    except ValueError:
        return text.strip('"')
    return value if isinstance(value, str) else text


def _distinct(found: list[LockedPackage]) -> tuple[LockedPackage, ...]:
    """One entry for each name, version and source: a tree repeats them at every place they are put."""
    known: dict[tuple[str, str | None, str | None], LockedPackage] = {}
    for item in found:
        key = (item.name, item.version, item.source)
        other = known.setdefault(key, item)
        if other is not item and not set(item.requires) <= set(other.requires):
            needs = tuple(sorted({*other.requires, *item.requires}))
            known[key] = LockedPackage(
                other.name, other.version, other.pin, needs, other.line, other.source, ecosystem=ECOSYSTEM
            )
    return tuple(known.values())
