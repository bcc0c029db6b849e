"""Writes the small real files of tests/artifacts/models.

Needs R 4.2 (``Rscript`` on the path) and, in one environment, coremltools 8, catboost 1.2, xgboost 3,
openvino 2025, msgpack, pandas, pyarrow.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import catboost
import coremltools as ct
import msgpack
import numpy as np
import openvino
import openvino.opset13 as operators
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import xgboost
from coremltools.converters.mil import Builder
from coremltools.models import datatypes
from coremltools.models.neural_network import NeuralNetworkBuilder
from coremltools.proto import Model_pb2

MODELS = Path(__file__).parent / "models"
R_SCRIPT = """
x <- data.frame(a = 1:5, b = letters[1:5], c = rnorm(5), stringsAsFactors = TRUE)
saveRDS(x, "df.rds"); saveRDS(x, "df_a.rds", ascii = TRUE)
saveRDS(lm(mpg ~ wt, mtcars), "lm.rds"); saveRDS(glm(am ~ wt, binomial, mtcars), "glm.rds")
saveRDS(compiler::cmpfun(function(n) { for (i in 1:n) n <- n + i; switch(n, a = 1, b = 2) }), "fun.rds")
.First <- function() cat("word"); save(.First, file = "first.RData")
e <- new.env(); makeActiveBinding("z", function() 1, e); saveRDS(e, "active.rds")
"""


def trees() -> None:
    features = np.random.default_rng(0).random((50, 2))
    labels = (features[:, 0] > 0.5).astype(int)
    booster = xgboost.train({"objective": "binary:logistic"}, xgboost.DMatrix(features, labels), 3)
    booster.save_model(MODELS / "x.ubj")
    table = pd.DataFrame({"a": list("abcde") * 10, "b": features[:, 0]})
    model = catboost.CatBoostClassifier(
        iterations=3, verbose=0, cat_features=["a"], allow_writing_files=False
    )
    model.fit(table, labels).save_model(str(MODELS / "cat.cbm"))


def coreml() -> None:
    array = datatypes.Array(3)
    builder = NeuralNetworkBuilder([("x", array)], [("y", array)])
    builder.add_activation("a", "RELU", "x", "y")
    ct.models.utils.save_spec(builder.spec, str(MODELS / "nn.mlmodel"))
    layer = builder.spec.neuralNetwork.layers[0]
    layer.ClearField("activation")
    layer.custom.className = "OwnLayer"
    ct.models.utils.save_spec(builder.spec, str(MODELS / "custom_layer.mlmodel"))
    pipe = Model_pb2.Model()
    pipe.specificationVersion = 4
    pipe.pipeline.models.add().customModel.className = "OwnModel"
    ct.models.utils.save_spec(pipe, str(MODELS / "pipe_custom.mlmodel"))

    @Builder.program(input_specs=[Builder.TensorSpec(shape=(1, 4))])
    def program(x: object) -> object:
        weights = np.ones((300, 4), np.float32)
        return Builder.relu(x=Builder.linear(x=x, weight=weights, bias=np.zeros(300, np.float32)))

    model = ct.convert(program, convert_to="mlprogram", skip_model_load=True)
    (MODELS / "program.mlmodel").write_bytes(model.get_spec().SerializeToString())
    weights = Path(model.weights_dir) / "weight.bin"
    (MODELS / "weight.bin").write_bytes(weights.read_bytes())


def tables() -> None:
    frame = pd.DataFrame({"a": list("abcde") * 10, "b": np.random.default_rng(0).random(50)})
    plain = pa.Table.from_pandas(frame)
    payload = b'cos\nsystem\n(S"echo x"\ntR.'  # never loaded
    metadata = {b"ARROW:extension:name": b"arrow.py_extension_type", b"ARROW:extension:metadata": payload}
    pickled = pa.table([pa.array([1, 2])], schema=pa.schema([pa.field("x", pa.int64(), metadata=metadata)]))
    for name, table in (("table", plain), ("pickled_type", pickled)):
        pyarrow.parquet.write_table(table, MODELS / f"{name}.parquet")
        path = str(MODELS / f"{name}.arrow")
        with pa.OSFile(path, "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table)
        stream = "stream.arrow" if name == "table" else "pickled_type_stream.arrow"
        with pa.OSFile(str(MODELS / stream), "wb") as file, pa.ipc.new_stream(file, table.schema) as writer:
            writer.write_table(table)


def tensorflow_files() -> None:
    """Needs tensorflow-cpu 2.21 as well. The graph's debug information names no path of the machine."""
    import tensorflow as tf

    class Model(tf.Module):
        def __init__(self) -> None:
            self.weight = tf.Variable(np.ones((3, 2), np.float32))

        @tf.function(input_signature=[tf.TensorSpec([None, 3])])
        def __call__(self, x: tf.Tensor) -> tf.Tensor:
            return tf.nn.relu(x @ self.weight)

    with tempfile.TemporaryDirectory() as folder:
        tf.saved_model.save(Model(), folder)
        for name in ("saved_model.pb", "fingerprint.pb", "variables/variables.index"):
            (MODELS / Path(name).name).write_bytes((Path(folder) / name).read_bytes())
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        (MODELS / "dense.tflite").write_bytes(converter.convert())


def others() -> None:
    values = {"params": {"w": msgpack.ExtType(1, b"x" * 50), "b": [1, 2.5, None, -3]}}
    (MODELS / "m.msgpack").write_bytes(msgpack.packb(values))
    x = operators.parameter([1, 4], np.float32)
    product = operators.matmul(x, operators.constant(np.ones((4, 3), np.float32)), False, False)
    openvino.save_model(openvino.Model([operators.relu(product)], [x], "m"), MODELS / "ov.xml")


if __name__ == "__main__":
    MODELS.mkdir(exist_ok=True)
    subprocess.run(["Rscript", "-e", R_SCRIPT], cwd=MODELS, check=True)
    trees()
    coreml()
    tables()
    tensorflow_files()
    others()
