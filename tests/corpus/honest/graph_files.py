"""What onnx, keras, h5py, TensorFlow, gguf, flax, msgpack, Core ML, R and archives write."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import tempfile
import zipfile
from pathlib import Path

import numpy as np

from .shelf import FOREIGN, LISTED, NO_LOADER, OWN, PLAIN, Shelf


def write(shelf: Shelf) -> None:
    _onnx(shelf)
    _gguf(shelf)
    _keras(shelf)
    _hdf5(shelf)
    _tensorflow(shelf)
    _others(shelf)
    _archives(shelf)


def _onnx(shelf: Shelf) -> None:
    import onnx
    from onnx import TensorProto, helper
    from skl2onnx import to_onnx
    from sklearn.linear_model import LogisticRegression
    from sklearn.tree import DecisionTreeClassifier

    def value(name: str) -> object:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 2])

    nodes = {
        "add": [helper.make_node("Add", ["x", "x"], ["y"])],
        "chain": [helper.make_node("Relu", ["x"], ["h"]), helper.make_node("Sigmoid", ["h"], ["y"])],
        "microsoft": [helper.make_node("Gelu", ["x"], ["y"], domain="com.microsoft")],
    }
    for name, part in nodes.items():
        graph = helper.make_graph(part, "g", [value("x")], [value("y")])
        opsets = [helper.make_opsetid("", 18), helper.make_opsetid("com.microsoft", 1)]
        model = helper.make_model(graph, opset_imports=opsets)
        shelf.put(f"onnx/{name}.onnx", model.SerializeToString(), PLAIN, "onnx", "a graph of known operators")
    weights = helper.make_tensor("w", TensorProto.FLOAT, [2], [1.0, 2.0])
    graph = helper.make_graph(nodes["add"], "g", [value("x")], [value("y")], [weights])
    shelf.put(
        "onnx/weights.onnx", helper.make_model(graph).SerializeToString(), PLAIN, "onnx", "with weights"
    )
    branch = helper.make_graph([helper.make_node("Identity", ["x"], ["z"])], "b", [], [value("z")])
    either = helper.make_node("If", ["c"], ["y"], then_branch=branch, else_branch=branch)
    condition = helper.make_tensor_value_info("c", TensorProto.BOOL, [])
    graph = helper.make_graph([either], "g", [value("x"), condition], [value("y")])
    shelf.put(
        "onnx/branches.onnx", helper.make_model(graph).SerializeToString(), PLAIN, "onnx", "with branches"
    )
    function = helper.make_function(
        "mine",
        "Twice",
        ["a"],
        ["b"],
        [helper.make_node("Add", ["a", "a"], ["b"])],
        [helper.make_opsetid("", 18)],
    )
    graph = helper.make_graph(
        [helper.make_node("Twice", ["x"], ["y"], domain="mine")], "g", [value("x")], [value("y")]
    )
    model = helper.make_model(
        graph,
        functions=[function],
        opset_imports=[helper.make_opsetid("", 18), helper.make_opsetid("mine", 1)],
    )
    shelf.put(
        "onnx/function.onnx",
        model.SerializeToString(),
        PLAIN,
        "onnx",
        "a function that the model defines itself",
    )
    big = helper.make_tensor("w", TensorProto.FLOAT, [300], [0.5] * 300)
    graph = helper.make_graph(nodes["add"], "g", [value("x")], [value("y")], [big])
    with tempfile.TemporaryDirectory() as folder:
        onnx.save_model(
            helper.make_model(graph),
            f"{folder}/m.onnx",
            save_as_external_data=True,
            location="m.data",
            size_threshold=10,
        )
        shelf.put(
            "onnx/beside/m.onnx",
            Path(folder, "m.onnx").read_bytes(),
            PLAIN,
            "onnx",
            "weights in a file beside it",
        )
    x = np.random.default_rng(0).random((20, 2)).astype(np.float32)
    for estimator in (LogisticRegression(), DecisionTreeClassifier(max_depth=2)):
        data = to_onnx(estimator.fit(x, np.arange(20) % 2), x[:1]).SerializeToString()
        name = type(estimator).__name__.lower()
        shelf.put(f"onnx/{name}.onnx", data, PLAIN, "skl2onnx", "operators of ai.onnx.ml")


def _gguf(shelf: Shelf) -> None:
    from gguf import GGMLQuantizationType, GGUFWriter

    template = "{% for m in messages %}{{ '<|' + m['role'] + '|>' + m['content'] }}{% endfor %}"
    for name in ("weights", "template", "tokens", "quantized", "bare"):
        path = shelf.place(f"gguf/{name}.gguf")
        writer = GGUFWriter(path, "llama")
        writer.add_name("tiny")
        if name == "template":
            writer.add_chat_template(template)
        if name == "tokens":
            writer.add_token_list(["<s>", "</s>", "a"])
            writer.add_token_scores([0.0, 0.0, -1.0])
        if name in ("weights", "template"):
            writer.add_tensor("a.weight", np.ones((32, 2), np.float32))
        if name == "quantized":
            writer.add_tensor("a.weight", np.zeros((2, 34), np.uint8), raw_dtype=GGMLQuantizationType.Q8_0)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        shelf.label(f"gguf/{name}.gguf", PLAIN, "gguf", "a header and numbers")


def _keras(shelf: Shelf) -> None:
    import keras

    keras.utils.set_random_seed(0)
    models = {
        "dense": [keras.layers.Dense(2)],
        "activation": [keras.layers.Dense(2, "relu"), keras.layers.Dense(1, "sigmoid")],
        "dropout": [keras.layers.Dense(2), keras.layers.Dropout(0.1), keras.layers.BatchNormalization()],
        "regularised": [keras.layers.Dense(2, kernel_regularizer="l2", kernel_initializer="he_normal")],
    }
    for name, layers in models.items():
        model = keras.Sequential([keras.Input((3,)), *layers])
        shelf.save(f"keras/{name}.keras", model.save, PLAIN, "keras", "layers of Keras itself")
    model.compile("adam", "mse", metrics=["accuracy"])
    shelf.save("keras/compiled.keras", model.save, PLAIN, "keras", "with its optimizer and loss")
    for name in ("dense", "activation"):
        model = keras.Sequential([keras.Input((3,)), *models[name]])
        shelf.save(f"keras/{name}.h5", model.save, PLAIN, "keras", "the HDF5 form, layers of Keras itself")
        shelf.save(f"keras/{name}.weights.h5", model.save_weights, PLAIN, "keras", "numbers in HDF5")
    shelf.put(
        "keras/architecture.json",
        model.to_json(),
        PLAIN,
        "keras",
        "a model's layers as JSON, none is code",
    )
    inputs = keras.Input((4, 4, 1))
    out = keras.layers.Flatten()(keras.layers.MaxPooling2D()(keras.layers.Conv2D(1, 3)(inputs)))
    shelf.save("keras/functional.keras", keras.Model(inputs, out).save, PLAIN, "keras", "a functional model")


def _hdf5(shelf: Shelf) -> None:
    import h5py

    def groups(place: str) -> None:
        with h5py.File(place, "w") as file:
            file["a/b"] = np.arange(4)
            file["a"].attrs["note"] = "text"
            file["c"] = h5py.SoftLink("/a/b")

    def latest(place: str) -> None:
        with h5py.File(place, "w", libver="latest") as file:
            file.create_dataset("x", data=np.ones((8, 8)), chunks=(4, 4), compression="gzip")

    def tables(place: str) -> None:
        with h5py.File(place, "w") as file:
            file["rows"] = np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")])
            file["texts"] = np.array(["x", "yy"], dtype=h5py.string_dtype())

    for name, make in {"groups": groups, "latest": latest, "tables": tables}.items():
        shelf.save(f"hdf5/{name}.h5", make, PLAIN, "h5py", "groups, attributes and numbers")


def _tensorflow(shelf: Shelf) -> None:
    import tensorflow as tf

    class Twice(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)])
        def __call__(self, x: object) -> object:
            return x * 2.0

    with tempfile.TemporaryDirectory() as folder:
        tf.saved_model.save(Twice(), folder)
        graph = Path(folder, "saved_model.pb").read_bytes()
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        lite = converter.convert()
    shelf.put(
        "tensorflow/twice/saved_model.pb", graph, PLAIN, "tensorflow-cpu", "operators that only calculate"
    )
    shelf.put("tensorflow/twice.tflite", lite, PLAIN, "tensorflow-cpu", "operators of TensorFlow Lite itself")
    frozen = Twice().__call__.get_concrete_function().graph.as_graph_def().SerializeToString()
    shelf.put("tensorflow/frozen.pb", frozen, PLAIN, "tensorflow-cpu", "a frozen graph that only calculates")


def _others(shelf: Shelf) -> None:
    import msgpack
    import pyreadr
    from coremltools.models import datatypes
    from coremltools.models.neural_network import NeuralNetworkBuilder
    from flax.serialization import to_bytes

    parameters = {"dense": {"kernel": np.ones((2, 2), np.float32), "bias": np.zeros(2, np.float32)}}
    shelf.put("flax/flax_model.msgpack", to_bytes(parameters), PLAIN, "flax", "MessagePack carries no code")
    shelf.put(
        "flax/values.msgpack", msgpack.packb({"a": [1, "b"]}), PLAIN, "msgpack", "MessagePack carries no code"
    )
    import pandas

    frame = pandas.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    shelf.save(
        "r/frame.rds", lambda p: pyreadr.write_rds(p, frame), PLAIN, "pyreadr", "a table, no promise in it"
    )
    shelf.save(
        "r/frame.RData", lambda p: pyreadr.write_rdata(p, frame, "d"), PLAIN, "pyreadr", "a table, no promise"
    )
    builder = NeuralNetworkBuilder([("x", datatypes.Array(3))], [("y", datatypes.Array(3))])
    builder.add_activation("a", "RELU", "x", "y")
    shelf.put(
        "coreml/relu.mlmodel",
        builder.spec.SerializeToString(),
        PLAIN,
        "coremltools",
        "layers of Core ML itself",
    )


def _archives(shelf: Shelf) -> None:
    texts = {"README.md": b"# Notes\n", "data/a.csv": b"a,b\n1,2\n"}

    def zipped(place: str) -> None:
        with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in texts.items():
                archive.writestr(zipfile.ZipInfo(name), data)

    def tarred(mode: str) -> bytes:
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode=mode) as archive:
            for name, data in texts.items():
                info = tarfile.TarInfo(name)
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
        return out.getvalue()

    shelf.save("archives/texts.zip", zipped, NO_LOADER, OWN, "an archive of texts")
    shelf.put("archives/texts.tar", tarred("w"), NO_LOADER, OWN, "an archive of texts")
    shelf.put(
        "archives/texts.tar.gz", gzip.compress(tarred("w"), mtime=0), NO_LOADER, OWN, "an archive of texts"
    )
    table = gzip.compress(b"a,b\n" + b"1,2\n" * 200, mtime=0)
    shelf.put("archives/table.csv.gz", table, NO_LOADER, OWN, "a packed table of text")
    shelf.put(
        "archives/lines.jsonl.gz",
        gzip.compress(b'{"text": "x"}\n' * 40, mtime=0),
        NO_LOADER,
        OWN,
        "packed text",
    )
    import pickle

    packed = gzip.compress(pickle.dumps({"a": [1, 2]}), mtime=0)
    shelf.put("archives/values.pkl.gz", packed, LISTED, OWN, "a packed pickle of plain values")
    numbers = np.random.default_rng(3).random(500).astype(np.float32).tobytes()
    named = "bare numbers under the name of a checkpoint's, which every loader takes for numbers"
    shelf.put("raw/variables.data-00000-of-00001", numbers, PLAIN, "numpy", named)
    for name in ("raw/weights.bin", "raw/blob"):
        shelf.put(
            name, numbers, FOREIGN, "numpy", "bare numbers without a header: nobody can tell what they are"
        )
    config = json.dumps({"model_type": "x"}).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("model/config.json"), config)
    shelf.put("archives/config.zip", out.getvalue(), PLAIN, OWN, "an archive of one harmless config")
