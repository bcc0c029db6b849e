"""Requirements and constraints files, as pip reads them.

The reference is pip's own description of the format: continuation lines, comments, per-requirement options
such as ``--hash``, global options, ``-r`` and ``-c``, environment variables. Nothing in the file is obeyed:
an index address or an include is written down, not followed.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from inspector.dependencies.bounded import MAX_BYTES, Unreadable
from inspector.dependencies.interface import Manifest, Requirement
from inspector.dependencies.shapes import MAX_LENGTH, MAX_TEXT, name_of_link, requirement, shape_in_passing
from inspector.provenance import plain

FORMAT = "requirements"
SECTION = "requirements"
SAMPLE = 64 * 1024  # bytes looked at where the name does not tell
MAX_LISTED = 10_000  # requirements that are listed one by one; more are counted
MAX_VIA = 500  # packages that one package is said to come from

_NEWLINE = re.compile(r"\r\n|\r|\n")
_ENCODING = re.compile(rb"coding[:=]\s*([-\w.]+)")
_EDITABLE = re.compile(r"(?:-e(?=[\s=])|--editable(?=[\s=]))[\s=]*(.*)\Z|-e(\S.*)\Z", re.DOTALL)
_INCLUDE = re.compile(r"(?:-r|-c|--requirement(?=[\s=])|--constraint(?=[\s=]))[\s=]*(.*)\Z", re.DOTALL)
_LINE_OPTION = re.compile(
    r"\s--(?:hash|global-option|config-settings?|install-option)(?=[\s=]).*\Z", re.DOTALL
)
# The algorithms that pip takes; it refuses a weaker one.
_NAME_AND_VERSION = re.compile(r"[A-Za-z0-9]++(?:[._-]++[A-Za-z0-9]++)*+[ ]?==[ ]?[0-9][A-Za-z0-9.+!_-]*+\Z")
_HASH = re.compile(r"--hash[\s=]+sha(?:256|384|512):[0-9A-Fa-f]+")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def read(path: str, data: bytes) -> Manifest:
    """The file with every requirement, option and include. Raises Unreadable for what is no text.

    Requirements past MAX_LISTED are counted by shape and not kept. ``# via`` comments, as pip-compile and
    uv write them below a requirement or behind it, say who pulls it in.
    """
    listed: list[Requirement] = []
    beyond: Counter[str] = Counter()
    includes: list[str] = []
    unread: list[int] = []
    unread_many = 0
    via = _Via()
    for line, text, comment in _logical_lines(_decoded(data)):
        if not text:
            via.take(comment)
            continue
        many = len(listed)
        if many >= MAX_LISTED:
            shape, hashed = _counted(text)
            beyond[shape] += 1
            beyond["hashed"] += hashed
            if shape == "option" and len(includes) < MAX_LISTED:
                _option(text, line, includes)
        else:
            item = _requirement(text, line, includes)
            via.give(listed)
            via.begin(many if item.name else None, comment)
            listed.append(item)
            shape = item.shape
        if shape == "unread":
            unread_many += 1
            unread.extend([line] if unread_many <= 6 else [])
    via.give(listed)
    return Manifest(
        path=path,
        format=FORMAT,
        requirements=tuple(listed),
        includes=tuple(includes),
        error=_error(unread, unread_many, sum(beyond.values()) - beyond["hashed"]),
        beyond={SECTION: dict(beyond)} if beyond else {},
    )


class _Via:
    """Collects the ``# via`` comment that belongs to the requirement read last."""

    def __init__(self) -> None:
        self._at: int | None = None  # place of that requirement among the listed ones
        self._open = False  # inside a list of several lines
        self._names: list[str] = []

    def begin(self, at: int | None, comment: str) -> None:
        self._at, self._open, self._names = at, False, []
        self.take(comment)

    def take(self, comment: str) -> None:
        said = comment.lstrip("#").strip()
        if self._at is None or not said:
            return
        if said == "via" or said.startswith("via "):
            self._open = True
            said = said[3:].strip()
        if self._open and len(self._names) < MAX_VIA:
            self._names += [one.strip() for one in said[:MAX_LENGTH].split(",") if one.strip()]

    def give(self, listed: list[Requirement]) -> None:
        if self._at is not None and self._names:
            listed[self._at] = replace(listed[self._at], via=tuple(one[:MAX_TEXT] for one in self._names))
        self._at = None


def looks_like_one(data: bytes) -> bool:
    """True where most lines at the beginning are requirements or options and at least one is a
    requirement: for names such as ``dev.in`` that may be anything."""
    sample = data if len(data) <= SAMPLE else data[:SAMPLE].rpartition(b"\n")[0]
    try:
        shapes = Counter(
            _requirement(text, line, []).shape for line, text, _ in _logical_lines(_decoded(sample)) if text
        )
    except Unreadable:
        return False
    return shapes["unread"] * 4 <= shapes.total() and bool(set(shapes) - {"option", "unread"})


