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

from inspector.dependencies.bounded import MAX_BYTES, Unreadable
from inspector.dependencies.interface import Manifest, Requirement
from inspector.dependencies.shapes import MAX_LENGTH, MAX_TEXT, name_of_link, requirement
from inspector.provenance import plain

FORMAT = "requirements"
SECTION = "requirements"
SAMPLE = 64 * 1024  # bytes looked at where the name does not tell
MAX_LISTED = 200_000  # requirements that are listed one by one; more are counted

_NEWLINE = re.compile(r"\r\n|\r|\n")
_ENCODING = re.compile(rb"coding[:=]\s*([-\w.]+)")
_EDITABLE = re.compile(r"(?:-e(?=[\s=])|--editable(?=[\s=]))[\s=]*(.*)\Z|-e(\S.*)\Z", re.DOTALL)
_INCLUDE = re.compile(r"(?:-r|-c|--requirement(?=[\s=])|--constraint(?=[\s=]))[\s=]*(.*)\Z", re.DOTALL)
_LINE_OPTION = re.compile(
    r"\s--(?:hash|global-option|config-settings?|install-option)(?=[\s=]).*\Z", re.DOTALL
)
_HASH = re.compile(r"--hash[\s=]+[A-Za-z0-9_]+:[0-9A-Fa-f]+")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def read(path: str, data: bytes) -> Manifest:
    """The file with every requirement, option and include. Raises Unreadable for what is no text."""
    listed: list[Requirement] = []
    beyond: Counter[str] = Counter()
    includes: list[str] = []
    unread: list[int] = []
    for line, text in _logical_lines(_decoded(data)):
        item = _requirement(text, line, includes)
        if item.shape == "unread":
            unread.append(line)
        if len(listed) < MAX_LISTED:
            listed.append(item)
        else:
            beyond[item.shape] += 1
            beyond["hashed"] += item.hashed
    return Manifest(
        path=path,
        format=FORMAT,
        requirements=tuple(listed),
        includes=tuple(includes),
        error=_error(unread, sum(beyond.values()) - beyond["hashed"]),
        beyond={SECTION: dict(beyond)} if beyond else {},
    )


def looks_like_one(data: bytes) -> bool:
    """True where most lines at the beginning are requirements or options and at least one is a
    requirement: for names such as ``dev.in`` that may be anything."""
    sample = data if len(data) <= SAMPLE else data[:SAMPLE].rpartition(b"\n")[0]
    try:
        shapes = Counter(
            _requirement(text, line, []).shape for line, text in _logical_lines(_decoded(sample))
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


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """(number of the first physical line, text without comment) of every line that says something."""
    parts: list[str] = []
    start = 0
    for number, physical in enumerate(_NEWLINE.split(text), 1):
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
            if stripped:
                yield first, stripped
    if parts:
        stripped = _without_comment("".join(parts))
        if stripped:
            yield start, stripped


def _without_comment(line: str) -> str:
    if "#" in line:
        at = 0
        while (at := line.find("#", at)) >= 0:
            if at == 0 or line[at - 1].isspace():
                line = line[:at]
                break
            at += 1
    return line.strip()


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


def _error(unread: list[int], beyond: int) -> str | None:
    sentences = []
    if unread:
        lines = ", ".join(str(line) for line in unread[:5]) + (" …" if len(unread) > 5 else "")
        many = "1 line is" if len(unread) == 1 else f"{len(unread):,} lines are"
        sentences.append(f"{many} no requirement that can be read (line {lines}).")
    if beyond:
        sentences.append(f"{beyond:,} lines past the first {MAX_LISTED:,} are counted but not listed.")
    return plain(" ".join(sentences)) or None
