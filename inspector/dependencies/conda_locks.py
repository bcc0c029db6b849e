"""Lock files of conda's world: conda-lock.yml (version 1), pixi.lock (versions 4 to 7), explicit lists.

They hold packages of two ecosystems beside each other, conda's and the Python Package Index's, and each
package once for every platform. What is the same package and version is one entry here, whose pin is the
weakest of its builds. Virtual packages (``__glibc``) describe the machine and are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote

from inspector.dependencies.bounded import Unreadable, lock_mapping, rows, table, text_of, word
from inspector.dependencies.interface import LockedPackage, Manifest
from inspector.dependencies.shapes import (
    MAX_TEXT,
    commit_of,
    link_shape,
    name_of_link,
    normal_name,
    shape_of,
)
from inspector.provenance import Pin
from inspector.provenance.words import weaker_pin

CONDA_LOCK = "conda-lock.yml"
PIXI_LOCK = "pixi.lock"
EXPLICIT = "conda-explicit"
SAMPLE = 64 * 1024
_SHA256 = re.compile(r"[0-9a-fA-F]{64}\Z")
_MD5 = re.compile(r"[0-9a-fA-F]{32}\Z")
# NAME-VERSION-BUILD.conda, as every package of a channel is called.
_BUILD = re.compile(r"(?P<name>.+)-(?P<version>[^-]+)-(?P<build>[^-]+)\.(?:conda|tar\.bz2)\Z")
_WHEEL = re.compile(r"[^/]+?-(?P<version>\d[^-/]*)(?:-[^/]*)?\.(?:whl|tar\.gz|zip)\Z")
# The index keeps its files under their BLAKE2 digest, which tells them from those of other places.
_STORED = re.compile(r"https://[^/]+/packages/[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{60}/[^/]+\Z")
_CONDA_NAME = re.compile(r"[A-Za-z0-9_.-]+")
_EXPORTED = re.compile(r"(?P<name>[A-Za-z0-9_.-]+)=(?P<version>[^=\s]+)=(?P<build>[^=\s]+)\Z")
_SOURCE = re.compile(r"(?P<name>[A-Za-z0-9_.-]+)(?:\[[^\]]*\])?\s*@\s*(?P<place>\S+)\Z")


@dataclass(slots=True)
class _Entry:
    """What the platforms say together of one package and version."""

    pin: Pin
    line: int | None
    source: str | None
    requires: set[str] = field(default_factory=set)
    is_project: bool = False


_Key = tuple[str, str, str | None]


class _Entries:
    def __init__(self) -> None:
        self._entries: dict[_Key, _Entry] = {}

    def add(self, item: LockedPackage) -> None:
        key = (item.ecosystem, item.name, item.version)
        known = self._entries.setdefault(key, _Entry(item.pin, item.line, item.source))
        known.pin = weaker_pin(known.pin, item.pin) or known.pin
        known.requires.update(item.requires)
        known.is_project = known.is_project or item.is_project

    def locked(self) -> tuple[LockedPackage, ...]:
        """The entries, with those needs alone that the lock holds: what a marker or a platform leaves out
        pulls nothing in."""
        # Names of conda may hold what the Python Package Index takes for one separator ("_", ".", "-").
        there = {normal_name(name): name for _, name, _ in self._entries}
        return tuple(
            LockedPackage(
                name,
                version,
                said.pin,
                tuple(
                    sorted(
                        {there[need] for need in map(normal_name, said.requires) if need in there} - {name}
                    )
                ),
                said.line,
                said.source,
                said.is_project,
                ecosystem,
            )
            for (ecosystem, name, version), said in self._entries.items()
        )


def looks_like_one(form: str, data: bytes) -> bool:
    """True where the content is of ``form``: the name of an explicit list tells little."""
    if form == EXPLICIT:
        lines = [line.strip() for line in data[:SAMPLE].decode("utf-8", "replace").splitlines()]
        return "@EXPLICIT" in lines or _is_export(lines)
    return True


def read_conda_lock(path: str, data: bytes) -> Manifest:
    """conda-lock.yml of version 1: a list of packages, each for one platform and one manager."""
    text = text_of(data)
    document = lock_mapping(text)
    if document.get("version") != 1 or not isinstance(document.get("package"), list):
        raise Unreadable("The file has no list of packages of version 1: it is no conda-lock.yml.")
    found, broken = _Entries(), 0
    lines = _lines(text, len(document["package"]), r"^- name:")
    for line, value in zip(lines, document["package"]):
        name = word(table(value).get("name"))
        if name is None:
            broken += 1
            continue
        pip = value.get("manager") == "pip"
        found.add(
            LockedPackage(
                normal_name(name) if pip else name.lower(),
                _version(value.get("version")),
                _hashed(table(value.get("hash")), value.get("version")),
                tuple(_conda_names(table(value.get("dependencies")))),
                line,
                _elsewhere(word(value.get("url"))) if pip else None,
                ecosystem="PyPI" if pip else "conda",
            )
        )
    return Manifest(path, CONDA_LOCK, locked=found.locked(), error=_broken(broken))


def read_pixi_lock(path: str, data: bytes) -> Manifest:
    """pixi.lock: up to version 5 an entry names its kind, from version 6 on its address stands under it."""
    text = text_of(data)
    document = lock_mapping(text)
    entries = document.get("packages")
    if not isinstance(entries, list) or not isinstance(document.get("version"), int):
        raise Unreadable("The file has no list of packages: it is no pixi.lock.")
    found, broken = _Entries(), 0
    for line, value in zip(_lines(text, len(entries), r"^- (?:kind|conda|pypi|conda_source|name):"), entries):
        item = _pixi_entry(table(value), line)
        if item is None:
            broken += 1
        else:
            found.add(item)
    return Manifest(path, PIXI_LOCK, locked=found.locked(), error=_broken(broken))


def read_explicit(path: str, data: bytes) -> Manifest:
    """``conda list --explicit`` (addresses of builds, with an md5 or sha256 where asked for) and
    ``conda list --export`` (NAME=VERSION=BUILD)."""
    lines = text_of(data).splitlines()
    explicit = any(line.strip() == "@EXPLICIT" for line in lines)
    found, broken = _Entries(), 0
    for number, raw in enumerate(lines, 1):
        line = raw.strip()
        if not line or line.startswith(("#", "@")):
            continue
        item = _address(line, number) if explicit or "://" in line else _exported(line, number)
        if item is None:
            broken += 1
        else:
            found.add(item)
    return Manifest(path, EXPLICIT, locked=found.locked(), error=_broken(broken))


def _pixi_entry(value: dict[str, Any], line: int | None) -> LockedPackage | None:
    kind = next((key for key in ("conda", "pypi", "conda_source") if word(value.get(key))), None)
    if kind is None:
        kind = word(value.get("kind"))
    place = word(value.get(kind or "")) or word(value.get("url")) or word(value.get("path")) or ""
    if kind == "pypi":
        return _pixi_python(value, place, line)
    if kind == "conda_source":
        source = _SOURCE.match(place[:MAX_TEXT])
        if source is None:
            return None
        name, version, pin = source.group("name"), None, Pin.LOCAL
    elif kind == "conda":
        built = _BUILD.match(unquote(place.partition("#")[0].rpartition("/")[2])[:MAX_TEXT])
        named = word(value.get("name")) or (built.group("name") if built else None)
        if named is None:
            return None
        name = named
        version = _version(value.get("version")) or (built.group("version") if built else None)
        pin = _hashed(value, version) if "://" in place else Pin.LOCAL
    else:
        return None
    source_place = None if "://" in place else place
    needs = tuple(_conda_names(rows(value.get("depends"))))
    return LockedPackage(name.lower(), version, pin, needs, line, source_place, ecosystem="conda")


def _pixi_python(value: dict[str, Any], place: str, line: int | None) -> LockedPackage | None:
    name = word(value.get("name")) or name_of_link(place[:MAX_TEXT])
    if name is None:
        return None
    wheel = _WHEEL.match(unquote(place.partition("#")[0].rpartition("/")[2])[:MAX_TEXT])
    version = _version(value.get("version")) or (wheel.group("version") if wheel else None)
    archive = re.search(r"\.(?:whl|zip|tar\.gz|tgz)(?:#|\Z)", place) is not None
    if commit_of(place) or re.search(r"[@#][0-9a-f]{40}\Z", place):
        pin = Pin.COMMIT
    elif link_shape(place) == "local" and not archive:
        pin = Pin.LOCAL
    else:
        pin = _hashed(value, version)
    needs = (shape_of(one).name for one in rows(value.get("requires_dist")) if _is_needed(one))
    return LockedPackage(
        normal_name(name),
        version,
        pin,
        tuple(sorted({need for need in needs if need})),
        line,
        _elsewhere(place) if archive or pin is Pin.COMMIT else place or None,
        is_project=place in (".", "./"),
    )


def _is_needed(requirement: Any) -> bool:
    # What an extra asks for is pulled in by whoever asks for the extra, not by the package.
    return isinstance(requirement, str) and not re.search(r";.*\bextra\s*==", requirement[:MAX_TEXT])


def _elsewhere(place: str | None) -> str | None:
    """The address where a Python package comes from, None for the index's own files."""
    if not place or _STORED.match(place):
        return None
    return place[:MAX_TEXT]


