"""HDF5: every object is visited, and what makes readers run code or open other files is named.

HDF5 itself carries no code. But its links, data sets and virtual data sets can lead to other files of the
reading machine (CVE-2026-1669), its filters to shared libraries, Keras builds objects from an attribute, and
PyTables and pandas unpickle attributes and rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from inspector.artifacts.bytesource import BytesSource, SliceSource
from inspector.artifacts.context import Context
from inspector.artifacts.formats import hdf5_keras, hdf5_pickles
from inspector.artifacts.formats.hdf5_file import BadHdf5, Cursor, Hdf5File, hdf5_base
from inspector.artifacts.formats.hdf5_filters import BUILT_IN, LZF, REGISTERED
from inspector.artifacts.formats.hdf5_headers import Kind, Message, read_messages, shared_data
from inspector.artifacts.formats.hdf5_links import Link, read_links, table_links
from inspector.artifacts.formats.hdf5_values import (
    Attribute,
    Filter,
    Layout,
    Type,
    external_files,
    read_attributes,
    read_filters,
    read_layout,
    read_shape,
    read_type,
    virtual_source,
)
from inspector.artifacts.formats.tensorflow_graph import holds_lambda
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import Judgement
from inspector.artifacts.limits import OverLimit
from inspector.provenance import Loading, plain
from inspector.sources.interface import ByteSource

_LAST_KIND = 0x18
_PADDED_BLOCK = 64 << 10
_OBJECT_KINDS = frozenset((Kind.LINK_INFO, Kind.LINK, Kind.SYMBOL_TABLE, Kind.LAYOUT, Kind.DATATYPE))
_MATLAB_PLAIN = frozenset(
    b"double single int8 uint8 int16 uint16 int32 uint32 int64 uint64 char logical cell struct".split()
)


@dataclass(slots=True)
class _Walk:
    """The walk over one file: what is still to be visited, and what was found."""

    file: Hdf5File
    source: ByteSource
    judgement: Judgement
    pending: list[tuple[int, str]] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)
    configs: list[tuple[bytes, bytes, str]] = field(default_factory=list)
    is_keras: bool = False
    data_sets: int = 0
    values: int = 0


def read_hdf5(source: ByteSource, suffix: str, context: Context) -> Artifact:
    """The verdict on an HDF5 file: ``data-only`` where every object was read and none leads out of it."""
    judgement = Judgement()
    base = hdf5_base(source, suffix) or 0
    if base:
        _judge_user_block(SliceSource(source, 0, base), context, judgement)
    try:
        walk = _Walk(Hdf5File(source, base), source, judgement)
        _judge_whole(walk)
        _visit_all(walk)
        for name, value, place in walk.configs:
            hdf5_keras.judge_config(name, value, place, judgement, is_keras=walk.is_keras)
        judgement.facts.update(
            {"objects": len(walk.seen), "tensors": walk.data_sets, "parameters": walk.values}
        )
    except BadHdf5 as bad:
        judgement.note(Loading.UNREADABLE, "broken-hdf5", str(bad))
    except OverLimit as over:
        judgement.note(Loading.UNREADABLE, "over-limit", str(over))
    # The walk stops where the file breaks, and the HDF5 library may go on elsewhere: it reads what a damaged
    # table still leads to. Such a file is unreadable in any case; a Lambda layer in its text is told as well.
    if judgement.loading is Loading.UNREADABLE and holds_lambda(source):
        judgement.note(
            Loading.RUNS_CODE,
            "lambda-layer",
            "The text of a Keras model in this file has a Lambda layer: Python byte code that runs on load.",
        )
    return judgement.artifact("hdf5", Loading.DATA_ONLY)


def _judge_user_block(block: ByteSource, context: Context, judgement: Judgement) -> None:
    """What stands before the HDF5 file itself: MATLAB writes a line of text, and other programs anything. The
    zeros behind it are padding."""
    start = block.read_at(0, min(block.size, 4096))
    if start.startswith(b"MATLAB 7.3 MAT-file") or not any(start):
        start = block.read_at(0, 10)
        if block.size <= 4096 or not any(start):
            return
    if start.startswith(b"#!"):
        judgement.note(
            Loading.RUNS_CODE, "program", "It is a program as well: a script stands before the HDF5 file.", 0
        )
    if context.is_deepest:
        judgement.note(Loading.UNREADABLE, "over-limit", "Archives are nested too deeply.")
        return
    if block.size <= _PADDED_BLOCK:
        block = BytesSource(block.read_at(0, block.size).rstrip(b"\0"))
    judgement.merge(context.read_part(block, "user block", context.inner()), "the user block")


def _judge_whole(walk: _Walk) -> None:
    """The superblock and what belongs to the file as a whole."""
    file, judgement = walk.file, walk.judgement
    messages = read_messages(file, file.extension) if file.extension is not None else []
    if file.driver is not None or any(message.kind == Kind.DRIVER for message in messages):
        judgement.note(
            Loading.UNREADABLE, "external-data", "The HDF5 file is one of several that belong together."
        )
    if any(message.kind == Kind.SHARED_TABLE for message in messages):
        judgement.note(
            Loading.UNREADABLE,
            "hdf5-shared",
            "The HDF5 file keeps messages in a shared heap, which is not read.",
        )
    if file.end is not None:
        size, end = walk.source.size, file.limit
        if file.end > size:
            judgement.note(Loading.UNREADABLE, "broken-hdf5", "The HDF5 file is cut off.")
        elif end < size and any(walk.source.read_at(end, min(size - end, 1 << 20))):
            judgement.note(
                Loading.UNREADABLE, "bytes-after-end", "Bytes follow the end of the HDF5 file.", end
            )
    walk.pending.append((file.root, "/"))
    if file.root_tables is not None:
        root = [message for message in read_messages(file, file.root) if message.kind == Kind.SYMBOL_TABLE]
        named = [
            (cursor.address(), cursor.address()) for cursor in (Cursor(file, part.data) for part in root)
        ]
        if named and named != [file.root_tables]:
            judgement.note(
                Loading.UNREADABLE,
                "hdf5-ambiguous",
                "The HDF5 file names two tables of contents that differ.",
            )
            for link in table_links(file, *file.root_tables):
                _follow(walk, link, "/")


def _visit_all(walk: _Walk) -> None:
    while walk.pending:
        address, path = walk.pending.pop()
        if address in walk.seen:
            continue
        walk.seen.add(address)
        _visit(walk, address, path)


def _visit(walk: _Walk, address: int, path: str) -> None:
    messages = read_messages(walk.file, address)
    for message in messages:
        if message.kind > _LAST_KIND or message.kind == Kind.BOGUS:
            walk.judgement.note(
                Loading.UNREADABLE,
                "hdf5-message",
                f"An object has a message of the unknown type {message.kind}.",
                message.offset,
                path,
            )
    kinds = {message.kind for message in messages}
    if not kinds & _OBJECT_KINDS:
        raise BadHdf5("An object of the HDF5 file is neither a group nor a data set nor a type.")
    if Kind.LAYOUT in kinds and not {Kind.DATATYPE, Kind.DATASPACE} <= kinds:
        raise BadHdf5("A data set of the HDF5 file has no type or no shape.")
    attributes = list(read_attributes(walk.file, messages))
    for attribute in attributes:
        _judge_attribute(walk, attribute, path)
    for link in read_links(walk.file, messages):
        _follow(walk, link, path)
    if Kind.LAYOUT in kinds:
        _judge_data_set(walk, messages, attributes, path)


def _follow(walk: _Walk, link: Link, path: str) -> None:
    name = plain(link.name.decode("utf-8", "backslashreplace"), 200)
    if link.name in hdf5_keras.MARKS:
        walk.is_keras = True
    if link.elsewhere is not None:
        walk.judgement.note(
            Loading.UNREADABLE,
            "external-data",
            f"The link {name} leads out of the file, to {plain(link.elsewhere, 300)}.",
            None,
            path,
        )
    elif link.address is not None:
        walk.pending.append((link.address, f"{path.rstrip('/')}/{name}"[:300]))


def _judge_attribute(walk: _Walk, attribute: Attribute, path: str) -> None:
    name = attribute.name
    if name in hdf5_keras.MARKS:
        walk.is_keras = True
    if name in (hdf5_keras.MODEL, hdf5_keras.TRAINING):
        walk.configs.extend((name, value, f"{path} {name.decode()}") for value in attribute.values)
    if name == b"MATLAB_class":
        for value in attribute.values:
            _judge_matlab(walk, value.rstrip(b"\0"), path)
    shown = plain(name.decode("utf-8", "backslashreplace"), 100)
    hdf5_pickles.judge_attribute(attribute, f"{path} {shown}", walk.judgement)


def _judge_matlab(walk: _Walk, name: bytes, path: str) -> None:
    if name not in _MATLAB_PLAIN and name != b"canonical empty":
        shown = plain(name.decode("utf-8", "backslashreplace"), 100)
        walk.judgement.note(
            Loading.NOT_UNDERSTOOD,
            "matlab-object",
            f"It holds an object of the MATLAB class {shown}, which is not read.",
            None,
            path,
        )


def _judge_data_set(walk: _Walk, messages: list[Message], attributes: list[Attribute], path: str) -> None:
    file, judgement = walk.file, walk.judgement
    layout = Layout("none")
    kind = Type(-1, 0)
    filters: list[Filter] = []
    count = 0
    for message in messages:
        data = shared_data(file, message.kind, message.data, message.is_shared)
        cursor = Cursor(file, data)
        if message.kind == Kind.LAYOUT:
            layout = read_layout(cursor)
        elif message.kind == Kind.DATATYPE:
            kind = read_type(cursor)
        elif message.kind == Kind.DATASPACE:
            count = read_shape(cursor)
        elif message.kind == Kind.FILTERS:
            filters = read_filters(cursor)
        elif message.kind == Kind.EXTERNAL_FILES:
            names = external_files(file, cursor)
            shown = ", ".join(plain(name.decode("utf-8", "backslashreplace"), 200) for name in names[:5])
            judgement.note(
                Loading.UNREADABLE,
                "external-data",
                f"The bytes of a data set are in other files of the reading machine: {shown}.",
                message.offset,
                path,
            )
    walk.data_sets += 1
    walk.values += count
    _judge_filters(walk, filters, path)
    if layout.kind == "virtual":
        shown = plain(
            virtual_source(file, Cursor(file, _layout_data(messages))).decode("utf-8", "replace"), 200
        )
        judgement.note(
            Loading.UNREADABLE,
            "external-data",
            f"A virtual data set takes its bytes from others, the first of them in the file {shown!r}.",
            None,
            path,
        )
    if hdf5_pickles.object_rows(attributes):
        hdf5_pickles.judge_rows(file, layout, filters, kind, path, judgement)
    _judge_bytes(walk, layout, kind, count, path)


def _layout_data(messages: list[Message]) -> bytes:
    return next(message.data for message in messages if message.kind == Kind.LAYOUT)


def _judge_filters(walk: _Walk, filters: list[Filter], path: str) -> None:
    for one in filters:
        if one.number in BUILT_IN or one.number == LZF:
            continue
        name = REGISTERED.get(one.number)
        if name is not None:
            walk.judgement.note(
                Loading.DATA_ONLY,
                "hdf5-filter",
                f"Data is packed by {name} (filter {one.number}), a plug-in of the reading machine.",
            )
        else:
            walk.judgement.note(
                Loading.UNREADABLE,
                "hdf5-filter",
                f"A data set is packed by the unregistered filter {one.number}: HDF5 loads whatever plug-in "
                "the reading machine has under that number.",
                None,
                path,
            )


def _judge_bytes(walk: _Walk, layout: Layout, kind: Type, count: int, path: str) -> None:
    """The place of the data: within the file, and no pickle."""
    size = layout.size or count * kind.size
    if not walk.file.holds(layout.address, size if layout.kind == "contiguous" else 0):
        raise BadHdf5("The bytes of a data set lie behind the end of the HDF5 file.")
    if layout.kind == "compact":
        hdf5_pickles.judge_data(BytesSource(layout.data), kind, path, walk.judgement)
    elif layout.kind == "contiguous" and layout.address is not None:
        part = SliceSource(walk.source, walk.file.base + layout.address, size)
        hdf5_pickles.judge_data(part, kind, path, walk.judgement)
