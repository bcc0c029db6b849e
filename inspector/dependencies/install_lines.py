"""Packages that a command installs: in a Dockerfile, a shell script, a Makefile, a CI file, a notebook.

The commands are looked for in the text, line by line with continuations; nothing is run and no shell is
imitated beyond quotes. What stands in a variable cannot be told and is left open. Sections are named after
the command: ``pip install``, ``conda install``, and so on. A container file says what is in production, so
its format is told apart from that of scripts, notebooks and CI files.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator

from inspector.dependencies.bounded import text_of
from inspector.dependencies.conda import shape_of_spec
from inspector.dependencies.interface import Manifest, Requirement
from inspector.dependencies.shapes import MAX_TEXT, name_of_link, normal_name, requirement

FORMAT = "install-lines"
CONTAINER = "Dockerfile"
_CONTAINER = re.compile(r"(?:.*/)?(?:[^/]*[-_.])?(?:dockerfile|containerfile)(?:[-_.][^/]*)?\Z", re.DOTALL)
MAX_INSTALL_BYTES = 8 * 1024 * 1024  # of a file that is looked through; scripts have kilobytes
MAX_COMMAND = 20_000  # characters of one command
MAX_COMMANDS = 2_000
_HINT = re.compile(
    rb"\b(?:pip[0-9.]*|uv|poetry|pdm|conda|mamba|micromamba|pipx)\b[^\n]{0,200}\b(?:install|add|create)\b"
)
_COMMAND = re.compile(
    r"(?<![\w./-])(?:[\w./-]*/)?"
    r"(?P<tool>(?:python[0-9.]*\s+-m\s+)?pip[0-9.]*|uv\s+pip|uv|pipx|poetry|pdm|conda|mamba|micromamba)"
    r"(?P<options>(?:\s+-{1,2}[\w-]+(?:=\S+)?)*)\s+(?P<verb>install|add|env\s+create|create)(?=\s|\"|\Z)"
    r"(?P<rest>[^;&|\n]*(?:\"[^\"\n]*\"[^;&|\n\"]*|'[^'\n]*'[^;&|\n']*)*)"
)
_PIP = {"pip", "uv pip"}
# Options of pip, uv and conda whose value is a word of its own, so that it is no package.
_WITH_VALUE = frozenset(
    (
        "-i", "--index-url", "--extra-index-url", "--default-index", "--index", "-f", "--find-links",
        "--trusted-host", "-t", "--target", "--prefix", "--root", "--python", "-p", "--platform", "--abi",
        "--python-version", "--implementation", "--no-binary", "--only-binary", "--progress-bar", "--timeout",
        "--retries", "--cache-dir", "--proxy", "--cert", "--log", "--upgrade-strategy", "--report", "--src",
        "--config-settings", "-C", "--global-option", "--build-option", "--torch-backend", "--exclude-newer",
        "-n", "--name", "-c", "--channel", "--group", "-G", "--extra", "--source", "--suffix", "--pip-args",
    )
)  # fmt: skip
_FILES = {"-r", "--requirement", "--requirements"}
_CONSTRAINTS = {"-c", "--constraint", "--constraints", "--build-constraint"}
_EDITABLE = {"-e", "--editable"}
_SAFE_WORD = re.compile(r"[\w.@:/\\\[\]{}$(),<>=!~+*^%#;\"' -]+\Z")
_NUMBERED = re.compile(r"\s*\d+[>|]")


def looks_like_one(data: bytes) -> bool:
    """True where a line may install something."""
    return len(data) <= MAX_INSTALL_BYTES and _HINT.search(data) is not None


def read(path: str, data: bytes) -> Manifest | None:
    """Every package of every command; None where the commands name none."""
    text = text_of(data)
    is_notebook = path.lower().endswith(".ipynb")
    found: list[Requirement] = []
    lines = _notebook_lines(text) if is_notebook else _logical_lines(text)
    for commands, (line, logical) in enumerate(_commands(lines)):
        if commands >= MAX_COMMANDS:
            break
        found.extend(_packages(logical, line))
    if not found:
        return None
    # A requirements file that a command names (-r) is no include here: its path is seen from wherever the
    # command runs, and it is read under its own name.
    form = CONTAINER if _CONTAINER.match(path.lower()) else FORMAT
    return Manifest(path, form, requirements=tuple(found))


def _commands(lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, re.Match[str]]]:
    for line, text in lines:
        if "install" not in text and "add" not in text and "create" not in text:
            continue
        for match in _COMMAND.finditer(text[:MAX_COMMAND]):
            before = text[: match.start()].rstrip()
            # "echo pip install x" and a sentence that names the command install nothing.
            if not re.search(r"(?:\becho|\bprintf|`|\becho\s+[\"'][^\"']*)\Z", before):
                yield line, match


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    parts: list[str] = []
    start = 0
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.rstrip("\r")
        bare = line.strip()
        if bare.startswith("#") and not bare.startswith("#!"):
            continue  # a comment, also between the lines of one command
        if not parts:
            start = number
        if bare.endswith("\\"):
            parts.append(bare[:-1])
            continue
        parts.append(_without_comment(bare))
        yield start, _exec_form(" ".join(parts))
        parts = []
    if parts:
        yield start, " ".join(parts)


def _exec_form(line: str) -> str:
    # RUN ["pip", "install", "x"]
    found = re.search(r"(?:RUN|CMD|ENTRYPOINT)\s+(\[\s*\".*\])\s*\Z", line[:MAX_COMMAND])
    if not found:
        return line
    try:
        return " ".join(shlex.quote(str(word)) for word in json.loads(found.group(1)))
    except (ValueError, TypeError, RecursionError):
        return line


def _notebook_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines of cells that call a shell (``!pip install``, ``%pip install``): each is a JSON string on a
    line of its own, as every notebook writer lays them out."""
    pending: list[str] = []
    start = 0
    for number, raw in enumerate(text.split("\n"), 1):
        found = re.match(r'\s*("(?:[^"\\]|\\.)*+")\s*,?\s*\Z', raw[:MAX_COMMAND])
        if found is None:
            pending = []
            continue
        try:
            line = str(json.loads(found.group(1))).strip()
        except ValueError:
            continue
        if pending:
            line = " ".join((*pending, line))
        elif not re.match(r"[!%]", line):
            continue
        else:
            start = number
        if line.endswith("\\"):
            pending = [line[:-1]]
            continue
        pending = []
        yield start, _without_comment(re.sub(r"\A[!%]+\s*", "", line))


