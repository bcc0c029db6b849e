"""Operations of TensorFlow that Keras 2 keeps as layers: functions by their public name, and graph nodes.

``TFOpLambda`` looks its ``function`` up in the public names of TensorFlow and calls it, ``ClassMethod`` a
method of a class, ``TensorFlowOpLayer`` makes the node that ``node_def`` describes (Keras 2.15,
keras/layers/core/tf_op_layer.py and keras/engine/base_layer.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from inspector.artifacts.formats.tensorflow_graph import OPERATORS
from inspector.artifacts.judgement import Judgement
from inspector.provenance import Loading, plain

# Public names of TensorFlow that read or write files, call Python, or load code.
_REACHING = re.compile(
    r"(?:io\.(?:gfile|read_file|write_file|write_graph|matching_files|TFRecord\w*)|(?:compat\.v\d\.)?gfile|"
    r"(?:compat\.v\d\.)?(?:py_func|py_function|numpy_function)|keras\.(?:utils|models|saving|config)|"
    r"load_(?:op_)?library|saved_model|data|config|debugging|profiler|summary|distribute|train|"
    r"raw_ops\.(?:\w*File\w*|\w*PyFunc\w*|Save\w*|Restore\w*|Print\w*|Debug\w*))(?![a-z_])"
)
_OPERATION = re.compile(r"\"op\"\s*:\s*\"(\w+)\"|\bop\s*:\s*[\"'](\w+)")
_LAYERS = {"TFOpLambda": "function", "SlicingOpLambda": "function", "ClassMethod": "cls_symbol"}


def judge_old_operation(mapping: Mapping[str, object], judgement: Judgement) -> None:
    """States it where one mapping of a Keras model is a layer that calls such a function of TensorFlow."""
    kind, config = mapping.get("class_name"), mapping.get("config")
    if not isinstance(kind, str) or not isinstance(config, Mapping):
        return
    name = config.get(_LAYERS.get(kind, ""))
    if isinstance(name, str) and (_REACHING.match(name) or name.rpartition("raw_ops.")[2] in OPERATORS):
        judgement.note(
            Loading.RUNS_CODE,
            "graph-operator",
            f"The Keras model has a layer that calls tensorflow.{plain(name, 200)}, which reaches files or "
            "code.",
        )
    node = config.get("node_def")
    if kind == "TensorFlowOpLayer" and isinstance(node, str):
        for found in _OPERATION.finditer(node[: 1 << 20]):
            operator = found[1] or found[2]
            if operator in OPERATORS:
                judgement.note(
                    Loading.RUNS_CODE,
                    "graph-operator",
                    f"The Keras model has a node {plain(operator, 100)}, which {OPERATORS[operator]}.",
                )
