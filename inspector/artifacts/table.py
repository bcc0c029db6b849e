"""The table of formats: a probe, and the reader that answers where the probe says yes.

The order is: what has magic bytes, what names its own length (safetensors), what loaders take for a pickle,
what a name says, and texts. A reader may answer None: then the next row is asked. A new format is one file
with its reader and one row here. A reader is named, and imported when the first file asks for it: to start
a hundred of them for one file takes longer than to read it.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Any, NamedTuple

from inspector.artifacts import magics
from inspector.artifacts.bytesource import SliceSource
from inspector.artifacts.context import Sample
from inspector.artifacts.formats.hdf5_file import hdf5_base
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import Judgement, single
from inspector.artifacts.recognise import (
    BINARY_ENDINGS,
    BY_NAME,
    COMPRESSIONS,
    PICKLE_ENDINGS,
    Plainly,
    compression,
    ending,
    plainly,
)
from inspector.artifacts.texts.plain_text import TEXT_ENDINGS, is_text, lfs_pointer
from inspector.provenance import Loading

HEAD = 4096


@dataclass(slots=True)
class Late:
    """A function of this room, ``module:name``, that is imported when it is first called with a sample. It is
    given the sample's ``fields`` (words parted by blanks, or none) in their order."""

    where: str
    fields: str = "source"
    _call: Callable[[Sample], Any] | None = field(default=None, init=False, repr=False)

    def resolve(self) -> Callable[..., Any]:
        """The function itself."""
        module, _, name = self.where.partition(":")
        found: Callable[..., Any] = getattr(importlib.import_module(f"inspector.artifacts.{module}"), name)
        return found

    def __call__(self, sample: Sample) -> Any:
        if self._call is None:
            self._call = _given(self.resolve(), self.fields.split())
        return self._call(sample)


def _given(function: Callable[..., Any], names: list[str]) -> Callable[[Sample], Any]:
    if not names:
        return lambda _: function()
    get = attrgetter(*names)
    if len(names) == 1:
        return lambda sample: function(get(sample))
    return lambda sample: function(*get(sample))


class Row(NamedTuple):
    """One format: whether a file may be one, and who reads it. ``first`` are the bytes that such a file may
    begin with; empty where it may begin with any. Rows of another first byte are not asked."""

    probe: Callable[[Sample], bool]
    read: Callable[[Sample], Artifact | None]
    first: bytes = b""


def _magic(*magics: bytes, at: int = 0) -> Callable[[Sample], bool]:
    return lambda sample: sample.start.startswith(magics, at)


def _named(*endings: str) -> Callable[[Sample], bool]:
    return lambda sample: sample.suffix in endings


def _any(_: Sample) -> bool:
    return True


_BEGINS_AS_MAP = Late("formats.messagepack:begins_as_map", "start")
_BEGINS_AS_STREAM = Late("formats.arrow:begins_as_stream", "start")
_IS_TAR_HEADER = Late("containers.tar_file:is_tar_header", "start")
_LOOKS_LIKE_WEIGHTS = Late("formats.coreml:looks_like_coreml_weights", "source start")
_NOT_GGUF = Late("formats.gguf:not_gguf", "")
_READ_PICKLE = Late("pickles.file:read_pickle")
_READ_TEXT = Late("texts.text_file:read_text", "source path")
_READ_SAFETENSORS = Late("formats.safetensors_header:read_safetensors")
_WIDE_SAMPLE = 1 << 16
# What a number of a tar header may begin with: binary, a sign, an octal digit, what is passed over.
_NUMBERS = frozenset(b"\x80\xff+-_01234567 \t\n\v\f\r\0")