def _conda_names(needs: Iterable[Any]) -> Iterator[str]:
    for need in needs:
        found = _CONDA_NAME.match(need) if isinstance(need, str) else None
        if found and not need.startswith("__"):
            yield normal_name(found.group())


def _address(line: str, number: int) -> LockedPackage | None:
    place, _, fragment = line.partition("#")
    built = _BUILD.match(unquote(place.rpartition("/")[2])[:MAX_TEXT])
    if built is None:
        return None
    pin = _hashed({"md5": fragment, "sha256": fragment.removeprefix("sha256:")}, built.group("version"))
    name, version = built.group("name").lower(), built.group("version")
    return LockedPackage(name, version, pin, line=number, ecosystem="conda")


def _exported(line: str, number: int) -> LockedPackage | None:
    found = _EXPORTED.match(line[:MAX_TEXT])
    if found is None:
        return None
    # conda writes what pip has put into the environment with the build "pypi_0".
    python = found.group("build").startswith("pypi_")
    item = LockedPackage(normal_name(found.group("name")), found.group("version"), Pin.VERSION, line=number)
    return item if python else replace(item, name=found.group("name").lower(), ecosystem="conda")


def _is_export(lines: list[str]) -> bool:
    said = [line for line in lines if line and not line.startswith("#")][:50]
    return bool(said) and all(_EXPORTED.match(line[:MAX_TEXT]) for line in said)


def _hashed(value: dict[str, Any], version: Any) -> Pin:
    if _SHA256.match(str(value.get("sha256") or "")) or _MD5.match(str(value.get("md5") or "")):
        return Pin.DIGEST
    return Pin.VERSION if version else Pin.MOVABLE


def _version(value: Any) -> str | None:
    # YAML takes 1.10 without quotes for a number; the lock writers quote what would be hurt.
    return str(value) if isinstance(value, str | int | float) and str(value) else None


def _lines(text: str, many: int, pattern: str) -> list[int | None]:
    """The lines where the entries begin; none where they cannot be told."""
    found: list[int | None] = []
    number, end = 1, 0
    start = text.find("\npackage")
    for match in re.finditer(pattern, text[start + 1 :] if start >= 0 else "", re.MULTILINE):
        at = start + 1 + match.start()
        number += text.count("\n", end, at)
        end = at
        found.append(number)
    return found if len(found) == many else [None] * many


def _broken(many: int) -> str | None:
    if not many:
        return None
    return (
        "1 entry has no name and was not read."
        if many == 1
        else f"{many} entries have no name and were not read."
    )
