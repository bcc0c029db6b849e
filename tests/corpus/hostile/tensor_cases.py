"""torch archives of all ages, joblib, numpy, safetensors and GGUF files with hostile or broken content."""

from __future__ import annotations

import io
import json
import struct
import tarfile
from collections.abc import Iterator
from typing import Any

import numpy as np

from .case import BROKEN, UNKNOWN, UNLISTED, Case, hostile, slug
from .streams import ARGS, NEW, OLD, SYSTEM, call, global_, long_text, proto
from .wrappers import DEFLATED, PACKERS, tarred, zipped

_STATE = (
    proto(2) + b"}X\x01\0\0\0actorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\nFloatStorage\n"
    b"X\x01\0\0\x000X\x03\0\0\0cpuK\x02tQK\0K\x02\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtRs."
)  # fmt: skip
_UNLISTED = call("mymodule.layers", "Thing", protocol=2)


def cases() -> Iterator[Case]:
    yield from _torch_zips()
    yield from _torch_legacy()
    yield from _joblib()
    yield from _numpy()
    yield from _safetensors()
    yield from _gguf()


def torch_zip(pickle: bytes = _STATE, root: str = "m", **more: bytes) -> bytes:
    """What torch.save writes since 1.6: ``more`` are further members (``__`` for ``/``)."""
    members = {f"{root}/data.pkl": pickle, f"{root}/byteorder": b"little", f"{root}/data/0": bytes(8),
               f"{root}/version": b"3\n"}  # fmt: skip
    members.update({name.replace("__", "/"): data for name, data in more.items()})
    return zipped(members)


def _torch_zips() -> Iterator[Case]:
    for number, (module, name) in enumerate(
        [
            ("os", "system"),
            ("builtins", "exec"),
            ("subprocess", "Popen"),
            ("runpy", "run_path"),
            ("torch", "load"),
            ("torch.hub", "load"),
            ("webbrowser", "open"),
            ("pty", "spawn"),
            ("importlib", "import_module"),
        ]
    ):
        ending = (".pt", ".pth", ".bin", ".ckpt", ".zip")[number % 5]
        data = torch_zip(call(module, name, protocol=2))
        yield hostile("torch-zip", slug(f"{module} {name}") + ending, data, f"data.pkl calls {module}.{name}")
    late = _STATE[:-1] + b"0" + OLD
    spots = {
        "behind_the_tensors": torch_zip(late),
        "second_root": torch_zip(**{"n/data.pkl": NEW}),
        "pickle_as_storage": torch_zip(m__data__1=NEW),
        "constants": torch_zip(**{"m/constants.pkl": NEW}),
        "extra_file": torch_zip(**{"m/extra/x": NEW}),
        "attributes": torch_zip(**{"m/attributes.pkl": OLD}),
        "root_of_its_own": zipped({"data.pkl": NEW, "version": b"3\n"}),
        "without_version": zipped({"m/data.pkl": NEW}),
        "deflated": zipped({"m/data.pkl": NEW, "m/version": b"3\n", "m/data/0": bytes(8)}, DEFLATED),
        "program_beside": torch_zip(**{"m/lib.so": b"\x7fELF" + bytes(80)}),
    }
    for name, data in spots.items():
        yield hostile("torch-zip", f"{name}.pt", data, f"a pickle or program: {name}")
    broken = {
        "short_storage": zipped({"m/data.pkl": _STATE, "m/version": b"3\n", "m/data/0": bytes(7)}),
        "long_storage": zipped({"m/data.pkl": _STATE, "m/version": b"3\n", "m/data/0": bytes(9)}),
        "cut_pickle": torch_zip(_STATE[:-5]),
        "other_persistent_id": torch_zip(proto(2) + b"U\x01x\x85Q."),
    }
    for name, data in broken.items():
        yield hostile("torch-zip", f"{name}.pt", data, f"a broken checkpoint: {name}", BROKEN)
    yield Case("torch-zip/own_class.pt", torch_zip(_UNLISTED), UNKNOWN, UNLISTED, "torch-zip",
               "data.pkl needs a class on no list")  # fmt: skip
    script = {"s/data.pkl": proto(2) + b"}.", "s/code/__torch__.py": b"class M(Module):\n  pass\n",
              "s/constants.pkl": proto(2) + b").", "s/version": b"3\n"}  # fmt: skip
    yield hostile(
        "torchscript", "script.pt", zipped(script), "TorchScript: torch's interpreter runs its code"
    )
    yield hostile("torchscript", "script.bin", zipped(script), "TorchScript under another name")
    named = {key.replace("s/", "archive/deep/"): value for key, value in script.items()}
    yield hostile("torchscript", "deep.pt", zipped(named), "TorchScript in a deeper folder")
    yield hostile("torchscript", "with_call.pt", zipped({**script, "s/constants.pkl": NEW}), "and a pickle")
    package = {"p/.data/extern_modules": b"torch\n", "p/.data/version": b"6\n", "p/m.py": b"print('x')\n",
               "p/model/model.pkl": proto(2) + b"}."}  # fmt: skip
    yield hostile("torchscript", "package.pt", zipped(package), "torch.package imports the code inside")


