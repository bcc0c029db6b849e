"""JSON and Jinja files that a model loader obeys: what in them makes it run code.

Everything else in them is data. The tables below say which names stand for code of the repository.
"""

from __future__ import annotations

import re
from typing import Any

from inspector.artifacts.bytesource import read_all
from inspector.artifacts.formats.keras_config import judge_keras, judge_object
from inspector.artifacts.formats.keras_operations import judge_old_operation
from inspector.artifacts.formats.onnx import leaves_folder
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import Judgement, single
from inspector.artifacts.limits import MAX_JSON, spend_work
from inspector.artifacts.texts.bundle_expressions import judge_expressions, may_be_bundle, scalars_of
from inspector.artifacts.texts.chat_template import judge_template
from inspector.artifacts.texts.encoding import utf8
from inspector.artifacts.texts.further_keys import JSON_KEY_QUOTED, judge_keys
from inspector.artifacts.texts.interpolation import judge_interpolated
from inspector.artifacts.texts.model_parts import (
    LIBRARIES,
    judge_components,
    judge_module,
    judge_modules,
    judge_package,
    judge_served_archive,
)
from inspector.artifacts.texts.named_calls import CALL_QUOTED, judge_mapping, judge_rendered
from inspector.artifacts.texts.named_code import CALLED, grade, is_target_made, judge_target, why_dangerous
from inspector.artifacts.texts.serialized_values import SERIALIZED, judge_serialized
from inspector.artifacts.texts.strict_json import BadJson, Pairs, parse_pairs
from inspector.artifacts.texts.switched_calls import judge_switched
from inspector.provenance import Loading, plain
from inspector.sources.interface import ByteSource

# Files that loaders of models and tokenizers read by these names.
_LOADER_CONFIGS = """
config.json tokenizer_config.json chat_template.json generation_config.json processor_config.json
preprocessor_config.json adapter_config.json model_index.json modules.json special_tokens_map.json
scheduler_config.json config_sentence_transformers.json added_tokens.json tokenizer.json params.json
quantize_config.json image_processor_config.json feature_extractor_config.json modular_model_index.json
"""
LOADER_CONFIGS = frozenset(_LOADER_CONFIGS.split())
_QUOTED = (
    rb'types"|target"|:serialized:"|custom_tool"|itemInfoEntries"|model_file"|registered_name"|op"\s*:\s*"(?:Custom|_Native|_NDArray|_CustomFunction)"|'
    + JSON_KEY_QUOTED.encode()
    + b"|"
    + CALL_QUOTED
)
_TRIGGERS = re.compile(
    rb"auto_map|custom_pipeline|py\\?/|chat_template|_target_|class_path|Lambda|__lambda__|TFSMLayer|"
    rb"activation_f|TorchModuleWrapper|\\u00|_component_|trust_remote_code|parent_library|zarr_format|expr_str|"
    rb'"weight_map"|TensorFlowOpLayer|_jinja|"_(?:obj|call|class|fn|function)_"|__(?:class|target)__"|"(?:'
    + _QUOTED
    + b")"
)
_LONG_TRIGGERS = (b"py/", b"py\\/", b"_target_", b"auto_map", SERIALIZED.encode())
_PIECE = 1 << 20
# jsonpickle: keys whose value is called or evaluated whatever it names, and keys that name a class.
_NAMED_PY_CALLS = """
py/reduce py/newargs py/newargsex py/initargs py/repr py/method py/mod py/iterator py/module
py/bytes_eval
"""
_PY_CALLS = frozenset(_NAMED_PY_CALLS.split())
_PY_NAMES = frozenset({"py/object", "py/type", "py/function", "py/newobj", "py/class"})
# Keys of sentence-transformers whose value is imported and called (its Dense and CrossEncoder classes).
_FUNCTION_KEYS = frozenset({"activation_function", "activation_fn", "sbert_ce_default_activation_function"})
_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.\w+)+\Z")
# Codecs of zarr that unpickle every chunk (numcodecs.pickles, numcodecs 0.16; zarr 2 and 3).
_PICKLE_CODECS = frozenset({"pickle", "numcodecs.pickle"})
# Operators of MXNet 1.9 that hand their input to Python code by name or by pointer.
_MXNET_CALLBACKS = frozenset({"Custom", "_Native", "_NDArray", "_CustomFunction"})
# What torch.export writes as the size of something: names, numbers, arithmetic and its own functions.
_TERM = re.compile(
    r"[su]\d+|u_?\w{0,2}\d+|[\d.]+|True|False|[-+*/%(),<>=&|~! ]|Eq|Ne|Lt|Le|Gt|Ge|Mod|Max|Min|And|Or|Not|"
    r"FloorDiv|CleanDiv|CeilDiv|PythonMod|ModularIndexing|IntTrueDiv|FloatTrueDiv|TruncToInt|FloorToInt|"
    r"CeilToInt|ToFloat|RoundToInt|PowByNatural|FloatPow|LShift|RShift|Where|Identity|Abs|floor|ceiling|"
    r"zoo|oo|nan|Symbol|Integer|positive|integer|nonnegative|'[su]\d+'"
)
_CODE_LAYERS = frozenset({"Lambda", "__lambda__", "TFSMLayer", "TorchModuleWrapper"})
_CHAT_NAMES = re.compile(r"chat_?template|additional_chat_templates/", re.I)
_CHAT_KEY = re.compile(r"chat[-_]?template|(?:\A|_)jinja", re.I)
_MESSAGES = re.compile(r"\bmessages\b|\badd_generation_prompt\b|\bbos_token\b")


