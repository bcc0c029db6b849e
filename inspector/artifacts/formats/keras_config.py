"""The configuration of a Keras archive (Keras 3): which objects rebuilding the model imports and runs.

``keras.saving.deserialize_keras_object`` imports the ``module`` of every object and calls its ``class_name``
(CVE-2025-1550, CVE-2025-8747, CVE-2025-9905); a Lambda layer holds marshalled byte code. An object without a
module, and a plain function (written as ``builtins.function``), is only looked up among the names that the
loading program registered or handed over (``_retrieve_class_or_fn``, Keras 3.15.1): nothing of it comes out
of the file, and without that program loading ends in an error. Keras before 3.9 looked for such a function
in Python's ``builtins`` as well, so a name of theirs is a call of theirs.
"""

from __future__ import annotations

import re
from typing import Any

from inspector.artifacts.formats.keras_operations import judge_old_operation
from inspector.artifacts.judgement import Judgement
from inspector.artifacts.limits import spend_work
from inspector.artifacts.pickles.listed import Tier, entry_for
from inspector.artifacts.texts.strict_json import BadJson, Pairs, parse_pairs
from inspector.provenance import Loading, plain

# The parts of Keras whose classes only build layers; ``keras.src`` holds the same names.
_PARTS = """activations applications constraints dtype_policies initializers layers losses metrics models
optimizers ops random regularizers backend"""
# Operations of keras.ops that are made of a function (Keras 3.15.1, ops/core.py).
_NAMED_CALLING_OPERATIONS = (
    "AssociativeScan Cond CustomGradient ForiLoop Map Scan Switch VectorizedMap WhileLoop"
)
_CALLING_OPERATIONS = frozenset(_NAMED_CALLING_OPERATIONS.split())
_NAMED_PLAIN_CLASSES = """dict list tuple set str int float bool slice __tuple__ __numpy__ __tensor__
__keras_tensor__ __ellipsis__ __bytes__ __typespec__ Ellipsis NoneType"""
# Packages whose models and layers Keras imports for a file (``_retrieve_class_or_fn``, Keras 3.15.1).
_FURTHER = re.compile(
    r"(?:keras_hub|keras_nlp|keras_cv)\.(?:src\.)?(?:models|layers|tokenizers|samplers|metrics)\b"
)
_OF_KERAS = re.compile(r"(?:tf_)?keras(?:\.[\w.]+)?>", re.I)  # names that Keras registers its own classes by
_OBJECT_WORK = 8_000
# Functions of those modules that make or keep objects.
_NOT_FOR_MODELS = frozenset({"deserialize", "serialize", "get", "map", "custom_gradient", "vectorized_map"})
_PLAIN_CLASSES = frozenset(_NAMED_PLAIN_CLASSES.split())
_CODE_CLASSES = {
    "Lambda": "has a Lambda layer: Python byte code that Keras runs",
    "__lambda__": "holds a lambda: Python byte code that Keras runs",
    "TorchModuleWrapper": "wraps a pickled torch module, which Keras unpickles",
    "TFSMLayer": "has a layer that runs a TensorFlow SavedModel",
    "JaxLayer": "has a layer that runs a function of its own",
    "FlaxLayer": "has a layer that runs a function of its own",
}


def judge_keras(raw: bytes, judgement: Judgement) -> None:
    """States what rebuilding the model from the text of its config.json runs."""
    try:
        top = parse_pairs(raw, lambda pairs: _see(pairs, judgement))
        if not isinstance(top, dict) or "class_name" not in top:
            judgement.note(Loading.UNREADABLE, "broken-keras", "The Keras configuration names no model.")
    except BadJson as bad:
        judgement.note(Loading.UNREADABLE, "broken-json", str(bad))


def _see(pairs: Pairs, judgement: Judgement) -> dict[str, Any]:
    value = dict(pairs)
    judge_old_operation(value, judgement)
    for key, name in pairs:  # every one, for a key that stands there twice hides the first
        if key == "class_name" and isinstance(name, str):
            for module in [other for label, other in pairs if label == "module"] or [None]:
                _object(module, name, pairs, judgement)
        elif key == "vocabulary" and isinstance(name, str):
            judgement.note(
                Loading.UNREADABLE,
                "external-data",
                f"A layer reads its vocabulary from the file {plain(name, 200)!r} of the loading machine.",
            )
    return value


