"""JSON, YAML and Jinja files that a model loader obeys: what in them makes it run code.

Only files with these endings are judged. Everything else in them is data.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from inspector.artifacts.bytesource import read_all
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import Judgement, single
from inspector.artifacts.limits import MAX_JSON
from inspector.artifacts.pickles.danger import DANGEROUS_MODULES
from inspector.artifacts.pickles.listed import Tier, entry_for
from inspector.artifacts.texts.chat_template import judge_template
from inspector.artifacts.texts.strict_json import BadJson, Pairs, parse_pairs
from inspector.provenance import Loading, plain
from inspector.sources.interface import ByteSource

# Files that loaders of models and tokenizers read by these names.
_LOADER_CONFIGS = """
config.json tokenizer_config.json chat_template.json generation_config.json processor_config.json
preprocessor_config.json adapter_config.json model_index.json modules.json special_tokens_map.json
scheduler_config.json config_sentence_transformers.json added_tokens.json tokenizer.json params.json
quantize_config.json image_processor_config.json feature_extractor_config.json
"""
LOADER_CONFIGS = frozenset(_LOADER_CONFIGS.split())
_TRIGGERS = re.compile(
    rb"auto_map|custom_pipeline|py/|chat_template|_target_|Lambda|__lambda__|\\u00|__reduce__|trust_remote_code"
)
_PY_KEYS = {
    "py/object",
    "py/reduce",
    "py/function",
    "py/type",
    "py/newargs",
    "py/newargsex",
    "py/initargs",
    "py/repr",
    "py/module",
    "py/method",
    "py/mod",
    "py/iterator",
}
_YAML_TAGS = re.compile(
    r"(?m)^(?!\s*#).*?(?:!!python/|!<tag:yaml\.org,2002:python/|tag:yaml\.org,2002:python/)([\w/.:-]*)"
)
_YAML_TARGET = re.compile(r"_target_[\"']?\s*:\s*[\"']?([\w.]+)")
_YAML_TAG_PREFIX = re.compile(r"(?m)^%TAG\s+\S+\s+(\S+)")
_ESCAPED_TAG = re.compile(r"!<[^>\s]*%[0-9A-Fa-f]{2}[^>\s]*>|![^\s,\[\]{}]*%[0-9A-Fa-f]{2}[^\s,\[\]{}]*")
_YAML_PYTHON = "tag:yaml.org,2002:python"


def read_json(source: ByteSource, path: str) -> Artifact:
    """The verdict on a .json file."""
    name = path.rsplit("/", 1)[-1].lower()
    is_config = name in LOADER_CONFIGS or name.endswith("_config.json")
    if source.size > MAX_JSON:
        return single(
            "json",
            Loading.UNREADABLE if is_config else Loading.NO_LOADER,
            "over-limit",
            "The JSON file is longer than 64 MB and was not read.",
        )
    raw = read_all(source)
    base = Loading.DATA_ONLY if is_config else Loading.NO_LOADER
    if not is_config and not _TRIGGERS.search(raw):
        return Artifact("json", base)
    judgement = Judgement()
    try:
        top = parse_pairs(raw, lambda pairs: _see(pairs, judgement))
    except BadJson as bad:
        # A loader refuses it as well; only a file that a loader looks for is worth an alarm.
        judgement.note(Loading.UNREADABLE if is_config else Loading.NO_LOADER, "broken-json", str(bad))
        return judgement.artifact("json", base)
    if name == "modules.json":
        _custom_modules(top, judgement)
    return judgement.artifact("json", base)


def _see(pairs: Pairs, judgement: Judgement) -> dict[str, Any]:
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
        elif key in _PY_KEYS:
            judgement.note(
                Loading.RUNS_CODE,
                "jsonpickle",
                f"The JSON is a jsonpickle: decoding it imports and calls what {key} names "
                f"({_shown(value)}).",
            )
        elif key == "chat_template":
            for template in _templates(value):
                _template(template, judgement)
        elif key == "_target_" and isinstance(value, str):
            _target(value, judgement)
        elif key == "class_name" and value in ("Lambda", "__lambda__"):
            judgement.note(
                Loading.RUNS_CODE,
                "lambda-layer",
                "The model has a Lambda layer: Python byte code that runs on load.",
            )
    return dict(pairs)


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
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [item for item in value.values() if isinstance(item, str)]
    if isinstance(value, list):
        return [
            text
            for item in value
            if isinstance(item, dict)
            for text in item.values()
            if isinstance(text, str)
        ]
    return []


def _template(text: str, judgement: Judgement) -> None:
    for found in judge_template(text):
        judgement.note(Loading.RUNS_CODE, "template-reaches-out", found)


def _target(name: str, judgement: Judgement) -> None:
    """A Hydra target: ``instantiate`` imports and calls it."""
    module, _, last = name.rpartition(".")
    if module and (entry_for(module, last).tier is Tier.DANGEROUS or module in DANGEROUS_MODULES):
        judgement.note(
            Loading.RUNS_CODE, "hydra-target", f"The configuration has {plain(name, 200)} called (_target_)."
        )


def _custom_modules(top: Any, judgement: Judgement) -> None:
    """modules.json of sentence-transformers: a type outside of that library is code of the repository."""
    for item in top if isinstance(top, list) else []:
        kind = item.get("type") if isinstance(item, dict) else None
        if isinstance(kind, str) and not kind.startswith("sentence_transformers."):
            judgement.note(
                Loading.RUNS_CODE,
                "custom-module",
                f"A module of the model is Python code of its own: {plain(kind, 200)}.",
            )


def read_yaml(text: str) -> Artifact:
    """The verdict on a YAML text: Python tags make an unsafe loader run code."""
    judgement = Judgement()
    if "%" in text:
        for prefix in _YAML_TAG_PREFIX.findall(text)[:50]:
            if len(prefix) > 18 and _YAML_PYTHON.startswith(unquote(prefix)[: len(_YAML_PYTHON)]):
                judgement.note(
                    Loading.RUNS_CODE, "yaml-python-tag", "The YAML renames the tags for Python objects."
                )
        text = _ESCAPED_TAG.sub(lambda found: unquote(found.group()), text)
    for match in list(_YAML_TAGS.finditer(text))[:20]:
        judgement.note(
            Loading.RUNS_CODE,
            "yaml-python-tag",
            f"The YAML asks an unsafe loader to make Python objects: python/{plain(match.group(1), 200)}.",
            len(text[: match.start()].encode("utf-8", "replace")),
        )
    for match in list(_YAML_TARGET.finditer(text))[:2000]:
        if "#" in text[text.rfind("\n", 0, match.start()) + 1 : match.start()]:
            continue  # a comment
        _target(match.group(1), judgement)
    return judgement.artifact("yaml", Loading.NO_LOADER)


def read_jinja(text: str) -> Artifact:
    """The verdict on a template that stands in its own file."""
    judgement = Judgement()
    _template(text, judgement)
    return judgement.artifact("jinja", Loading.NO_LOADER)
