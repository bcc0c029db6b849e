"""numpy's .npy files (numpy.lib.format, versions 1.0 to 3.0). An object array holds a pickle."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import replace
from math import prod
from typing import Any

from inspector.artifacts.bytesource import SliceSource, head
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import Judgement, single
from inspector.artifacts.limits import spend_work
from inspector.artifacts.pickles.element_sizes import element_size
from inspector.artifacts.pickles.file import read_pickle
from inspector.provenance import Loading
from inspector.sources.interface import ByteSource

_MAGIC = b"\x93NUMPY"
_MAX_HEADER = 64 * 1024
_ARRAY_WORK = 25_000
_MAX_NESTING = 40
_PARSING_WORK = 30_000
_LETTER_WORK = 150
_ORDINARY = re.compile(
    rb"\{'descr': '([<>|=]?[A-Za-z]\d{0,9})', 'fortran_order': (?:True|False), "
    rb"'shape': \(((?:(?:0|[1-9]\d{0,17}),|(?:0|[1-9]\d{0,17})(?:, (?:0|[1-9]\d{0,17}))+|))\), \} *\n\Z"
)
_PYTHON_2_LONG = re.compile(r"(?<=\d)L(?=[,)\s])")


def read_npy(source: ByteSource) -> Artifact:
    """The verdict on an array file: data-only, or what its pickle says.

    ``numpy.save`` writes several arrays into one file where it is called several times, and ``numpy.load``
    gives one after the other: every array counts. Only the last one may hold objects.
    """
    whole, end = _read_array(source)
    at, count = end, 1
    while end:
        spend_work(_ARRAY_WORK)
        count += 1
        artifact, end = _read_array(SliceSource(source, at, source.size - at))
        if artifact.loading is not Loading.DATA_ONLY:
            return _moved(artifact, at, artifact.facts)
        at += end
    if count == 1:
        return whole
    return Artifact("npy", Loading.DATA_ONLY, facts={**whole.facts, "arrays": count})


def _read_array(source: ByteSource) -> tuple[Artifact, int]:
    """One array, and where the next one begins; 0 where none does."""
    start = head(source, 12)
    major = start[6] if len(start) > 7 else 0
    width = {1: 2, 2: 4, 3: 4}.get(major)
    if width is None or len(start) < 8 + width:
        return _broken("Its version is not known, or it is cut off."), 0
    length = int.from_bytes(start[8 : 8 + width], "little")
    data_at = 8 + width + length
    if length > _MAX_HEADER or data_at > source.size:
        return _broken("Its header is longer than the file or over 64 kB."), 0
    header = _header(source.read_at(8 + width, length))
    if header is None:
        return _broken("Its header is not a description of an array."), 0
    descr, shape = header
    facts = {"shape": list(shape), "dtype": str(descr)[:200]}
    if _has_objects(descr):
        return _object_array(SliceSource(source, data_at, source.size - data_at), data_at, facts), 0
    element = _size(descr)
    if element is None:
        return _broken("The type of its elements is not known."), 0
    end = data_at + element * prod(shape)
    has_next = end < source.size and source.read_at(end, len(_MAGIC)) == _MAGIC
    if end != source.size and not has_next:
        return _broken("Its size is not that of the array it describes."), 0
    return Artifact("npy", Loading.DATA_ONLY, facts=facts), end if has_next else 0


def _object_array(part: ByteSource, data_at: int, facts: dict[str, Any]) -> Artifact:
    judgement = Judgement()
    inner = read_pickle(part)
    judgement.facts.update(facts)
    judgement.is_pickle = True
    judgement.merge(inner)
    artifact = judgement.artifact("npy", Loading.ALLOW_LISTED)
    return _moved(artifact, data_at, artifact.facts)


def _moved(artifact: Artifact, by: int, facts: Mapping[str, Any]) -> Artifact:
    """``artifact`` of a part that begins ``by`` bytes into the file."""
    reasons = tuple(
        reason if reason.offset is None else replace(reason, offset=reason.offset + by)
        for reason in artifact.reasons
    )
    return Artifact("npy", artifact.loading, reasons, artifact.imports, artifact.is_pickle, facts)


def _broken(why: str) -> Artifact:
    return single("npy", Loading.UNREADABLE, "broken-npy", f"The numpy file cannot be read to its end. {why}")


def _header(raw: bytes) -> tuple[Any, tuple[int, ...]] | None:
    """descr and shape out of the header, a Python literal: bounded before it is parsed, never evaluated."""
    plain = _ORDINARY.match(raw)
    if plain is not None:  # an array without fields, as numpy writes it: ten times as fast as the parser
        sizes = tuple(int(size) for size in plain[2].split(b",") if size.strip())
        return plain[1].decode("ascii"), sizes
    spend_work(_PARSING_WORK + len(raw) * _LETTER_WORK)
    text = raw.decode("latin-1")
    depth = 0
    may_nest = sum(text.count(char) for char in "([{") > _MAX_NESTING
    for char in text if may_nest else "":
        depth += (char in "([{") - (char in ")]}")
        if depth > _MAX_NESTING:
            return None
    text = _PYTHON_2_LONG.sub("", text)  # as numpy does
    try:
        value = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return None
    if not isinstance(value, dict) or set(value) != {"descr", "fortran_order", "shape"}:
        return None
    shape = value["shape"]
    if not isinstance(shape, tuple) or not all(type(size) is int and size >= 0 for size in shape):
        return None
    return value["descr"], shape


def _has_objects(descr: Any, depth: int = 0) -> bool:
    if isinstance(descr, str):
        return "O" in descr
    if isinstance(descr, (list, tuple)) and depth < _MAX_NESTING:
        return any(_has_objects(part, depth + 1) for item in descr for part in _types_of(item, descr))
    return False


def _types_of(item: Any, holder: Any) -> list[Any]:
    """The element types that one part of a structured descr names: of a field, the second place."""
    if isinstance(holder, tuple):
        return [item]
    return [item[1]] if isinstance(item, tuple) and len(item) in (2, 3) else [item]


def _size(descr: Any, depth: int = 0) -> int | None:
    """Bytes of one element of a descr: a type string, (type, shape), or a list of fields."""
    if isinstance(descr, str):
        return element_size(descr)
    if depth > _MAX_NESTING:
        return None
    if isinstance(descr, tuple) and len(descr) == 2:
        inner = _size(descr[0], depth + 1)
        shape = descr[1] if isinstance(descr[1], tuple) else (descr[1],)
        if inner is None or not all(type(size) is int and size >= 0 for size in shape):
            return None
        return inner * prod(shape)
    if isinstance(descr, list):
        total = 0
        for field in descr:
            if not isinstance(field, tuple) or len(field) not in (2, 3):
                return None
            inner = _size(field[1], depth + 1)
            if inner is None:
                return None
            shape = field[2] if len(field) == 3 else ()
            shape = shape if isinstance(shape, tuple) else (shape,)
            if not all(type(size) is int and size >= 0 for size in shape):
                return None
            total += inner * prod(shape)
        return total
    return None
