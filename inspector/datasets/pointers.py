"""Stand-ins for data: git-lfs pointers and DVC files.

Sources: the git-lfs pointer specification (``version``, ``oid``, ``size`` lines, under 1,024 bytes) and the
``.dvc`` file format (YAML with ``outs``: ``md5``, ``size``, ``path``). A DVC md5 tells one file from another
by accident only, it does not withstand intent.
"""

from __future__ import annotations

import re

from inspector.datasets.interface import DatasetFacts
from inspector.sources.interface import ByteSource

_OID = re.compile(rb"^oid sha256:([0-9a-f]{64})\r?$", re.MULTILINE)
_SIZE = re.compile(rb"^size (\d{1,18})\r?$", re.MULTILINE)
_DVC_KEY = re.compile(r"^\s*(-\s+)?(md5|etag|size|path|hash|nfiles|url|rev_lock|repo)\s*:\s*(.*?)\s*$")


def read_lfs(source: ByteSource, path: str) -> DatasetFacts | None:
    """A git-lfs pointer: the content's digest and size, while the content itself is absent."""
    data = source.read_at(0, source.size)
    if not data.startswith(b"version https://git-lfs.github.com/spec/"):
        return None
    oid, size = _OID.search(data), _SIZE.search(data)
    if oid is None or size is None:
        return DatasetFacts(
            path, "git-lfs-pointer", partly="A git-lfs pointer that is broken; the file's content is absent."
        )
    card = {"sha256": oid[1].decode("ascii"), "size": int(size[1])}
    absent = "A git-lfs pointer: the file's content is absent from this target."
    return DatasetFacts(path, "git-lfs-pointer", card=card, partly=absent)


def read_dvc(source: ByteSource, path: str) -> DatasetFacts | None:
    """A .dvc file: what it stands for, by md5 and size. Whether that is here is not told by it: the source
    holds pointers against the bytes (sources/dvc.py)."""
    text = source.read_at(0, min(source.size, 256 * 1024)).decode("utf-8", "replace")
    if not re.search(r"^(?:outs|deps)\s*:", text, re.MULTILINE):
        return None
    outs: list[dict[str, str | int]] = []
    for line in text.splitlines()[:5_000]:
        match = _DVC_KEY.match(line[:2_000])
        if match is None:
            continue
        if match[1] or not outs:
            outs.append({})
        value = match[3].strip("\"'")
        if value:
            outs[-1][match[2]] = int(value) if match[2] in ("size", "nfiles") and value.isdecimal() else value
    named = [item for item in outs if "path" in item or "md5" in item][:500]
    told = "A DVC file: it names data by its MD5 and tells nothing of what is in it."
    return DatasetFacts(path, "dvc", card={"outs": named}, partly=told)
