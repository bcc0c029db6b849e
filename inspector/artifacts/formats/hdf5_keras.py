"""Keras models in HDF5: the configuration that stands in an attribute as JSON."""

from __future__ import annotations

import base64
import binascii
import re

from inspector.artifacts.formats.keras_config import judge_keras
from inspector.artifacts.judgement import Judgement
from inspector.provenance import Loading, plain

# Attributes that Keras rebuilds objects from; the second is the optimiser, the loss and the metrics.
MODEL, TRAINING = b"model_config", b"training_config"
MARKS = frozenset((b"keras_version", b"layer_names", b"weight_names", b"model_weights", MODEL))
_CODE = re.compile(rb'"((?:4[w-z]|Y[w-z])[A-Za-z0-9+/=]{30,}(?:\\n[A-Za-z0-9+/=]*)*)"')
_WORD = re.compile(rb"[A-Za-z_][\w.]{1,60}|[\x20-\x7e]{6,80}")
MAX_WORDS = 14


def judge_config(name: bytes, value: bytes, place: str, judgement: Judgement, *, is_keras: bool) -> None:
    """States what Keras imports and runs for the configuration ``value``. Of a file that is not Keras'
    otherwise (``is_keras``), a text of the same name that names no model means nothing."""
    raw = value.rstrip(b"\0")
    if name == TRAINING:
        # It holds objects, but is none: put into one, the same rules read it.
        raw = b'{"class_name": "Sequential", "config": ' + raw + b"}"
    inner = Judgement()
    judge_keras(raw, inner)
    if inner.loading is Loading.UNREADABLE and not is_keras and name == MODEL:
        return
    if inner.loading is Loading.RUNS_CODE:
        for words in code_words(raw):
            inner.note(Loading.RUNS_CODE, "lambda-code", f"The byte code of a Lambda layer names: {words}.")
    judgement.merge(inner.artifact("json", Loading.DATA_ONLY), place)


def code_words(raw: bytes) -> list[str]:
    """What stands as text in the marshalled code of Lambda layers: names and constants. Nothing is
    unmarshalled for it."""
    found = []
    for match in list(_CODE.finditer(raw))[:20]:
        try:
            code = base64.b64decode(match.group(1).replace(b"\\n", b""))
        except (binascii.Error, ValueError):
            continue
        words = [word.decode("ascii").strip() for word in _WORD.findall(code)]
        if words:
            found.append(plain(", ".join(dict.fromkeys(words[:MAX_WORDS])), 400))
    return found
