"""Mutates files of every known format and holds the readers to their promises.

    python tests/fuzz/fuzz_readers.py --seconds 60 [--seed 1] [--keep FOLDER]

For each mutated file: ``read`` gives one verdict without failing, in bounded time, the same twice;
``explain`` gives its object; ``convert`` refuses in words or plans; and a pickle that is called fine
asks CPython's own unpickler (with an inert ``find_class``) for listed names only. Findings are
printed with the seed that makes them again; the exit code is 1 where there was one.
"""

from __future__ import annotations

import argparse
import bz2
import gzip
import io
import json
import lzma
import pickle
import random
import struct
import sys
import tarfile
import time
import traceback
import zipfile
import zlib
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from inspector.artifacts import BytesSource, read
from inspector.artifacts.conversion.convert import plan_conversion
from inspector.artifacts.explain import explain
from inspector.artifacts.pickles.compat_names import current_name
from inspector.artifacts.pickles.listed import Tier, entry_for
from inspector.provenance import Loading, UnreadableInput

DATA = Path(__file__).parent.parent / "artifacts" / "data"
SECONDS_PER_FILE = 2.0
EXPLAINED_BYTES = 4096
_PICKLE_FINE = {Loading.ALLOW_LISTED: Tier.PLAIN, Loading.LIBRARY: Tier.LIBRARY}
_PIECES = (
    b"cos\nsystem\n", b"\x8c\x02os\x8c\x06system\x93", b"R", b".", b"(", b"t", b"b", b"\x80\x04", b"\x95",
    b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"GGUF", b"\x89HDF\r\n\x1a\n", b"\x93NUMPY\x01\0",
    b"\xff" * 8, b"\0" * 8, b"\x7f" * 4, b"{{ ''.__class__ }}", b'"auto_map"', b"!!python/name:os.system",
    b"\x94", b"h\0",
    b"\x1f\x8b\x08", b"x\x9c", b"{", b"}", b"9" * 20, b"-1", b"\xc2\x85", b"\xed\xa0\x80",
)  # fmt: skip


def _zip(members: dict[str, bytes], method: int = 0) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return buffer.getvalue()


