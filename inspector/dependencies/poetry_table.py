"""Dependencies written as a table, name to constraint: poetry's and Pipenv's way.

A constraint without an operator means exactly that version for poetry, ``*`` means any. Sources are
rewritten as the links pip would take, so that one set of rules judges them all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from inspector.dependencies.bounded import rows, table, word
from inspector.dependencies.interface import Requirement
from inspector.dependencies.shapes import MAX_TEXT, link_shape, normal_name
from inspector.provenance import plain

if TYPE_CHECKING:
    from inspector.dependencies.pyproject import Places

_VERSION = re.compile(r"v?\d[A-Za-z0-9.+!_-]*\Z")
_CLAUSE = re.compile(r"\s*(===|==|=)?\s*(v?[0-9][A-Za-z0-9.+!_*-]*)\s*\Z")


def requirements(poetry: dict[str, Any], places: Places) -> Iterator[Requirement]:
    """What [tool.poetry] requires. ``python`` is the interpreter's version, not a package."""
    tables = [("tool.poetry.dependencies", poetry.get("dependencies"))]
    tables.append(("tool.poetry.dev-dependencies", poetry.get("dev-dependencies")))
    for group, value in table(poetry.get("group")).items():
        tables.append((f"tool.poetry.group.{group}.dependencies", table(value).get("dependencies")))
    for section, names in tables:
        for name, value in table(names).items():
            if normal_name(name) == "python":
                continue
            for one in value if isinstance(value, list) else [value]:
                yield requirement_of(name, one, section, places.of_key(name, section))


def requirement_of(name: str, value: Any, section: str, line: int | None) -> Requirement:
    """One row ``name = value`` as a requirement."""
    detail = table(value)
    version = word(value) or word(detail.get("version"))
    link = link_of(detail)
    if link is not None:
        shape, specifier = link_shape(link), link
        if shape == "local" and detail.get("editable") is True:
            shape = "editable"
    elif version is None and not detail:
        shape, specifier = "unread", ""
    else:
        shape, specifier = _constraint(version or "*")
    return Requirement(
        name=normal_name(name),
        section=section,
        shape=shape,
        specifier=specifier[:MAX_TEXT],
        line=line,
        text=_text(name, value),
        hashed=bool(rows(detail.get("hashes"))),
        marker=word(detail.get("markers")),
        extras=tuple(
            sorted(normal_name(extra) for extra in rows(detail.get("extras")) if isinstance(extra, str))
        ),
    )


def link_of(detail: dict[str, Any]) -> str | None:
    """The link of a source table (git, hg, url, file, path), as pip would write it, else None."""
    for system in ("git", "hg", "svn"):
        place = word(detail.get(system))
        if place:
            revision = next(
                (word(detail.get(key)) for key in ("rev", "ref", "tag", "branch") if detail.get(key)), None
            )
            place = place if "://" in place else f"ssh://{place.replace(':', '/', 1)}"
            return f"{system}+{place}" + (f"@{revision}" if revision else "")
    for key in ("url", "file"):
        place = word(detail.get(key))
        if place:
            return place
    place = word(detail.get("path"))
    return f"./{place}" if place else None


def _constraint(text: str) -> tuple[str, str]:
    stripped = text.strip()
    if stripped in ("", "*"):
        return "bare", ""
    clause = _CLAUSE.match(stripped)
    if clause is None or len(stripped) > MAX_TEXT:
        wildcard = re.match(r"\s*==[^,|]*\*\s*(?:,|\Z)", stripped)
        return ("wildcard" if wildcard else "range"), stripped
    operator, version = clause.group(1) or "==", clause.group(2)
    operator = "==" if operator == "=" else operator
    if "*" in version:
        return "wildcard", f"{operator}{version}"
    return ("exact" if _VERSION.match(version) else "range"), f"{operator}{version}"


def _text(name: str, value: Any) -> str:
    shown = value if isinstance(value, str) else repr(value)[: MAX_TEXT * 2]
    return plain(f"{name} = {shown}", MAX_TEXT)
