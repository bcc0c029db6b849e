"""From the bytes of a file to the reader of its format.

The order is: what has magic bytes, what names its own length (safetensors), what loaders take for a pickle,
texts, and last the name. A failure inside of a reader is caught here and nowhere else: it makes the file
``unreadable``, so that a defect of this program is never "fine".
"""

from __future__ import annotations

from inspector.artifacts.bytesource import SliceSource, head
from inspector.artifacts.containers.compressed_file import read_compressed
from inspector.artifacts.containers.inflate import BadCompression
from inspector.artifacts.containers.tar_file import is_tar_header, read_tar
from inspector.artifacts.containers.zip_file import read_zip
from inspector.artifacts.containers.zip_walk import ends_in_zip
from inspector.artifacts.context import Context
from inspector.artifacts.formats.gguf import MAGIC as GGUF_MAGIC
from inspector.artifacts.formats.gguf import is_gguf_name, not_gguf, read_gguf
from inspector.artifacts.formats.npy import MAGIC as NPY_MAGIC
from inspector.artifacts.formats.npy import read_npy
from inspector.artifacts.formats.onnx import looks_like_onnx, read_onnx
from inspector.artifacts.formats.safetensors_header import read_safetensors
from inspector.artifacts.formats.sentencepiece import read_sentencepiece
from inspector.artifacts.formats.tensorflow_graph import holds_lambda, read_graph
from inspector.artifacts.formats.tflite import MAGIC as TFLITE_MAGIC
from inspector.artifacts.formats.tflite import read_tflite
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import Judgement, single
from inspector.artifacts.limits import OverLimit
from inspector.artifacts.pickles.file import looks_like_old_pickle, read_pickle
from inspector.artifacts.recognise import (
    BINARY_ENDINGS,
    BY_NAME,
    PICKLE_ENDINGS,
    Plainly,
    compression,
    ending,
    plainly,
)
from inspector.artifacts.texts.text_file import TEXT_ENDINGS, is_text, lfs_pointer, read_text
from inspector.provenance import Loading
from inspector.sources.interface import ByteSource, ReadFailure

_HEAD = 4096
_HARMLESS = (Loading.DATA_ONLY, Loading.NO_LOADER, Loading.NOT_UNDERSTOOD)


def read(source: ByteSource, path: str) -> Artifact:
    """The verdict on one file. Never raises for what the bytes say.

    ``path`` is the file's name in the target, a hint for formats without magic. The source stays open.
    """
    try:
        return read_part(source, path, Context(read_part))
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


def _word(path: str) -> str:
    return ending(path).lstrip(".")[:20] or "unknown"


def read_part(source: ByteSource, path: str, context: Context) -> Artifact:
    """The verdict on a file or on a member of an archive, and on a zip archive at its end."""
    if source.size == 0:
        return _empty(path)
    artifact = _read_whole(source, path, context)
    if artifact.loading not in _HARMLESS or not ends_in_zip(source):
        return artifact
    judgement = Judgement()
    judgement.merge(artifact)
    judgement.facts.update(artifact.facts)
    judgement.merge(read_zip(source, path, context), "the zip archive at its end")
    return judgement.artifact(artifact.format, artifact.loading)


def _read_whole(source: ByteSource, path: str, context: Context) -> Artifact:
    start = head(source, _HEAD)
    suffix = ending(path)
    found = _by_magic(source, path, start, context)
    if found is not None:
        return found
    if suffix == ".safetensors" or _is_safetensors(source, start):
        return lfs_pointer(source) or read_safetensors(source)
    if is_gguf_name(path):
        return lfs_pointer(source) or not_gguf()
    return _without_magic(source, path, suffix, start)


