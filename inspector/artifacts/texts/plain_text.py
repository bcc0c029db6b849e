"""What tells a text, apart from the readers of texts: its ending, its bytes, and Git LFS pointers."""

from __future__ import annotations

import re

from inspector.artifacts.bytesource import head, tail
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import single
from inspector.provenance import Loading
from inspector.sources.interface import ByteSource

_SAMPLE = 64 * 1024
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_LFS = b"version https://git-lfs.github.com/spec/v1"
WORDS = {
    ".py": "python",
    ".pyi": "python",
    ".ipynb": "notebook",
    ".md": "markdown",
    ".rst": "markdown",
    ".txt": "text",
    ".json": "json",
    ".zarray": "json",
    ".zmetadata": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "csv",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".toml": "toml",
    ".ini": "ini",
    ".cfg": "ini",
    ".pbtxt": "prototext",
    ".prototxt": "prototext",
    ".sh": "shell",
    ".bash": "shell",
    ".html": "html",
    ".xml": "xml",
    ".svg": "svg",
    ".js": "javascript",
    ".ts": "javascript",
    ".c": "c",
    ".cpp": "c",
    ".h": "c",
    ".cu": "c",
    ".jinja": "jinja",
    ".jinja2": "jinja",
    ".j2": "jinja",
    ".r": "r",
    ".lock": "lock",
    ".css": "css",
    ".tex": "tex",
    ".log": "text",
    ".rs": "rust",
    ".go": "go",
    ".java": "java",
    ".ps1": "shell",
    ".bat": "shell",
}
# Endings of text files: a pickle that hides behind one has to be a pickle beyond doubt.
TEXT_ENDINGS = frozenset(WORDS)


def is_text(source: ByteSource) -> bool:
    """Whether beginning and end of the file read as text (UTF-8, UTF-16 with its mark, or Latin-1)."""
    first = head(source, _SAMPLE)
    if first.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decodes(first[: len(first) // 2 * 2], "utf-16")
    for sample in (first, tail(source, 4096)):
        if _CONTROL.search(sample):
            return False
    trimmed = first if len(first) < _SAMPLE else first[: _SAMPLE - 4]
    if _decodes(trimmed, "utf-8") or (len(first) == _SAMPLE and _decodes(trimmed[:-3], "utf-8")):
        return True
    high = sum(byte >= 0x80 for byte in first)
    return high * 4 < len(first)


def _decodes(data: bytes, encoding: str) -> bool:
    for cut in range(4):
        try:
            data[: len(data) - cut].decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


def lfs_pointer(source: ByteSource) -> Artifact | None:
    """A Git LFS pointer: the file's content is somewhere else."""
    if source.size > 2048 or head(source, len(_LFS)) != _LFS:
        return None
    return single(
        "lfs-pointer",
        Loading.UNREADABLE,
        "lfs-pointer",
        "This is a Git LFS pointer: the content is not here, only its digest. Fetch it and scan again.",
    )
