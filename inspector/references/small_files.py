"""Small formats: ollama's Modelfile, git's ``.gitmodules``, Procfiles and units of systemd."""

from __future__ import annotations

import re
from typing import Any

from inspector.provenance import Pin
from inspector.references import shapes
from inspector.references.command_fetches import ollama_name
from inspector.references.commands import environment, read_commands
from inspector.references.found import fact
from inspector.references.interface import FileIndex
from inspector.references.python_source import decode
from inspector.references.shell import commands
from inspector.references.snippets import facts_of

MAX_TEXT = 1024 * 1024
_INSTRUCTION = re.compile(r"\s*(FROM|ADAPTER)\s+(\S+)", re.IGNORECASE)
_LONG_TEXT = re.compile(r'"""')
_PROCESS = re.compile(r"\s*[\w-]+:\s*(\S.*)\Z")
_EXEC = re.compile(r"\s*Exec(?:Start|StartPre|StartPost|Reload)\s*=\s*[-@:+!]*(.+)\Z")
_UNIT_VARIABLE = re.compile(r"\s*Environment\s*=\s*[\"']?([A-Za-z_]\w*)=(.*)\Z")
_URL = re.compile(r"\s*url\s*=\s*(\S+)")


def index_modelfile(path: str, data: bytes) -> FileIndex:
    """``FROM`` and ``ADAPTER`` of a Modelfile: a model of ollama's library or of the hub, or a file."""
    found = []
    is_text = False
    for number, line in enumerate(_lines(data), 1):
        was_text = is_text
        if len(_LONG_TEXT.findall(line)) % 2:
            is_text = not is_text
        match = _INSTRUCTION.match(line)
        if match is None or was_text or len(match[2]) > 300:
            continue
        name, call = match[2].strip("\"'"), match[1].upper()
        if name.startswith((".", "/", "~")) or shapes.has_extension(name, shapes.MODEL_EXTENSIONS):
            item = fact(number, number, "model", call, name, None, Pin.LOCAL, line.strip(), hub="local")
        else:
            item = ollama_name(name, number, number, line.strip(), call)
        found.append(item)
    return FileIndex(path, "modelfile", {"found": found} if found else {})


def index_gitmodules(path: str, data: bytes) -> FileIndex:
    """Submodules: of the hub as models or datasets, all others as code. Their commit stands in git's tree,
    not in this file."""
    found = []
    why = "A submodule: its commit stands in git's own tree, which this file does not show."
    for number, line in enumerate(_lines(data), 1):
        match = _URL.match(line)
        url = match[1] if match and len(match[1]) < 500 else ""
        if not url or url.startswith("."):
            continue
        hub = shapes.hub_url(url)
        kind = "remote-code" if hub is None else "dataset" if hub.is_dataset else "model"
        ref, where = (url, "git") if hub is None else (hub.ref, "hf")
        found.append(
            fact(
                *(number, number, kind, "submodule", ref, None, Pin.UNDETERMINED, line.strip()),
                why=why,
                hub=where,
            )
        )
    return FileIndex(path, "gitmodules", {"found": found} if found else {})


def index_procfile(path: str, data: bytes) -> FileIndex:
    """A Procfile: ``name: command`` lines."""
    lines = [
        (match[1], number) for number, line in enumerate(_lines(data), 1) if (match := _PROCESS.match(line))
    ]
    return FileIndex(path, "procfile", facts_of(path, read_commands(commands(lines, {}))))


def index_unit(path: str, data: bytes) -> FileIndex:
    """A unit of systemd: its commands, and the environment they are given."""
    found: list[dict[str, Any]] = []
    lines: list[tuple[str, int]] = []
    continued = False
    for number, line in enumerate(_lines(data), 1):
        match = _EXEC.match(line)
        if match is not None or continued:
            text = match[1] if match is not None else line
            lines.append((text, number))
            continued = line.rstrip().endswith("\\")
            continue
        given = _UNIT_VARIABLE.match(line)
        if given is not None:
            pair = {given[1]: given[2].strip().strip("\"'")}
            found.extend(environment(pair, number, line.strip()))
    named = read_commands(commands(lines, {}))
    used = {item.get("ref") for item in named}
    return FileIndex(
        path, "unit", facts_of(path, [*named, *(item for item in found if item["ref"] not in used)])
    )


def _lines(data: bytes) -> list[str]:
    return decode(data[:MAX_TEXT]).replace("\r\n", "\n").replace("\r", "\n").split("\n")