def _behind_blanks(source: ByteSource, start: bytes) -> Artifact | None:
    """A pickle behind a byte order mark, blanks or zeros: a loader that skips them would run it."""
    bare = start.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n\0")
    skipped = len(start) - len(bare)
    if not skipped or not bare:
        return None
    rest = SliceSource(source, skipped, source.size - skipped)
    has_protocol = bare[0] == 0x80 and bare[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05")
    if not has_protocol and not looks_like_old_pickle(rest, textual=True):
        return None
    inner = read_pickle(rest)
    if not inner.imports:
        return None
    judgement = Judgement()
    judgement.merge(inner)
    judgement.note(
        Loading.UNREADABLE, "bytes-before-pickle", f"{skipped} bytes stand before the pickle in this file.", 0
    )
    return judgement.artifact("pickle", inner.loading)


def _empty(path: str) -> Artifact:
    suffix = ending(path)
    loaded = (*PICKLE_ENDINGS, *(name for name in BY_NAME if BY_NAME[name][1] is not Loading.RUNS_CODE))
    if suffix in (*loaded, ".safetensors", ".gguf"):
        return single(
            _word(path), Loading.UNREADABLE, "empty", "The file is empty, where a loader expects a model."
        )
    if suffix in BINARY_ENDINGS:
        return single("empty", Loading.NOT_UNDERSTOOD, "empty", "The file is empty.")
    return Artifact("empty", Loading.NO_LOADER)


def _by_magic(source: ByteSource, path: str, start: bytes, context: Context) -> Artifact | None:
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return read_zip(source, path, context)
    if start.startswith(NPY_MAGIC):
        return read_npy(source)
    if start.startswith(GGUF_MAGIC):
        return read_gguf(source)
    if start[:1] == b"\x80" and len(start) > 1 and 1 <= start[1] <= 5:
        return _protocol_pickle(source, path)
    method = compression(start)
    if method is not None and (method not in ("zlib", "lzma") or not _is_text_like(start)):
        artifact = read_compressed(source, path, method, context)
        guessed = method in ("zlib", "lzma") and ending(path) not in PICKLE_ENDINGS
        if not (guessed and any(reason.code == "broken-compression" for reason in artifact.reasons)):
            return artifact
    if is_tar_header(start[:512]):
        return read_tar(source, context)
    if start.startswith(TFLITE_MAGIC, 4):
        return read_tflite(source)
    if looks_like_onnx(source, start):
        return read_onnx(source)
    known = plainly(start)
    if known is not None and known[0] == "hdf5":
        return _hdf5(source, known)
    if known is not None and not _is_name_of_text(known, source, path):
        return _said(known)
    return None


def _hdf5(source: ByteSource, known: Plainly) -> Artifact:
    """HDF5 is not read; but a Keras model keeps its configuration in it as plain text."""
    word, loading, message = known
    judgement = Judgement()
    judgement.note(loading, "format-not-read-yet", message)
    if holds_lambda(source):
        judgement.note(
            Loading.RUNS_CODE,
            "lambda-layer",
            "The Keras model has a Lambda layer: Python byte code that runs on load.",
        )
    return judgement.artifact(word, loading)


def _is_text_like(start: bytes) -> bool:
    return all(byte in b"\t\n\r" or 32 <= byte < 127 for byte in start[:64])


def _is_name_of_text(known: Plainly, source: ByteSource, path: str) -> bool:
    """ "MZ", "ORC" and "ID3" also begin English texts."""
    return len(known[0]) > 0 and ending(path) in TEXT_ENDINGS and is_text(source)


def _said(known: Plainly) -> Artifact:
    word, loading, message = known
    if not message:
        return Artifact(word, loading)
    code = "program" if loading is Loading.RUNS_CODE else "format-not-read-yet"
    return single(word, loading, code, message)


def _protocol_pickle(source: ByteSource, path: str) -> Artifact | None:
    """A file that begins like a pickle of protocol 2 or later. Two bytes are no proof: where the name says
    nothing and the machine gets nowhere, it is unknown data."""
    artifact = read_pickle(source)
    operations = artifact.facts.get("operations", 0)
    if artifact.loading is not Loading.UNREADABLE or artifact.imports or operations > 8:
        return artifact
    return artifact if ending(path) in (*PICKLE_ENDINGS, *BINARY_ENDINGS) or source.size < 64 else None


def _is_safetensors(source: ByteSource, start: bytes) -> bool:
    if len(start) < 10 or start[8:9] != b"{":
        return False
    length = int.from_bytes(start[:8], "little")
    return 2 <= length <= source.size - 8


def _without_magic(source: ByteSource, path: str, suffix: str, start: bytes) -> Artifact:
    pointer = lfs_pointer(source)
    if pointer is not None and suffix not in TEXT_ENDINGS:
        return pointer
    if suffix in PICKLE_ENDINGS:
        return read_pickle(source)
    if looks_like_old_pickle(source, textual=suffix in TEXT_ENDINGS):
        return read_pickle(source)
    if suffix == ".onnx":
        return read_onnx(source)
    if suffix == ".pb":
        return read_graph(source, path)
    hidden = _behind_blanks(source, start)
    if hidden is not None:
        return hidden
    known = BY_NAME.get(suffix)
    if known is not None:
        return _said(known)
    if is_text(source):
        return read_text(source, path)
    if suffix == ".json":
        return read_text(source, path)
    vocabulary = read_sentencepiece(source) if suffix == ".model" else None
    if vocabulary is not None:
        return vocabulary
    return single(
        "unknown", Loading.NOT_UNDERSTOOD, "unknown-format", "The content is of no format that is known here."
    )