_MAGIC = proto(2) + b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."
_PROTOCOL = proto(2) + b"M\xe9\x03."
_SYSTEM_INFO = proto(2) + b"}(X\x10\0\0\0protocol_versionM\xe9\x03X\x0d\0\0\0little_endian\x88u."


def _legacy(value: bytes, keys: bytes = proto(2) + b"].") -> bytes:
    return _MAGIC + _PROTOCOL + _SYSTEM_INFO + value + keys


def _torch_legacy() -> Iterator[Case]:
    for ending in (".pt", ".bin", ".ckpt", ""):
        yield hostile("torch-legacy", f"value{ending}", _legacy(NEW), "the fourth pickle calls os.system")
    yield hostile("torch-legacy", "value_old.pth", _legacy(OLD), "the fourth pickle is of protocol 0")
    yield hostile(
        "torch-legacy", "keys.pt", _legacy(proto(2) + b"}.", NEW), "the fifth pickle calls os.system"
    )
    yield hostile("torch-legacy", "system.pt", _MAGIC + _PROTOCOL + NEW, "the third pickle calls os.system")
    yield hostile("torch-legacy", "protocol.pt", _MAGIC + NEW, "the second pickle calls os.system")
    yield hostile(
        "torch-legacy", "sixth.pt", _legacy(proto(2) + b"}.") + NEW, "a sixth pickle stands behind", BROKEN
    )
    yield hostile("torch-legacy", "tail.pt", _legacy(proto(2) + b"}.") + b"tail", "bytes behind", BROKEN)
    yield hostile("torch-legacy", "cut.pt", _legacy(proto(2) + b"}.")[:-7], "cut in the keys", BROKEN)
    yield hostile("torch-legacy", "only_the_magic.pt", _MAGIC, "the other four pickles are missing", BROKEN)
    yield Case("torch-legacy/own_class.pt", _legacy(_UNLISTED), UNKNOWN, UNLISTED, "torch-legacy",
               "the fourth pickle needs a class on no list")  # fmt: skip
    parts = {"pickle": proto(2) + b"}.", "storages": proto(2) + b"K\0.", "tensors": proto(2) + b"K\0."}
    for name in parts:
        for form in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT):
            data = tarred({**parts, name: NEW}, form)
            yield hostile("torch-tar", f"{name}_{form}.pt", data, f"the member {name} calls os.system")


def _wrapper(dtype: bytes = b"u1", shape: int = 4, allow: bytes = b"\x88") -> bytes:
    """What joblib writes before an array's own bytes: a NumpyArrayWrapper with its state."""
    state = b"}(" + long_text("subclass") + global_("numpy", "ndarray") + long_text("shape") + b"K"
    state += bytes([shape]) + b"\x85" + long_text("order") + long_text("C") + long_text("dtype")
    state += global_("numpy", "dtype") + long_text(dtype.decode()) + b"\x89\x88\x87R"
    state += long_text("allow_mmap") + allow + long_text("numpy_array_alignment_bytes") + b"Nu"
    return global_("joblib.numpy_pickle", "NumpyArrayWrapper") + b")\x81" + state + b"b"


