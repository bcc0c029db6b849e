"""From a torch checkpoint to safetensors, without unpickling: what is carried, what is refused, the writing.

The output is written beside its place, checked, and moved there in one step; until then an older file stays.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Literal

from inspector.artifacts.bytesource import SliceSource
from inspector.artifacts.containers.broken import BadCompression
from inspector.artifacts.conversion.checkpoint import Checkpoint, open_checkpoint
from inspector.artifacts.conversion.tensor_pickle import BadCheckpoint
from inspector.artifacts.conversion.tensor_walk import Refusal, Tensor, named_tensors
from inspector.artifacts.limits import OverLimit
from inspector.provenance import UnreadableInput, plain
from inspector.sources.interface import ByteSource, ReadFailure

_STEP = 4 << 20
_MAX_REORDERED = 2 << 30  # bytes of a storage that are held to put a transposed tensor into order
_FORMATS: dict[int, Literal["B", "H", "I", "Q"]] = {1: "B", 2: "H", 4: "I", 8: "Q"}


@dataclass(slots=True)
class Plan:
    """What a conversion carries and what it cannot."""

    checkpoint: Checkpoint
    tensors: dict[str, Tensor] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return sum(tensor.count * tensor.width for tensor in self.tensors.values())

    def shared(self) -> list[list[str]]:
        """Groups of names whose tensors use the same bytes of a storage."""
        by_storage: dict[str, list[tuple[int, int, str]]] = {}
        for name, tensor in self.tensors.items():
            if tensor.count:
                by_storage.setdefault(tensor.key, []).append((*tensor.span, name))
        groups: list[list[str]] = []
        for spans in by_storage.values():
            group: list[str] = []
            reach = -1
            for start, end, name in sorted(spans):
                if start >= reach and group:
                    groups.append(group)
                    group = []
                group.append(name)
                reach = max(reach, end)
            groups.append(group)
        return sorted(sorted(group) for group in groups if len(group) > 1)


def plan_conversion(source: ByteSource) -> Plan:
    """Reads the checkpoint's structure and sorts its tensors. Raises UnreadableInput."""
    try:
        checkpoint = open_checkpoint(source)
        plan = Plan(checkpoint)
        for name, found in named_tensors(checkpoint.value):
            _sort_in(plan, name, found)
    except (BadCheckpoint, ReadFailure) as bad:
        raise UnreadableInput(
            f"The file cannot be converted. {bad}", "Only checkpoints that torch.save wrote can be."
        ) from bad
    except RecursionError:
        raise UnreadableInput(
            "The file cannot be converted. Its values are nested too deeply.",
            "No checkpoint of torch's is so.",
        ) from None
    for message in checkpoint.doubtful:
        plan.refused["the archive"] = message
    return plan


def _sort_in(plan: Plan, name: str, found: Tensor | Refusal) -> None:
    if name in plan.tensors or name in plan.refused:
        plan.tensors.pop(name, None)
        plan.refused[name] = "Two tensors would have this name."
    elif isinstance(found, Refusal):
        plan.refused[name] = found.why
    elif name == "__metadata__" or not _is_text(name):
        plan.refused[name] = "safetensors does not allow this name."
    elif plan.checkpoint.is_big_endian:
        plan.refused[name] = "Its numbers are stored in big-endian order."
    else:
        why, tensor = _placed(plan.checkpoint, found)
        if why:
            plan.refused[name] = why
        else:
            plan.tensors[name] = tensor


