"""TOML, JSON and YAML of strangers, read within bounds.

A parser meets three kinds of hostile text: too large, too deep, and small but slow. Each has a bound here
that is checked before or while parsing, and each ends as ``Unreadable`` with a sentence, never as a crash.
"""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

MAX_BYTES = 64 * 1024 * 1024  # of any manifest; a lock of 2,000 packages has about 6 MB
MAX_YAML_BYTES = 4 * 1024 * 1024  # an environment file; the largest in use have a few kilobytes
MAX_YAML_DEPTH = 40
MAX_YAML_EVENTS = 400_000
MAX_YAML_ALIASES = 100
MAX_LOCK_YAML_BYTES = 12 * 1024 * 1024  # a lock in YAML; those of large workspaces have 3 MB
MAX_LOCK_YAML_EVENTS = 1_500_000
MAX_KEY_PARTS = 40

# tomllib handles a dotted key of n parts in n² steps, so a line of one megabyte would take hours. Only
# lines long enough to hold such a key are looked at; the repetition is possessive, hence linear.
_KEY_PART = r"""(?:[A-Za-z0-9_-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')"""
_DOTTED_KEY = re.compile(rf"{_KEY_PART}(?:[ \t]*+\.[ \t]*+{_KEY_PART})*+")
_LONG_LINE = re.compile(rf"^[^\n]{{{MAX_KEY_PARTS * 2},}}$", re.MULTILINE)


class Unreadable(Exception):
    """Content that could not be read; the message is a whole sentence for the reviewer."""


def text_of(data: bytes) -> str:
    """The text of a manifest that its format requires to be UTF-8; a byte order mark is dropped."""
    if len(data) > MAX_BYTES:
        raise Unreadable(f"The file has {len(data):,} bytes; manifests are read up to {MAX_BYTES:,}.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        raise Unreadable(f"The file is not UTF-8 text (byte {broken.start}).") from None


def toml_table(text: str) -> dict[str, Any]:
    """The document as tomllib reads it."""
    for line in _LONG_LINE.finditer(text):
        if line.group().count(".") < MAX_KEY_PARTS:
            continue
        if any(_parts_may_exceed(key.group()) for key in _DOTTED_KEY.finditer(line.group())):
            raise Unreadable(f"A key has more than {MAX_KEY_PARTS} dotted parts; the file was not read.")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        raise Unreadable(f"The file is not valid TOML: {_brief(broken)}.") from None
    except RecursionError:
        raise Unreadable("The TOML is nested too deeply to be read.") from None
    except (ValueError, OverflowError, MemoryError) as broken:
        raise Unreadable(f"The TOML holds a value that cannot be read: {_brief(broken)}.") from None


def toml_table_later(text: str) -> dict[str, Any]:
    """The document of a writer that follows TOML 1.1, in which an inline table may take several lines and
    end in a comma. tomllib reads 1.0, so such tables are written on one line first."""
    try:
        return toml_table(text)
    except Unreadable:
        joined = _inline_tables_joined(text)
        if joined == text:
            raise
        return toml_table(joined)


# Whatever may hold a brace that is no table's, then the braces, commas, comments and line ends themselves.
_TOML_PARTS = re.compile(
    r'"""(?:[^\\"]|\\.|"(?!""))*+"""|'
    r"'''(?:[^']|'(?!''))*+'''|"
    r'"(?:[^"\\\n]|\\.)*+"|'
    r"'[^'\n]*+'|#[^\n]*+|[{}\[\]]|\r?\n|,(?=\s*\})",
    re.DOTALL,
)


def _inline_tables_joined(text: str) -> str:
    depth: list[str] = []

    def part(found: re.Match[str]) -> str:
        said = found.group()
        if said in "{[":
            depth.append(said)
        elif said in "}]" and depth:
            depth.pop()
        elif ("{" in depth and (said.startswith("#") or said in ("\n", "\r\n"))) or (
            said == "," and "{" in depth
        ):
            return " "
        return said

    return _TOML_PARTS.sub(part, text)


def json_object(text: str) -> dict[str, Any]:
    """The document, which has to be a JSON object."""
    try:
        value = json.loads(text)
    except RecursionError:
        raise Unreadable("The JSON is nested too deeply to be read.") from None
    except (ValueError, MemoryError) as broken:
        raise Unreadable(f"The file is not valid JSON: {_brief(broken)}.") from None
    if not isinstance(value, dict):
        raise Unreadable("The file holds no JSON object.")
    return value


def yaml_mapping(
    text: str, *, max_size: int = MAX_YAML_BYTES, max_events: int = MAX_YAML_EVENTS
) -> dict[str, Any]:
    """The document, which has to be a mapping. Depth, size and aliases are counted on the events first,
    before anything is built: an alias costs nothing to write and everything to expand."""
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    if len(text) > max_size:
        raise Unreadable(f"The YAML has {len(text):,} characters; {max_size:,} are read at most.")
    depth = events = aliases = 0
    try:
        for event in yaml.parse(text, Loader=loader):
            events += 1
            aliases += isinstance(event, yaml.AliasEvent)
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > MAX_YAML_DEPTH:
                raise Unreadable("The YAML is nested too deeply to be read.")
            if aliases > MAX_YAML_ALIASES or events > max_events:
                raise Unreadable("The YAML has too many parts or aliases to be read.")
        built = loader(text)
        try:
            value = built.get_single_data()
        finally:
            built.dispose()
    except (yaml.YAMLError, ValueError, TypeError, RecursionError, MemoryError) as broken:
        raise Unreadable(f"The file is not valid YAML: {_brief(broken)}.") from None
    if not isinstance(value, dict):
        raise Unreadable("The file holds no YAML mapping.")
    return value


def lock_mapping(text: str) -> dict[str, Any]:
    """The document of a lock file in YAML, which may be larger than what people write by hand."""
    return yaml_mapping(text, max_size=MAX_LOCK_YAML_BYTES, max_events=MAX_LOCK_YAML_EVENTS)


def table(value: Any) -> dict[str, Any]:
    """``value`` where it is a table, else an empty one."""
    return value if isinstance(value, dict) else {}


def rows(value: Any) -> list[Any]:
    """``value`` where it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def word(value: Any) -> str | None:
    """``value`` where it is text that holds something, else None."""
    return value if isinstance(value, str) and value else None


def _parts_may_exceed(key: str) -> bool:
    # Dots inside quotes count too: the bound may be met early, never late.
    return key.count(".") >= MAX_KEY_PARTS and not _is_one_string(key)


def _is_one_string(key: str) -> bool:
    return key[:1] in "\"'" and re.fullmatch(_KEY_PART, key) is not None


def _brief(error: BaseException) -> str:
    from inspector.provenance import plain

    return plain(" ".join(str(error).split()), 160).rstrip(".")
