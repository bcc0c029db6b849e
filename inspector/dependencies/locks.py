"""Lock files: uv.lock, poetry.lock 1.x and 2.x, pdm.lock, pylock.toml (PEP 751), Pipfile.lock.

Each gives entries with version, pin and what they require. An entry is ``digest`` when the lock records a
hash that the installer compares, ``commit`` for a repository at a full commit, ``local`` for a folder of
the target. The project itself stands in some formats as an entry; it is marked, not counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from inspector.dependencies.bounded import Unreadable, json_object, rows, table, text_of, toml_table, word
from inspector.dependencies.interface import LockedPackage, Manifest, Requirement
from inspector.dependencies.poetry_table import requirement_of
from inspector.dependencies.shapes import normal_name, shape_of
from inspector.provenance import Pin

_COMMIT = re.compile(r"[0-9a-fA-F]{40}\Z")
_ENTRY = re.compile(r"^\[\[packages?\]\]", re.MULTILINE)
_HERE = {".", "./", ""}


def read_uv(path: str, data: bytes) -> Manifest:
    """uv.lock. The project is the entry whose source is the lock's own folder."""
    return _toml_lock(path, data, "uv.lock", "package", _uv_entry)


def read_poetry(path: str, data: bytes) -> Manifest:
    """poetry.lock. 1.x keeps the hashes in [metadata.files], older ones in [metadata.hashes]."""
    return _toml_lock(path, data, "poetry.lock", "package", _poetry_entry)


def read_pdm(path: str, data: bytes) -> Manifest:
    """pdm.lock. An entry with extras repeats its package and is one package with it."""
    return _toml_lock(path, data, "pdm.lock", "package", _pdm_entry)


def read_pylock(path: str, data: bytes) -> Manifest:
    """pylock.toml and pylock.NAME.toml (PEP 751)."""
    return _toml_lock(path, data, "pylock.toml", "packages", _pylock_entry)


def read_pipfile_lock(path: str, data: bytes) -> Manifest:
    """Pipfile.lock: versions and hashes by section; the format has no edges."""
    document = json_object(text_of(data))
    sections = [
        (name, value) for name, value in document.items() if name != "_meta" and isinstance(value, dict)
    ]
    if "_meta" not in document and "default" not in document:
        raise Unreadable("The file has neither _meta nor default: it is no Pipfile.lock.")
    locked = [_pipfile_entry(name, table(detail)) for _, names in sections for name, detail in names.items()]
    return Manifest(path, "Pipfile.lock", locked=tuple(dict.fromkeys(locked)))


def read_pipfile(path: str, data: bytes) -> Manifest:
    """Pipfile: every table of packages is a section of its own name."""
    document = toml_table(text_of(data))
    other = {"source", "requires", "scripts", "pipenv", "build-system"}
    found: list[Requirement] = []
    for section, names in document.items():
        if section not in other and isinstance(names, dict):
            found.extend(requirement_of(name, value, section, None) for name, value in names.items())
    return Manifest(path, "Pipfile", requirements=tuple(found))


_Entry = Callable[[dict[str, Any], dict[str, Any], int | None], LockedPackage | None]


def _toml_lock(path: str, data: bytes, form: str, key: str, entry: _Entry) -> Manifest:
    text = text_of(data)
    document = toml_table(text)
    entries = document.get(key, [])
    if not isinstance(entries, list) or not (
        key in document or "version" in document or "metadata" in document
    ):
        raise Unreadable(f"The file has no list of packages: it is no {form}.")
    lines: list[int | None] = []
    number, end = 1, 0
    for match in _ENTRY.finditer(text):
        number += text.count("\n", end, match.start())
        end = match.start()
        lines.append(number)
    if len(lines) != len(entries):  # written in another style: no line is better than a wrong one
        lines = [None] * len(entries)
    locked: list[LockedPackage] = []
    broken = 0
    for line, value in zip(lines, entries):
        built = entry(value, document, line) if isinstance(value, dict) and word(value.get("name")) else None
        if built is None:
            broken += 1
        else:
            locked.append(built)
    error = f"{broken} of {len(entries)} entries have no name and were not read." if broken else None
    project = next((item.name for item in locked if item.is_project), None)
    return Manifest(path, form, locked=tuple(locked), error=error, project_name=project)


def _uv_entry(value: dict[str, Any], document: dict[str, Any], line: int | None) -> LockedPackage:
    source = table(value.get("source"))
    kind = next(iter(source), "registry")
    place = word(source.get(kind))
    own = kind in ("editable", "virtual", "directory")
    if kind == "git":
        pin = _commit_pin((place or "").rpartition("#")[2])
    elif own:
        pin = Pin.LOCAL
    else:
        pin = _hash_pin([value.get("sdist"), *rows(value.get("wheels"))], value)
    needs = [*rows(value.get("dependencies"))]
    for group in ("optional-dependencies", "dev-dependencies"):
        for names in table(value.get(group)).values():
            needs.extend(rows(names))
    return LockedPackage(
        name=normal_name(value["name"]),
        version=word(value.get("version")),
        pin=pin,
        requires=_names(table(item).get("name") for item in needs),
        line=line,
        source=None if kind == "registry" else place,
        is_project=kind in ("editable", "virtual") and (place or "") in _HERE,
    )