def _tar(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def _proto(number: int, data: bytes) -> bytes:
    return bytes([number << 3 | 2, len(data)]) + data


def _seeds() -> list[tuple[str, bytes]]:
    value: dict[str, Any] = {"a": [1, 2.5, "x", b"y", None, (1, {2})], "b": OrderedDict(c=frozenset({3}))}
    seeds = [(f"p{protocol}.pkl", pickle.dumps(value, protocol)) for protocol in range(6)]
    seeds += [
        (path.name, path.read_bytes()) for path in sorted(DATA.iterdir()) if path.stat().st_size < 60_000
    ]
    inner = pickle.dumps(value, 2)
    packed: dict[str, Callable[[bytes], bytes]] = {
        "gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "z": zlib.compress,
        "lzma": lambda data: lzma.compress(data, lzma.FORMAT_ALONE),
    }  # fmt: skip
    seeds += [(f"c.pkl.{word}", method(inner)) for word, method in packed.items()]
    header = json.dumps({"t": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}).encode()
    seeds.append(("m.safetensors", struct.pack("<Q", len(header)) + header + bytes(8)))
    key = b"tokenizer.chat_template"
    pair = struct.pack("<Q", len(key)) + key + struct.pack("<IQ", 8, 12) + b"{{ message }}"[:12]
    seeds.append(("m.gguf", b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + pair))
    shape = b"{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }".ljust(117) + b"\n"
    seeds.append(("a.npy", b"\x93NUMPY\x01\0" + struct.pack("<H", len(shape)) + shape + bytes(8)))
    seeds.append(("a.npz", _zip({"a.npy": seeds[-1][1]}, 8)))
    node = _proto(1, _proto(4, b"Add") + _proto(7, b"ai.onnx"))
    seeds.append(("m.onnx", b"\x08\x09" + _proto(7, node) + _proto(8, b"\x10\x12")))
    graph = _proto(2, _proto(1, _proto(1, b"n") + _proto(2, b"Add")))
    seeds.append(("saved_model.pb", b"\x08\x01" + _proto(2, graph)))
    layer = {"module": "keras.layers", "class_name": "Dense", "config": {}}
    model = {"module": "keras", "class_name": "Sequential", "config": {"layers": [layer]}}
    weights = b"\x89HDF\r\n\x1a\n" + bytes(99)
    keras = {"config.json": json.dumps(model).encode(), "metadata.json": b"{}", "model.weights.h5": weights}
    seeds.append(("m.keras", _zip(keras)))
    node_json = {"__class__": "dict", "__module__": "builtins", "__loader__": "DictNode"}
    seeds.append(("m.skops", _zip({"schema.json": json.dumps(node_json).encode()})))
    seeds.append(("m.tar", _tar({"a.pkl": inner, "b.txt": b"text"})))
    seeds.append(("m.nemo", gzip.compress(_tar({"model.yaml": b"_target_: a.B\n", "w.ckpt": inner}))))
    seeds.append(("nested.zip", _zip({"in.zip": _zip({"a.pkl": inner}, 8), "r.txt": b"text"}, 8)))
    seeds.append(
        (
            "tokenizer_config.json",
            json.dumps({"chat_template": "{% for m in x %}{{ m }}{% endfor %}"}).encode(),
        )
    )
    seeds.append(("config.yaml", b"model:\n  _target_: torch.nn.Linear\n  x: !!int 3\n"))
    seeds.append(("t.jinja", b"{% for m in messages %}{{ m['role'] + '\\n' }}{% endfor %}"))
    tflite = struct.pack("<I4sHHHHi", 20, b"TFL3", 8, 8, 0, 4, 8) + struct.pack("<II", 4, 0)
    seeds.append(("m.tflite", tflite.ljust(80, b"\0")))
    return seeds


def mutate(random_: random.Random, data: bytes, other: bytes) -> bytes:
    """A few random changes of ``data``: bits, bytes, numbers, pieces, cuts, and parts of ``other``."""
    out = bytearray(data)
    for _ in range(random_.choice((1, 1, 2, 3, 6))):
        at = random_.randrange(len(out) + 1)
        match random_.randrange(9):
            case 0 if out:
                out[at % len(out)] ^= 1 << random_.randrange(8)
            case 1 if out:
                out[at % len(out)] = random_.randrange(256)
            case 2:
                out[at:at] = random_.choice(_PIECES)
            case 3:
                piece = random_.choice(_PIECES)
                out[at : at + len(piece)] = piece
            case 4:
                del out[at : at + random_.randrange(1, 20)]
            case 5:
                del out[at:]
            case 6:
                start = random_.randrange(len(other) + 1)
                out[at:at] = other[start : start + random_.randrange(200)]
            case 7:
                out[at : at + 4] = struct.pack(
                    "<I", random_.choice((0, 1, 255, 0x7FFFFFFF, 0xFFFFFFFF, len(out)))
                )
            case _:
                out[at:at] = out[at : at + random_.randrange(64)]
    return bytes(out[:400_000])


class _Inert:
    """Stands for everything that a stream imports or makes: takes any call and state, does nothing."""

    def __new__(cls, *args: Any, **kwargs: Any) -> _Inert:
        return object.__new__(cls)

    def __init__(self, *args: Any, **kwargs: Any) -> None: ...

    def __call__(self, *args: Any, **kwargs: Any) -> _Inert:
        return _Inert()

    def __setstate__(self, state: Any) -> None: ...

    def __setitem__(self, key: Any, value: Any) -> None: ...

    def append(self, value: Any) -> None: ...

    def extend(self, values: Any) -> None: ...

    def add(self, value: Any) -> None: ...


class _Asking(pickle.Unpickler):
    """CPython's unpickler with nothing to import: it only writes down what the stream asks for."""

    def __init__(self, data: bytes) -> None:
        super().__init__(io.BytesIO(data))
        self.asked: set[tuple[str, str]] = set()

    def find_class(self, module: str, name: str) -> Any:
        self.asked.add(current_name(module, name))
        return _Inert

    def persistent_load(self, pid: Any) -> Any:
        return _Inert()


def wrongly_fine(data: bytes, loading: Loading) -> str | None:
    """A name that a real unpickler asks for and that does not fit the verdict on this raw pickle."""
    allowed = _PICKLE_FINE.get(loading)
    if allowed is None or data[:1] != b"\x80":
        return None
    asking = _Asking(data)
    try:
        asking.load()
    except Exception:  # noqa: BLE001 - a stream that fails has been asked all the same
        pass
    for module, name in sorted(asking.asked):
        if entry_for(module, name).tier > allowed:
            return f"{module}.{name}"
    return None


def check(name: str, data: bytes) -> str | None:
    """What is wrong with the answer on one file; None where every promise holds."""
    started = time.perf_counter()
    artifact = read(BytesSource(data), name)
    seconds = time.perf_counter() - started
    if any(reason.code == "reader-failed" for reason in artifact.reasons):
        return f"a reader failed: {artifact.reasons[0].message}"
    if seconds > SECONDS_PER_FILE:
        return f"reading took {seconds:.1f} s"
    if read(BytesSource(data), name) != artifact:
        return "two readings differ"
    json.dumps(artifact.as_json())
    # joblib steps over its arrays, so a plain unpickler finds other names in such a file; its own tests
    # hold the second reading.
    hidden = wrongly_fine(data, artifact.loading) if artifact.format != "joblib" else None
    if hidden is not None:
        return f"called {artifact.loading.value}, but imports {hidden}"
    try:
        plan_conversion(BytesSource(data))
    except UnreadableInput:
        pass
    if len(data) < EXPLAINED_BYTES and not artifact.is_pickle:
        explain(BytesSource(data), name)
    return None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder for the files that broke a promise")
    arguments = parser.parse_args()
    seeds = _seeds()
    until = time.monotonic() + arguments.seconds
    count = found = 0
    while time.monotonic() < until and found < 50:
        run = random.Random(f"{arguments.seed}/{count}")
        name, data = run.choice(seeds)
        if run.random() < 0.1:
            name = run.choice(seeds)[0]
        data = mutate(run, data, run.choice(seeds)[1])
        try:
            wrong = check(name, data)
        except Exception:  # noqa: BLE001 - every failure is a finding
            wrong = traceback.format_exc()
        if wrong is not None:
            found += 1
            print(f"{arguments.seed}/{count} {name} ({len(data)} bytes): {wrong}", flush=True)
            if arguments.keep is not None:
                arguments.keep.mkdir(parents=True, exist_ok=True)
                (arguments.keep / f"{arguments.seed}-{count}-{name}").write_bytes(data)
        count += 1
    print(f"{count} files, {found} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