def _joblib() -> Iterator[Case]:
    array = proto(2) + b"](" + _wrapper() + b"\1\2\3\4"
    yield hostile(
        "joblib", "behind_an_array.joblib", array + OLD[:-1] + b"e.", "a call behind an array's bytes"
    )
    yield hostile("joblib", "before_an_array.joblib", proto(2) + OLD[:-1] + b"0" + _wrapper() + b"\1\2\3\4.",
                  "a call before an array")  # fmt: skip
    inside = proto(2) + _wrapper(b"O", 1) + NEW
    yield hostile(
        "joblib", "object_array.joblib", inside + b".", "the array of objects is a pickle that calls"
    )
    hidden = proto(2) + _wrapper(shape=40) + (SYSTEM + ARGS + b"R.").ljust(40, b"x") + b"."
    yield hostile("joblib", "opcodes_as_numbers.joblib", hidden, "pickle.load runs what joblib steps over")
    yield hostile("joblib", "memory_map.joblib", proto(2) + global_("joblib.numpy_pickle", "NDArrayWrapper")
                  + b")\x81}(U\x08filenameU\x0b/etc/passwdU\x08subclasscnumpy\nndarray\nu" + b"b.",
                  "an old joblib opens the file that the stream names", BROKEN)  # fmt: skip
    yield hostile(
        "joblib", "function.joblib", call("joblib.parallel", "Parallel", protocol=2), "a worker pool"
    )
    for ending, pack in PACKERS.items():
        if ending != "zst":
            yield hostile(
                "joblib", f"packed_{ending}.joblib", pack(array + OLD[:-1] + b"e."), f"packed: {ending}"
            )
    yield hostile("joblib", "old_zlib.joblib", b"ZF0x" + b"1c".ljust(15) + PACKERS["z"](NEW),
                  "the compression of joblib before 0.10", BROKEN)  # fmt: skip
    yield hostile("joblib", "cut_array.joblib", array[:-2], "cut in an array", BROKEN)
    yield Case("joblib/own_class.joblib", _UNLISTED, UNKNOWN, UNLISTED, "joblib", "an import on no list")


def npy(descr: str, data: bytes, shape: str = "(1,)", version: int = 1) -> bytes:
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}"
    length = 10 if version == 1 else 12
    header += " " * (-(len(header) + length + 1) % 64) + "\n"
    size = struct.pack("<H", len(header)) if version == 1 else struct.pack("<I", len(header))
    return b"\x93NUMPY" + bytes([version, 0]) + size + header.encode("latin-1") + data