def _without_comment(line: str) -> str:
    at = re.search(r"\s#\s", line)
    return line[: at.start()] if at and line.count('"', 0, at.start()) % 2 == 0 else line


def _packages(command: re.Match[str], line: int) -> Iterator[Requirement]:
    tool = re.sub(r"\s+", " ", command.group("tool"))
    tool = "pip" if re.search(r"pip[0-9.]*\Z", tool) and not tool.startswith(("uv", "pipx")) else tool
    verb = re.sub(r"\s+", " ", command.group("verb"))
    if (tool in _PIP or tool == "pipx") != (verb == "install") and tool not in (
        "conda",
        "mamba",
        "micromamba",
    ):
        return
    section = f"{tool} {verb}"
    conda = tool in ("conda", "mamba", "micromamba")
    words = _words(command.group("rest"))
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        option, equals, value = word.partition("=")
        if word.startswith("-"):
            takes = option in _WITH_VALUE or option in _FILES | _CONSTRAINTS | _EDITABLE
            if not equals and takes:
                value, at = (words[at] if at < len(words) else ""), at + 1
            elif not equals and word[:2] in ("-r", "-e") and len(word) > 2 and not word.startswith("--"):
                option, value = word[:2], word[2:]
            if conda and option in ("-c", "-f", "--file"):
                option = "--channel" if option == "-c" else option
            if option in _FILES | (set() if conda else _CONSTRAINTS) and value:
                yield Requirement(None, section, "option", "", line, f"{option} {value}"[:MAX_TEXT])
            elif option in _EDITABLE and value:
                yield Requirement(
                    name_of_link(value[:MAX_TEXT]),
                    section,
                    "editable",
                    value[:MAX_TEXT],
                    line,
                    value[:MAX_TEXT],
                )
            continue
        item = _conda(word, section, line) if conda else _python(word, section, line, tool)
        if item is not None:
            yield item


def _words(rest: str) -> list[str]:
    # "${{ matrix.x }}" of a CI file is one word, and a variable.
    rest = re.sub(r"\$\{\{[^{}\n]*\}\}", "${CI}", rest)
    try:
        words = shlex.split(rest, comments=False)
    except ValueError:
        words = rest.replace('"', " ").replace("'", " ").split()
    kept = []
    for word in words:
        if word in (">", ">>", "2>", "<", "\\") or _NUMBERED.match(word):
            break  # a redirection ends what is installed
        kept.append(word.rstrip(","))
    return kept


def _python(word: str, section: str, line: int, tool: str) -> Requirement | None:
    if tool in ("poetry", "uv", "pdm") and "@" in word and "://" not in word and " @" not in word:
        name, _, version = word.partition("@")  # poetry add name@version
        if re.match(r"[~^<>!]", version):
            return Requirement(normal_name(name), section, "range", version[:MAX_TEXT], line, word[:MAX_TEXT])
        word = f"{name}=={version}" if re.match(r"\d", version) else name
    if not _SAFE_WORD.match(word) or word in (".", "..", "$@") or len(word) > MAX_TEXT:
        return Requirement(None, section, "local", word, line, word) if word in (".", "..") else None
    if re.match(r"\$|.*\$\(", word) or "{{" in word:
        return None  # nothing but a variable: no package is named
    if re.search(r"\$[A-Za-z_{]", word):
        braced = re.sub(r"\$(?:\{([A-Za-z_]\w*)[^}]*\}|([A-Za-z_]\w*))", _as_pip_writes, word)
        return requirement(braced, section, line, shown=word)
    item = requirement(word, section, line)
    return item if item.shape != "unread" else None


def _as_pip_writes(found: re.Match[str]) -> str:
    # The form of a variable that the shapes know, so that the pin is told as undetermined.
    return "${" + (found.group(1) or found.group(2)).upper() + "}"


def _conda(word: str, section: str, line: int) -> Requirement | None:
    match = re.match(
        r"(?:[\w./-]+::)?(?P<name>[A-Za-z0-9_][A-Za-z0-9_.-]*)(?P<rest>[=<>!~ \[].*)?\Z", word[:MAX_TEXT]
    )
    if match is None or "$" in word:
        return None
    shape, specifier = shape_of_spec((match.group("rest") or "").strip())
    name = match.group("name").lower()
    return Requirement(name, section, shape, specifier, line, word[:MAX_TEXT], ecosystem="conda")
