"""gzip, bzip2, xz, lzma, zlib, zstd and lz4 streams: what is inside is judged as if it were the file."""

from __future__ import annotations

from inspector.artifacts.bytesource import BytesSource
from inspector.artifacts.containers.inflate import BadCompression, Unpacker, behind_skippable, unpacked
from inspector.artifacts.context import Context
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import Judgement, single
from inspector.artifacts.limits import Budget, OverLimit
from inspector.provenance import Loading
from inspector.sources.interface import ByteSource

_ENDINGS = (".gz", ".bz2", ".xz", ".lzma", ".zlib", ".z", ".zst", ".lz4")
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
            unpacker = Unpacker(source, method, Budget(), several=True)
            first = unpacker.next()
            # A whole text is judged whole: the last line of a text pickle is what makes it one.
            cut = _whole_text(first) if unpacker.next() else len(first)
            sample = context.read_part(BytesSource(first[:cut]), name, context.inner())
            if sample.loading is Loading.NO_LOADER and sample.format != "json":
                return Artifact(f"{method}+{sample.format}", Loading.NO_LOADER)
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


def _whole_text(data: bytes) -> int:
    """Up to the last line's end, so that a cut inside of a character is no broken text."""
    return data.rfind(b"\n") + 1 or len(data)