def _numpy() -> Iterator[Case]:
    objects = {
        "objects": npy("'|O'", NEW), "objects_v2": npy("'|O'", NEW, version=2),
        "objects_v3": npy("'|O'", NEW, version=3), "objects_old": npy("'O'", OLD),
        "object_field": npy("[('a', '|O')]", NEW), "nested_field": npy("[('a', [('b', '|O')])]", NEW),
        "object_subarray": npy("[('a', '|O', (2,))]", NEW), "objects_of_no_length": npy("'|O'", NEW, "(0,)"),
        "objects_without_shape": npy("'|O'", NEW, "()"),
    }  # fmt: skip
    for name, data in objects.items():
        yield hostile(
            "npy", f"{name}.npy", data, "an array of objects is a pickle, here one that calls os.system"
        )
        yield hostile("npz", f"{name}.npz", zipped({"good.npy": npy("'<f4'", bytes(4)), "x.npy": data}),
                      "one array of the archive is a pickle that calls os.system")  # fmt: skip
    out = io.BytesIO()
    np.save(out, np.array([1, "a"], dtype=object), allow_pickle=True)
    whole = npy("'<f8'", bytes(8))
    broken = {
        "cut_objects": out.getvalue()[:-4], "cut": whole[:-1], "text_behind": whole + b"x",
        "pickle_behind": whole + NEW, "unknown_version": whole[:6] + b"\x09" + whole[7:],
        "only_the_magic": b"\x93NUMPY", "header_calls": npy("__import__('os')", bytes(8)),
        "header_nested": npy("(" * 5000, bytes(8)), "unknown_type": npy("'<q99'", bytes(8)),
        "below_zero": npy("'<f8'", b"", "(-1,)"), "too_large": npy("'<f8'", bytes(8), f"({1 << 60},)"),
        "no_shape": whole.replace(b"shape", b"shake"),
        "header_cut": whole[:40],
    }  # fmt: skip
    for name, data in broken.items():
        yield hostile("npy", f"{name}.npy", data, f"a broken array file: {name}", BROKEN)
    yield hostile("npz", "pickle.npz", zipped({"x.npy": NEW}), "the member called .npy is a pickle")
    yield hostile("npz", "no_archive.npz", NEW, "the whole file is a pickle")
    yield hostile("npz", "broken_member.npz", zipped({"x.npy": whole[:-1]}), "a broken array", BROKEN)
    yield Case("npy/own_class.npy", npy("'|O'", _UNLISTED), UNKNOWN, UNLISTED, "npy", "an import on no list")


def safetensors(header: Any, data: bytes = b"", length: int | None = None) -> bytes:
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(raw) if length is None else length) + raw + data


def _one(dtype: Any = "F32", shape: Any = (2,), offsets: Any = (0, 8), **more: Any) -> dict[str, Any]:
    return {"a": {"dtype": dtype, "shape": shape, "data_offsets": offsets, **more}}


def _safetensors() -> Iterator[Case]:
    nothing = b'"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}'
    twice = b"{" + nothing + b"," + nothing + b"}"
    broken = {
        "empty": b"",
        "seven_bytes": bytes(7),
        "header_behind_the_end": safetensors(_one(), bytes(8), 10_000),
        "header_of_exabytes": safetensors(_one(), bytes(8), 1 << 62),
        "no_header": safetensors(b"", bytes(8)),
        "header_over_100_mb": safetensors(_one(), bytes(8), 100_000_001),
        "no_object": safetensors(b"[1, 2]"),
        "broken_json": safetensors(b'{"a": '),
        "not_utf8": safetensors(b'{"\xff": 1}'),
        "nested": safetensors(b'{"a":' * 9000 + b"1" + b"}" * 9000),
        "nan": safetensors(b'{"a":{"dtype":"F32","shape":[NaN],"data_offsets":[0,8]}}', bytes(8)),
        "name_twice": safetensors(twice),
        "field_twice": safetensors(
            b'{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}', b"x"
        ),
        "unknown_type": safetensors(_one("X32"), bytes(8)),
        "type_number": safetensors(_one(32), bytes(8)),
        "shape_number": safetensors(_one(shape=2), bytes(8)),
        "shape_below": safetensors(_one(shape=(-2,)), bytes(8)),
        "shape_float": safetensors(_one(shape=(2.5,)), bytes(8)),
        "shape_overflows": safetensors(_one(shape=(1 << 40, 1 << 40)), bytes(8)),
        "offsets_reversed": safetensors(_one(offsets=(8, 0)), bytes(8)),
        "one_offset": safetensors(_one(offsets=(8,)), bytes(8)),
        "offset_below": safetensors(_one(offsets=(-8, 0)), bytes(8)),
        "offsets_too_short": safetensors(_one(offsets=(0, 4)), bytes(4)),
        "data_cut": safetensors(_one(), bytes(7)),
        "data_goes_on": safetensors(_one(), bytes(9)),
        "pickle_behind": safetensors(_one(), bytes(8) + NEW),
        "hole_at_start": safetensors(_one(offsets=(8, 16)), bytes(16)),
        "hole": safetensors({**_one(), "b": _one(offsets=(16, 24))["a"]}, bytes(24)),
        "overlap": safetensors({**_one(), "b": _one(offsets=(4, 12))["a"]}, bytes(12)),
        "field_missing": safetensors({"a": {"dtype": "F32", "shape": [2]}}, bytes(8)),
        "foreign_field": safetensors(_one(code="x"), bytes(8)),
        "metadata_numbers": safetensors({"__metadata__": {"a": 1}, **_one()}, bytes(8)),
        "metadata_list": safetensors({"__metadata__": [], **_one()}, bytes(8)),
        "tensor_text": safetensors({"a": "b"}),
        "text_behind_json": safetensors(b"{}x"),
    }
    for name, data in broken.items():
        yield hostile("safetensors", f"{name}.safetensors", data, f"a malformed header: {name}", BROKEN)
    yield hostile("safetensors", "pickle.safetensors", NEW, "the content is a pickle that calls os.system")
    yield hostile(
        "safetensors", "zip.safetensors", torch_zip(NEW), "the content is a torch archive that calls"
    )
    for name in ("data_cut", "hole", "overlap"):
        yield hostile(
            "safetensors", f"{name}.bin", broken[name], f"a malformed header, named otherwise: {name}", BROKEN
        )


