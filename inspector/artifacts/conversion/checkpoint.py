"""A torch checkpoint, zip or legacy: where its pickle and the bytes of its storages lie.

The layouts are those of torch 2.13.0, ``torch/serialization.py`` (``_save`` and ``_legacy_save``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from inspector.artifacts.bytesource import SliceSource, head
from inspector.artifacts.containers.broken import BadCompression
from inspector.artifacts.containers.zip_file import member_content
from inspector.artifacts.containers.zip_walk import BadZip, walk_zip
from inspector.artifacts.context import Context
from inspector.artifacts.conversion.tensor_pickle import BadCheckpoint, Name, Persistent, read_structure
from inspector.artifacts.conversion.torch_storage import storage_bytes
from inspector.artifacts.dispatch import read_part
from inspector.artifacts.judgement import Judgement
from inspector.artifacts.limits import OverLimit
from inspector.artifacts.pickles.file import TORCH_MAGIC, TORCH_PROTOCOL
from inspector.provenance import Loading, plain
from inspector.sources.interface import ByteSource


@dataclass(slots=True)
class Checkpoint:
    """``value`` is the structure of the main pickle; ``storage`` gives the bytes of a storage by its key, or
    None where the file has none. ``doubtful`` names what stands in the archive twice."""

    value: Any
    storage: Callable[[str], ByteSource | None]
    views: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    doubtful: list[str] = field(default_factory=list)
    is_big_endian: bool = False


def open_checkpoint(source: ByteSource) -> Checkpoint:
    """Finds the parts of a checkpoint. Raises BadCheckpoint."""
    try:
        if head(source, 4) == b"PK\x03\x04":
            return _open_zip(source)
        return _open_legacy(source)
    except (BadZip, BadCompression, OverLimit) as bad:
        raise BadCheckpoint(str(bad)) from None


def _open_zip(source: ByteSource) -> Checkpoint:
    members, disagreements = walk_zip(source)
    doubtful = [item.message for item in disagreements if item.code == "zip-duplicate"]
    for item in disagreements:
        if item.code != "zip-duplicate":
            raise BadCheckpoint(item.message)
    roots = [
        member.name[: -len("data.pkl")] for member in members if member.name.split("/")[-1] == "data.pkl"
    ]
    if not roots:
        raise BadCheckpoint("The archive holds no data.pkl, so it is no torch checkpoint.")
    if len(set(roots)) > 1:
        raise BadCheckpoint("The archive holds more than one data.pkl.")
    root = roots[0]
    if any(member.name.startswith(f"{root}code/") for member in members):
        raise BadCheckpoint("The archive is a TorchScript program, not a checkpoint of tensors.")
    by_name = {member.name: member for member in members}
    context = Context(read_part)

    def content(name: str) -> ByteSource | None:
        member = by_name.get(root + name)
        if member is None:
            return None
        judgement = Judgement()
        part = member_content(source, member, context, judgement)
        if part is None or judgement.has_reasons:
            reasons = judgement.artifact("zip", Loading.UNREADABLE).reasons
            raise BadCheckpoint(
                f"{plain(name, 100)}: {reasons[0].message}" if reasons else "A member is broken."
            )
        return part

    pickle = content("data.pkl")
    if pickle is None:
        raise BadCheckpoint("The archive holds no data.pkl, so it is no torch checkpoint.")
    value, end = read_structure(pickle)
    if end != pickle.size:
        raise BadCheckpoint("Bytes follow the STOP of data.pkl.")
    order = content("byteorder")
    is_big = order is not None and order.size == 3 and order.read_at(0, 3) == b"big"
    return Checkpoint(value, lambda key: content(f"data/{key}"), {}, doubtful, is_big)


def _open_legacy(source: ByteSource) -> Checkpoint:
    magic, at = read_structure(source)
    if magic != TORCH_MAGIC:
        raise BadCheckpoint("The file is a pickle, but no checkpoint that torch.save wrote.")
    protocol, at = read_structure(source, at)
    system, at = read_structure(source, at)
    if protocol != TORCH_PROTOCOL or not isinstance(system, dict):
        raise BadCheckpoint("The checkpoint is of an unknown version.")
    value, at = read_structure(source, at)
    keys, at = read_structure(source, at)
    if not isinstance(keys, list):
        raise BadCheckpoint("The checkpoint does not list its storages.")
    sizes, views = _storages(value)
    places: dict[str, tuple[int, int]] = {}
    for key in keys:
        if not isinstance(key, str) or key not in sizes:
            raise BadCheckpoint("The checkpoint lists a storage that no tensor uses.")
        name, count = sizes[key]
        stated = int.from_bytes(source.read_at(at, min(8, source.size - at)), "little")
        length = storage_bytes(name, count)
        if stated != count or at + 8 + length > source.size:
            raise BadCheckpoint("The storages of the checkpoint are cut off or of another size than stated.")
        places[key] = (at + 8, length)
        at += 8 + length
    if at != source.size:
        raise BadCheckpoint("Bytes follow the last storage of the checkpoint.")

    def storage(key: str) -> ByteSource | None:
        place = places.get(key)
        return None if place is None else SliceSource(source, *place)

    return Checkpoint(value, storage, views, [], system.get("little_endian") is False)


def _storages(value: Any) -> tuple[dict[str, tuple[str, int]], dict[str, tuple[str, int, int]]]:
    """Class and number of elements of each storage that the pickle names, and the views of storages."""
    from inspector.artifacts.conversion.tensor_walk import everything

    sizes: dict[str, tuple[str, int]] = {}
    views: dict[str, tuple[str, int, int]] = {}
    for item in everything(value):
        pid = item.pid if isinstance(item, Persistent) else ()
        if isinstance(pid, tuple) and len(pid) in (5, 6) and pid[0] == "storage" and isinstance(pid[1], Name):
            cls, key, count = pid[1].dotted.rsplit(".", 1)[-1], str(pid[2]), pid[4]
            if isinstance(count, int) and count >= sizes.get(key, ("", 0))[1]:
                sizes[key] = (cls, count)
            view = pid[5] if len(pid) == 6 else None
            if isinstance(view, tuple) and len(view) == 3 and type(view[1]) is type(view[2]) is int:
                views[str(view[0])] = (key, view[1], view[2])
    return sizes, views
