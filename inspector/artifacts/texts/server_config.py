"""``config.pbtxt`` of the Triton inference server: which code and which files a model is served with.

Triton looks for the shared library of a backend beside the model before it looks among its own (server docs,
"Backend Shared Library"), and joins the name of the model file with the folder of the version.
"""

from __future__ import annotations

import re

from inspector.artifacts.formats.onnx import leaves_folder
from inspector.artifacts.judgement import Judgement
from inspector.artifacts.texts.prototext_graph import unquoted
from inspector.provenance import Loading, plain

_TEXT = r"""((?:"[^"\n]*"|'[^'\n]*')(?:\s*+(?:"[^"\n]*"|'[^'\n]*'))*)"""
_LIBRARY = re.compile(r"""\b(?:op_library_filename|custom_op_library\w*)\s*:\s*\[?\s*["']([^"']+)""")
_BACKEND = re.compile(rf"\bbackend\s*:\s*{_TEXT}")
_FILE = re.compile(rf"\bdefault_model_filename\s*:\s*{_TEXT}")
_FILES = re.compile(rf"\bcc_model_filenames\s*:?\s*[\[{{][^\]}}]{{0,2000}}?\bvalue\s*:\s*{_TEXT}")
_OF_A_SERVER = re.compile(
    r"\b(?:max_batch_size|instance_group|dynamic_batching|default_model_filename|sequence_batching)\b"
)
_MAX_FOUND = 200
# Backends of the Triton project and of NVIDIA, whose libraries come with the server (server 2.60).
_NAMED_BACKENDS = """
tensorrt onnxruntime pytorch tensorflow tensorflow1 tensorflow2 openvino dali python vllm fil tensorrtllm
identity square repeat ensemble caffe2 armnn_tflite paddle hugectr hps dlib stateful redis minimal recommended
add_sub simple_add_sub_identity triton_dummy sagemaker iterative_sequence sequence dyna_sequence query
implicit_state distributed_addsub python_based_backend
"""
_BACKENDS = frozenset(_NAMED_BACKENDS.split())


def judge_server_config(text: str, judgement: Judgement, path: str = "") -> None:
    """States what a configuration without its comments has the server load or run."""
    if (library := _LIBRARY.search(text)) is not None:
        judgement.note(
            Loading.RUNS_CODE,
            "native-library",
            f"The inference server loads the native library {plain(library.group(1), 200)!r} for the model.",
        )
    is_named = path.rpartition("/")[2].lower() == "config.pbtxt"
    for found in list(_BACKEND.finditer(text))[:_MAX_FOUND]:
        backend = unquoted(found.group(1))
        if backend == "python":
            judgement.note(
                Loading.NO_LOADER,
                "python-backend",
                "The inference server runs the file model.py beside this configuration (backend: python).",
            )
        elif backend and backend not in _BACKENDS and (is_named or _OF_A_SERVER.search(text)):
            judgement.note(
                Loading.UNREADABLE,
                "native-library",
                f"The inference server serves the model with the native library of {plain(backend, 100)!r}, "
                "which is none of its own backends.",
            )
    files = [*list(_FILE.finditer(text))[:_MAX_FOUND], *list(_FILES.finditer(text))[:_MAX_FOUND]]
    for place in dict.fromkeys(unquoted(found.group(1)) for found in files):
        if place and leaves_folder(place):
            judgement.note(
                Loading.UNREADABLE,
                "external-data",
                f"The inference server reads the model from {plain(place, 300)!r}, outside of its folder.",
            )
