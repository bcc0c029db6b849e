"""Graphs and layered formats: ONNX, TensorFlow, skops, R, .nemo, .mar, MLflow, programs."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from typing import Any

from .case import BROKEN, UNKNOWN, UNLISTED, Case, hostile
from .protos import (
    field,
    graph_function,
    graph_node,
    number_field,
    onnx,
    onnx_external,
    onnx_node,
    saved_model,
)
from .streams import NEW, OLD, call, proto
from .wrappers import PACKERS, gzipped, tarred, zipped

_BYTE_CODE = "4wEAAAAAAAAAAAAAAAEAAAADAAAA"  # base64 of bytes that stand where marshalled code stands


def cases() -> Iterator[Case]:
    yield from _tensorflow()
    yield from _onnx()
    yield from _skops()
    yield from _r()
    yield from _bundles()
    yield from _programs()
    yield from _other_formats()


def _tensorflow() -> Iterator[Case]:
    for name in ("PyFunc", "PyFuncStateless", "EagerPyFunc", "ReadFile", "WriteFile"):
        graph = graph_node("Placeholder", "x") + graph_node(name)
        yield hostile("saved-model", f"{name}/saved_model.pb", saved_model(graph), f"the graph has {name}")
        inside = graph_node("Placeholder", "x") + graph_function(name)
        yield hostile(
            "saved-model", f"{name}_in_function/saved_model.pb", saved_model(inside), f"a function has {name}"
        )
        yield hostile("saved-model", f"{name}.pb", graph, f"a frozen graph has {name}")
    metadata = field(1, field(4, json.dumps({"class_name": "Lambda", "config": {"function": _BYTE_CODE}})))
    yield hostile("saved-model", "lambda/keras_metadata.pb", metadata, "Keras metadata with a Lambda layer")
    text = b'saved_model_schema_version: 1\nmeta_graphs { graph_def { node { name: "n" op: "PyFunc" } } }\n'
    yield hostile("saved-model", "text/saved_model.pbtxt", text, "the text form of a graph with PyFunc")
    # Fields may stand in any order, and a field of the wrong kind is passed over: what begins like a graph of
    # one kind can be one of the other, with a harmless operator where the wrong reader looks.
    decoy = field(3, field(3, field(1, "n") + field(2, "Const")))
    for name in ("PyFunc", "WriteFile"):
        swapped = field(2, field(1, decoy) + field(2, graph_node(name))) + number_field(1, 1)
        why = f"the version stands behind the graph that has {name}"
        yield hostile("saved-model", f"swapped_{name}/saved_model.pb", swapped, why)
        yield hostile("saved-model", f"swapped_{name}.pb", swapped, why)
        lead = number_field(1, 1) + graph_node(name) + field(2, field(2, graph_node("Const")))
        why = f"a frozen graph with {name} begins like a saved model"
        yield hostile("saved-model", f"leading_number_{name}.pb", lead, why)
    tensor = number_field(1, 2) + number_field(2, 1) + field(9, bytes(8))
    yield hostile(
        "saved-model", "tensor_and_graph.pb", tensor + graph_node("PyFunc"), "a graph behind a tensor"
    )
    named = field(1, field(1, "n") + field(2, "PyFunc")) + number_field(2, 1)
    yield hostile("saved-model", "sequence_named_as_a_node.pb", named, "a sequence whose name is a node")
    good = saved_model(graph_node("Placeholder") + graph_node("Identity"))
    for name, data in (("cut", good[:-3]), ("tail", good + b"\xff\xff"), ("empty", b""), ("pickle", NEW)):
        word = "runs-code" if name == "pickle" else BROKEN
        yield hostile("saved-model", f"{name}/saved_model.pb", data, f"a broken graph: {name}", word)
    tflite = struct.pack("<I4s", 0x7FFFFFFF, b"TFL3") + bytes(40)
    yield hostile("tflite", "far_root.tflite", tflite, "the root table stands behind the end", BROKEN)
    yield hostile("tflite", "cut.tflite", tflite[:9], "cut in the header", BROKEN)
    yield hostile("tflite", "text.tflite", b"hello", "a text under the name of TensorFlow Lite", BROKEN)
    yield hostile("tflite", "pickle.tflite", NEW, "the content is a pickle that calls os.system")


def _onnx() -> Iterator[Case]:
    for name, place in (
        ("up", "../weights.bin"),
        ("deep_up", "a/../../x"),
        ("absolute", "/etc/passwd"),
        ("drive", "C:\\x"),
        ("backslashes", "..\\x"),
        ("empty", ""),
        ("only_up", ".."),
    ):
        yield hostile(
            "onnx", f"external_{name}.onnx", onnx_external(place), f"weights lie outside: {place!r}", BROKEN
        )
    custom = {
        "own_domain": onnx(onnx_node("Own", "mine")),
        "in_a_branch": onnx(onnx_node("If", "", field(5, field(6, onnx_node("Own", "mine"))))),
    }
    for name, data in custom.items():
        yield hostile(
            "onnx", f"{name}.onnx", data, "an operator that only native code of its maker knows", BROKEN
        )
    python = onnx(onnx_node("PyOp", "ai.onnx.contrib"))
    yield hostile("onnx", "python_operator.onnx", python, "an operator that calls Python")
    branch = onnx(onnx_node("If", "", field(5, field(11, onnx_node("PyOp", "ai.onnx.contrib")))))
    yield hostile("onnx", "python_operator_in_a_branch.onnx", branch, "an operator in a branch calls Python")
    function = onnx(onnx_node("F", "local"), field(25, field(1, "F") + field(10, "local") + field(
        7, field(1, "x") + field(4, "PyOp") + field(7, "ai.onnx.contrib"))))  # fmt: skip
    yield hostile(
        "onnx", "python_operator_in_a_function.onnx", function, "an operator in a function calls Python"
    )
    good = onnx(onnx_node("Add"))
    deep = onnx_node("Add")
    for _ in range(300):
        deep = onnx_node("If", "", field(5, field(6, deep)))
    broken = {"cut": good[:-3], "tail": good + b"\xff\xff", "no_graph": number_field(1, 9) + field(2, "x"),
              "empty": b"", "text": b"hello", "deep": onnx(deep)}  # fmt: skip
    for name, data in broken.items():
        yield hostile("onnx", f"{name}.onnx", data, f"a broken model: {name}", BROKEN)
    yield hostile("onnx", "pickle.onnx", OLD, "the content is a pickle that calls os.system")


def _skops() -> Iterator[Case]:
    def archive(schema: Any, **more: bytes) -> bytes:
        raw = schema if isinstance(schema, bytes) else json.dumps(schema).encode()
        return zipped({"schema.json": raw, **more})

    def node(module: str, name: str, loader: str = "ObjectNode", **more: Any) -> dict[str, Any]:
        return {"__class__": name, "__module__": module, "__loader__": loader, "__id__": 1, **more}

    inner = node("posix", "system", "FunctionNode", content="posix.system")
    runs = {
        "system": node("posix", "system", "FunctionNode", content="posix.system"),
        "eval": node("builtins", "eval", "TypeNode"),
        "popen": node("subprocess", "Popen"),
        "method": node(
            "builtins", "method", "MethodNode", content={"func": "__import__", "obj": node("os", "path")}
        ),
        "operator": node("operator", "methodcaller", "OperatorFuncNode", attrs={}),
        "partial": node("functools", "partial", "PartialNode", content={"func": inner}),
        "deep": node(
            "builtins",
            "dict",
            "DictNode",
            content={"a": node("builtins", "list", "ListNode", content=[inner])},
        ),
        "reduce": node("builtins", "object", "ReduceNode", content={"reduce": inner}),
    }
    for name, schema in runs.items():
        yield hostile("skops", f"{name}.skops", archive(schema), f"the schema has code called: {name}")
    yield hostile(
        "skops",
        "pickle_inside.skops",
        archive(node("builtins", "dict", "DictNode"), **{"x.npy": NEW}),
        "a member is a pickle",
    )
    for name, raw in (("cut", b'{"__class__": '), ("list", b"[]"), ("empty", b"{}")):
        yield hostile("skops", f"{name}.skops", archive(raw), f"a broken schema: {name}", BROKEN)
    yield hostile("skops", "no_archive.skops", b"hello", "no archive", BROKEN)
    yield Case(
        "skops/own_class.skops",
        archive(node("mymodule.models", "Mine")),
        UNKNOWN,
        UNLISTED,
        "skops",
        "the schema names a class on no list",
    )


_SYMBOL = struct.pack(">III", 1, 0x00040009, 6) + b"system"
_TEXT = struct.pack(">IIII", 16, 1, 0x00040009, 6) + b"echo x"
_CALL = struct.pack(">I", 6) + _SYMBOL + struct.pack(">I", 2) + _TEXT + struct.pack(">I", 254)
# Its environment is the global one, its value is not there yet.
_PROMISE = struct.pack(">III", 0x405, 253, 252) + _CALL
_HEAD_2 = b"X\n" + struct.pack(">III", 2, 0x00040200, 0x00020300)
_HEAD_3 = b"X\n" + struct.pack(">IIII", 3, 0x00040200, 0x00030500, 5) + b"UTF-8"


def _r() -> Iterator[Case]:
    """Promises in R's serialisation (CVE-2024-27322): their expression runs when the value is looked at."""
    listed = struct.pack(">II", 19, 1) + _PROMISE
    pair = (
        struct.pack(">I", 0x402)
        + struct.pack(">III", 1, 0x00040009, 1)
        + b"x"
        + _PROMISE
        + struct.pack(">I", 254)
    )
    streams = {"promise": _HEAD_3 + _PROMISE, "promise_v2": _HEAD_2 + _PROMISE, "in_a_list": _HEAD_3 + listed}
    for name, data in streams.items():
        yield hostile("r-data", f"{name}.rds", data, "a promise: its call runs when the value is looked at")
    for ending in ("gz", "bz2", "xz"):
        yield hostile(
            "r-data", f"packed_{ending}.rds", PACKERS[ending](streams["promise"]), f"packed: {ending}"
        )
    for name, magic in (("rdx3", b"RDX3\n"), ("rdx2", b"RDX2\n")):
        whole = magic + (_HEAD_3 if name == "rdx3" else _HEAD_2) + pair
        yield hostile("r-data", f"{name}.RData", gzipped(whole), "a promise among the saved values")
        yield hostile("r-data", f"{name}_plain.rda", whole, "a promise among the saved values")
    yield hostile(
        "r-data", "cut.rds", gzipped(_HEAD_3 + struct.pack(">II", 13, 9)), "cut in a vector", BROKEN
    )
    yield hostile("r-data", "text.rds", b"X\n\0\0", "cut in its header", BROKEN)


