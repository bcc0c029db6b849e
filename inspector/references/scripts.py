"""Shell scripts, makefiles and environment files."""

from __future__ import annotations

import re

from inspector.references.commands import environment, read_commands
from inspector.references.interface import FileIndex
from inspector.references.python_source import decode
from inspector.references.shell import commands
from inspector.references.snippets import facts_of

MAX_TEXT = 8 * 1024 * 1024
_HEREDOC = re.compile(r"<<-?\s*[\"']?(\w+)[\"']?")
_MANIFEST = re.compile(r"(?:apiVersion|services|model_name_or_path|base_model)\s*:")
_ENV_LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*\Z")


def index_shell(path: str, data: bytes) -> FileIndex:
    """A shell script. Text that is handed to another program (a heredoc) is no command; where that program
    is Python, it is read as Python."""
    lines, partly = _lines(data)
    kept: list[tuple[str, int]] = []
    snippets: list[dict[str, object]] = []
    manifests: list[dict[str, object]] = []
    ends, code, start, is_python = "", list[str](), 0, False
    for number, line in enumerate(lines, 1):
        if ends:
            if line.strip() == ends:
                if not is_python and any(_MANIFEST.match(part) for part in code[:20]):
                    manifests.extend(_manifest(path, code, start))
                if is_python:
                    snippets.append(
                        {
                            "python": "\n".join(code),
                            "line": start,
                            "end_line": number,
                            "text": lines[start - 1],
                        }
                    )
                ends = ""
            else:
                code.append(line)
            continue
        kept.append((line, number))
        match = _HEREDOC.search(line) if "<<" in line and "<<<" not in line else None
        if match and not line.lstrip().startswith("#"):
            ends, code, start = match[1], [], number
            is_python = re.search(r"\bpython[\d.]*\b", line) is not None
    found = [*read_commands(commands(kept, {})), *manifests, *snippets]
    return FileIndex(path, "shell", facts_of(path, found), partly)


def _manifest(path: str, code: list[str], start: int) -> list[dict[str, object]]:
    """Kubernetes' or compose's YAML that a script hands to another program."""
    from inspector.references.config import read_config

    return read_config(f"{path}/manifest.yaml", "yaml", "\n".join(code), start)[0]


def index_makefile(path: str, data: bytes) -> FileIndex:
    """A makefile: variables, and recipe lines as shell. Variables of the whole file count everywhere."""
    lines, partly = _lines(data)
    variables: dict[str, str] = {}
    recipes: list[tuple[str, int]] = []
    continued = False
    for number, line in enumerate(lines, 1):
        if line.startswith("\t") or continued:
            recipes.append((re.sub(r"^\s*[@+-]+", "", line).replace("$$", "$"), number))
            continued = line.rstrip().endswith("\\")
            continue
        match = re.match(r"\s*(?:export\s+|override\s+)?([\w.-]+)\s*(?:::?|\?|\+)?=\s*([^#]*)", line)
        if match and len(variables) < 2_000:
            variables.setdefault(match[1], match[2].strip())
    for name, value in list(variables.items()):
        variables[name] = re.sub(r"\$[({](\w+)[)}]", lambda m: variables.get(m[1], m[0]), value)[:2_000]
    return FileIndex(path, "makefile", facts_of(path, read_commands(commands(recipes, variables))), partly)


def index_environment(path: str, data: bytes) -> FileIndex:
    """An ``.env`` file."""
    lines, partly = _lines(data)
    found = []
    for number, line in enumerate(lines, 1):
        match = _ENV_LINE.match(line) if len(line) < 4_000 and not line.lstrip().startswith("#") else None
        if match:
            found.extend(environment({match[1]: match[2]}, number, line.strip()))
    return FileIndex(path, "env", facts_of(path, found), partly)


def _lines(data: bytes) -> tuple[list[str], str | None]:
    text = decode(data[:MAX_TEXT]).replace("\r\n", "\n").replace("\r", "\n")
    partly = "The file is larger than 8 MB; only its first part was read." if len(data) > MAX_TEXT else None
    return text.split("\n"), partly
