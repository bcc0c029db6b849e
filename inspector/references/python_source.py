"""Python source to syntax trees, also where the source does not parse.

A file that the parser takes is read whole. One that it does not take (a notebook export with ``!pip``,
Python 2, a merge conflict, a file cut short) is read a second, tolerant way: shell and magic lines are
blanked, Python 2 statements are rewritten, then each top-level statement is parsed on its own, and what
still fails gives up only its calls. Line numbers are those of the file throughout. Nothing is run; the
parser is CPython's own, behind checks of size and nesting.
"""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass, field

MAX_SOURCE = 4 * 1024 * 1024  # characters; the syntax tree takes about fifty times as much memory
MAX_NESTING = 150  # CPython's own limit is 200 brackets; its parser is recursive
_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_OPEN_OR_CLOSE = re.compile(r"[()\[\]{}]")
_NO_BRACKETS = re.compile(r"[^()\[\]{}]+")
_SIGNS = re.compile(r"[-+~]{200}")
_MAGIC = re.compile(r"^(\s*)(?:[!%?]|\w+\s*=\s*[!%](?!=))(?P<rest>.*)$")
_ENDS_IN_HELP = re.compile(r"^\s*[\w.]+\?{1,2}\s*$")
_PY2_PRINT = re.compile(r"^(\s*(?:.*[:;]\s+)?)print\s+(?![(=.,)\]])(?:>>\s*[\w.]+\s*,)?.*$")
_PY2_EXCEPT = re.compile(r"^(\s*except\s+[\w.,() ]+?)\s*,\s*(\w+)\s*:")
_PY2_RAISE = re.compile(r"^(\s*)raise\s+[\w.]+\s*,.*$")
_PY2_EXEC = re.compile(r"^(\s*)exec\s+[^(\s].*$")
_PY2_OCTAL = re.compile(r"(?<![\w.])0(\d+)(?![\w.])")
_PY2_STRING = re.compile(r"(?<!\w)[uU][rR](?=['\"])")
_CONFLICT = re.compile(r"^(<<<<<<<|=======|>>>>>>>|\|\|\|\|\|\|\|)")
_TRIPLE = re.compile(r'"""|\'\'\'')
_CALL = re.compile(r"(?<![\w.])[A-Za-z_][\w.]*+\s{0,9}\(")


@dataclass(slots=True)
class Parsed:
    """The statements of one source with the file's ``lines``; ``partly`` says what could not be read."""

    body: list[ast.stmt] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    partly: str | None = None


def decode(data: bytes) -> str:
    """The text of a Python file: by its byte-order mark, its coding cookie, else UTF-8; never an error."""
    if data.startswith(b"\xef\xbb\xbf"):
        return data[3:].decode("utf-8", "replace")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    for line in data[:400].split(b"\n")[:2]:
        match = _COOKIE.match(line)
        if match:
            try:
                return data.decode(match[1].decode("ascii"), "replace")
            except (LookupError, ValueError, UnicodeError, TypeError):
                break
    return data.decode("utf-8", "replace")


