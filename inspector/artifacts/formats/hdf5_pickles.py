"""Pickles in HDF5: what PyTables, pandas and hickle put there, and unpickle when they read.

PyTables unpickles every string attribute that ends in a full stop, in whatever HDF5 file it opens
(tables/attributeset.py), and the rows of an array whose pseudo-atom is "object" (tables/atom.py).
"""

from __future__ import annotations

from collections.abc import Iterator

from inspector.artifacts.bytesource import BytesSource
from inspector.artifacts.formats.hdf5_file import BadHdf5, Hdf5File
from inspector.artifacts.formats.hdf5_filters import unpacked_chunk
from inspector.artifacts.formats.hdf5_heaps import old_tree
from inspector.artifacts.formats.hdf5_values import (
    FIXED,
    OPAQUE,
    STRING,
    VARIABLE,
    Attribute,
    Filter,
    Layout,
    Type,
    variable_values,
)
from inspector.artifacts.judgement import Judgement
from inspector.artifacts.limits import OverLimit
from inspector.artifacts.pickles.file import looks_like_old_pickle, read_pickle
from inspector.artifacts.pickles.machine import PickleMachine
from inspector.artifacts.pickles.outcome import Limits
from inspector.provenance import Loading
from inspector.sources.interface import ByteSource

PSEUDO_ATOM = b"PSEUDOATOM"
MAX_ROWS = 20_000
MAX_CHUNK = 16 << 20
_PROTOCOLS = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")


def judge_attribute(attribute: Attribute, place: str, judgement: Judgement) -> None:
    """Runs the pickle machine over the values of an attribute that a reader would unpickle."""
    if attribute.type.kind not in (STRING, OPAQUE, VARIABLE) and attribute.type.size != 1:
        return
    for value in attribute.values:
        text = value.rstrip(b"\0")
        if len(text) > 2 and (text.endswith(b".") or text.startswith(_PROTOCOLS)) and is_pickled(text):
            judgement.merge(read_pickle(BytesSource(text)), f"{place}, a pickle in an attribute")


def is_pickled(value: bytes) -> bool:
    """Whether unpickling ``value`` gives an object or at least calls something on the way."""
    if looks_like_old_pickle(BytesSource(value), textual=False):
        return True
    machine = PickleMachine(BytesSource(value), limits=Limits(ops=200_000, stack=100_000, line=1 << 20))
    machine.run()
    return any(found.call_count for found in machine.imports.values())


def judge_data(part: ByteSource, kind: Type, place: str, judgement: Judgement) -> None:
    """Runs the pickle machine over a data set of plain bytes that begins like a pickle."""
    if kind.kind not in (FIXED, STRING, OPAQUE) or (kind.kind == FIXED and kind.size != 1):
        return
    if part.size < 3 or not part.read_at(0, 2).startswith(_PROTOCOLS):
        return
    artifact = read_pickle(part)
    operations = artifact.facts.get("operations", 0)
    if artifact.loading is not Loading.UNREADABLE or artifact.imports or operations > 8:
        judgement.merge(artifact, f"{place}, a pickle in a data set")


def judge_rows(
    file: Hdf5File, layout: Layout, filters: list[Filter], kind: Type, place: str, judgement: Judgement
) -> None:
    """Runs the pickle machine over the rows of an array whose pseudo-atom is "object"."""
    judgement.is_pickle = True
    judgement.state(Loading.ALLOW_LISTED)
    try:
        if kind.kind != VARIABLE or layout.kind != "chunked" or layout.version not in (1, 2, 3):
            raise BadHdf5("The rows are stored in a way that is not read.")
        for number, row in enumerate(_rows(file, layout, filters, kind)):
            if number >= MAX_ROWS:
                raise OverLimit(f"It has more than {MAX_ROWS} rows that are pickles.")
            judgement.merge(read_pickle(BytesSource(row)), f"{place}, row {number}")
    except BadHdf5 as bad:
        judgement.note(
            Loading.UNREADABLE,
            "hdf5-pickled-rows",
            f"The rows of an array are pickles that could not be read. {bad}",
            None,
            place,
        )


def _rows(file: Hdf5File, layout: Layout, filters: list[Filter], kind: Type) -> Iterator[bytes]:
    if layout.address is None:
        return
    count = 1
    for size in layout.chunk:
        count *= size
    if count * kind.size > MAX_CHUNK:
        raise OverLimit("A chunk of a data set is longer than 16 MB.")
    for key, address in old_tree(file, layout.address, 1, 8 + 8 * layout.dimensions):
        packed = int.from_bytes(key[:4], "little")
        mask = int.from_bytes(key[4:8], "little")
        if packed > MAX_CHUNK:
            raise OverLimit("A chunk of a data set is longer than 16 MB.")
        chunk = unpacked_chunk(file.read(address, packed), filters, mask, count * kind.size)
        used = -(-len(chunk.rstrip(b"\0")) // kind.size)  # chunks are larger than what is in them
        yield from filter(None, variable_values(file, kind, used, chunk[: used * kind.size]))


def object_rows(attributes: list[Attribute]) -> bool:
    """Whether PyTables takes the rows of this array for pickles."""
    return any(
        attribute.name == PSEUDO_ATOM and value.rstrip(b"\0") == b"object"
        for attribute in attributes
        for value in attribute.values
    )
