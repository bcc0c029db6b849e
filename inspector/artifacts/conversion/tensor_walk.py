"""Every tensor of a checkpoint's structure with its name, and why one cannot be carried."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Any

from inspector.artifacts.conversion.tensor_pickle import BadCheckpoint, Built, Name, Persistent

MAX_VISITS = 5_000_000
MAX_DEPTH = 200
_DICTS = ("collections.OrderedDict", "collections.defaultdict", "builtins.dict", "collections.Counter")
_LISTS = (
    "builtins.list",
    "builtins.tuple",
    "builtins.set",
    "builtins.frozenset",
    "collections.deque",
    "torch.Size",
)
_WRAPPERS = ("torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state")
_PLAIN = (
    "torch._utils._rebuild_tensor",
    "torch._utils._rebuild_tensor_v2",
    "torch._utils._rebuild_tensor_v3",
)
# safetensors' word and the bytes of one element, by torch's storage class or dtype
DTYPES: dict[str, tuple[str, int]] = {
    "DoubleStorage": ("F64", 8),
    "FloatStorage": ("F32", 4),
    "HalfStorage": ("F16", 2),
    "BFloat16Storage": ("BF16", 2),
    "LongStorage": ("I64", 8),
    "IntStorage": ("I32", 4),
    "ShortStorage": ("I16", 2),
    "CharStorage": ("I8", 1),
    "ByteStorage": ("U8", 1),
    "BoolStorage": ("BOOL", 1),
    "ComplexFloatStorage": ("C64", 8),
    "float64": ("F64", 8),
    "float32": ("F32", 4),
    "float16": ("F16", 2),
    "bfloat16": ("BF16", 2),
    "int64": ("I64", 8),
    "int32": ("I32", 4),
    "int16": ("I16", 2),
    "int8": ("I8", 1),
    "uint8": ("U8", 1),
    "bool": ("BOOL", 1),
    "complex64": ("C64", 8),
    "uint16": ("U16", 2),
    "uint32": ("U32", 4),
    "uint64": ("U64", 8),
    "float8_e4m3fn": ("F8_E4M3", 1),
    "float8_e5m2": ("F8_E5M2", 1),
    "float8_e8m0fnu": ("F8_E8M0", 1),
}
_REASONS = {
    "_rebuild_sparse_tensor": "It is a sparse tensor.",
    "_rebuild_qtensor": "It is a quantized tensor.",
    "_rebuild_nested_tensor": "It is a nested tensor.",
    "_rebuild_meta_tensor_no_storage": "It has no numbers (a tensor on the meta device).",
    "_rebuild_wrapper_subclass": "It is a tensor of a subclass without numbers of its own.",
    "_rebuild_device_tensor_from_numpy": "It is kept as a numpy array.",
    "_rebuild_device_tensor_from_cpu_tensor": "It is kept as a tensor of another device.",
}


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor: its storage by key, and in elements its offset, shape and strides."""

    key: str
    dtype: str
    width: int
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    @property
    def count(self) -> int:
        return prod(self.shape)

    @property
    def span(self) -> tuple[int, int]:
        """The first byte of the storage that the tensor uses, and the one behind the last."""
        if not self.count:
            return self.offset * self.width, self.offset * self.width
        last = sum((size - 1) * stride for size, stride in zip(self.shape, self.strides, strict=True))
        return self.offset * self.width, (self.offset + last + 1) * self.width

    @property
    def is_contiguous(self) -> bool:
        expected = 1
        for size, stride in zip(reversed(self.shape), reversed(self.strides), strict=True):
            if size != 1 and stride != expected:
                return not self.count
            expected *= size
        return True


@dataclass(frozen=True, slots=True)
class Refusal:
    """A tensor that cannot be carried, and why."""

    why: str


def named_tensors(value: Any) -> Iterator[tuple[str, Tensor | Refusal]]:
    """Tensors and refusals in the order of the file, with nested keys joined by dots."""
    pending: list[tuple[str, Any, int, str]] = [("", value, 0, "")]
    for _ in range(MAX_VISITS):
        if not pending:
            return
        name, item, depth, holder = pending.pop()
        found = as_tensor(item)
        if found is not None:
            if holder and isinstance(found, Tensor):
                found = Refusal(f"It lies inside of an object of the class {holder}.")
            yield name or "tensor", found
            continue
        inner = list(_inside(item, holder))
        if inner and depth >= MAX_DEPTH:
            raise BadCheckpoint(f"The values of the checkpoint are nested more than {MAX_DEPTH} deep.")
        for key, part, inside in reversed(inner):
            joined = name if key is None else f"{name}.{key}" if name else str(key)
            pending.append((joined, part, depth + 1, inside))
    raise BadCheckpoint("The checkpoint holds more values than any model has.")


