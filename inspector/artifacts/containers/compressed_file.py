"""gzip, bzip2, xz, lzma, zlib, zstd and lz4 streams: what is inside is judged as if it were the file."""

from __future__ import annotations

from inspector.artifacts import magics
from inspector.artifacts.bytesource import BytesSource
from inspector.artifacts.containers.broken import BadCompression
from inspector.artifacts.containers.inflate import Unpacker, behind_skippable, unpacked
from inspector.artifacts.context import Context
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import Judgement, single
from inspector.artifacts.limits import Budget, OverLimit
from inspector.artifacts.pickles.listed import Tier
from inspector.artifacts.pickles.machine import PickleMachine
from inspector.provenance import Loading
from inspector.sources.interface import ByteSource

_ENDINGS = (".gz", ".bz2", ".xz", ".lzma", ".zlib", ".z", ".zst", ".lz4")
_SAMPLE = 1 << 20
_ARCHIVES = (b"PK\x03\x04", magics.SEVENZIP, b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd", b"Rar!\x1a\x07")
_TEXT_ENDINGS = (".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".txt", ".xml", ".md", ".log")


def read_compressed(source: ByteSource, path: str, method: str, context: Context) -> Artifact:
    """The verdict on what the stream holds; ``unreadable`` where it is broken or goes on too long."""
    if method == "skippable":
        method = behind_skippable(source)
    if context.is_deepest:
        return single(method, Loading.UNREADABLE, "over-limit", "Archives are nested too deeply.")
    name = _inner_name(path)
    try:
        if name.lower().endswith(_TEXT_ENDINGS):
            sample = _sample(source, method)
            found = context.read_part(BytesSource(sample), name, context.inner()) if sample else None
            if found is not None and found.loading is Loading.NO_LOADER and found.format != "json":
                return Artifact(f"{method}+{found.format}", Loading.NO_LOADER)
        inner, used = unpacked(source, method, context.budget, several=True)
        judgement = Judgement()
        artifact = context.read_part(inner, name, context.inner())
    except BadCompression as bad:
        return single(method, Loading.UNREADABLE, "broken-compression", str(bad))
    except OverLimit as over:
        return single(method, Loading.UNREADABLE, "over-limit", str(over))
    judgement.merge(artifact)
    judgement.facts.update(artifact.facts)
    if used != source.size:
        judgement.note(
            Loading.UNREADABLE, "bytes-after-end", "Bytes follow the end of the compressed data.", used
        )
    return judgement.artifact(f"{method}+{artifact.format}", artifact.loading)


def _inner_name(path: str) -> str:
    lowered = path.lower()
    for ending in _ENDINGS:
        if lowered.endswith(ending):
            return path[: -len(ending)]
    return path[:-4] + ".tar" if lowered.endswith(".tgz") else path


def _sample(source: ByteSource, method: str) -> bytes | None:
    """The whole of a short text; the first lines of a long one, which may be too long to be unpacked whole.
    None where these lines import something, as those of a text pickle do: its end says what it is; and None
    where bytes follow the stream."""
    unpacker = Unpacker(source, method, Budget(), several=True)
    parts: list[bytes] = []
    have = 0
    while have < _SAMPLE:
        piece = unpacker.next()
        if not piece:
            return b"".join(parts) if unpacker.consumed == source.size else None
        parts.append(piece)
        have += len(piece)
    data = b"".join(parts)
    data = data[: data.rfind(b"\n") + 1 or len(data)]
    machine = PickleMachine(BytesSource(data))
    machine.run()
    return None if machine.imports else data


def begins_with_pickle(source: ByteSource, method: str) -> bool:
    """Whether a stream that breaks off unpacks to a pickle before that, which a loader that unpacks piece
    by piece would run, or to the beginning of an archive, which no chance makes."""
    unpacker = Unpacker(source, method, Budget(), several=True)
    parts: list[bytes] = []
    have = 0
    try:
        while have < _SAMPLE and (piece := unpacker.next()):
            parts.append(piece)
            have += len(piece)
    except (BadCompression, OverLimit):
        pass
    data = b"".join(parts)
    if data.startswith(_ARCHIVES):
        return True
    machine = PickleMachine(BytesSource(data))
    machine.run()
    return any(found.tier is Tier.DANGEROUS for found in machine.imports.values())
