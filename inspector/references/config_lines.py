"""TOML, INI and HCL (Terraform) as a flat list of values with their lines, read line by line.

The standard parsers give no lines and stop at the first error; what is looked for here are texts under
keys. Arrays and tables over several lines are followed by their brackets, with a bound on their length.
"""

from __future__ import annotations

import re

from inspector.references.config_values import MAX_VALUES, Value

MAX_LINE = 4_000
MAX_ARRAY_LINES = 2_000
MAX_DEPTH = 40
_SECTION = re.compile(r"\s*(\[{1,2})\s*([^\[\]]+?)\s*\]{1,2}\s*(?:[#;].*)?\Z")
_PAIR = re.compile(r"""\s*(["'\w.@*-]+)\s*[=:]\s*(.*?)\s*\Z""", re.DOTALL)
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"' + r"|'([^']*)'")
_TABLE_PAIR = re.compile(r"""["']?([\w.-]+)["']?\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([\w.+-]+))""")
_HCL_OPENER = re.compile(
    r"""\s*["']?([\w.-]+)["']?(?:\s+"([^"]*)")?(?:\s+"[^"]*"){0,2}\s*[=:]?\s*[{\[]\s*(?:#.*|//.*)?\Z"""
)
_HCL_PAIR = re.compile(r"""\s*["']?([\w.-]+)["']?\s*[=:]\s*(.+?)\s*,?\s*(?:#.*|//.*)?\Z""")
_CUT = "The file holds more than 100,000 values; the rest was left out."


def read_toml(text: str) -> tuple[list[Value], str | None]:
    """``key = value`` lines under their sections, arrays and tables over several lines included."""
    return _sections(text, comment=("#",))


def read_ini(text: str) -> tuple[list[Value], str | None]:
    """INI and CFG: as TOML, with values that need no quotes and lines that go on by their indentation."""
    return _sections(text, comment=("#", ";"), bare=True)


def _sections(text: str, comment: tuple[str, ...], bare: bool = False) -> tuple[list[Value], str | None]:
    found: list[Value] = []
    section: tuple[str | int, ...] = ()
    counts: dict[tuple[str | int, ...], int] = {}
    lines = text.split("\n")
    number = 0
    key: tuple[str | int, ...] = ()
    while number < len(lines):
        line, at = lines[number], number + 1
        number += 1
        if len(found) > MAX_VALUES:
            return found, _CUT
        if len(line) > MAX_LINE or not line.strip() or line.lstrip().startswith(comment):
            continue
        header = _SECTION.match(line)
        if header and "=" not in header[2]:
            section = tuple(part.strip(" \"'") for part in header[2].split(".")[:20])
            if header[1] == "[[":
                counts[section] = counts.get(section, -1) + 1
                section = (*section, counts[section])
            continue
        if bare and line[0] in " \t" and key and "=" not in line:
            found.append(Value(key, line.strip(), at))
            continue
        match = _PAIR.match(line)
        if match is None:
            continue
        key = (*section, *(part.strip("\"'") for part in match[1].split(".")[:20]))
        value = match[2]
        if value[:3] in ('"""', "'''"):
            number = _long_text(lines, at, value, key, found)
        elif value[:1] in ("[", "{"):
            number = _container(lines, at, value, key, found)
        elif value[:1] in ("'", '"'):
            string = _STRING.match(value)
            if string:
                found.append(Value(key, _text(string), at, quoted=True))
        elif value:
            found.append(Value(key, re.split(r"\s[#;]", value, maxsplit=1)[0].strip(), at))
    return found, None


def _text(match: re.Match[str]) -> str:
    return match[1].replace('\\"', '"') if match[1] is not None else match[2]


def _long_text(lines: list[str], at: int, value: str, key: tuple[str | int, ...], found: list[Value]) -> int:
    """A text in three quotes; gives the number of the line behind it."""
    quote, first = value[:3], value[3:]
    if quote in first:
        found.append(Value(key, first.split(quote, 1)[0], at, quoted=True))
        return at
    body: list[str] = []
    number = at
    while number < len(lines) and number - at < MAX_ARRAY_LINES:
        body.append(lines[number])
        number += 1
        if quote in body[-1]:
            break
    found.append(Value(key, "\n".join(body).split(quote, 1)[0][:100_000], at, block=True))
    return number


def _container(lines: list[str], at: int, value: str, key: tuple[str | int, ...], found: list[Value]) -> int:
    """An array or an inline table, over as many lines as its brackets take."""
    depth = place = 0
    number, line = at, value
    while True:
        code = _without_comment(line)
        opened = _brackets(code)
        if "{" in code or (value[0] == "{" and "=" in code):
            for pair in _TABLE_PAIR.finditer(code):
                text = next(group for group in pair.groups()[1:] if group is not None)
                inner = (*key, place, pair[1]) if value[0] == "[" else (*key, pair[1])
                found.append(Value(inner, text, number, quoted=pair[4] is None))
        elif value[0] == "[":
            for string in _STRING.finditer(code):
                found.append(Value((*key, place), _text(string), number, quoted=True))
                place += 1
        place += code.count("}")
        depth += opened
        if depth <= 0 or number >= len(lines) or number - at > MAX_ARRAY_LINES:
            return number
        line = lines[number][:MAX_LINE]
        number += 1


def _without_comment(line: str) -> str:
    """``line`` up to a ``#`` that stands in no string."""
    if "#" not in line:
        return line
    return line[: len(_STRING.sub(lambda m: "_" * len(m[0]), line).split("#", 1)[0])]


def _brackets(line: str) -> int:
    plain = _STRING.sub("", line)
    return plain.count("[") + plain.count("{") - plain.count("]") - plain.count("}")


def read_hcl(text: str) -> tuple[list[Value], str | None]:
    """Terraform: ``key = "text"`` lines inside of named blocks."""
    found: list[Value] = []
    blocks: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip()
        if len(found) > MAX_VALUES:
            return found, _CUT
        if not stripped or len(line) > MAX_LINE or stripped.startswith(("#", "//")):
            continue
        opener = _HCL_OPENER.match(line)
        if opener and len(blocks) < MAX_DEPTH:
            # A resource is called by its type: resource "docker_image" "base" {
            blocks.append(opener[2] if opener[1] in ("resource", "data") and opener[2] else opener[1])
            continue
        if stripped[0] in "}])":
            blocks = blocks[:-1]
            continue
        pair = _HCL_PAIR.match(line)
        if pair and pair[2][0] in "\"'":
            string = _STRING.match(pair[2])
            if string and "${" not in _text(string):
                found.append(Value((*blocks, pair[1]), _text(string), number, quoted=True))
        elif pair and pair[2][0] == "[":
            for place, string in enumerate(_STRING.finditer(pair[2])):
                found.append(Value((*blocks, pair[1], place), _text(string), number, quoted=True))
        elif pair is None and stripped[0] in "\"'" and blocks:
            string = _STRING.match(stripped)
            if string:
                found.append(Value((*blocks, number), _text(string), number, quoted=True))
    return found, None
