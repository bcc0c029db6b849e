"""Texts: source, documents, tables of text. Nothing that a model loader opens, save configs and templates."""

from __future__ import annotations

import re

from inspector.artifacts.bytesource import head, read_all, tail
from inspector.artifacts.formats.ncnn import read_ncnn
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import single
from inspector.artifacts.limits import MAX_JSON
from inspector.artifacts.recognise import ending
from inspector.artifacts.texts.called_settings import read_gin, read_settings
from inspector.artifacts.texts.config_files import holds_any, read_jinja, read_json
from inspector.artifacts.texts.encoding import utf8
from inspector.artifacts.texts.json_lines import read_json_lines
from inspector.artifacts.texts.mlflow_model import is_mlmodel, read_mlmodel
from inspector.artifacts.texts.plain_text import WORDS
from inspector.artifacts.texts.prototext import read_prototext
from inspector.artifacts.texts.python_files import read_python
from inspector.artifacts.texts.serialized_values import SERIALIZED
from inspector.artifacts.texts.spacy_config import is_spacy_config, read_spacy_config
from inspector.artifacts.texts.xml_models import looks_like_model, read_model_xml
from inspector.artifacts.texts.yaml_files import read_yaml
from inspector.provenance import Loading
from inspector.sources.interface import ByteSource