def _is_text(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _placed(checkpoint: Checkpoint, tensor: Tensor) -> tuple[str, Tensor]:
    """Why the tensor's bytes cannot be had (empty where they can), and the tensor in its root storage."""
    if tensor.key in checkpoint.views:
        root, offset, _ = checkpoint.views[tensor.key]
        tensor = Tensor(
            root, tensor.dtype, tensor.width, tensor.offset + offset, tensor.shape, tensor.strides
        )
    try:
        storage = checkpoint.storage(tensor.key)
    except (BadCheckpoint, BadCompression, OverLimit) as bad:
        return str(bad), tensor
    if storage is None:
        return "The file holds no numbers for it.", tensor
    start, end = tensor.span
    if start < 0 or end > storage.size:
        return "It reaches beyond the end of its storage.", tensor
    if not tensor.is_contiguous and end - start > _MAX_REORDERED:
        return "It is not contiguous and too large to be put into order in memory.", tensor
    return "", tensor


def write_safetensors(plan: Plan, out: Path) -> None:
    """Writes the plan's tensors to ``out``, whole or not at all. Raises UnreadableInput."""
    if out.exists() and not out.is_file():
        raise UnreadableInput(f"{plain(str(out))} is no file.", "Name a file for the output.")
    name = None
    try:
        descriptor, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name[:40]}.")
        with os.fdopen(descriptor, "wb") as file:
            _write(plan, file)
            file.flush()
            os.fsync(file.fileno())
        _check(plan, name)
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)
        Path(name).replace(out)
        name = None
    except OSError as error:
        raise UnreadableInput(
            f"{plain(str(out))} cannot be written: {error.strerror or error}.", "Choose another place."
        ) from error
    except (BadCheckpoint, BadCompression, OverLimit, ReadFailure) as bad:
        raise UnreadableInput(f"The file cannot be converted. {bad}", "Nothing was written.") from bad
    finally:
        if name is not None:
            with contextlib.suppress(OSError):
                Path(name).unlink()


def _ordered(plan: Plan) -> list[tuple[str, Tensor]]:
    """Wide elements first, so that every tensor is aligned to its own elements."""
    return sorted(plan.tensors.items(), key=lambda pair: (-pair[1].width, pair[0]))


def _write(plan: Plan, file: IO[bytes]) -> None:
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    at = 0
    for name, tensor in _ordered(plan):
        end = at + tensor.count * tensor.width
        header[name] = {"dtype": tensor.dtype, "shape": list(tensor.shape), "data_offsets": [at, end]}
        at = end
    raw = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    raw += b" " * (-len(raw) % 8)
    file.write(len(raw).to_bytes(8, "little") + raw)
    for _, tensor in _ordered(plan):
        for piece in _content(plan.checkpoint, tensor):
            file.write(piece)


def _content(checkpoint: Checkpoint, tensor: Tensor) -> Iterator[bytes]:
    """The tensor's numbers row by row, as safetensors keeps them."""
    if not tensor.count:
        return
    storage = checkpoint.storage(tensor.key)
    if storage is None:
        raise BadCheckpoint("The file holds no numbers for a tensor.")
    start, end = tensor.span
    part = SliceSource(storage, start, end - start)
    if tensor.is_contiguous:
        for at in range(0, part.size, _STEP):
            yield part.read_at(at, min(_STEP, part.size - at))
        return
    numbers = memoryview(part.read_at(0, part.size)).cast(_FORMATS[tensor.width])
    yield from _rows(numbers, tensor)


def _rows(numbers: memoryview, tensor: Tensor) -> Iterator[bytes]:
    """One piece for each step of all dimensions but the last."""
    *outer, last = zip(tensor.shape, tensor.strides, strict=True) if tensor.shape else ((1, 1),)
    size, stride = last
    steps = [0] * len(outer)
    at = 0
    while True:
        if stride:
            yield numbers[at : at + (size - 1) * stride + 1 : stride].tobytes()
        else:
            yield numbers[at : at + 1].tobytes() * size
        for place in range(len(outer) - 1, -1, -1):
            steps[place] += 1
            at += outer[place][1]
            if steps[place] < outer[place][0]:
                break
            at -= steps[place] * outer[place][1]
            steps[place] = 0
        else:
            return


def _check(plan: Plan, path: str) -> None:
    """Reads the output back with the safetensors library: every name, shape and data type."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as opened:
            names = set(opened.keys())
            same = names == set(plan.tensors) and all(
                tuple(opened.get_slice(name).get_shape()) == tensor.shape
                and opened.get_slice(name).get_dtype() == tensor.dtype
                for name, tensor in plan.tensors.items()
            )
    except SafetensorError as error:
        raise BadCheckpoint(f"The output is no valid safetensors file: {error}.") from error
    if not same:
        raise BadCheckpoint("The safetensors library reads other tensors than were written.")