def _poetry_entry(value: dict[str, Any], document: dict[str, Any], line: int | None) -> LockedPackage:
    source = table(value.get("source"))
    kind = word(source.get("type"))
    metadata = table(document.get("metadata"))
    files = rows(value.get("files"))
    for older in ("files", "hashes"):
        files = files or rows(table(metadata.get(older)).get(value["name"]))
    if kind == "git":
        pin = _commit_pin(word(source.get("resolved_reference")) or word(source.get("reference")) or "")
    elif kind == "directory":
        pin = Pin.LOCAL
    else:
        pin = _hash_pin(files, value)
    return LockedPackage(
        name=normal_name(value["name"]),
        version=word(value.get("version")),
        pin=pin,
        requires=_names(table(value.get("dependencies"))),
        line=line,
        source=word(source.get("url")) if kind not in (None, "legacy") else None,
    )


def _pdm_entry(value: dict[str, Any], document: dict[str, Any], line: int | None) -> LockedPackage:
    link = next(
        (word(value.get(key)) for key in ("git", "hg", "svn", "url", "path") if word(value.get(key))), None
    )
    version = word(value.get("version"))
    older = rows(table(table(document.get("metadata")).get("files")).get(f"{value['name']} {version}"))
    files = rows(value.get("files")) or older
    if any(word(value.get(key)) for key in ("git", "hg", "svn")):
        pin = _commit_pin(word(value.get("revision")) or "")
    elif word(value.get("path")) and not files:
        pin = Pin.LOCAL
    else:
        pin = _hash_pin(files, value)
    return LockedPackage(
        name=normal_name(value["name"]),
        version=version,
        pin=pin,
        requires=_names(
            (shape_of(item).name for item in rows(value.get("dependencies")) if isinstance(item, str)),
            but=normal_name(value["name"]),
        ),
        line=line,
        source=link,
        is_project=value.get("path") in _HERE and value.get("editable") is True,
    )


def _pylock_entry(value: dict[str, Any], document: dict[str, Any], line: int | None) -> LockedPackage:
    vcs, directory, archive = (table(value.get(key)) for key in ("vcs", "directory", "archive"))
    if vcs:
        pin, source = (
            _commit_pin(word(vcs.get("commit-id")) or ""),
            word(vcs.get("url")) or word(vcs.get("path")),
        )
    elif directory:
        pin, source = Pin.LOCAL, word(directory.get("path"))
    else:
        pin = _hash_pin([archive, value.get("sdist"), *rows(value.get("wheels"))], value)
        source = word(archive.get("url")) or word(archive.get("path"))
    return LockedPackage(
        name=normal_name(value["name"]),
        version=word(value.get("version")),
        pin=pin,
        requires=_names(table(item).get("name") for item in rows(value.get("dependencies"))),
        line=line,
        source=source,
        is_project=directory.get("path") in _HERE,
    )


def _pipfile_entry(name: str, detail: dict[str, Any]) -> LockedPackage:
    version = word(detail.get("version")) or ""
    exact = version.lstrip("=") if version.startswith("==") and "*" not in version else None
    place = next(
        (word(detail.get(key)) for key in ("git", "hg", "file", "path") if word(detail.get(key))), None
    )
    if word(detail.get("git")) or word(detail.get("hg")):
        pin = _commit_pin(word(detail.get("ref")) or "")
    elif word(detail.get("path")):
        pin = Pin.LOCAL
    elif rows(detail.get("hashes")):
        pin = Pin.DIGEST
    else:
        pin = Pin.VERSION if exact else (Pin.MOVABLE if version not in ("", "*") else Pin.NONE)
    own = place in _HERE and detail.get("editable") is True
    return LockedPackage(normal_name(name), exact, pin, source=place, is_project=own)


def _commit_pin(revision: str) -> Pin:
    return Pin.COMMIT if _COMMIT.match(revision) else Pin.MOVABLE


def _hash_pin(files: list[Any], value: dict[str, Any]) -> Pin:
    """digest where every file that is listed has a hash: one without could be the one that is taken."""
    listed = [item for item in files if item]
    if listed and all(_has_hash(item) for item in listed):
        return Pin.DIGEST
    return Pin.VERSION if word(value.get("version")) else Pin.MOVABLE


def _has_hash(item: Any) -> bool:
    if isinstance(item, str):  # poetry before 1.0 listed bare hashes
        return bool(re.fullmatch(r"(?:[a-z0-9]+:)?[0-9a-fA-F]{32,128}", item))
    detail = table(item)
    return bool(word(detail.get("hash")) or table(detail.get("hashes")))


def _names(names: Any, but: str | None = None) -> tuple[str, ...]:
    def known() -> Iterator[str]:
        for name in names:
            if isinstance(name, str) and name and normal_name(name) != but:
                yield normal_name(name)

    return tuple(sorted(set(known())))
