"""YAML and JSON as a flat list of values with their keys and lines. No object is ever constructed.

YAML is read as a stream of events (libyaml's parser, no constructors, no tags obeyed): an alias is one event
and is never expanded, so a billion laughs costs what its text costs; depth and number are bounded.
"""

from __future__ import annotations

import re

from inspector.references.config_values import MAX_VALUES, Value
from inspector.references.json_places import BrokenJson
from inspector.references.json_places import scalars as json_scalars

MAX_TEXT = 2 * 1024 * 1024
MAX_DEPTH = 60
_YAML_LINE = re.compile(r"""(\s*)["']?([\w.-]+)["']?\s*:\s+["']?([^"'#\n]+?)["']?\s*(?:\s#.*)?\Z""")
_YAML_OPENER = re.compile(r"""(\s*)["']?([\w./-]+)["']?\s*:\s*(?:[|>][-+]?)?\s*(?:#.*)?\Z""")
_YAML_DASH = re.compile(r"(\s*)(-\s+)(?=\S)")


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
    anchors: dict[str, str] = {}  # texts only: what an alias repeats is one value, never a tree
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
            text = event.value if name == "ScalarEvent" else anchors.get(event.anchor, "")
            if name == "ScalarEvent" and event.anchor and len(text) < 2_000 and len(anchors) < 10_000:
                anchors[event.anchor] = text
            top = stack[-1] if stack else None
            if top is not None and top[0] == "map" and top[1] is None:
                top[1] = text[:300] or "?"
                continue
            _enter(stack, path)
            if name == "ScalarEvent" or text:
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
    keys: list[tuple[int, str | int]] = []
    items = 0
    for number, line in enumerate(text.split("\n")[:MAX_VALUES], 1):
        if len(line) > 2_000 or line.lstrip().startswith("#"):
            continue
        dash = _YAML_DASH.match(line)
        if dash:  # each item of a list is a map of its own
            items += 1
            while keys and keys[-1][0] >= len(dash[1]):
                keys.pop()
            if len(keys) < MAX_DEPTH:
                keys.append((len(dash[1]), items))
            line = " " * (len(dash[1]) + len(dash[2])) + line[dash.end() :]
        match = _YAML_LINE.match(line)
        opener = match or _YAML_OPENER.match(line)
        if opener is None:
            if dash and line.strip():
                found.append(Value(tuple(key for _, key in keys), line.strip().strip("\"'"), number))
            continue
        indent = len(opener[1])
        while keys and keys[-1][0] >= indent:
            keys.pop()
        if match:
            found.append(Value((*(key for _, key in keys), match[2]), match[3].strip(), number))
        elif len(keys) < MAX_DEPTH:
            keys.append((indent, opener[2]))
    return found


_COMMENT = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|//[^\n]*|/\*.*?\*/", re.DOTALL)


def without_comments(text: str) -> str:
    """JSON with comments (``devcontainer.json``) as JSON; every line stays where it is."""
    if "//" not in text and "/*" not in text:
        return text
    return _COMMENT.sub(lambda m: m[0] if m[0][0] == '"' else "\n" * m[0].count("\n"), text)


def read_json(text: str) -> tuple[list[Value], str | None]:
    """The values of a JSON text, comments left out; a last comma is no error."""
    found: list[Value] = []
    text = without_comments(text)
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
