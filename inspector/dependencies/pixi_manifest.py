"""pixi.toml, and the table [tool.pixi] of a pyproject.toml.

Sections carry the tables' own names. Packages of conda and of the Python Package Index stand in different
tables; features and targets repeat both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from inspector.dependencies import poetry_table
from inspector.dependencies.bounded import table, text_of, toml_table_later, word
from inspector.dependencies.conda import shape_of_spec
from inspector.dependencies.interface import Manifest, Requirement
from inspector.dependencies.shapes import MAX_TEXT, normal_name
from inspector.provenance import plain

FORMAT = "pixi.toml"
CONDA_TABLES = ("dependencies", "host-dependencies", "build-dependencies", "run-dependencies")
PYTHON_TABLE = "pypi-dependencies"


def read(path: str, data: bytes) -> Manifest:
    """Every package of every table. Raises Unreadable for broken TOML."""
    document = toml_table_later(text_of(data))
    name = word(table(document.get("workspace")).get("name")) or word(
        table(document.get("project")).get("name")
    )
    found = tuple(requirements(document, ""))
    return Manifest(path, FORMAT, requirements=found, project_name=normal_name(name) if name else None)


def requirements(document: dict[str, Any], prefix: str) -> Iterator[Requirement]:
    """The requirements of the tables; ``prefix`` stands before their names."""
    yield from _tables(document, prefix)
    for name, feature in table(document.get("feature")).items():
        yield from _tables(table(feature), f"{prefix}feature.{name}.")
    yield from _tables(table(document.get("package")), f"{prefix}package.")


def _tables(place: dict[str, Any], prefix: str) -> Iterator[Requirement]:
    yield from _lists(place, prefix)
    for name, target in table(place.get("target")).items():
        yield from _lists(table(target), f"{prefix}target.{name}.")


def _lists(place: dict[str, Any], prefix: str) -> Iterator[Requirement]:
    for key in CONDA_TABLES:
        for name, value in table(place.get(key)).items():
            yield _conda(name, value, f"{prefix}{key}")
    for name, value in table(place.get(PYTHON_TABLE)).items():
        yield poetry_table.requirement_of(name, value, f"{prefix}{PYTHON_TABLE}", None)


def _conda(name: str, value: Any, section: str) -> Requirement:
    detail = table(value)
    link = poetry_table.link_of(detail)
    text = plain(f"{name} = {value if isinstance(value, str) else repr(value)[:MAX_TEXT]}", MAX_TEXT)
    if link is not None:
        item = poetry_table.requirement_of(name, value, section, None)
        return replace(item, name=name.lower(), ecosystem="conda")
    version = word(value) or word(detail.get("version")) or "*"
    build = word(detail.get("build"))
    shape, specifier = ("bare", "") if version.strip() in ("*", "") else shape_of_spec(version.strip())
    specifier = f"{specifier}={build}" if build else specifier
    return Requirement(name.lower(), section, shape, specifier[:MAX_TEXT], None, text, ecosystem="conda")