ROWS: tuple[Row, ...] = (
    # What the first bytes say.
    Row(
        _magic(b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"),
        Late("containers.zip_file:read_zip", "source path context"),
        b"P",
    ),
    Row(_magic(magics.NPY), Late("formats.npy:read_npy"), magics.NPY[:1]),
    Row(_magic(magics.GGUF), Late("formats.gguf:read_gguf"), magics.GGUF[:1]),
    Row(lambda sample: _begins_as_pickle(sample.start), lambda sample: _protocol_pickle(sample), b"\x80"),
    Row(
        lambda sample: compression(sample.start) is not None,
        lambda sample: _compressed(sample),
        bytes({0x78, *(magic[0] for magic, _ in COMPRESSIONS)}),
    ),
    Row(
        lambda sample: _may_be_tar(sample.start) and _IS_TAR_HEADER(sample),
        lambda sample: _tar(sample),
    ),
    Row(_magic(magics.SEVENZIP), Late("containers.sevenzip_file:read_7z", "source context"), b"7"),
    Row(_magic(magics.TFLITE, at=4), Late("formats.tflite:read_tflite")),
    Row(
        Late("formats.onnx:looks_like_onnx", "source start"),
        Late("formats.onnx:read_onnx"),
        b"\x08",
    ),
    Row(Late("formats.r_data:looks_like_r_data", "start"), Late("formats.r_data:read_r_data"), b"RXBA"),
    Row(
        lambda sample: _may_be_hdf5(sample) and hdf5_base(sample.source, sample.suffix) is not None,
        Late("formats.hdf5:read_hdf5", "source suffix context"),
    ),
    Row(
        Late("formats.coreml:looks_like_coreml", "source start"),
        Late("formats.coreml:read_coreml"),
        b"\x08",
    ),
    Row(
        lambda sample: sample.start[4:8] == b"\x02\0\0\0" and _LOOKS_LIKE_WEIGHTS(sample),
        Late("formats.coreml:read_coreml_weights"),
    ),
    Row(_magic(magics.EXECUTORCH, at=4), Late("formats.executorch:read_executorch")),
    Row(_magic(magics.ONNX_RUNTIME, at=4), Late("formats.onnx_runtime:read_ort")),
    Row(_magic(magics.CATBOOST), Late("formats.catboost:read_catboost"), magics.CATBOOST[:1]),
    Row(_magic(magics.PARQUET), Late("formats.parquet:read_parquet"), magics.PARQUET[:1]),
    Row(
        lambda sample: sample.start.startswith(magics.ARROW) or _BEGINS_AS_STREAM(sample),
        Late("formats.arrow:read_arrow"),
        b"A\xff",
    ),
    Row(_magic(magics.MXNET), Late("formats.mxnet:read_params"), magics.MXNET[:1]),
    Row(_magic(magics.FASTTEXT), Late("formats.fasttext:read_fasttext"), magics.FASTTEXT[:1]),
    Row(Late("formats.ubjson:looks_like_xgboost", "start"), Late("formats.ubjson:read_xgboost"), b"{"),
    Row(lambda sample: plainly(sample.start) is not None, lambda sample: _by_magic_alone(sample)),
    Row(_magic(magics.JOBLIB), Late("formats.joblib_old:read_old_joblib", "source path context")),
    # A pickle that lies under the name of a format that carries no code.
    Row(
        lambda sample: sample.suffix in (".safetensors", ".gguf") and sample.start[8:9] != b"{",
        lambda sample: _READ_PICKLE(sample) if _looks_like_old_pickle(sample, textual=True) else None,
    ),
    # What names its own length.
    Row(
        lambda sample: sample.suffix == ".safetensors" or _is_safetensors(sample),
        lambda sample: lfs_pointer(sample.source) or _READ_SAFETENSORS(sample),
    ),
    Row(_named(".gguf"), lambda sample: lfs_pointer(sample.source) or _NOT_GGUF(sample)),
    # What loaders take for a pickle.
    Row(lambda sample: sample.suffix not in TEXT_ENDINGS, lambda sample: lfs_pointer(sample.source)),
    Row(_named(".pth"), lambda sample: _path_file(sample)),
    Row(_named(*PICKLE_ENDINGS), Late("pickles.file:read_pickle")),
    Row(
        lambda sample: _looks_like_old_pickle(sample, textual=sample.suffix in TEXT_ENDINGS),
        Late("pickles.file:read_pickle"),
    ),
    # What only a name tells.
    Row(_named(".onnx"), Late("formats.onnx:read_onnx")),
    Row(
        Late("formats.tensorflow_checkpoint:is_shard", "path"),
        Late("formats.tensorflow_checkpoint:read_shard", ""),
    ),
    Row(_named(".index"), Late("formats.tensorflow_checkpoint:read_index")),
    Row(_named(".pb"), Late("formats.onnx_values:read_onnx_value")),
    Row(_named(".pb"), Late("formats.tensorflow_graph:read_graph", "source path")),
    Row(_named(".meta"), Late("formats.tensorflow_graph:read_meta_graph")),
    Row(_any, lambda sample: _behind_blanks(sample)),
    Row(_named(".pdmodel"), Late("formats.paddle:read_program")),
    Row(_named(".pdiparams"), Late("formats.paddle:read_parameters")),
    Row(_named(".caffemodel"), Late("formats.caffe:read_caffemodel")),
    Row(_named(".mlmodel"), Late("formats.coreml:read_coreml")),
    Row(_named(".msgpack"), Late("formats.messagepack:read_messagepack")),
    Row(lambda sample: sample.suffix in BY_NAME, lambda sample: _said(BY_NAME[sample.suffix])),
    # Texts.
    Row(
        lambda sample: sample.suffix in (".pmml", ".xml") and b"\0" in sample.start[:8],
        Late("texts.xml_models:read_wide_xml", "source path"),
    ),
    Row(
        lambda sample: is_text(sample.source),
        _READ_TEXT,
    ),
    Row(Late("formats.onnx:is_outer_data", "path"), Late("formats.onnx:read_outer_data", "")),
    # A configuration is looked for in it, whatever its bytes; what is no text and has none is unknown data.
    Row(_named(".json"), lambda sample: _told_json(sample)),
    Row(_named(".model"), Late("formats.sentencepiece:read_sentencepiece")),
    Row(Late("formats.word2vec:begins_as_word2vec", "start"), Late("formats.word2vec:read_word2vec")),
    # Unknown bytes that are a whole value of MessagePack.
    Row(
        lambda sample: not sample.suffix.startswith(".json") and _BEGINS_AS_MAP(sample),
        Late("formats.messagepack:try_messagepack"),
    ),
)

_BY_FIRST = tuple(tuple(row for row in ROWS if not row.first or first in row.first) for first in range(256))


def rows_for(start: bytes) -> tuple[Row, ...]:
    """The rows that are asked for a file with these first bytes, in their order."""
    return _BY_FIRST[start[0]]


def empty_file(path: str) -> Artifact:
    """The verdict on a file without bytes: a loader that expects a model there fails."""
    from inspector.artifacts.texts.config_files import LOADER_CONFIGS

    suffix = ending(path)
    loaded = (*PICKLE_ENDINGS, *(name for name in BY_NAME if BY_NAME[name][1] is not Loading.RUNS_CODE))
    name = path.rsplit("/", 1)[-1].lower()
    if suffix in (*loaded, ".safetensors", ".gguf", ".onnx", ".pb", ".mlmodel") or name in LOADER_CONFIGS:
        return single(
            suffix.lstrip(".")[:20] or "unknown",
            Loading.UNREADABLE,
            "empty",
            "The file is empty, where a loader expects a model.",
        )
    if suffix in BINARY_ENDINGS:
        return single("empty", Loading.NOT_UNDERSTOOD, "empty", "The file is empty.")
    return Artifact("empty", Loading.NO_LOADER)


def _may_be_tar(start: bytes) -> bool:
    """Whether the header's sum, which stands at 148, may be a number."""
    return len(start) >= 512 and start[148] in _NUMBERS


def _looks_like_old_pickle(sample: Sample, *, textual: bool) -> bool:
    from inspector.artifacts.pickles.file import looks_like_old_pickle

    return looks_like_old_pickle(sample.source, textual=textual)


def _may_be_hdf5(sample: Sample) -> bool:
    """Of a short file every byte is here: no user block has to be looked behind."""
    return sample.source.size > len(sample.start) or magics.HDF5 in sample.start


def _begins_as_pickle(start: bytes) -> bool:
    return start[:1] == b"\x80" and len(start) > 1 and 1 <= start[1] <= 5


def _protocol_pickle(sample: Sample) -> Artifact | None:
    """A file that begins like a pickle of protocol 2 or later. Two bytes are no proof: where the name says
    nothing and the machine gets nowhere, it is unknown data."""
    artifact: Artifact = _READ_PICKLE(sample)
    operations = artifact.facts.get("operations", 0)
    if artifact.loading is not Loading.UNREADABLE or artifact.imports or operations > 8:
        return artifact
    is_cut = any(reason.code == "truncated" for reason in artifact.reasons)
    if sample.suffix in BINARY_ENDINGS:
        return artifact if is_cut or _is_of_torch(sample.name) else None
    return artifact if sample.suffix in PICKLE_ENDINGS or sample.source.size < 64 else None


def _is_of_torch(name: str) -> bool:
    """Names under which libraries look for a pickle of torch in a .bin file."""
    return name.startswith(("pytorch_model", "training_args", "adapter_model", "diffusion_", "optimizer"))


def _tar(sample: Sample) -> Artifact:
    """A tar archive; NeMo's checkpoints and TorchServe's archives are some by their names."""
    from inspector.artifacts.containers.tar_file import read_tar

    artifact = read_tar(sample.source, sample.context)
    if sample.suffix == ".nemo":
        return replace(artifact, format="nemo")
    if sample.suffix != ".mar" or artifact.format == "torchserve-archive":
        return artifact
    judgement = Judgement()
    judgement.merge(artifact)
    judgement.facts.update(artifact.facts)
    judgement.note(
        Loading.RUNS_CODE,
        "model-archive",
        "It is a TorchServe archive: the server runs the handler inside.",
    )
    return judgement.artifact("torchserve-archive", artifact.loading)


def _compressed(sample: Sample) -> Artifact | None:
    method = compression(sample.start)
    is_guess = method in ("zlib", "lzma")  # two or three bytes that other data may begin with as well
    if method is None or (is_guess and _is_text_like(sample.start)):
        return None
    from inspector.artifacts.containers.compressed_file import begins_with_pickle, read_compressed

    artifact = read_compressed(sample.source, sample.path, method, sample.context)
    is_broken = any(reason.code == "broken-compression" for reason in artifact.reasons)
    named = (
        sample.suffix in PICKLE_ENDINGS
        or ending(sample.path[: -len(sample.suffix) or None]) in PICKLE_ENDINGS
    )
    if is_guess and is_broken and not named and not begins_with_pickle(sample.source, method):
        return artifact if _is_whole(sample.start) else None
    return artifact


def _is_whole(start: bytes) -> bool:
    """Whether ``start`` holds a zlib stream up to its checksum: then it is no guess, whatever follows it."""
    import zlib

    unpacker = zlib.decompressobj()
    try:
        unpacker.decompress(start, 1 << 20)
    except zlib.error:
        return False
    return unpacker.eof


def _is_text_like(start: bytes) -> bool:
    return all(byte in b"\t\n\r" or 32 <= byte < 127 for byte in start[:64])


def _by_magic_alone(sample: Sample) -> Artifact | None:
    known = plainly(sample.start)
    if known is None:
        return None
    # "MZ", "ORC" and "ID3" also begin English texts.
    return None if sample.suffix in TEXT_ENDINGS and is_text(sample.source) else _said(known)


def _said(known: Plainly) -> Artifact:
    word, loading, message = known
    if not message:
        return Artifact(word, loading)
    code = "program" if loading is Loading.RUNS_CODE else "format-not-read-yet"
    return single(word, loading, code, message)


def _is_safetensors(sample: Sample) -> bool:
    if len(sample.start) < 10 or sample.start[8:9] != b"{":
        return False
    return 2 <= int.from_bytes(sample.start[:8], "little") <= sample.source.size - 8


def _path_file(sample: Sample) -> Artifact | None:
    """A .pth file of Python's own, which has nothing but the ending in common with torch's."""
    source = sample.source
    if source.size > 1 << 20 or not is_text(source) or _looks_like_old_pickle(sample, textual=True):
        return None
    from inspector.artifacts.texts.python_files import read_path_file

    return read_path_file(source.read_at(0, source.size).decode("utf-8", "replace"), sample.path)


def _told_json(sample: Sample) -> Artifact | None:
    """A .json of bytes that do not read as a text; wide characters without a mark are one all the same."""
    artifact: Artifact = _READ_TEXT(sample)
    if artifact.loading is not Loading.NO_LOADER:
        return artifact
    from inspector.artifacts.bytesource import BytesSource, head
    from inspector.artifacts.texts.encoding import utf8

    return artifact if is_text(BytesSource(utf8(head(sample.source, _WIDE_SAMPLE)))) else None


def _behind_blanks(sample: Sample) -> Artifact | None:
    """A pickle behind a byte order mark, blanks or zeros: a loader that skips them would run it."""
    bare = sample.start.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n\0")
    skipped = len(sample.start) - len(bare)
    if not skipped or not bare:
        return None
    from inspector.artifacts.pickles.file import looks_like_old_pickle, read_pickle

    rest = SliceSource(sample.source, skipped, sample.source.size - skipped)
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
