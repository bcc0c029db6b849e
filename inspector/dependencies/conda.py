"""conda environment files: name and version by conda's own match syntax, and a pip list inside.

``=1.2`` is any 1.2.x for conda, ``==1.2`` and ``=1.2=BUILD`` are one version (conda's MatchSpec).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from inspector.dependencies.bounded import MAX_YAML_BYTES, rows, text_of, yaml_mapping
from inspector.dependencies.interface import Manifest, Requirement
from inspector.dependencies.shapes import MAX_TEXT, requirement

FORMAT = "environment.yml"
SECTION = "dependencies"
PIP_SECTION = "dependencies.pip"
_SPEC = re.compile(r"(?:[^\s:]+::)?(?P<name>[A-Za-z0-9_][A-Za-z0-9_.-]*)\s*(?P<rest>[=<>!~ \[].*)?\Z")
# conda gives the list to pip from the environment file's own folder.
_INCLUDE = re.compile(r"\A(?:-[rc][\s=]*|--(?:requirement|constraint)[\s=]+)([^\s\"']+)")


def looks_like_one(data: bytes) -> bool:
    """True where a top-level ``dependencies:`` stands in the text."""
    return re.search(rb"^dependencies[ \t]*:", data[:MAX_YAML_BYTES], re.MULTILINE) is not None


def read(path: str, data: bytes) -> Manifest:
    """The packages of conda in section ``dependencies``, those of pip in ``dependencies.pip``."""
    text = text_of(data)
    document = yaml_mapping(text)
    found = list(_entries(rows(document.get("dependencies")), lines_of_items(text)))
    return listed(path, FORMAT, found)


def lines_of_items(text: str) -> dict[str, int]:
    """The number of the first line on which each item of a YAML list stands, by its text."""
    lines: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        said = re.sub(r"\s#.*", "", line).strip()
        lines.setdefault(re.sub(r"\A(?:-[ \t]+)+", "", said).strip(" \t\"'"), number)
    return lines


def listed(path: str, form: str, found: list[Requirement]) -> Manifest:
    """The manifest of these requirements: the files that options take in, and the first that is unread."""
    includes = [one for item in found if item.shape == "option" for one in _INCLUDE.findall(item.text)]
    unread = next((item for item in found if item.shape == "unread"), None)
    error = f"{unread.text!r} is no requirement that can be read." if unread else None
    return Manifest(path, form, requirements=tuple(found), includes=tuple(includes), error=error)


def for_pip(items: list[object], section: str, lines: dict[str, int]) -> Iterator[Requirement]:
    """What a YAML list of lines for pip states, in ``section``."""
    for one in items:
        text = str(one).strip()
        line = lines.get(text)
        if text.startswith(("-e ", "--editable ")):
            link = text.partition(" ")[2].strip()
            yield Requirement(None, section, "editable", link[:MAX_TEXT], line, text[:MAX_TEXT])
        elif text.startswith("-"):
            yield Requirement(None, section, "option", "", line, text[:MAX_TEXT])
        else:
            yield requirement(text, section, line)


def _entries(items: list[object], lines: dict[str, int]) -> Iterator[Requirement]:
    for item in items:
        if isinstance(item, str):
            yield _conda(item.strip(), lines.get(item.strip()))
        elif isinstance(item, dict):
            yield from for_pip(rows(item.get("pip")), PIP_SECTION, lines)


def _conda(text: str, line: int | None) -> Requirement:
    match = _SPEC.match(text) if len(text) <= MAX_TEXT else None
    if match is None:
        return Requirement(None, SECTION, "unread", "", line, text[:MAX_TEXT])
    shape, specifier = shape_of_spec((match.group("rest") or "").strip())
    return Requirement(match.group("name").lower(), SECTION, shape, specifier, line, text, ecosystem="conda")


def shape_of_spec(rest: str) -> tuple[str, str]:
    """The shape and the specifier of what stands behind a name in conda's match syntax."""
    if not rest or rest.startswith("["):
        return "bare", rest
    bare = re.match(r"(\d[^\s=<>!~,|]*)(?:\s+\S+)?\Z", rest)  # "numpy 1.26.4 py311_0": name, version, build
    if bare:
        return ("wildcard" if "*" in bare.group(1) else "exact"), f"=={bare.group(1)}"
    exact = re.match(r"==\s*([^\s=<>!~,|*]+)(?:=\S+)?\Z|=\s*([^\s=<>!~,|*]+)=[^\s=]+\Z", rest)
    if exact:
        return "exact", f"=={exact.group(1) or exact.group(2)}"
    return ("wildcard" if rest.startswith("=") and "," not in rest else "range"), rest