def _inside(item: Any, holder: str) -> Iterator[tuple[Any, Any, str]]:
    """The parts of a container: key (None adds nothing to the name), value, and the object it lies in."""
    if isinstance(item, dict):
        for key, part in item.items():
            yield key, part, holder
    elif isinstance(item, (list, tuple)):
        for place, part in enumerate(item):
            yield place, part, holder
    elif isinstance(item, Built):
        state = item.state if isinstance(item.state, dict) else None
        if item.name in _DICTS or item.name in _LISTS:
            yield from _inside(item.items, holder)
            for part in (item.listed, *(item.args[:1] if item.name in _LISTS else ())):
                yield from _inside(part, holder)
        elif state is not None and "_parameters" in state and "_modules" in state:
            unsaved = list(_inside(state.get("_non_persistent_buffers_set"), holder))
            left_out = {part for _, part, _ in unsaved if isinstance(part, str)}
            for part in ("_parameters", "_buffers", "_modules"):
                for key, inner, inside in _inside(state.get(part), holder):
                    if part != "_buffers" or key not in left_out:
                        yield key, inner, inside
        else:
            for part in (item.args, item.items, item.listed, item.state):
                yield from _inside(part, holder or item.name)


def everything(value: Any) -> Iterator[Any]:
    """Every value of the structure once, in no order."""
    pending, seen = [value], set()
    while pending:
        item = pending.pop()
        if isinstance(item, (dict, list, tuple, Built)):
            if id(item) in seen:
                continue
            seen.add(id(item))
        yield item
        if isinstance(item, dict):
            pending.extend(item.values())
        elif isinstance(item, (list, tuple)):
            pending.extend(item)
        elif isinstance(item, Built):
            pending.extend((item.args, item.items, item.listed, item.state))


def as_tensor(item: Any) -> Tensor | Refusal | None:
    """The tensor that a call would rebuild; None where it rebuilds none."""
    for _ in range(8):
        if not isinstance(item, Built):
            return None
        if item.name in _WRAPPERS and item.args:
            item = item.args[0]
        elif item.name == "torch._tensor._rebuild_from_type_v2" and len(item.args) >= 3:
            function, arguments = item.args[0], item.args[2]
            if not isinstance(function, Name) or not isinstance(arguments, tuple):
                return Refusal("It is rebuilt by a function that the file computes.")
            item = Built(function.dotted, arguments)
        else:
            break
    if item.name.startswith(("torch.ao.nn.", "torch.nn.quantized.", "torch.ScriptObject")):
        return Refusal("It is a quantized layer, whose numbers torch keeps in a form of its own.")
    if item.name.startswith("torch.nn.parameter.Uninitialized"):
        return Refusal("It has no shape yet, because its layer was never used.")
    short = item.name.rsplit(".", 1)[-1]
    if short in _REASONS and item.name.startswith("torch."):
        return Refusal(_REASONS[short])
    return _dense(item) if item.name in _PLAIN else None


def _dense(item: Built) -> Tensor | Refusal:
    args = item.args
    if len(args) < 4 or not isinstance(args[0], Persistent):
        return Refusal("It has no storage of its own.")
    pid, offset, shape, strides = args[0].pid, args[1], _sizes(args[2]), _sizes(args[3])
    if not isinstance(pid, tuple) or len(pid) not in (5, 6) or not isinstance(pid[1], Name):
        return Refusal("Its storage is of an unknown kind.")
    word = pid[1].dotted.rsplit(".", 1)[-1]
    metadata = args[6] if item.name.endswith("_v2") and len(args) > 6 else None
    if item.name.endswith("_v3"):
        word = args[6].dotted.rsplit(".", 1)[-1] if len(args) > 6 and isinstance(args[6], Name) else ""
        metadata = args[7] if len(args) > 7 else None
    if isinstance(metadata, dict) and any(metadata.values()):
        return Refusal("It is a view whose numbers are still to be conjugated or negated.")
    if word not in DTYPES:
        return Refusal(f"safetensors has no data type for {word or 'it'}.")
    if (
        shape is None
        or strides is None
        or len(shape) != len(strides)
        or type(offset) is not int
        or offset < 0
    ):
        return Refusal("Its shape is not that of a tensor.")
    return Tensor(str(pid[2]), *DTYPES[word], offset, shape, strides)


def _sizes(value: Any) -> tuple[int, ...] | None:
    if isinstance(value, Built) and value.name == "torch.Size" and value.args:
        value = value.args[0]
    if isinstance(value, (tuple, list)) and all(type(size) is int and 0 <= size < 1 << 62 for size in value):
        return tuple(value)
    return None
