"""From the bytes of a file to the reader of its format.

The rows of ``inspector.artifacts.table`` are asked in their order, and the first reader that answers has the
file. A failure inside of a reader is caught here and nowhere else: it makes the file ``unreadable``, so that
a defect of this program is never "fine".
"""

from __future__ import annotations

import gc

from inspector.artifacts.bytesource import BytesSource, head
from inspector.artifacts.containers.broken import BadCompression
from inspector.artifacts.containers.zip_walk import ends_in_zip
from inspector.artifacts.context import Context, Sample
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import Judgement, single
from inspector.artifacts.limits import CURRENT, Budget, OverLimit
from inspector.artifacts.polyglot import also_pickle
from inspector.artifacts.recognise import ending
from inspector.artifacts.table import HEAD, empty_file, rows_for
from inspector.provenance import Loading
from inspector.sources.interface import ByteSource, ReadFailure

_SELDOM = (200_000, 50, 100)  # made objects from which on rings are looked for
_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_HARMLESS = (Loading.DATA_ONLY, Loading.NO_LOADER, Loading.NOT_UNDERSTOOD)


def read(source: ByteSource, path: str) -> Artifact:
    """The verdict on one file. Never raises for what the bytes say.

    ``path`` is the file's name in the target, a hint for formats without magic. The source stays open.
    """
    budget = Budget()
    token = CURRENT.set(budget)
    # What a reader makes dies by its count of references; looking for rings takes a third of the time.
    often = gc.get_threshold()
    gc.set_threshold(*_SELDOM)
    try:
        return read_part(source, path, Context(read_part, budget))
    except ReadFailure as failure:
        return single(
            _word(path), Loading.UNREADABLE, "read-failed", f"The file could not be read: {failure}"
        )
    except OverLimit as over:
        return single(_word(path), Loading.UNREADABLE, "over-limit", str(over))
    except BadCompression as bad:
        return single(_word(path), Loading.UNREADABLE, "broken-compression", str(bad))
    except MemoryError:
        return single(
            _word(path), Loading.UNREADABLE, "over-limit", "Reading the file takes too much memory."
        )
    except Exception as defect:  # noqa: BLE001 - a defect of a reader must never look like a verdict
        return single(
            _word(path),
            Loading.UNREADABLE,
            "reader-failed",
            f"The reader of this format failed ({type(defect).__name__}); the file counts as not read.",
        )
    finally:
        CURRENT.reset(token)
        gc.set_threshold(*often)


def _word(path: str) -> str:
    return ending(path).lstrip(".")[:20] or "unknown"


def read_part(source: ByteSource, path: str, context: Context) -> Artifact:
    """The verdict on a file or on a member of an archive, and on a zip archive at its end."""
    if source.size == 0:
        return empty_file(path)
    if source.size <= HEAD:
        source = BytesSource(source.read_at(0, source.size))  # probes and readers then ask memory
    artifact = also_pickle(source, _read_whole(source, path, context))
    # A file that begins as a zip archive was read as one already; "PK" alone also begins other files.
    is_open = artifact.loading in (*_HARMLESS, Loading.UNREADABLE) and head(source, 4) not in _ZIP_STARTS
    if not is_open or not ends_in_zip(source):
        return artifact
    from inspector.artifacts.containers.zip_file import read_zip

    judgement = Judgement()
    judgement.merge(artifact)
    judgement.facts.update(artifact.facts)
    judgement.merge(read_zip(source, path, context), "the zip archive at its end")
    return judgement.artifact(artifact.format, artifact.loading)


def _read_whole(source: ByteSource, path: str, context: Context) -> Artifact:
    sample = Sample(source, path, head(source, HEAD), ending(path), context)
    for row in rows_for(sample.start):
        if row.probe(sample):
            artifact = row.read(sample)
            if artifact is not None:
                return artifact
    return single(
        "unknown", Loading.NOT_UNDERSTOOD, "unknown-format", "The content is of no format that is known here."
    )