def read_json(source: ByteSource, path: str) -> Artifact:
    """The verdict on a .json file."""
    name = path.rsplit("/", 1)[-1].lower()
    is_config = name in LOADER_CONFIGS or name.endswith("_config.json")
    if source.size > MAX_JSON:
        return single(
            "json",
            Loading.UNREADABLE if is_config or holds_any(source, _LONG_TRIGGERS) else Loading.NO_LOADER,
            "over-limit",
            "The JSON file is longer than 64 MB and was not read.",
        )
    raw = utf8(read_all(source))
    word = _model_of_trees(raw)
    is_config = is_config or word != "json"
    base = Loading.DATA_ONLY if is_config else Loading.NO_LOADER
    text = raw.decode("utf-8", "replace") if b"$" in raw or b"\\u00" in raw else ""
    is_bundle = may_be_bundle(text, path)
    if not (is_config or is_bundle or _TRIGGERS.search(raw)) and not path.endswith("MAR-INF/MANIFEST.json"):
        return Artifact(word, base)
    judgement = Judgement()
    try:
        is_keras = b"keras" in raw
        top = parse_pairs(raw, lambda pairs: _see(pairs, judgement, is_keras=is_keras))
    except BadJson as bad:
        # A loader refuses it as well; only a file that a loader looks for is worth an alarm.
        judgement.note(Loading.UNREADABLE if is_config else Loading.NO_LOADER, "broken-json", str(bad))
        return judgement.artifact(word, base)
    if b"${" in raw or b"\\u00" in raw:
        judge_interpolated((top,), judgement)
    if is_bundle:
        judge_expressions(scalars_of(top), judgement)
    if is_keras and _is_architecture(top):
        base = Loading.DATA_ONLY
        judge_keras(raw, judgement)
    if name == "modules.json":
        judge_modules(top, judgement)
    elif name in ("model_index.json", "modular_model_index.json"):
        judge_components(top, judgement)
    elif name == "manifest.json" and path.endswith("MAR-INF/MANIFEST.json"):
        judge_served_archive(top, judgement)
    elif name == "manifest.json":
        judge_package(top, judgement)
    return judgement.artifact(word, base)


def holds_any(source: ByteSource, words: tuple[bytes, ...]) -> bool:
    """Whether a text that is too long to be parsed has one of ``words``, which have 16 letters at most."""
    before = b""
    for at in range(0, source.size, _PIECE):
        piece = source.read_at(at, min(_PIECE, source.size - at))
        spend_work(len(piece) * len(words))
        if any(word in before + piece for word in words):
            return True
        before = piece[-16:]
    return False


def _model_of_trees(raw: bytes) -> str:
    """ "xgboost" or "catboost" for the models that these libraries write as JSON, else "json"."""
    start = raw[:4096]
    if b'"learner"' in start and b'"gradient_booster"' in raw[: 1 << 20]:
        return "xgboost"
    if b'"features_info"' in start and b'_trees"' in raw:
        return "catboost"
    return "json"


