"""Which files are data, and which reader takes them."""

from __future__ import annotations

import re
from collections.abc import Callable

from inspector.datasets import cards, pointers, tables
from inspector.datasets.interface import DatasetFacts
from inspector.sources.interface import ByteSource, ReadFailure

Reader = Callable[[ByteSource, str], DatasetFacts | None]
MAX_SCRIPT = 1024 * 1024
_POINTER_LIMIT = 1024  # a git-lfs pointer is about 130 bytes; the specification allows less than 1,024
_SCRIPT = re.compile(rb"^class\s+\w+\s*\([^)]*\b(?:Generator|Arrow|Beam)BasedBuilder\b", re.MULTILINE)
_POINTED = (
    ".safetensors",
    ".bin",
    ".pt",
    ".pth",
    ".ckpt",
    ".gguf",
    ".onnx",
    ".h5",
    ".pkl",
    ".pickle",
    ".joblib",
    ".msgpack",
    ".parquet",
    ".arrow",
    ".jsonl",
    ".csv",
    ".tsv",
    ".json",
    ".npy",
    ".npz",
    ".zip",
    ".gz",
    ".zst",
    ".tar",
    ".keras",
    ".model",
    ".ndjson",
    ".tflite",
)
_BY_EXTENSION: dict[str, Reader] = {
    ".jsonl": tables.read_lines,
    ".ndjson": tables.read_lines,
    ".json": tables.read_json,
    ".csv": tables.read_delimited,
    ".tsv": tables.read_delimited,
    ".parquet": tables.read_columnar,
    ".arrow": tables.read_columnar,
    ".feather": tables.read_columnar,
    ".dvc": pointers.read_dvc,
}
_BY_NAME: dict[str, Reader] = {
    "readme.md": cards.read_card,
    "dataset_card.md": cards.read_card,
    "dataset_infos.json": cards.read_infos,
    "croissant.json": cards.read_croissant,
}


def wants(path: str, size: int) -> bool:
    """Whether ``read`` may find data in a file of this name and size in bytes: a cheap test."""
    name = path.rsplit("/", 1)[-1].lower()
    if name in _BY_NAME or name.endswith(tuple(_BY_EXTENSION)):
        return size > 0
    if size < _POINTER_LIMIT and name.endswith(_POINTED):
        return True
    return name.endswith(".py") and 0 < size <= MAX_SCRIPT


def read(source: ByteSource, path: str) -> DatasetFacts | None:
    """The facts of one file, None where it is no data. Bytes that cannot be had are said in ``partly``."""
    name = path.rsplit("/", 1)[-1].lower()
    try:
        if source.size < _POINTER_LIMIT and name.endswith(_POINTED):
            pointer = pointers.read_lfs(source, path)
            if pointer is not None:
                return pointer
        reader = _BY_NAME.get(name)
        if reader is None:
            reader = next((r for ending, r in _BY_EXTENSION.items() if name.endswith(ending)), None)
        if reader is not None:
            return reader(source, path)
        if name.endswith(".py") and source.size <= MAX_SCRIPT:
            return _script(source, path)
    except ReadFailure as failure:
        return DatasetFacts(path, name.rsplit(".", 1)[-1], partly=str(failure))
    return None


def _script(source: ByteSource, path: str) -> DatasetFacts | None:
    """A loading script of the datasets library: before version 4, loading the dataset ran it."""
    if _SCRIPT.search(source.read_at(0, source.size)) is None:
        return None
    return DatasetFacts(path, "script", script=True)
