"""YAML, JSON and TOML as a flat list of values with their keys and lines. No object is ever constructed.

YAML is read as a stream of events (libyaml's parser, no constructors, no tags obeyed): an alias is one event
and is never expanded, so a billion laughs costs what its text costs; depth and number are bounded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from inspector.references.json_places import BrokenJson, Path
from inspector.references.json_places import scalars as json_scalars

MAX_TEXT = 2 * 1024 * 1024
MAX_VALUES = 100_000
MAX_DEPTH = 60
_TOML_SECTION = re.compile(r"\s*\[\[?\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?\Z")
_TOML_VALUE = re.compile(r"""\s*([\w."'-]+)\s*=\s*(.+?)\s*\Z""")
_TOML_STRING = re.compile(r"""["']([^"']*)["']""")
_YAML_LINE = re.compile(r"""(\s*)(?:-\s+)?["']?([\w.-]+)["']?\s*:\s+["']?([^"'#\n]+?)["']?\s*(?:\s#.*)?\Z""")


@dataclass(frozen=True, slots=True)
class Value:
    """One scalar: its keys and positions from the top, its text, the line it starts in, and whether it is
    a literal block (whose own lines follow one by one)."""

    path: Path
    text: str
    line: int
    block: bool = False
    quoted: bool = False


def read_yaml(text: str) -> tuple[list[Value], str | None]:
    """The values of all documents of ``text``, and a sentence where only part could be read."""
    if len(text) > MAX_TEXT:
        return _yaml_lines(text[:MAX_TEXT]), "The file is larger than 2 MB; it was read line by line."
    # A cheap test before the parser: libyaml's own recursion and time go with the nesting of flow brackets.
    if _flow_depth(text) > MAX_DEPTH:
        return _yaml_lines(text), "The file is nested too deeply; it was read line by line."
    import yaml

    loader_class = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: list[Value] = []
    try:
        loader = loader_class(text.replace("\0", " "))
        try:
            partly = _events(loader, found)
        finally:
            loader.dispose()
    except (yaml.YAMLError, ValueError, RecursionError, UnicodeError):
        return _yaml_lines(text), "The file is not plain YAML; it was read line by line."
    return found, partly


def _flow_depth(text: str) -> int:
    depth = deepest = 0
    for match in re.finditer(r"[\[\]{}]", text):
        depth = depth + 1 if match[0] in "[{" else max(depth - 1, 0)
        deepest = max(deepest, depth)
    return deepest


def _events(loader: object, found: list[Value]) -> str | None:
    """Walks the parser's events with a stack: [kind, next position or pending key]."""
    stack: list[list[object]] = []
    path: list[str | int] = []
    count = 0
    while loader.check_event():  # type: ignore[attr-defined]  # the C and the Python loader share no type
        event = loader.get_event()  # type: ignore[attr-defined]
        name = type(event).__name__
        count += 1
        if count > MAX_VALUES * 2 or len(found) > MAX_VALUES:
            return "The file holds more than 100,000 values; the rest was left out."
        if name in ("MappingStartEvent", "SequenceStartEvent"):
            _enter(stack, path)
            stack.append(["map" if name == "MappingStartEvent" else "list", None if name[0] == "M" else 0])
            path.append("")
            if len(stack) > MAX_DEPTH:
                return "The file is nested too deeply; only its first part was read."
        elif name in ("MappingEndEvent", "SequenceEndEvent"):
            stack.pop()
            path.pop()
            _leave(stack)
        elif name in ("ScalarEvent", "AliasEvent"):
            text = event.value if name == "ScalarEvent" else ""
            top = stack[-1] if stack else None
            if top is not None and top[0] == "map" and top[1] is None:
                top[1] = text[:300] or "?"
                continue
            _enter(stack, path)
            if name == "ScalarEvent":
                style = getattr(event, "style", None)
                line = event.start_mark.line + 1
                found.append(Value(tuple(path), text, line, style in ("|", ">"), style in ("'", '"')))
            _leave(stack)
    return None


def _enter(stack: list[list[object]], path: list[str | int]) -> None:
    """Sets the last part of the path to the key or position of the value that comes now."""
    if stack:
        key = stack[-1][1]
        path[-1] = key if isinstance(key, str | int) else "?"


def _leave(stack: list[list[object]]) -> None:
    """After a value: the next position of a list, or no key yet of a map."""
    if stack:
        top = stack[-1]
        top[1] = top[1] + 1 if top[0] == "list" and isinstance(top[1], int) else None


def _yaml_lines(text: str) -> list[Value]:
    """``key: value`` lines by indentation, for templates and files that do not parse."""
    found: list[Value] = []
    keys: list[tuple[int, str]] = []
    for number, line in enumerate(text.split("\n")[:MAX_VALUES], 1):
        if len(line) > 2_000:
            continue
        match = _YAML_LINE.match(line)
        opener = match or re.match(r"(\s*)(?:-\s+)?([\w.-]+)\s*:\s*\Z", line)
        if opener is None:
            continue
        indent = len(opener[1])
        while keys and keys[-1][0] >= indent:
            keys.pop()
        if match:
            found.append(Value((*(key for _, key in keys), match[2]), match[3].strip(), number))
        elif len(keys) < MAX_DEPTH:
            keys.append((indent, opener[2]))
    return found


def read_json(text: str) -> tuple[list[Value], str | None]:
    """The values of a JSON text (also with comments cut off by its first error)."""
    found: list[Value] = []
    try:
        for scalar in json_scalars(text):
            value = scalar.text()
            found.append(
                Value(
                    scalar.path, scalar.raw if value is None else value, scalar.line, quoted=value is not None
                )
            )
            if len(found) > MAX_VALUES:
                return found, "The file holds more than 100,000 values; the rest was left out."
    except BrokenJson as error:
        return found, f"The file is not whole JSON ({error}); it was read up to there."
    return found, None


def read_toml(text: str) -> tuple[list[Value], str | None]:
    """``key = "text"`` lines under their sections; other values are of no use here."""
    found: list[Value] = []
    section: tuple[str | int, ...] = ()
    for number, line in enumerate(text.split("\n")[:MAX_VALUES], 1):
        if len(line) > 4_000:
            continue
        header = _TOML_SECTION.match(line)
        if header:
            section = tuple(part.strip(" \"'") for part in header[1].split(".")[:20])
            continue
        match = _TOML_VALUE.match(line)
        if match is None or line.lstrip().startswith("#"):
            continue
        key = tuple(part.strip("\"'") for part in match[1].split(".")[:20])
        value = match[2]
        if value.startswith("["):
            for place, item in enumerate(_TOML_STRING.findall(value)[:200]):
                found.append(Value((*section, *key, place), item, number, quoted=True))
        elif value[0] in "\"'":
            text_match = _TOML_STRING.match(value)
            if text_match:
                found.append(Value((*section, *key), text_match[1], number, quoted=True))
        else:
            found.append(Value((*section, *key), value.split("#", 1)[0].strip(), number))
    return found, None