def _bundles() -> Iterator[Case]:
    yaml = b"target: nemo.collections.asr.models.EncDecCTCModel\ncfg:\n  _target_: os.system\n"
    good = b"target: nemo.collections.asr.models.EncDecCTCModel\nsample_rate: 16000\n"
    torch = zipped({"m/data.pkl": NEW, "m/version": b"3\n"})
    for name, members in {
        "target": {"model_config.yaml": yaml},
        "weights": {"model_config.yaml": good, "model_weights.ckpt": torch},
        "pickle": {"model_config.yaml": good, "tokenizer.pkl": NEW},
        "yaml_tag": {"model_config.yaml": b"a: !!python/object/apply:os.system ['echo x']\n"},
    }.items():
        yield hostile("nemo", f"{name}.nemo", tarred(members), f"a plain .nemo archive: {name}")
        yield hostile(
            "nemo", f"{name}_packed.nemo", gzipped(tarred(members)), f"a packed .nemo archive: {name}"
        )
    yield hostile("nemo", "no_archive.nemo", b"hello", "no archive", BROKEN)
    manifest = b'{"runtime": "python", "model": {"handler": "handler.py", "serializedFile": "m.pt"}}'
    handler = b"class Handler:\n    def handle(self, data, context):\n        return data\n"
    for name, members in {
        "handler": {"MAR-INF/MANIFEST.json": manifest, "handler.py": handler},
        "named_handler": {
            "MAR-INF/MANIFEST.json": manifest.replace(b"handler.py", b"image_classifier"),
            "x.py": handler,
        },
        "pickle": {"MAR-INF/MANIFEST.json": manifest, "handler.py": handler, "m.pt": torch},
    }.items():
        yield hostile("mar", f"{name}.mar", zipped(members), "the server runs the handler inside")
    yield hostile(
        "mar", "handler.zip", zipped({"MAR-INF/MANIFEST.json": manifest, "handler.py": handler}), "as .zip"
    )
    yield hostile(
        "mar",
        "handler_tar.mar",
        gzipped(tarred({"MAR-INF/MANIFEST.json": manifest, "handler.py": handler})),
        "the packed form of torch-model-archiver",
    )
    yield hostile("mar", "no_archive.mar", b"hello", "no archive", BROKEN)
    flavours = b"flavors:\n  python_function:\n    loader_module: my_loader\n    code: code\n    data: data\n"
    yield hostile("mlflow", "loader/MLmodel", flavours, "MLflow imports the loader from the code folder")
    model = b"flavors:\n  python_function:\n    loader_module: mlflow.pyfunc.model\n"
    model += b"    python_model: python_model.pkl\n"
    yield hostile(
        "mlflow", "pyfunc/python_model.pkl", call("cloudpickle.cloudpickle", "_make_function"), "its pickle"
    )
    code = b"    python_model: python_model.py\n    model_code_path: model.py\n    code: code\n"
    yield hostile("mlflow", "from_code/MLmodel", model + code, "MLflow runs the model's own Python file")


