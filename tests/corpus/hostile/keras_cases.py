"""Keras models, as a zip and as HDF5: code in layers, losses and activations, files of the machine."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from typing import Any

from .case import BROKEN, Case, hostile
from .protos import (
    external_link,
    hdf5,
)
from .streams import NEW
from .wrappers import zipped

_BYTE_CODE = "4wEAAAAAAAAAAAAAAAEAAAADAAAA"  # base64 of bytes that stand where marshalled code stands
_LAMBDA = {"class_name": "Lambda", "config": {"name": "l", "function": [_BYTE_CODE, None, None],
                                              "function_type": "lambda"}}  # fmt: skip
_NEW_LAMBDA = {
    "module": "keras.layers", "class_name": "Lambda",
    "config": {"name": "l", "function": {"class_name": "__lambda__", "config": {"code": _BYTE_CODE}}},
}  # fmt: skip
_DENSE = {"module": "keras.layers", "class_name": "Dense", "config": {"name": "d", "units": 2}}
_META = b'{"keras_version": "3.9.0", "date_saved": "2025-01-01@00:00:00"}'


def _model(*layers: Any) -> dict[str, Any]:
    return {"module": "keras", "class_name": "Sequential", "config": {"name": "s", "layers": list(layers)}}


def _keras_zip(config: Any, weights: bytes | None = None) -> bytes:
    raw = config if isinstance(config, bytes) else json.dumps(config).encode()
    weights = hdf5({"backend": b"torch"}) if weights is None else weights
    return zipped({"metadata.json": _META, "config.json": raw, "model.weights.h5": weights})


def cases() -> Iterator[Case]:
    def named(module: str | None, name: str, config: Any = None) -> dict[str, Any]:
        return {"module": module, "class_name": name, "config": config or {}}

    escaped = (
        json.dumps(_model(_NEW_LAMBDA)).replace("Lambda", "L\\u0061mbda").replace("__lam", "__l\\u0061m")
    )
    twice = json.dumps(_model(_DENSE))[:-1] + ', "config": {"layers": [' + json.dumps(_NEW_LAMBDA) + "]}}"
    codes: dict[str, Any] = {
        "lambda": _model(_DENSE, _NEW_LAMBDA),
        "old_lambda": _model(_LAMBDA),
        "escaped": escaped.encode(),
        "key_twice": twice.encode(),
        "lambda_deep": _model(_model(_model(_NEW_LAMBDA))),
        "lambda_activation": _model(
            {**_DENSE, "config": {"activation": named("builtins", "__lambda__", {"code": _BYTE_CODE})}}
        ),
        "os_system": _model(named("os", "system")),
        "subprocess": _model(named("subprocess", "Popen")),
        "builtins_eval": _model({**_DENSE, "config": {"activation": named("builtins", "function", "eval")}}),
        "get_file": _model(named("keras.utils", "get_file", {"origin": "x"})),
        "torch_module": _model(named("keras.layers", "TorchModuleWrapper", {"module": "gAJ9Lg=="})),
        "custom_object": _model(named("mymodule.layers", "Mine")),
        "registered_of_a_module": _model(
            {"module": "mine", "class_name": "Mine", "registered_name": "pkg>Mine", "config": {}}
        ),
        "import_of_a_function": _model(named("keras.saving", "load_model", {"path": "x"})),
        "numpy_load": _model(named("numpy", "load")),
        "compile_config": {
            **_model(_DENSE),
            "compile_config": {"loss": named("builtins", "__lambda__", {"code": _BYTE_CODE})},
        },
    }
    for name, config in codes.items():
        yield hostile(
            "keras-zip", f"{name}.keras", _keras_zip(config), f"Keras runs or imports code on load: {name}"
        )
    yield hostile(
        "keras-zip", "lambda.zip", _keras_zip(codes["lambda"]), "a Keras archive under another name"
    )
    yield hostile(
        "keras-zip",
        "pickle_beside.keras",
        zipped(
            {"config.json": json.dumps(_model(_DENSE)).encode(), "metadata.json": _META, "assets/x.pkl": NEW}
        ),
        "a pickle among the assets",
    )
    broken = {
        "vocabulary": _keras_zip(
            _model(named("keras.layers", "StringLookup", {"vocabulary": "/etc/passwd"}))
        ),
        "broken_config": _keras_zip(b'{"module": '),
        "config_is_a_list": _keras_zip(b"[]"),
        "no_config": zipped({"metadata.json": _META, "model.weights.h5": hdf5({})}),
        "broken_weights": _keras_zip(_model(_DENSE), b"\x89HDF\r\n\x1a\n" + bytes(40)),
        "external_weights": _keras_zip(_model(_DENSE), hdf5({}, (external_link("w", "/etc/passwd", "/x"),))),
    }
    for name, data in broken.items():
        yield hostile(
            "keras-zip", f"{name}.keras", data, f"broken, or it reads files of the machine: {name}", BROKEN
        )
    for name in ("lambda", "old_lambda", "escaped", "lambda_deep", "os_system", "custom_object"):
        config = codes[name] if isinstance(codes[name], bytes) else json.dumps(codes[name]).encode()
        for variable in (False, True):
            data = hdf5({"model_config": config, "keras_version": b"2.15.0"}, variable=variable)
            path = f"{name}_{'heap' if variable else 'header'}.h5"
            yield hostile("keras-h5", path, data, f"the model_config of an HDF5 file: {name}")
    lambda_file = hdf5({"model_config": json.dumps(codes["lambda"]).encode()})
    for ending in (".hdf5", ".keras", ".bin", ".ckpt"):
        yield hostile("keras-h5", f"lambda{ending}", lambda_file, f"a Lambda layer in HDF5 called {ending}")
    yield hostile("keras-h5", "user_block.h5", bytes(512) + _rebased(lambda_file), "HDF5 behind a user block")
    training = hdf5({"model_config": json.dumps(_model(_DENSE)).encode(), "training_config": json.dumps(
        {"loss": {"class_name": "__lambda__", "config": {"code": _BYTE_CODE}}}).encode()})  # fmt: skip
    yield hostile("keras-h5", "training_config.h5", training, "the loss is byte code")
    for place in ("/etc/passwd", "../other.h5", "other.h5"):
        data = hdf5({}, (external_link("weights", place, "/w"),))
        yield hostile(
            "keras-h5",
            f"external_{place.count('/')}{place.count('.')}.h5",
            data,
            "a link to an object of another file",
            BROKEN,
        )
    yield hostile("keras-h5", "cut.h5", lambda_file[:150], "cut in the header", BROKEN)
    yield hostile("keras-h5", "only_the_magic.h5", lambda_file[:8], "nothing but its magic", BROKEN)
    yield hostile("keras-h5", "text.h5", b"not an HDF5 file", "a text under the name of HDF5", BROKEN)
    architecture = json.dumps(_model(_NEW_LAMBDA)).encode()
    yield hostile(
        "keras-json", "model.json", architecture, "an architecture with byte code in a Lambda layer"
    )
    yield hostile("keras-json", "architecture.json", escaped.encode(), "the same with escaped letters")


def _rebased(data: bytes) -> bytes:
    """The same file with its base address at 512."""
    return data[:24] + struct.pack("<Q", 512) + data[32:40] + struct.pack("<Q", len(data) + 512) + data[48:]