def parse(text: str, *, magics: bool = False) -> Parsed:
    """The statements of ``text``, read whole or the tolerant way. With ``magics`` the text is a notebook's
    cell: there ``%`` and ``!`` lines belong to the language, and leaving them out loses no Python."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", " ").replace("\f", " ")
    partly = None
    if len(text) > MAX_SOURCE:
        text = text[: text.rfind("\n", 0, MAX_SOURCE) + 1] or text[:MAX_SOURCE]
        partly = "The file is larger than 4 MB; only its first part was read."
    lines = text.split("\n")
    tree = try_parse(text)
    if tree is not None:
        return Parsed(tree.body, lines, partly)
    mended_lines, foreign, magic_lines = _mended(lines)
    tree = try_parse("\n".join(mended_lines))
    if tree is not None:
        left_out = foreign if magics else foreign + magic_lines
        return Parsed(tree.body, lines, partly or _said_of(left_out))
    body, lost = _by_statement(mended_lines)
    return Parsed(
        body, lines, partly or f"The file does not parse; {lost} places were read for their calls only."
    )


def try_parse(text: str) -> ast.Module | None:
    """The syntax tree, or None where the text does not parse or is nested too deeply to try."""
    if _too_deep(text):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
            return None


def _too_deep(text: str) -> bool:
    """Whether brackets or indentation go deeper than the parser should be sent. Brackets inside strings
    are counted too: that sends a file the tolerant way at worst."""
    if _nesting_may_exceed(text):
        depth = 0
        for match in _OPEN_OR_CLOSE.finditer(text):
            if match[0] in "([{":
                depth += 1
                if depth > MAX_NESTING:
                    return True
            elif depth:
                depth -= 1
    return "\n" + " " * 4 * MAX_NESTING in text or "not " * 100 in text or _SIGNS.search(text) is not None


def _nesting_may_exceed(text: str) -> bool:
    """Whether it takes a closer look. Pairs of brackets are taken away from the inside, layer by layer: as
    many layers as that takes, and what is left without its other half, bound the depth."""
    brackets = _NO_BRACKETS.sub("", text)
    for layers in range(MAX_NESTING):
        fewer = brackets.replace("()", "").replace("[]", "").replace("{}", "")
        if len(fewer) == len(brackets):
            return layers + len(brackets) > MAX_NESTING
        brackets = fewer
    return True


def _said_of(left_out: int) -> str | None:
    if not left_out:
        return None
    lines = "1 line is" if left_out == 1 else f"{left_out} lines are"
    return f"{lines} not Python 3 and {'was' if left_out == 1 else 'were'} left out."


def _mended(lines: list[str]) -> tuple[list[str], int, int]:
    """The lines with magics blanked and Python 2 rewritten; how many were rewritten, how many blanked."""
    mended: list[str] = []
    count = magics = 0
    continued = False  # the line before was a blanked one that ended in a backslash
    for line in lines:
        new = line
        if continued:
            mended.append("")
            magics += 1
            continued = line.rstrip().endswith("\\")
            continue
        if len(line) < 5000:
            match = _MAGIC.match(line)
            if (match and not _is_operator_line(line, mended)) or _ENDS_IN_HELP.match(line):
                mended.append(line[: len(line) - len(line.lstrip())] + "pass")
                magics += 1
                continued = line.rstrip().endswith("\\")
                continue
            if _CONFLICT.match(line):
                new = ""
            else:
                new = _python3(line)
        count += new != line
        mended.append(new)
    return mended, count, magics


def _is_operator_line(line: str, before: list[str]) -> bool:
    """Whether a line that starts with % goes on from an open bracket: ``("%s"\\n % name)``."""
    if not line.lstrip().startswith("%") or not before:
        return False
    last = before[-1].rstrip()
    return last.endswith(("(", ",", "\\", '"', "'"))


def _python3(line: str) -> str:
    if "print" in line and _PY2_PRINT.match(line):
        return re.sub(r"print\s.*$", "pass", line)
    line = _PY2_EXCEPT.sub(r"\1 as \2:", line)
    line = _PY2_RAISE.sub(r"\1pass", line)
    line = _PY2_EXEC.sub(r"\1pass", line)
    line = _PY2_STRING.sub("r", line)
    return _PY2_OCTAL.sub(r"0o\1", line) if re.search(r"(?<![\w.])0[0-7]+(?![\w.])", line) else line


def _by_statement(lines: list[str]) -> tuple[list[ast.stmt], int]:
    """Each top-level statement parsed alone; of what fails, the calls. Also how many failed."""
    body: list[ast.stmt] = []
    lost = 0
    for start, end in _top_level(lines):
        tree = try_parse("\n".join(lines[start:end]))
        if tree is None:
            lost += 1
            found = _without_bad_lines(lines[start:end])
            shifted: list[ast.stmt] = found if found is not None else _calls_only(lines[start:end])
        else:
            shifted = tree.body
        for statement in shifted:
            ast.increment_lineno(statement, start)
        body.extend(shifted)
    return body, lost


def _top_level(lines: list[str]) -> list[tuple[int, int]]:
    """(start, end) of the runs of lines that each begin at the left margin, outside of long strings."""
    starts: list[int] = []
    quote = ""
    decorated = False
    for number, line in enumerate(lines):
        inside = bool(quote)
        for match in _TRIPLE.finditer(line):
            if not quote:
                if "#" in line[: match.start()]:
                    break
                quote = match[0]
            elif quote == match[0]:
                quote = ""
        if inside or not line or line[0] in " \t)]}#" or decorated:
            decorated = decorated and (not line or line[0] == "#")
            continue
        if line.startswith(("else", "elif", "except", "finally")) and starts:
            continue
        decorated = line[0] == "@"
        starts.append(number)
    ends = [*starts[1:], len(lines)]
    return list(zip(starts, ends))


def _without_bad_lines(lines: list[str]) -> list[ast.stmt] | None:
    """The statements once the lines that the parser stops at are blanked; None after eight tries."""
    lines = list(lines)
    if sum(map(len, lines)) > 200_000:
        return None
    for _ in range(8):
        text = "\n".join(lines)
        if _too_deep(text):
            return None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                return ast.parse(text).body
            except SyntaxError as error:
                at = (error.lineno or 0) - 1
            except (ValueError, RecursionError, MemoryError, OverflowError):
                return None
        if not 0 <= at < len(lines):
            return None
        if _CALL.search(lines[at]):
            return None  # do not blank what may name something: its calls are taken one by one
        stripped = lines[at].strip()
        if stripped in ("pass", ""):
            return None
        lines[at] = lines[at][: len(lines[at]) - len(lines[at].lstrip())] + "pass"
    return None


def _calls_only(lines: list[str]) -> list[ast.stmt]:
    """The statements that can be had from single logical lines: imports, assignments and calls."""
    found: list[ast.stmt] = []
    budget = 2_000
    skip_to = 0
    for number, line in enumerate(lines):
        stripped = line.strip()
        if number < skip_to or not stripped or stripped.startswith("#") or budget <= 0:
            continue
        budget -= 1
        logical, used = _logical_line(lines, number)
        tree = try_parse(logical)
        if tree is None and logical.endswith(":"):
            tree = try_parse(logical + " pass")
        if tree is None:
            # Nothing whole starts here: look for a call inside the line.
            match = _CALL.search(line)
            if match:
                logical, used = _logical_line([line[match.start() :], *lines[number + 1 : number + 40]], 0)
                tree = try_parse(_balanced(logical)) or try_parse(_closed(line[match.start() :]))
        if tree is not None:
            for statement in tree.body:
                ast.increment_lineno(statement, number)
            found.extend(tree.body)
            skip_to = number + used
    return found


def _logical_line(lines: list[str], start: int) -> tuple[str, int]:
    """The line at ``start`` with those that its brackets keep open (60 at most), and how many they are."""
    depth = 0
    taken: list[str] = []
    for line in lines[start : start + 60]:
        taken.append(line.strip() if not taken else line)
        code = line.split("#", 1)[0] if '"' not in line and "'" not in line else line
        for match in _OPEN_OR_CLOSE.finditer(code):
            depth += 1 if match[0] in "([{" else -1
        if depth <= 0:
            break
    if depth > 0:
        return taken[0], 1
    return "\n".join(taken), len(taken)


def _balanced(text: str) -> str:
    """``text`` up to the bracket that closes its first one."""
    depth = 0
    for match in _OPEN_OR_CLOSE.finditer(text):
        depth += 1 if match[0] in "([{" else -1
        if depth == 0:
            return text[: match.end()]
    return text


def _closed(line: str) -> str:
    """``line`` with the brackets closed that it leaves open."""
    open_ones: list[str] = []
    for match in _OPEN_OR_CLOSE.finditer(line):
        if match[0] in "([{":
            open_ones.append({"(": ")", "[": "]", "{": "}"}[match[0]])
        elif open_ones:
            open_ones.pop()
    return line + "".join(reversed(open_ones))
