"""What a file's name promises, for files whose bytes were not read.

A name proves nothing. It is used only to say how grave it is that the bytes are unknown: a file that is
meant for a loader which can run code is ``unreadable``, any other unknown is ``not-understood``.
"""

from __future__ import annotations

import posixpath

from inspector.artifacts.interface import Artifact, Reason
from inspector.provenance import Loading

# suffix -> (format as the readers call it, whether its usual content is a pickle)
_LOADED_BY_SUFFIX = {
    ".bin": ("torch", True),
    ".pt": ("torch", True),
    ".pth": ("torch", True),
    ".ckpt": ("torch", True),
    ".pkl": ("pickle", True),
    ".pickle": ("pickle", True),
    ".dill": ("pickle", True),
    ".joblib": ("joblib", True),
    ".npy": ("npy", False),
    ".npz": ("npz", False),
    ".safetensors": ("safetensors", False),
    ".gguf": ("gguf", False),
    ".ggml": ("ggml", False),
    ".onnx": ("onnx", False),
    ".h5": ("hdf5", False),
    ".hdf5": ("hdf5", False),
    ".keras": ("keras", False),
    ".pb": ("tensorflow", False),
    ".tflite": ("tflite", False),
    ".msgpack": ("msgpack", False),
    ".mlmodel": ("coreml", False),
    ".nemo": ("nemo", True),
    ".mar": ("torch-archive", True),
    ".pte": ("executorch", False),
    ".ot": ("torch", False),
    ".skops": ("skops", False),
    ".rds": ("r-data", False),
    ".rdata": ("r-data", False),
    ".ort": ("onnxruntime", False),
    ".cbm": ("catboost", False),
    ".ubj": ("xgboost", False),
    ".pmml": ("pmml", False),
    ".pdmodel": ("paddle", False),
    ".pdiparams": ("paddle-parameters", True),
    ".pdparams": ("paddle-pickle", True),
    ".pdopt": ("paddle-pickle", True),
    ".caffemodel": ("caffe", False),
    ".params": ("mxnet", False),
    ".engine": ("tensorrt", False),
    ".plan": ("tensorrt", False),
    ".trt": ("tensorrt", False),
    ".pt2": ("torch-export", True),
    ".mlpackage": ("coreml", False),
}
_TEXT = {
    ".cfg", ".csv", ".gitattributes", ".gitignore", ".htm", ".html", ".ini", ".ipynb", ".jinja", ".json",
    ".jsonl", ".md", ".py", ".rst", ".sh", ".toml", ".tsv", ".txt", ".xml", ".yaml", ".yml",
}  # fmt: skip
_PICTURES = {".gif", ".jpeg", ".jpg", ".mp3", ".mp4", ".pdf", ".png", ".svg", ".wav", ".webp"}


def unread(path: str, code: str, sentence: str) -> Artifact:
    """The verdict on a file whose bytes were not read, for the reason given."""
    reason = Reason(code, sentence)
    known = _LOADED_BY_SUFFIX.get(_suffix(path))
    if known is not None:
        return Artifact(known[0], Loading.UNREADABLE, (reason,), is_pickle=known[1])
    suffix = _suffix(path)
    if suffix in _TEXT or suffix in _PICTURES:
        return Artifact("text" if suffix in _TEXT else "media", Loading.NO_LOADER, (reason,))
    return Artifact("unknown", Loading.NOT_UNDERSTOOD, (reason,))


def _suffix(path: str) -> str:
    name = posixpath.basename(path).lower()
    return name if name in _TEXT else posixpath.splitext(name)[1]
