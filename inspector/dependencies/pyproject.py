"""pyproject.toml: PEP 621, PEP 735 and PEP 518, and the tables of poetry, pdm, uv, flit, hatch and pixi.

Sections carry the tables' own names. Groups and extras of one table are one section, as the table is; a
poetry group is a table of its own and so a section of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from inspector.dependencies import pixi_manifest, poetry_table
from inspector.dependencies.bounded import rows, table, text_of, toml_table, word
from inspector.dependencies.interface import Manifest, Requirement
from inspector.dependencies.shapes import MAX_TEXT, name_of_link, normal_name, requirement
from inspector.provenance import plain

FORMAT = "pyproject.toml"
# Lists of uv that are no requirements of their own but say what a resolution may take.
_UV_LISTS = (
    "dev-dependencies",
    "constraint-dependencies",
    "override-dependencies",
    "build-constraint-dependencies",
)
_TEMPLATE = re.compile(r"\{\{[^{}]*\}\}")
_STRING = re.compile(r""""((?:[^"\\\n]|\\.)*+)"|'([^'\n]*+)'""")


def read(path: str, data: bytes) -> Manifest:
    """Every requirement with its section. Raises Unreadable for broken TOML."""
    text = text_of(data)
    document = toml_table(text)
    project, tool = table(document.get("project")), table(document.get("tool"))
    uv, poetry = table(tool.get("uv")), table(tool.get("poetry"))
    places = Places(text)
    errors: list[str] = []
    sources = uv_sources(uv)
    found: list[Requirement] = []
    for section, item in _entries(document, project, tool, uv, errors):
        if isinstance(item, str) and item.startswith("-e "):
            link = item[3:].strip()
            place = places.of(item, section)
            name = name_of_link(link[:MAX_TEXT])
            found.append(Requirement(name, section, "editable", link[:MAX_TEXT], place, item[:MAX_TEXT]))
        elif isinstance(item, str):
            built = requirement(item, section, places.of(item, section))
            if built.name in sources and not section.startswith("build-system"):
                built = requirement(item, section, built.line, source=sources[built.name])
            found.append(built)
        else:
            errors.append(f"An entry of {section} is no requirement.")
    found.extend(poetry_table.requirements(poetry, places))
    found.extend(pixi_manifest.requirements(table(tool.get("pixi")), "tool.pixi."))
    unread = [item for item in found if item.shape == "unread"]
    if unread:
        errors.append(f"{unread[0].text!r} in {unread[0].section} is no requirement that can be read.")
    dynamic = [
        name for name in rows(project.get("dynamic")) if name in ("dependencies", "optional-dependencies")
    ]
    files = {name: _dynamic_files(tool, name) for name in dynamic}
    given = {section.rpartition(".")[2] for section, _ in _of_hooks(tool)}
    errors.extend(
        f"The project's {name} are dynamic: they are computed when it is built, or stand in another file."
        for name in dynamic
        if not files[name] and name not in given
    )
    name = word(project.get("name")) or word(poetry.get("name"))
    return Manifest(
        path=path,
        format=FORMAT,
        requirements=tuple(found),
        includes=tuple(dict.fromkeys(one for name in dynamic for one in files[name])),
        error=plain(" ".join(errors[:4]), 600) or None,
        project_name=normal_name(name) if name else None,
    )


def _dynamic_files(tool: dict[str, Any], name: str) -> list[str]:
    """The requirements files that setuptools or hatch's requirements plugin takes ``name`` from."""
    given = table(table(table(tool.get("setuptools")).get("dynamic")).get(name))
    groups = [given] if name == "dependencies" else [table(one) for one in given.values()]
    found: list[str] = []
    for group in groups:
        listed = group.get("file")
        names = [listed] if isinstance(listed, str) else rows(listed)
        found += [one[:MAX_TEXT] for one in names if isinstance(one, str) and one]
    if name == "dependencies" and not found:
        hatch = table(
            table(table(table(tool.get("hatch")).get("metadata")).get("hooks")).get("requirements_txt")
        )
        found = [one[:MAX_TEXT] for one in rows(hatch.get("files")) if isinstance(one, str) and one]
    return found


