"""The parts of a file that its explanation shows: pickle streams and Keras configurations, wherever they lie.

The readers themselves find them: the file is read once more with a context that looks over their shoulder, so
that an archive in an archive needs no second walk of its own.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field

from inspector.artifacts import magics
from inspector.artifacts.bytesource import SliceSource, head
from inspector.artifacts.containers.broken import BadCompression
from inspector.artifacts.containers.zip_file import member_content
from inspector.artifacts.containers.zip_walk import BadZip, walk_zip
from inspector.artifacts.context import Context
from inspector.artifacts.dispatch import read_part
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import Judgement
from inspector.artifacts.limits import OverLimit
from inspector.artifacts.recognise import compression
from inspector.sources.interface import ByteSource, ReadFailure

MAX_PARTS = 50
_STREAMS = ("pickle", "joblib", "torch-legacy")
_TORCH_ZIPS = ("torch-zip", "torchscript", "torch-package")
_KERAS = ("keras-zip", "hdf5")


@dataclass(slots=True)
class Parts:
    """``pickles`` and ``keras`` with the place inside the file, None for the file itself."""

    pickles: list[tuple[str | None, ByteSource]] = field(default_factory=list)
    keras: list[tuple[str | None, ByteSource]] = field(default_factory=list)


def parts_of(source: ByteSource, path: str, artifact: Artifact) -> Parts:
    """The parts of a file that was judged as ``artifact``. Never raises for what the bytes say."""
    found = _Listener()
    codes = {reason.code for reason in artifact.reasons}
    if "reader-failed" in codes or not (artifact.is_pickle or "lambda-layer" in codes):
        return found.parts
    with contextlib.suppress(ReadFailure, BadCompression, OverLimit, MemoryError):
        found.take(source, artifact)
        if artifact.format not in _STREAMS:
            found.parents.append(source)
            read_part(source, path, Context(found.listen))
    return found.parts


class _Listener:
    """Reads every part as the dispatch does and keeps what is to be shown."""

    def __init__(self) -> None:
        self.parts = Parts()
        self.parents: list[ByteSource] = []
        self.trail: list[str] = []

    def listen(self, source: ByteSource, path: str, context: Context) -> Artifact:
        parent = head(self.parents[-1], 16)
        # What is compressed is no member: it has no name of its own.
        self.trail.append("" if compression(parent) is not None else path)
        self.parents.append(source)
        try:
            artifact = read_part(source, path, context)
        finally:
            self.parents.pop()
        self.take(source, artifact)
        self.trail.pop()
        return artifact

    def take(self, source: ByteSource, artifact: Artifact) -> None:
        """Keeps ``source`` where it is a stream or a configuration itself."""
        start = head(source, 16)
        if artifact.format in _KERAS and any(reason.code == "lambda-layer" for reason in artifact.reasons):
            self._keras(source, start)
        if not artifact.is_pickle:
            return
        if start.startswith(b"PK") and artifact.format in _TORCH_ZIPS:
            for name, part in _members(source, ("data.pkl", "constants.pkl")):
                self._keep(self.parts.pickles, part, name)
        elif start.startswith(magics.NPY) and len(start) == 16:
            width = 2 if start[6] == 1 else 4
            at = 8 + width + int.from_bytes(start[8 : 8 + width], "little")
            if at <= source.size:
                self._keep(self.parts.pickles, SliceSource(source, at, source.size - at))
        elif artifact.format in _STREAMS:
            self._keep(self.parts.pickles, source)

    def _keras(self, source: ByteSource, start: bytes) -> None:
        if not start.startswith(b"PK"):
            self._keep(self.parts.keras, source)
            return
        for name, part in _members(source, ("config.json",)):
            self._keep(self.parts.keras, part, name)

    def _keep(self, kept: list[tuple[str | None, ByteSource]], part: ByteSource, name: str = "") -> None:
        place = "/".join(step for step in (*self.trail, name) if step) or None
        if len(kept) < MAX_PARTS:
            kept.append((place, part))


def _members(source: ByteSource, names: tuple[str, ...]) -> list[tuple[str, ByteSource]]:
    """The members of a zip archive with one of these file names."""
    found: list[tuple[str, ByteSource]] = []
    context = Context(read_part)
    with contextlib.suppress(BadZip):
        for member in walk_zip(source)[0]:
            if member.name.rsplit("/", 1)[-1] in names and len(found) < MAX_PARTS:
                part = member_content(source, member, context, Judgement())
                if part is not None:
                    found.append((member.name, part))
    return found
