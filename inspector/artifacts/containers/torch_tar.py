"""The oldest format of torch.save (before 0.1.10, 2017): a tar archive of pickles with raw numbers between.

``torch.load`` still reads it (torch/serialization.py, ``legacy_load``): "storages" and "tensors" hold a count
and then that many pickles, each with raw bytes behind it; "storages" ends in one more pickle; "pickle" is the
object. Every one of these pickles is judged. The numbers are not held against the tensors, so a file of this
kind is never more than ``unreadable``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from inspector.artifacts.conversion.torch_storage import storage_bytes
from inspector.artifacts.judgement import Judgement
from inspector.artifacts.pickles.file import state_imports, state_nested
from inspector.artifacts.pickles.machine import PickleMachine
from inspector.provenance import Loading
from inspector.sources.interface import ByteSource

MAX_STREAMS = 20_000
_Behind = Callable[[ByteSource, int, PickleMachine], int]


def judge_torch_tar(members: Mapping[str, ByteSource], judgement: Judgement) -> None:
    """States what the pickles between the numbers of an old torch file import. The members themselves, and
    with them the first pickle of each, are judged by the archive's reader."""
    judgement.note(
        Loading.UNREADABLE,
        "torch-tar",
        "It is a checkpoint of the oldest torch format (tar): its pickles were read, its numbers were not.",
    )
    rows: tuple[tuple[str, _Behind, int], ...] = (
        ("storages", _behind_storage, 1),
        ("tensors", _behind_tensor, 0),
    )
    for name, behind, more in rows:
        part = members.get(name)
        if part is not None:
            inner = Judgement()
            _judge_streams(part, behind, more, inner)
            judgement.merge(inner.artifact("pickle", Loading.ALLOW_LISTED), name)


def _judge_streams(part: ByteSource, behind: _Behind, more: int, judgement: Judgement) -> None:
    machine = _judged(part, 0, judgement)
    count = machine.outcome.value
    if not isinstance(count, int) or not machine.outcome.ended:
        return
    offset = machine.outcome.end
    for number in range(min(count + more, MAX_STREAMS)):
        if not 0 <= offset < part.size:
            return
        machine = _judged(part, offset, judgement)
        if not machine.outcome.ended:
            return
        offset = machine.outcome.end + (behind(part, machine.outcome.end, machine) if number < count else 0)


def _judged(part: ByteSource, offset: int, judgement: Judgement) -> PickleMachine:
    machine = PickleMachine(part, offset)
    machine.run()
    state_imports(machine, judgement)
    state_nested(machine, part, judgement, 0)
    return machine


def _behind_storage(part: ByteSource, at: int, machine: PickleMachine) -> int:
    """Eight bytes that count the elements, and the elements, whose class the pickle names."""
    if at + 8 > part.size:
        return 0
    elements = int.from_bytes(part.read_at(at, 8), "little")
    names = [found.name for found in machine.imports.values() if found.name.endswith("Storage")]
    return 8 + storage_bytes(names[0] if names else "", elements)


def _behind_tensor(part: ByteSource, at: int, machine: PickleMachine) -> int:
    """The number of dimensions (twice four bytes), sizes and strides, and the offset in the storage."""
    if at + 8 > part.size:
        return 0
    return 8 + 16 * int.from_bytes(part.read_at(at, 4), "little") + 8