def judge_object(pairs: Pairs, judgement: Judgement) -> None:
    """The same for one mapping of a file that may be an architecture (``keras.models.model_from_json``): what
    names its module and its settings is an object of Keras."""
    if any(key == "class_name" for key, _ in pairs):
        keys = {key for key, _ in pairs}
        if "module" in keys and "config" in keys:
            spend_work(_OBJECT_WORK)
            _see(pairs, judgement)


def _object(module: object, name: str, pairs: Pairs, judgement: Judgement) -> None:
    shown = plain(f"{module}.{name}" if isinstance(module, str) else name, 200)
    registered = [other for label, other in pairs if label == "registered_name" and other]
    if name in _CODE_CLASSES:
        _note(judgement, "lambda-layer", f"{_CODE_CLASSES[name]} on load")
    elif module is None:
        if ">" in name or (registered and name not in _PLAIN_CLASSES):
            _needs(judgement, f"class {plain(str(registered[-1] if registered else name), 200)}")
    elif name == "function" and module != "builtins" and isinstance(module, str):
        for function in [other for label, other in pairs if label == "config"] or [None]:
            if not isinstance(function, str) or not _is_function_of_keras(module, function):
                _note(
                    judgement,
                    "custom-object",
                    f"has Keras import {shown} and call {plain(str(function), 200)}",
                )
    elif module == "builtins" and name == "function":
        for function in [other for label, other in pairs if label == "config"] or [None]:
            _function(function, judgement)
    elif isinstance(module, str) and _FURTHER.match(module) and name.isidentifier() and name[0].isupper():
        _needs(judgement, f"class {shown} of a package of Keras' makers")
    elif not isinstance(module, str) or not _is_of_keras(module, name):
        _note(judgement, "custom-object", f"has Keras import and call {shown}")
    else:  # a class that somebody registered under the name is taken before Keras' own
        for other in registered:
            if other != name and not (isinstance(other, str) and _OF_KERAS.match(other)):
                _needs(judgement, f"class {plain(str(other), 200)}, should one be registered,")


def _function(name: object, judgement: Judgement) -> None:
    """A loss, metric or activation that was no function of Keras when the model was saved."""
    last = name.rpartition(">")[2] if isinstance(name, str) else ""
    is_own = last.isidentifier() and entry_for("builtins", last).tier is Tier.UNKNOWN
    if is_own and not last.startswith("__"):
        _needs(judgement, f"function {plain(str(name), 200)}")
    else:
        _note(judgement, "custom-object", f"has Keras look up and call builtins.{plain(str(name), 200)}")


def _needs(judgement: Judgement, what: str) -> None:
    judgement.note(
        Loading.DATA_ONLY,
        "custom-object-needed",
        f"The Keras model needs the {what}, which the loading program has to bring: the file holds its name "
        "only.",
    )


def _is_of_keras(module: str, name: str) -> bool:
    if module == "builtins":
        return name in _PLAIN_CLASSES
    parts = module.split(".")
    if parts[0] not in ("keras", "tf_keras") or not name.isidentifier():
        return False
    inner = parts[2:] if parts[1:2] == ["src"] else parts[1:]
    return (not inner and name in ("Sequential", "Model", "Functional", "DTypePolicy")) or (
        bool(inner)
        and inner[0] in _PARTS.split()
        and (name[0].isupper() or inner[0] in ("activations", "losses"))
        and name not in _CALLING_OPERATIONS
    )


def _is_function_of_keras(module: str, name: str) -> bool:
    """A function that a model is written with: an activation, a loss, a metric, an operation on tensors."""
    parts = module.split(".")
    if parts[0] not in ("keras", "tf_keras") or not name.isidentifier() or name.startswith("_"):
        return False
    inner = parts[2:] if parts[1:2] == ["src"] else parts[1:]
    is_plain = inner[:1] in (["activations"], ["losses"], ["metrics"], ["ops"], ["initializers"])
    return is_plain and name not in _NOT_FOR_MODELS


def _note(judgement: Judgement, code: str, what: str) -> None:
    judgement.note(Loading.RUNS_CODE, code, f"The Keras model {what}.")