def _programs() -> Iterator[Case]:
    body = bytes(range(256))
    programs = {
        "elf": b"\x7fELF\x02\x01\x01" + body,
        "pe": b"MZ\x90\0" + body,
        "mach_o": b"\xcf\xfa\xed\xfe" + body,
        "mach_o_32": b"\xce\xfa\xed\xfe" + body,
        "fat": b"\xca\xfe\xba\xbe\0\0\0\x02" + body,
        "java": b"\xca\xfe\xba\xbe\0\0\0\x34" + body,
        "wasm": b"\0asm\x01\0\0\0" + body,
        "llamafile": b"MZqFpD='\n" + body,
    }
    for name, data in programs.items():
        for ending in ("", ".bin", ".pt", ".gguf" if name == "llamafile" else ".so"):
            yield hostile("program", f"{name}{ending}", data, f"a program ({name})")
    weights = zipped({"model.gguf": b"GGUF" + struct.pack("<IQQ", 3, 0, 0), ".args": b"-m\nmodel.gguf\n"})
    yield hostile(
        "program", "with_weights.llamafile", programs["llamafile"] + weights, "a program with its weights"
    )
    yield hostile(
        "program", "module.pyc", b"\xa7\r\r\n" + bytes(12) + b"\xe3" + bytes(30), "Python byte code"
    )
    yield hostile("program", "objects.a", b"!<arch>\n" + bytes(60), "an archive of objects")


