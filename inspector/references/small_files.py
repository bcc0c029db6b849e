"""Small formats with one kind of reference each: ollama's Modelfile and git's ``.gitmodules``."""

from __future__ import annotations

import re

from inspector.provenance import Pin
from inspector.references import shapes
from inspector.references.commands import ollama_name
from inspector.references.found import fact
from inspector.references.interface import FileIndex
from inspector.references.python_source import decode

MAX_TEXT = 1024 * 1024
_INSTRUCTION = re.compile(r"\s*(FROM|ADAPTER)\s+(\S+)", re.IGNORECASE)
_LONG_TEXT = re.compile(r'"""')
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
    """Submodules that are repositories of the hub. Their commit stands in git's tree, not in this file."""
    found = []
    why = "A submodule: its commit stands in git's own tree, which this file does not show."
    for number, line in enumerate(_lines(data), 1):
        match = _URL.match(line)
        hub = shapes.hub_url(match[1]) if match and len(match[1]) < 500 else None
        if hub is not None:
            kind = "dataset" if hub.is_dataset else "model"
            found.append(
                fact(
                    number,
                    number,
                    kind,
                    "submodule",
                    hub.ref,
                    None,
                    Pin.UNDETERMINED,
                    line.strip(),
                    why=why,
                )
            )
    return FileIndex(path, "gitmodules", {"found": found} if found else {})


def _lines(data: bytes) -> list[str]:
    return decode(data[:MAX_TEXT]).replace("\r\n", "\n").replace("\r", "\n").split("\n")