def _decoded(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise Unreadable(f"The file has {len(data):,} bytes; manifests are read up to {MAX_BYTES:,}.")
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(encoding)
            except UnicodeDecodeError:
                raise Unreadable(f"The file says it is {encoding} text and is not.") from None
    if b"\0" in data:
        raise Unreadable("The file holds zero bytes: it is no text.")
    declared = None
    for first in data.split(b"\n", 2)[:2]:
        declared = declared or (_ENCODING.search(first[:200]) if first.startswith(b"#") else None)
    encoding = declared.group(1).decode("ascii", "replace") if declared else "utf-8"
    try:
        # Only encodings that are text: "coding: zip" would unpack, "coding: idna" takes quadratic time.
        if encoding.lower().replace("_", "-") in {
            "utf-8",
            "utf8",
            "latin-1",
            "iso-8859-1",
            "ascii",
            "cp1252",
        }:
            return data.decode(encoding)
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _physical_lines(text: str) -> Iterator[tuple[int, str]]:
    """(number as an editor counts, text), one at a time: a list of a million lines would cost memory."""
    start, number = 0, 0
    for end in _NEWLINE.finditer(text):
        number += 1
        yield number, text[start : end.start()]
        start = end.end()
    yield number + 1, text[start:]


def _logical_lines(text: str) -> Iterator[tuple[int, str, str]]:
    """(number of the first physical line, text without comment, comment) of every line that says something;
    a line that is a comment alone has no text."""
    parts: list[str] = []
    start = 0
    for number, physical in _physical_lines(text):
        if not parts and physical.isprintable() and "#" not in physical and not physical.endswith("\\"):
            stripped = physical.strip()
            if stripped:
                yield number, stripped, ""
            continue
        # pip splits at the rarer separators too (form feed, U+2028), an editor does not count them.
        for line in physical.splitlines() or [""]:
            comment = line.lstrip().startswith("#")
            if line.endswith("\\") and not comment:
                if not parts:
                    start = number
                parts.append(line[:-1])
                continue
            if parts:
                # A comment ends a continuation; its hash sign has to stay a comment's.
                parts.append(f" {line}" if comment else line)
                line, first = "".join(parts), start
                parts = []
            else:
                first = number
            stripped = _without_comment(line)
            if stripped or comment:
                yield first, stripped, line[len(line) - len(line.lstrip()) + len(stripped) :].strip()
    if parts:
        stripped = _without_comment("".join(parts))
        if stripped:
            yield start, stripped, ""


def _without_comment(line: str) -> str:
    if "#" in line:
        at = 0
        while (at := line.find("#", at)) >= 0:
            if at == 0 or line[at - 1].isspace():
                line = line[:at]
                break
            at += 1
    return line.strip()


def _counted(text: str) -> tuple[str, bool]:
    """The shape and whether there is a hash, for a line that is counted and not kept."""
    if _NAME_AND_VERSION.match(text):
        return "exact", False
    if text.startswith("-"):
        return ("editable" if _EDITABLE.match(text) else "option"), False
    if "--" not in text:
        return _shape_alone(text), False
    options = _LINE_OPTION.search(text)
    body = text[: options.start()] if options else text
    return _shape_alone(body), bool(options and _HASH.search(options.group()))


@lru_cache(maxsize=10_000)
def _shape_alone(text: str) -> str:
    return shape_in_passing(text)


def _requirement(text: str, line: int, includes: list[str]) -> Requirement:
    if text.startswith("-"):
        return _option(text, line, includes)
    body, hashed = text, False
    if "--" in text:
        options = _LINE_OPTION.search(text)
        if options:
            body = text[: options.start()]
            hashed = _HASH.search(options.group()) is not None
    return requirement(body, SECTION, line, shown=text, hashed=hashed)


def _option(text: str, line: int, includes: list[str]) -> Requirement:
    editable = _EDITABLE.match(text)
    if editable:
        link = (editable.group(1) or editable.group(2) or "").strip().strip("\"'")
        if len(link) > MAX_LENGTH:
            return Requirement(None, SECTION, "unread", "", line, text[:MAX_TEXT])
        return Requirement(name_of_link(link), SECTION, "editable", link[:MAX_TEXT], line, text[:MAX_TEXT])
    include = _INCLUDE.match(text)
    if include:
        includes.append(include.group(1).strip().strip("\"'")[:MAX_TEXT])
    return Requirement(None, SECTION, "option", "", line, text[:MAX_TEXT])


def _error(unread: list[int], many: int, beyond: int) -> str | None:
    sentences = []
    if unread:
        lines = ", ".join(str(line) for line in unread[:5]) + (" …" if many > 5 else "")
        said = "1 line is" if many == 1 else f"{many:,} lines are"
        sentences.append(f"{said} no requirement that can be read (line {lines}).")
    if beyond:
        sentences.append(f"{beyond:,} lines past the first {MAX_LISTED:,} are counted but not listed.")
    return plain(" ".join(sentences)) or None