def _is_architecture(top: Any) -> bool:
    """Whether this is what ``to_json`` of a Keras model writes, and ``model_from_json`` reads."""
    config = top.get("config") if isinstance(top, dict) else None
    layers = config.get("layers") if isinstance(config, dict) else config
    return isinstance(layers, list) and top.get("class_name") in ("Sequential", "Functional", "Model")


def _see(pairs: Pairs, judgement: Judgement, *, is_keras: bool = False) -> dict[str, Any]:
    judge_mapping(pairs, judgement)
    mapping = dict(pairs)
    judge_keys(mapping, judgement)
    judge_rendered(pairs, judgement)
    if is_keras or "registered_name" in mapping:
        judge_object(pairs, judgement)
    judge_old_operation(mapping, judgement)
    for key, value in pairs:
        if key == "auto_map" and _names_code(value):
            judgement.note(
                Loading.RUNS_CODE,
                "auto_map",
                f"The configuration names Python code of the repository (auto_map: {_shown(value)}); "
                "it runs when the model is loaded with trust_remote_code.",
            )
        elif key in ("custom_pipelines", "custom_pipeline") and value:
            judgement.note(
                Loading.RUNS_CODE,
                "custom-pipeline",
                f"The configuration names a pipeline in Python code of the repository ({_shown(value)}).",
            )
        elif key == "_class_name" and isinstance(value, list):
            judgement.note(
                Loading.RUNS_CODE,
                "custom-pipeline",
                f"The pipeline is Python code of the repository ({_shown(value)}).",
            )
        elif key in _PY_CALLS or key in _PY_NAMES:
            _jsonpickle(key, value, judgement)
        elif key == "weight_map" and isinstance(value, dict):
            _shards(value, judgement)
        elif key.startswith("json://"):
            _key_in_json(key, judgement)
        elif key == "model_file" and isinstance(value, str) and value.lower().endswith(".py"):
            judgement.note(
                Loading.RUNS_CODE,
                "custom-module",
                "The configuration has the model made by Python code of the repository, which mlx-lm runs "
                f"({plain(value, 200)}).",
            )
        elif _CHAT_KEY.search(key):
            for template in _templates(value):
                _template(template, judgement)
        elif key == "target" and isinstance(value, str):
            # With its parameters, or alone: a "target" in rows of data stands beside other columns.
            if len(pairs) == 1 or any(other == "params" for other, _ in pairs):
                is_made = is_target_made(value, has_params=len(pairs) > 1)
                judge_target(value, judgement, key=key, is_made=is_made)
        elif key in CALLED and isinstance(value, str):
            judge_target(value, judgement, key=key)
            judge_switched(dict(pairs), judgement)
        elif key in _FUNCTION_KEYS and isinstance(value, str):
            _function(key, value, judgement)
        elif key == "types" and isinstance(value, dict) and any(other == "structure" for other, _ in pairs):
            for kind in value.values():
                judge_module(kind, judgement)
        elif key in ("id", "name") and isinstance(value, str) and value in _PICKLE_CODECS:
            _codec(pairs, judgement)
        elif (
            key == "op"
            and isinstance(value, str)
            and value in _MXNET_CALLBACKS
            and any(other == "inputs" for other, _ in pairs)
        ):
            judgement.note(
                Loading.RUNS_CODE,
                "graph-operator",
                f"The MXNet graph has the operator {value}, which calls Python code of the loading process.",
            )
        elif key == SERIALIZED and isinstance(value, str):
            judge_serialized(value, judgement)
        elif key == "expr_str" and isinstance(value, str) and _TERM.sub("", value):
            judgement.note(
                Loading.RUNS_CODE,
                "evaluated-text",
                "torch evaluates the expressions of an exported program as Python, and this is no plain one: "
                f"{plain(value, 200)}.",
            )
        elif key == "class_name" and isinstance(value, str) and value in _CODE_LAYERS:
            judgement.note(
                Loading.RUNS_CODE,
                "lambda-layer",
                f"The model has a layer of the kind {value}: code that runs on load.",
            )
        elif key == "parent_library" and isinstance(value, str):
            _parent_library(value, judgement)
        elif key == "trust_remote_code" and value is True:
            judgement.note(
                Loading.NO_LOADER,
                "trust-remote-code",
                "The configuration lets the Python code of model repositories run (trust_remote_code).",
            )
    return mapping


