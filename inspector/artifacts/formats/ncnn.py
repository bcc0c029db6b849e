"""ncnn's networks (.param; ncnn 2024) as text: layers and blobs. The weights beside are raw numbers.

A layer of a kind that ncnn does not know needs native code of the loading program; the file holds its name.
"""

from __future__ import annotations

from inspector.artifacts.bytesource import read_all
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import single
from inspector.provenance import Loading
from inspector.sources.interface import ByteSource

MAGIC = 7767517
_MAX_TEXT = 64 << 20


def read_ncnn(source: ByteSource) -> Artifact:
    """The verdict on a text that begins with ncnn's number: as many layers as its second line says."""
    if source.size > _MAX_TEXT:
        return _broken("The ncnn network is longer than 64 MB.")
    lines = read_all(source).split(b"\n")
    counts = lines[1].split() if len(lines) > 1 else []
    if len(counts) != 2 or not all(count.isdigit() for count in counts):
        return _broken("The ncnn network does not say how many layers it has.")
    layers = [line.split() for line in lines[2:] if line.strip()]
    if len(layers) != int(counts[0]) or any(not _is_layer(layer) for layer in layers):
        return _broken("The ncnn network has other layers than it says.")
    return Artifact("ncnn", Loading.DATA_ONLY, facts={"layers": len(layers)})


def _is_layer(words: list[bytes]) -> bool:
    """Kind, name, how many blobs go in and out, their names, then settings as number=value."""
    if len(words) < 4 or not words[2].isdigit() or not words[3].isdigit():
        return False
    blobs = int(words[2]) + int(words[3])
    return len(words) >= 4 + blobs and all(b"=" in word for word in words[4 + blobs :])


def _broken(message: str) -> Artifact:
    return single("ncnn", Loading.UNREADABLE, "broken-ncnn", message)