def string(value: str) -> bytes:
    return struct.pack("<Q", len(value.encode())) + value.encode()


def gguf(pairs: list[tuple[str, int, bytes]], infos: bytes = b"", count: int = 0, version: int = 3) -> bytes:
    body = b"GGUF" + struct.pack("<IQQ", version, count, len(pairs))
    for key, kind, value in pairs:
        body += string(key) + struct.pack("<I", kind) + value
    return body + infos


def gguf_template(template: str, key: str = "tokenizer.chat_template") -> bytes:
    return gguf([("general.architecture", 8, string("llama")), (key, 8, string(template))])


def _gguf() -> Iterator[Case]:
    templates = {
        "subclasses": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "cycler": "{{ cycler.__init__.__globals__.os.popen('echo x').read() }}",
        "attr": "{{ messages|attr('__cla' ~ 'ss__') }}",
        "hex": "{{ messages['\\x5f\\x5fclass\\x5f\\x5f'] }}",
        "format": "{{ '{0.__class__}'.format(messages) }}",
    }
    for name, template in templates.items():
        yield hostile(
            "gguf", f"{name}.gguf", gguf_template(template), "the chat template reaches into Python"
        )
    named = gguf_template(templates["cycler"], "tokenizer.chat_template.tool_use")
    yield hostile("gguf", "named_template.gguf", named, "a second template reaches into Python")
    yield hostile("gguf", "named_otherwise.bin", gguf_template(templates["attr"]), "GGUF under another name")
    info = string("a") + struct.pack("<IQIQ", 1, 32, 0, 0)
    broken = {
        "no_magic": b"FUGG" + bytes(40),
        "version_9": gguf([], version=9),
        "cut": gguf([("a", 8, string("b"))])[:-1],
        "text_too_long": gguf([("a", 8, struct.pack("<Q", 1 << 40))]),
        "unknown_type": gguf([("a", 77, b"")]),
        "key_twice": gguf([("a", 7, b"\1"), ("a", 7, b"\1")]),
        "announces_too_much": b"GGUF" + struct.pack("<IQQ", 3, 1 << 60, 1 << 60),
        "long_array": gguf([("a", 9, struct.pack("<IQ", 0, 1 << 60))]),
        "nested_arrays": gguf([("a", 9, struct.pack("<IQ", 9, 1) * 3000)]),
        "tensor_behind_the_end": gguf([], info, 1) + bytes(40),
        "alignment_3": gguf([("general.alignment", 4, struct.pack("<I", 3))]),
        "empty": b"",
        "only_the_magic": b"GGUF",
    }
    for name, data in broken.items():
        yield hostile("gguf", f"{name}.gguf", data, f"a malformed header: {name}", BROKEN)