def _function(key: str, name: str, judgement: Judgement) -> None:
    """A function by its dotted name, which has to be one of the libraries'. A bare name is one of a table."""
    if not _DOTTED.match(name):
        return
    why = why_dangerous(name)
    if why is None and name.split(".")[0] in LIBRARIES:
        return
    judgement.note(
        Loading.RUNS_CODE,
        "custom-module",
        f"Loading the model imports and calls {plain(name, 200)} ({key}), which is of no known library.",
    )


def _codec(pairs: Pairs, judgement: Judgement) -> None:
    """A part of the description of a zarr array. A name alone is no codec: one has nothing but settings."""
    keys = {key for key, _ in pairs}
    if keys <= {"id", "protocol"} or keys == {"name", "configuration"}:
        judgement.note(
            Loading.RUNS_CODE,
            "pickle-codec",
            "The array of zarr has its chunks unpickled when they are read (codec pickle).",
        )


def _shards(places: dict[str, Any], judgement: Judgement) -> None:
    """The files that the index of a sharded model names: loaders join them with the folder of the index."""
    named = dict.fromkeys(place for place in places.values() if isinstance(place, str))
    for place in [place for place in named if leaves_folder(place)][:20]:
        judgement.note(
            Loading.UNREADABLE,
            "external-data",
            f"A part of the model is read from {plain(place, 300)!r}, outside of the model's folder.",
        )


def _names_code(value: Any) -> bool:
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            return True
        if isinstance(item, dict):
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
    return False


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        value = [inner for inner in value.values() if inner]
    if isinstance(value, list):
        texts: list[str] = []
        for item in value[:4]:
            texts.extend(
                str(part) for part in (item if isinstance(item, list) else [item]) if part is not None
            )
        return plain(", ".join(texts), 200)
    return plain(str(value), 200)


def _templates(value: Any) -> list[str]:
    """The texts in the value of a key for templates: one, or several by their names, in lists or mappings."""
    found: list[str] = []
    pending = [value]
    while pending and len(found) < 1000:
        item = pending.pop()
        if isinstance(item, str):
            found.append(item)
        elif isinstance(item, dict):
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
    return found[::-1]


def _key_in_json(key: str, judgement: Judgement) -> None:
    """A key that jsonpickle decodes as JSON of its own (``keys=True``). Each level doubles the escapes."""
    try:
        parse_pairs(key[7:].encode("utf-8", "replace"), lambda pairs: _see(pairs, judgement))
    except BadJson:
        return


def _template(text: str, judgement: Judgement) -> None:
    for found in judge_template(text):
        judgement.note(Loading.RUNS_CODE, "template-reaches-out", found)


def _jsonpickle(key: str, value: Any, judgement: Judgement) -> None:
    """Grades one key of a jsonpickle by the lists for pickles: decoding it imports what it names."""
    message = f"The JSON is a jsonpickle: decoding it imports and calls what {key} names ({_shown(value)})."
    if key in _PY_CALLS or not isinstance(value, str):
        judgement.note(Loading.RUNS_CODE, "jsonpickle", message)
        return
    loading, why = grade(value)
    judgement.imports((value,))
    if loading is not Loading.ALLOW_LISTED:
        judgement.note(loading, "jsonpickle", f"{message[:-1]}: {why}.")


def _parent_library(name: str, judgement: Judgement) -> None:
    """adapter_config.json: PEFT imports the library that ``auto_mapping`` names."""
    if name.split(".")[0] not in LIBRARIES:
        judgement.note(
            Loading.RUNS_CODE,
            "auto-mapping",
            f"The adapter has the module {plain(name, 200)} imported, which is of no known library.",
        )


def read_jinja(text: str, path: str) -> Artifact:
    """The verdict on a template that stands in its own file. One that is no chat template is read by no model
    loader: of it, only what leads into Python's inside counts."""
    judgement = Judgement()
    is_named = bool(_CHAT_NAMES.search(path))
    is_chat = is_named or bool(_MESSAGES.search(text))
    for found in judge_template(text, is_chat=is_chat, may_include=not is_named):
        judgement.note(Loading.RUNS_CODE, "template-reaches-out", found)
    return judgement.artifact("jinja", Loading.NO_LOADER)
