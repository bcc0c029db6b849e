"""The table of formats: a probe, and the reader that answers where the probe says yes.

The order is: what has magic bytes, what names its own length (safetensors), what loaders take for a pickle,
what a name says, and texts. A reader may answer None: then the next row is asked. A new format is one file
with its reader and one row here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from inspector.artifacts.bytesource import SliceSource
from inspector.artifacts.containers.compressed_file import begins_with_pickle, read_compressed
from inspector.artifacts.containers.sevenzip_file import read_7z
from inspector.artifacts.containers.sevenzip_header import MAGIC as SEVENZIP_MAGIC
from inspector.artifacts.containers.tar_file import is_tar_header, read_tar
from inspector.artifacts.containers.zip_file import read_zip
from inspector.artifacts.context import Sample
from inspector.artifacts.formats.arrow import MAGIC as ARROW_MAGIC
from inspector.artifacts.formats.arrow import begins_as_stream, read_arrow
from inspector.artifacts.formats.caffe import read_caffemodel
from inspector.artifacts.formats.catboost import MAGIC as CATBOOST_MAGIC
from inspector.artifacts.formats.catboost import read_catboost
from inspector.artifacts.formats.coreml import (
    looks_like_coreml,
    looks_like_coreml_weights,
    read_coreml,
    read_coreml_weights,
)
from inspector.artifacts.formats.executorch import MAGIC as EXECUTORCH_MAGIC
from inspector.artifacts.formats.executorch import read_executorch
from inspector.artifacts.formats.fasttext import MAGIC as FASTTEXT_MAGIC
from inspector.artifacts.formats.fasttext import read_fasttext
from inspector.artifacts.formats.gguf import MAGIC as GGUF_MAGIC
from inspector.artifacts.formats.gguf import not_gguf, read_gguf
from inspector.artifacts.formats.hdf5 import hdf5_base, read_hdf5
from inspector.artifacts.formats.hdf5_file import SIGNATURE as HDF5_SIGNATURE
from inspector.artifacts.formats.joblib_old import MAGIC as JOBLIB_MAGIC
from inspector.artifacts.formats.joblib_old import read_old_joblib
from inspector.artifacts.formats.messagepack import begins_as_map, read_messagepack, try_messagepack
from inspector.artifacts.formats.mxnet import MAGIC as MXNET_MAGIC
from inspector.artifacts.formats.mxnet import read_params
from inspector.artifacts.formats.npy import MAGIC as NPY_MAGIC
from inspector.artifacts.formats.npy import read_npy
from inspector.artifacts.formats.onnx import looks_like_onnx, read_onnx
from inspector.artifacts.formats.onnx_runtime import MAGIC as ORT_MAGIC
from inspector.artifacts.formats.onnx_runtime import read_ort
from inspector.artifacts.formats.onnx_values import read_onnx_value
from inspector.artifacts.formats.paddle import read_parameters, read_program
from inspector.artifacts.formats.parquet import MAGIC as PARQUET_MAGIC
from inspector.artifacts.formats.parquet import read_parquet
from inspector.artifacts.formats.r_data import looks_like_r_data, read_r_data
from inspector.artifacts.formats.safetensors_header import read_safetensors
from inspector.artifacts.formats.sentencepiece import read_sentencepiece
from inspector.artifacts.formats.tensorflow_checkpoint import is_shard, read_index, unread_shard
from inspector.artifacts.formats.tensorflow_graph import read_graph
from inspector.artifacts.formats.tflite import MAGIC as TFLITE_MAGIC
from inspector.artifacts.formats.tflite import read_tflite
from inspector.artifacts.formats.ubjson import looks_like_xgboost, read_xgboost
from inspector.artifacts.formats.word2vec import begins_as_word2vec, read_word2vec
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import Judgement, single
from inspector.artifacts.pickles.file import looks_like_old_pickle, read_pickle
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
from inspector.artifacts.texts.config_files import LOADER_CONFIGS
from inspector.artifacts.texts.python_files import read_path_file
from inspector.artifacts.texts.text_file import TEXT_ENDINGS, is_text, lfs_pointer, read_text
from inspector.provenance import Loading

HEAD = 4096


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


ROWS: tuple[Row, ...] = (
    # What the first bytes say.
    Row(
        _magic(b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"),
        lambda sample: read_zip(sample.source, sample.path, sample.context),
        b"P",
    ),
    Row(_magic(NPY_MAGIC), lambda sample: read_npy(sample.source), NPY_MAGIC[:1]),
    Row(_magic(GGUF_MAGIC), lambda sample: read_gguf(sample.source), GGUF_MAGIC[:1]),
    Row(lambda sample: _begins_as_pickle(sample.start), lambda sample: _protocol_pickle(sample), b"\x80"),
    Row(
        lambda sample: compression(sample.start) is not None,
        lambda sample: _compressed(sample),
        bytes({0x78, *(magic[0] for magic, _ in COMPRESSIONS)}),
    ),
    Row(
        lambda sample: is_tar_header(sample.start[:512]),
        lambda sample: _tar(sample),
    ),
    Row(_magic(SEVENZIP_MAGIC), lambda sample: read_7z(sample.source, sample.context), b"7"),
    Row(_magic(TFLITE_MAGIC, at=4), lambda sample: read_tflite(sample.source)),
    Row(
        lambda sample: looks_like_onnx(sample.source, sample.start),
        lambda sample: read_onnx(sample.source),
        b"\x08",
    ),
    Row(lambda sample: looks_like_r_data(sample.start), lambda sample: read_r_data(sample.source), b"RXBA"),
    Row(
        lambda sample: _may_be_hdf5(sample) and hdf5_base(sample.source, sample.suffix) is not None,
        lambda sample: read_hdf5(sample.source, sample.suffix, sample.context),
    ),
    Row(
        lambda sample: looks_like_coreml(sample.source, sample.start),
        lambda sample: read_coreml(sample.source),
        b"\x08",
    ),
    Row(
        lambda sample: looks_like_coreml_weights(sample.source, sample.start),
        lambda sample: read_coreml_weights(sample.source),
    ),
    Row(_magic(EXECUTORCH_MAGIC, at=4), lambda sample: read_executorch(sample.source)),
    Row(_magic(ORT_MAGIC, at=4), lambda sample: read_ort(sample.source)),
    Row(_magic(CATBOOST_MAGIC), lambda sample: read_catboost(sample.source), CATBOOST_MAGIC[:1]),
    Row(_magic(PARQUET_MAGIC), lambda sample: read_parquet(sample.source), PARQUET_MAGIC[:1]),
    Row(
        lambda sample: sample.start.startswith(ARROW_MAGIC) or begins_as_stream(sample.start),
        lambda sample: read_arrow(sample.source),
        b"A\xff",
    ),
    Row(_magic(MXNET_MAGIC), lambda sample: read_params(sample.source), MXNET_MAGIC[:1]),
    Row(_magic(FASTTEXT_MAGIC), lambda sample: read_fasttext(sample.source), FASTTEXT_MAGIC[:1]),
    Row(lambda sample: looks_like_xgboost(sample.start), lambda sample: read_xgboost(sample.source), b"{"),
    Row(lambda sample: plainly(sample.start) is not None, lambda sample: _by_magic_alone(sample)),
    Row(_magic(JOBLIB_MAGIC), lambda sample: read_old_joblib(sample.source, sample.path, sample.context)),
    # A pickle that lies under the name of a format that carries no code.
    Row(
        lambda sample: sample.suffix in (".safetensors", ".gguf") and sample.start[8:9] != b"{",
        lambda sample: (
            read_pickle(sample.source) if looks_like_old_pickle(sample.source, textual=True) else None
        ),
    ),
    # What names its own length.
    Row(
        lambda sample: sample.suffix == ".safetensors" or _is_safetensors(sample),
        lambda sample: lfs_pointer(sample.source) or read_safetensors(sample.source),
    ),
    Row(_named(".gguf"), lambda sample: lfs_pointer(sample.source) or not_gguf()),
    # What loaders take for a pickle.
    Row(lambda sample: sample.suffix not in TEXT_ENDINGS, lambda sample: lfs_pointer(sample.source)),
    Row(_named(".pth"), lambda sample: _path_file(sample)),
    Row(_named(*PICKLE_ENDINGS), lambda sample: read_pickle(sample.source)),
    Row(
        lambda sample: looks_like_old_pickle(sample.source, textual=sample.suffix in TEXT_ENDINGS),
        lambda sample: read_pickle(sample.source),
    ),
    # What only a name tells.
    Row(_named(".onnx"), lambda sample: read_onnx(sample.source)),
    Row(lambda sample: is_shard(sample.path), lambda sample: unread_shard()),
    Row(_named(".index"), lambda sample: read_index(sample.source)),
    Row(_named(".pb"), lambda sample: read_onnx_value(sample.source)),
    Row(_named(".pb"), lambda sample: read_graph(sample.source, sample.path)),
    Row(_any, lambda sample: _behind_blanks(sample)),
    Row(_named(".pdmodel"), lambda sample: read_program(sample.source)),
    Row(_named(".pdiparams"), lambda sample: read_parameters(sample.source)),
    Row(_named(".caffemodel"), lambda sample: read_caffemodel(sample.source)),
    Row(_named(".mlmodel"), lambda sample: read_coreml(sample.source)),
    Row(_named(".msgpack"), lambda sample: read_messagepack(sample.source)),
    Row(lambda sample: sample.suffix in BY_NAME, lambda sample: _said(BY_NAME[sample.suffix])),
    # Texts.
    Row(
        lambda sample: is_text(sample.source) or sample.suffix == ".json",
        lambda sample: read_text(sample.source, sample.path),
    ),
    Row(_named(".model"), lambda sample: read_sentencepiece(sample.source)),
    Row(lambda sample: begins_as_word2vec(sample.start), lambda sample: read_word2vec(sample.source)),
    # Unknown bytes that are a whole value of MessagePack.
    Row(
        lambda sample: begins_as_map(sample.start) and not sample.suffix.startswith(".json"),
        lambda sample: try_messagepack(sample.source),
    ),
)

_BY_FIRST = tuple(tuple(row for row in ROWS if not row.first or first in row.first) for first in range(256))


def rows_for(start: bytes) -> tuple[Row, ...]:
    """The rows that are asked for a file with these first bytes, in their order."""
    return _BY_FIRST[start[0]]


def empty_file(path: str) -> Artifact:
    """The verdict on a file without bytes: a loader that expects a model there fails."""
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


def _may_be_hdf5(sample: Sample) -> bool:
    """Of a short file every byte is here: no user block has to be looked behind."""
    return sample.source.size > len(sample.start) or HDF5_SIGNATURE in sample.start


def _begins_as_pickle(start: bytes) -> bool:
    return start[:1] == b"\x80" and len(start) > 1 and 1 <= start[1] <= 5


def _protocol_pickle(sample: Sample) -> Artifact | None:
    """A file that begins like a pickle of protocol 2 or later. Two bytes are no proof: where the name says
    nothing and the machine gets nowhere, it is unknown data."""
    artifact = read_pickle(sample.source)
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
    artifact = read_tar(sample.source, sample.context)
    if sample.suffix == ".nemo":
        return replace(artifact, format="nemo")
    if sample.suffix != ".mar":
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
    artifact = read_compressed(sample.source, sample.path, method, sample.context)
    is_broken = any(reason.code == "broken-compression" for reason in artifact.reasons)
    named = (
        sample.suffix in PICKLE_ENDINGS
        or ending(sample.path[: -len(sample.suffix) or None]) in PICKLE_ENDINGS
    )
    if is_guess and is_broken and not named and not begins_with_pickle(sample.source, method):
        return None
    return artifact


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
    if source.size > 1 << 20 or not is_text(source) or looks_like_old_pickle(source, textual=True):
        return None
    return read_path_file(source.read_at(0, source.size).decode("utf-8", "replace"), sample.path)


def _behind_blanks(sample: Sample) -> Artifact | None:
    """A pickle behind a byte order mark, blanks or zeros: a loader that skips them would run it."""
    bare = sample.start.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n\0")
    skipped = len(sample.start) - len(bare)
    if not skipped or not bare:
        return None
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