def _other_formats() -> Iterator[Case]:
    yield hostile(
        "coreml", "cut.mlmodel", number_field(1, 4) + b"\x12\xff\x01", "cut in its description", BROKEN
    )
    yield hostile("coreml", "pickle.mlmodel", NEW, "the content is a pickle that calls os.system")
    yield hostile(
        "executorch", "cut.pte", struct.pack("<I4s", 0x7FFFFFFF, b"ET12") + bytes(20), "cut", BROKEN
    )
    yield hostile("executorch", "pickle.pte", proto(2) + b"cos\nsystem\n(U\x06echo xtR.", "a pickle")
    entity = '<?xml version="1.0"?>\n<!DOCTYPE PMML [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n'
    entity += '<PMML version="4.4">'
    yield hostile(
        "pmml",
        "entity.pmml",
        (entity + "<Header copyright='&x;'/></PMML>\n").encode(),
        "an external entity reads a file of the loading machine",
        BROKEN,
    )
    laughs = (
        '<?xml version="1.0"?>\n<!DOCTYPE p [<!ENTITY a "ha">'
        + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
        + "]>\n<PMML>&j;</PMML>\n"
    )
    yield hostile(
        "pmml", "laughs.pmml", laughs.encode(), "entities that grow to milliards of letters", BROKEN
    )
    yield hostile(
        "pmml", "cut.pmml", b'<?xml version="1.0"?>\n<PMML version="4.4"><Header', "cut in an element", BROKEN
    )
    net = entity.replace("PMML", "net")
    yield hostile(
        "openvino",
        "entity.xml",
        (net + "<layers>&x;</layers></net>\n").encode(),
        "an external entity",
        BROKEN,
    )