_SERIALIZED = SERIALIZED.encode()
# Tags of Python in their two forms, directives that rename them, and what Hydra calls.
_YAML_WORDS = (b"!!", b"!<", b"tag:yaml.org", b"%TAG", b"_target_", b"class_path")
_LIGHTGBM = (b"tree\nversion=", b"tree\r\nversion=")
_LOOKED_INTO = ("yaml", "jinja", "python", "prototext")
# Templates, of Jinja as likely as of another language: only one that reaches out is told.
_SAMPLE = 64 * 1024
_TOLD = (Loading.RUNS_CODE, Loading.UNKNOWN_IMPORT, Loading.LIBRARY)
_JSON_START = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\0]*(?:\{[\s\0]*[\"}]|\[[\s\0]*[\[{\"])")
_CHAT_NAME = re.compile(r"(?:^|/)(?:chat_?template|additional_chat_templates)[^/]*(?:/[^/]*)?\Z", re.I)
# A value with a Python tag, in a text that begins as YAML does: with a key, an item, a tag or a directive.
_YAML_START = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:(?:#[^\n]*|---[^\n]*)\n\s*)*(?:[\w\"'.-]{1,80}[ \t]*:\s|- |!|%TAG|[{\[])"
)
_YAML_TAG = re.compile(rb"(?:[:,\[{?-][ \t\n]+|^)!(?:!python/|<tag:yaml\.org,2002:python/)")
# Endings that promise a model: a script below one is there to be taken for what it is not.
_NAMED_MODELS = """
.model .bin .weights .params .parameters .mlmodel .vec .ftz .cbm .nn .net .dat .data .gguf .safetensors .onnx
.tflite .pb .h5 .hdf5 .keras .pt .pth .ckpt .pkl .joblib .engine .npz .npy .ggml .mar .nemo .pmml
"""
_MODEL_ENDINGS = frozenset(_NAMED_MODELS.split())
_TEMPLATE_ENDINGS = (".template", ".tmpl", ".tpl")


def read_text(source: ByteSource, path: str) -> Artifact:
    """The verdict on a text file; configs and templates are looked into."""
    suffix = ending(path)
    word = WORDS.get(suffix, "text")
    if word == "json":
        return read_json(source, path)
    if word == "jsonl":
        return read_json_lines(source)
    model = looks_like_model(source) if word in ("xml", "text", "svg") else None
    if model is None and suffix == ".pmml":
        model = "pmml" if utf8(head(source, 64)).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<" else None
    if model is not None:
        return read_model_xml(source, model)
    if word == "text" and head(source, 16).startswith(_LIGHTGBM):
        return _lightgbm(source)
    name = path.rsplit("/", 1)[-1].lower()
    if word == "text" and head(source, 8).strip() == b"7767517":
        return read_ncnn(source)
    if name == ".rprofile":
        return single(
            word, Loading.RUNS_CODE, "start-up-code", "R runs this file when it is started in its folder."
        )
    if word == "ini" and source.size <= MAX_JSON // 4 and is_spacy_config(text := _decoded(source)):
        return read_spacy_config(text)
    if suffix == ".gin" and source.size <= MAX_JSON // 4:
        return read_gin(_decoded(source))
    found = _under_another_name(source, path, word, suffix)
    if found is not None:
        return found
    is_looked_into = word in _LOOKED_INTO or is_mlmodel(name)
    if is_looked_into and source.size > MAX_JSON // 4 and (word != "yaml" or _may_run_code(source)):
        return single(
            word,
            Loading.UNREADABLE,
            "over-limit",
            "The file is longer than 16 MB and was not read, though what reads it can run code.",
        )
    if source.size <= MAX_JSON // 4 and is_looked_into:
        text = _decoded(source)
        if word == "yaml":
            return read_yaml(text, path=path)
        if word == "jinja":
            return read_jinja(text, path)
        if word == "prototext":
            return read_prototext(text, path)
        return read_mlmodel(text) if is_mlmodel(name) else read_python(text, path)
    if suffix in _TEMPLATE_ENDINGS and source.size <= MAX_JSON // 4:
        found = read_jinja(_decoded(source), path)
        if found.loading is Loading.RUNS_CODE:
            return found
    if word == "text" and head(source, 2) == b"#!":
        if suffix == ".llamafile" or suffix in _MODEL_ENDINGS:
            return single(
                "llamafile" if suffix == ".llamafile" else "script",
                Loading.RUNS_CODE,
                "program",
                "It is a program: a script that is run as it is.",
            )
        word = "script"
    return Artifact(word, Loading.NO_LOADER)


def _under_another_name(source: ByteSource, path: str, word: str, suffix: str) -> Artifact | None:
    """What a text holds that is obeyed whatever its name is; None where that is nothing. Prose that speaks of
    such things is none of it, so that it has to be a text of that notation from its first word on."""
    if word not in ("text", "ini", "html", "lock") or is_mlmodel(_name(path)):
        return None
    start = head(source, _SAMPLE)
    if source.size > MAX_JSON // 4:
        if word == "text" and _JSON_START.match(start) and holds_any(source, (_SERIALIZED,)):
            return single(
                word, Loading.UNREADABLE, "over-limit", "The values to be unpickled are longer than 16 MB."
            )
        return None
    found: Artifact | None = None
    if _JSON_START.match(start) and word == "text":
        found = read_json(source, path)
    elif _CHAT_NAME.search(path):
        found = read_jinja(_decoded(source), path)
    elif suffix == ".prompty":
        found = read_jinja(_decoded(source), "chat_template")
    elif _YAML_START.match(start) and _YAML_TAG.search(start):
        found = read_yaml(_decoded(source))
    elif word == "ini" or suffix in (".conf", ".config", ".properties"):
        found = read_settings(_decoded(source), word)
    return found if found is not None and (found.is_pickle or found.loading in _TOLD) else None


def _name(path: str) -> str:
    return path.rsplit("/", 1)[-1].lower()


def _decoded(source: ByteSource) -> str:
    return utf8(read_all(source)).decode("utf-8-sig", "replace")


def _may_run_code(source: ByteSource) -> bool:
    """Whether a text that is too long to be parsed has a word of those that make a YAML loader run code, or
    is written in another encoding than UTF-8."""
    if b"\0" in head(source, 64):
        return True
    return holds_any(source, _YAML_WORDS)


def _lightgbm(source: ByteSource) -> Artifact:
    """A model of LightGBM as text: trees of numbers, then its parameters, both with an end of their own."""
    if b"end of trees" in tail(source, 1 << 20) and b"end of parameters" in tail(source, 1 << 16):
        return Artifact("lightgbm", Loading.DATA_ONLY)
    return single("lightgbm", Loading.UNREADABLE, "broken-lightgbm", "The LightGBM model is cut off.")