class Places:
    """The lines of the strings and keys of a TOML text, which tomllib does not tell.

    The text is looked through once; a string that stands in several tables is sought after its table's
    header first. What is written with escapes or over several lines has no line.
    """

    def __init__(self, text: str) -> None:
        self._strings: dict[str, list[int]] = {}
        self._headers: dict[str, int] = {}
        self._keys: dict[str, list[int]] = {}
        for number, line in enumerate(text.split("\n"), 1):
            bare = line.lstrip()
            if bare.startswith("["):
                header = re.sub(r"[\s\[\]\"']", "", bare.split("#", 1)[0])
                if len(header) < 200:
                    self._headers.setdefault(header, number)
            if bare.startswith("#"):
                continue
            key, equals, _ = bare.partition("=")
            if equals:
                self._keys.setdefault(normal_name(key.strip(" \t\"'")), []).append(number)
            for match in _STRING.finditer(line):
                self._strings.setdefault(match.group(1) or match.group(2) or "", []).append(number)

    def of(self, string: str, section: str) -> int | None:
        """The line of ``string``, at or after the header of ``section`` where there is one."""
        return self._after(self._strings.get(string), section)

    def of_key(self, key: str, section: str) -> int | None:
        """The line that gives ``key`` (a package name) a value in ``section``."""
        return self._after(self._keys.get(normal_name(key)), section)

    def _after(self, lines: list[int] | None, section: str) -> int | None:
        if not lines:
            return None
        start = self._headers.get(section) or self._headers.get(section.rpartition(".")[0]) or 0
        for line in lines[:1000]:
            if line >= start:
                return line
        return lines[0]


def _entries(
    document: dict[str, Any],
    project: dict[str, Any],
    tool: dict[str, Any],
    uv: dict[str, Any],
    errors: list[str],
) -> Iterator[tuple[str, Any]]:
    yield from (
        ("build-system.requires", item) for item in rows(table(document.get("build-system")).get("requires"))
    )
    yield from (("project.dependencies", item) for item in rows(project.get("dependencies")))
    for extra in table(project.get("optional-dependencies")).values():
        yield from (("project.optional-dependencies", item) for item in rows(extra))
    groups = table(document.get("dependency-groups"))
    known = {normal_name(name) for name in groups}
    for group in groups.values():
        for item in rows(group):
            if isinstance(item, dict) and set(item) == {"include-group"}:
                # The group it names is counted where it stands.
                if normal_name(str(item["include-group"])) not in known:
                    errors.append(
                        f"A group includes {str(item['include-group'])[:80]!r}, which is not there."
                    )
            else:
                yield "dependency-groups", item
    for name in _UV_LISTS:
        yield from ((f"tool.uv.{name}", item) for item in rows(uv.get(name)))
    yield from (
        ("tool.rye.dev-dependencies", one) for one in rows(table(tool.get("rye")).get("dev-dependencies"))
    )
    for group in table(table(tool.get("pdm")).get("dev-dependencies")).values():
        # pdm writes editable development requirements as pip does: "-e file:///…#egg=name".
        yield from (("tool.pdm.dev-dependencies", item) for item in rows(group))
    yield from _of_hooks(tool)
    flit = table(table(tool.get("flit")).get("metadata"))
    for key in ("requires", "dev-requires"):
        yield from ((f"tool.flit.metadata.{key}", item) for item in rows(flit.get(key)))
    for group in table(flit.get("requires-extra")).values():
        yield from (("tool.flit.metadata.requires-extra", item) for item in rows(group))
    for name, environment in table(table(tool.get("hatch")).get("envs")).items():
        for key in ("dependencies", "extra-dependencies"):
            yield from ((f"tool.hatch.envs.{name}.{key}", item) for item in rows(table(environment).get(key)))


def _of_hooks(tool: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Dynamic dependencies that hatch's metadata hooks hold as templates: the version of the project itself
    is put in when it is built, and cannot be told here."""
    for name, hook in table(table(table(tool.get("hatch")).get("metadata")).get("hooks")).items():
        prefix = f"tool.hatch.metadata.hooks.{name}"
        lists = [("dependencies", table(hook).get("dependencies"))]
        lists += [
            ("optional-dependencies", one) for one in table(table(hook).get("optional-dependencies")).values()
        ]
        for key, items in lists:
            for item in rows(items):
                known = isinstance(item, str)
                yield f"{prefix}.{key}", _TEMPLATE.sub("${VERSION}", item) if known else item


def uv_sources(uv: dict[str, Any]) -> dict[str | None, str]:
    """By package, where uv takes a package from in place of the index, written as pip would write it."""
    found: dict[str | None, str] = {}
    for name, value in table(uv.get("sources")).items():
        for one in value if isinstance(value, list) else [value]:
            link = poetry_table.link_of(table(one))
            if table(one).get("workspace") is True:
                link = "./"
            if link:
                found.setdefault(normal_name(name), link)
    return found
