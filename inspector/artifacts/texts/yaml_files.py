"""YAML: Python tags that make an unsafe loader run code, and configurations that have dangerous names called.

The parser is only asked for its events, nothing is constructed (https://yaml.org/spec/1.1/, PyYAML 6.0;
CVE-2017-18342, CVE-2020-1747, CVE-2020-14343). What it cannot parse is searched as text as well.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import Judgement
from inspector.artifacts.limits import spend_work
from inspector.artifacts.texts.bundle_expressions import judge_expressions, may_be_bundle, scalars_of_yaml
from inspector.artifacts.texts.chat_template import judge_template
from inspector.artifacts.texts.further_keys import KEY_WORDS, judge_keys
from inspector.artifacts.texts.interpolation import judge_interpolated
from inspector.artifacts.texts.named_calls import judge_mapping, judge_rendered, may_call
from inspector.artifacts.texts.named_code import CALLED, grade, is_target_made, judge_target
from inspector.artifacts.texts.plain_text import TEXT_ENDINGS
from inspector.artifacts.texts.switched_calls import judge_switched, yaml_mappings
from inspector.artifacts.texts.yaml_scalars import (
    MAX_BRACKETS,
    depth_of,
    is_plainly_parsed,
    with_tags_unescaped,
    without_quoted_tags,
)
from inspector.provenance import Loading, plain

_LETTERS_PER_STEP = 4  # of a line that is looked through for a comment
_MAX_PARSED = 4 << 20
_MAX_EVENTS = 100_000
_MAX_DEPTH = 1_000  # of brackets: libyaml's time grows with it, and a loader ends in its recursion there
# What ends a line, and with it a comment, in YAML 1.1 (section 5.4), each as the end that patterns know.
_ENDS = str.maketrans("\r\x85\u2028\u2029", "\n\n\n\n")
_TAGS = re.compile(
    r"(?m)^(?![ \t]*#).*?(?:!!python/|!<tag:yaml\.org,2002:python/|tag:yaml\.org,2002:python/)([\w/.:-]*)"
)
_TARGET = re.compile(r"_target_[\"']?\s*:\s*[\"']?([\w.]++)(?!\$)")
_TAG_PREFIX = re.compile(r"(?m)^%TAG\s+\S+\s+(\S+)")
_PYTHON = "tag:yaml.org,2002:python"
# Tags that any loader turns into plain values.
_NAMED_VALUES = """
none bool str unicode bytes int long float complex list tuple dict
"""
_VALUES = frozenset(_NAMED_VALUES.split())
# Extensions that documentation generators name with tags (mkdocs.yml).
# What makes a class of its arguments (CVE-2020-1747): no value is written so.
_MAKERS = ("type", "builtins.type")
_DOCUMENTATION = ("pymdownx.", "material.", "materialx.", "mermaid2.", "markdown_", "zensical.")
# Tags with which loaders of other languages make objects (SnakeYAML, CVE-2022-1471; Psych, CVE-2013-0156).
_FOREIGN = re.compile(
    r"(!!?[A-Za-z]\w*(?:\.[\w$]+){2,}|!!javax?\.[\w.$]+|"
    r"!!?ruby/(?:object|hash|struct)\b|!!?perl/\w+|!!?php/object\b|!!?js/function\b)"
)
# What may stand before a tag in its line: nothing, an indicator, or an anchor (YAML 1.2, 6.8 and 6.9).
_MAY_BEGIN = re.compile(r"(?:^[ \t]*(?:(?:---|[-?:])[ \t]+)*|[:,\[{][ \t]*)(?:&[^\s&]+[ \t]+)?\Z", re.M)
_MAX_BEFORE = 300
_COMMENT = re.compile(r"[ \t]*#")
# Tags with which programs have their own loaders evaluate a text, import a name or run a command; lm-eval 0.4
# imports the function of a file beside the task.
_CODE_TAGS = re.compile(
    r"(?m)^(?![ \t]*#).*?(?:[:\-,\[{]\s{1,200})"
    r"!(eval|exec|py|python|lambda|shell|cmd|command|import|function|call)\b[ :]\s*[\"']?(\S[^\n]{0,100})"
)
_CALLING_TAGS = frozenset(("import", "call", "python"))
# HyperPyYAML 1.2 (SpeechBrain) and pylearn2: tags that import what they name, and call it or unpickle a file.
_OBJECTS = re.compile(r"!(new|name|apply|applyref|module|obj|pkl):\s*[\"']?([\w./-]+)")
# Definitions of YOLO networks: YOLOv5 up to 7 has each entry of these lists evaluated as Python. Other files
# have a word or a mapping there.
_NETWORK = re.compile(r"(?m)^[ \t{?]*[\"']?(?:backbone|head)[\"']?\s*:(?:\s|#[^\n]*\n)*(?:-\s|[\[&*!])")
# Resolvers of OmegaConf that configurations register to have Python evaluated.
_RESOLVER = re.compile(r"\$\{(?:eval|py|python|exec|code|expr|lambda|oc\.eval)\s?:")
_RESOLVED = re.compile(
    r"__\w+__|\b(?:exec|eval|compile|open|getattr|import_module)\s?\(|\bos\.|\bsubprocess\b|\bsys\."
)
_EVALUATED = re.compile(
    r"(?m)^(?![ \t]*#).*?(__import__\s*\(|\b(?:exec|eval|compile|open)\s*\(|\bos\.\w+\s*\(|subprocess|"
    r"\.\s*__\w+__)"
)
_WORTH_PARSING = re.compile(
    r"_target_|\btarget\b|class_path|_component_|python|chat[-_ ]?template|\\x5f|\\u00|trust[-_]remote[-_]"
    r"code|!<|%TAG|jinja|template|doc_to_",
    re.I,
)
_KEYS = re.compile(KEY_WORDS + r"|\b(?:module|package|library)(?:_name|_path)?\b|class_name")
_CHAT_KEY = re.compile(r"chat[-_]?template|(?:\A|_)jinja", re.I)
_NAME = re.compile(r"[A-Za-z_]\w*(?:\.\w+)+")
# Keys of which only the mapping around them tells whether they have something made.
_MADE = re.compile(
    r"(?m)\btarget[\"']?[ \t]*:[ \t]*[\"']?[A-Za-z_]\w*\.|init_parameters|^[ \t-]*[\"']?params[\"']?[ \t]*:|"
    r"\b_(?:obj|call|class|fn|function)_\b|\b__(?:class|target)__\b|\(\)[\"']?[ \t]*:|"
    r"(?:_target_|class_path|_component_)[\"']?[ \t]*:(?:[ \t]*\*|[^\n]*\$\{|[ \t]*[|>\n])"
)
# Functions of switched_calls, or a text with escapes that may spell one.
_SWITCHED = re.compile(r"numpy\.|\\")


def read_yaml(text: str, word: str = "yaml", *, path: str = "") -> Artifact:
    """The verdict on a YAML text. Configurations of ordinary repositories stay ``no-loader``."""
    judgement = Judgement()
    whole = text
    text = text.translate(_ENDS)
    if "%" in text:
        has_python = "python/" in unquote(text)
        for prefix in map(unquote, _TAG_PREFIX.findall(text)[:50]):
            # Cut off within the word, or before it with the word in the text.
            is_cut = len(prefix) > 18 and _PYTHON.startswith(prefix[: len(_PYTHON)])
            if is_cut or (has_python and _PYTHON.startswith(prefix)):
                judgement.note(
                    Loading.RUNS_CODE, "yaml-python-tag", "The YAML renames the tags for Python objects."
                )
        whole = text = with_tags_unescaped(text)
    # What scalars speak of is no tag; the texts themselves are looked at below.
    tagged = text
    if (
        any(pattern.search(text) for pattern in (_TAGS, _FOREIGN, _OBJECTS, _CODE_TAGS))
        and depth_of(text) <= MAX_BRACKETS
    ):
        tagged = without_quoted_tags(text)
    named = set()  # by tags that were found as text, with their place
    for place, match in enumerate(_TAGS.finditer(tagged)):
        if place >= 2000:
            break
        named.add(match.group(1))
        _tag(match.group(1), judgement, len(whole[: match.start()].encode("utf-8", "replace")))
    for match in _FOREIGN.finditer(tagged):
        line = tagged.rfind("\n", 0, match.start()) + 1
        if _COMMENT.match(tagged, line):
            continue
        if not _MAY_BEGIN.search(tagged, max(line, match.start() - _MAX_BEFORE), match.start()):
            continue  # an operator of another language, in a text that was too long to be parsed
        judgement.note(
            Loading.RUNS_CODE,
            "yaml-object-tag",
            f"The YAML asks a loader of another language to make objects: {plain(match.group(1), 100)}.",
        )
        break
    for match in list(_OBJECTS.finditer(tagged))[:2000]:
        if not _in_comment(text, match.start()):
            _object(match.group(1), match.group(2), judgement)
    for match in list(_CODE_TAGS.finditer(tagged))[:200]:
        _code_tag(match.group(1), match.group(2), judgement)
    for match in list(_RESOLVER.finditer(text))[:2000]:
        _resolved(text, match.start(), judgement)
    called = _EVALUATED.search(text) if _NETWORK.search(text) else None
    if called is not None:
        judgement.note(
            Loading.RUNS_CODE,
            "evaluated-text",
            f"The network is made of texts that YOLO evaluates as Python: {plain(called.group(1), 100)}.",
        )
    for match in list(_TARGET.finditer(text))[:2000]:
        if _in_comment(text, match.start()):
            continue
        judge_target(match.group(1), judgement)
    may_parse = is_parsed(text)
    if may_parse and _WORTH_PARSING.search(text):
        for key, value in pairs(text):
            if key != "!" or value not in named:
                _pair(key, value, judgement)
    if may_parse and (_SWITCHED.search(text) or _KEYS.search(text) or _MADE.search(text) or may_call(text)):
        mappings: list[Mapping[str, object]] = []  # the whole one, and those with an interpolated name
        for mapping in yaml_mappings(text):
            mappings[:1] = [mapping]
            if any("${" in str(mapping.get(key)) for key in CALLED if key in mapping):
                mappings.append(mapping)
            judge_switched(mapping, judgement)
            judge_keys(mapping, judgement)
            _lambda_layer(mapping, judgement)
            judge_mapping(mapping.items(), judgement)
            for key in CALLED:
                if isinstance(name := mapping.get(key), str):
                    judge_target(name, judgement, key=key)
            if isinstance(name := mapping.get("target"), str) and (len(mapping) == 1 or "params" in mapping):
                is_made = is_target_made(name, has_params=len(mapping) > 1)
                judge_target(name, judgement, key="target", is_made=is_made)
        judge_interpolated(mappings if len(mappings) > 1 else (), judgement)
    if may_parse and may_be_bundle(text, path):
        judge_expressions(scalars_of_yaml(text), judgement)
    return judgement.artifact(word, Loading.NO_LOADER)


def is_parsed(text: str) -> bool:
    """Whether a text is short and flat enough to be parsed: one deep in brackets ends a loader as well."""
    return len(text) <= _MAX_PARSED and depth_of(text) <= _MAX_DEPTH


def _in_comment(text: str, at: int) -> bool:
    start = text.rfind("\n", 0, at) + 1
    spend_work((at - start) // _LETTERS_PER_STEP)
    return text.find("#", start, at) >= 0


def _object(kind: str, name: str, judgement: Judgement) -> None:
    if kind == "pkl":
        judgement.note(
            Loading.RUNS_CODE,
            "yaml-object-tag",
            f"The YAML has the file {plain(name, 200)} unpickled (!pkl).",
        )
        return
    judge_target(f"{name}.*" if kind == "module" else name, judgement, key=f"!{kind}")


def _resolved(text: str, start: int, judgement: Judgement) -> None:
    line = text[start : start + 200].partition("\n")[0]
    if _RESOLVED.search(line) and not _in_comment(text, start):
        judgement.note(
            Loading.RUNS_CODE,
            "evaluated-text",
            f"The configuration has a text evaluated as Python: {plain(line, 160)}.",
        )


def _code_tag(kind: str, what: str, judgement: Judgement) -> None:
    what = what.strip().strip("\"'")
    if kind in _CALLING_TAGS:
        name = _NAME.match(what)
        if name is not None:
            judge_target(name.group(), judgement, key=f"!{kind}")
        return
    if kind == "function" and not _NAME.fullmatch(what):
        return
    judgement.note(
        Loading.RUNS_CODE,
        "yaml-object-tag",
        f"The YAML has its loader run code (!{kind}): {plain(what, 100)}.",
    )


def _lambda_layer(mapping: Mapping[str, object], judgement: Judgement) -> None:
    """The architecture of a Keras model before 2.6, as ``model_from_yaml`` reads it."""
    config = mapping.get("config")
    if mapping.get("class_name") == "Lambda" and isinstance(config, dict) and "function" in config:
        judgement.note(
            Loading.RUNS_CODE,
            "lambda-layer",
            "The model has a layer of the kind Lambda: code that runs on load.",
        )


def _tag(named: str, judgement: Judgement, offset: int | None) -> None:
    kind, _, name = named.partition(":")
    if not name and kind in _VALUES:
        return
    is_known = name.startswith(_DOCUMENTATION) or (name not in _MAKERS and _is_harmless(name))
    if name and kind != "module" and is_known:
        return
    judgement.note(
        Loading.RUNS_CODE,
        "yaml-python-tag",
        f"The YAML asks an unsafe loader to make Python objects: python/{plain(named, 200)}.",
        offset,
    )


def _is_harmless(name: str) -> bool:
    loading, _ = grade(name)
    return loading in (Loading.ALLOW_LISTED, Loading.LIBRARY)


def _pair(key: str, value: str, judgement: Judgement) -> None:
    if key == "target":  # what stands beside it is seen in the mappings
        judge_target(value, judgement, key=key, is_made=False)
    elif key in CALLED or (key == "path" and _is_dotted(value)):
        judge_target(value, judgement, key=key)
    elif key == "!":
        _tag(value, judgement, None)
    elif _CHAT_KEY.search(key) and "{" in value:
        for found in judge_template(value):
            judgement.note(Loading.RUNS_CODE, "template-reaches-out", found)
    elif key in ("trust_remote_code", "trust-remote-code") and value.lower() in ("true", "yes", "on"):
        judgement.note(
            Loading.NO_LOADER,
            "trust-remote-code",
            "The configuration lets the Python code of model repositories run (trust_remote_code).",
        )
    else:
        judge_rendered(((key, value),), judgement)


def _is_dotted(value: str) -> bool:
    """Whether what a ``path`` holds may be a name of Python, and not of a file."""
    is_file = f".{value.rpartition('.')[2].lower()}" in TEXT_ENDINGS
    return "." in value and not is_file and " " not in value and "/" not in value


def pairs(text: str) -> Iterator[tuple[str, str]]:
    """The scalars of mappings as (key, value), and every Python tag as ("!", what it names), up to the first
    mistake of the text. No alias is followed and nothing is constructed.

    libyaml refuses texts that PyYAML's own parser takes, such as a comma in a tag; unsafe loaders use either.
    """
    import yaml

    if hasattr(yaml, "CSafeLoader"):
        try:
            yield from _pairs_by(text, yaml.CSafeLoader)
            return
        except (yaml.YAMLError, RecursionError, ValueError):
            if not is_plainly_parsed(text):
                return
    with contextlib.suppress(yaml.YAMLError, RecursionError, ValueError):
        yield from _pairs_by(text, yaml.SafeLoader)


def _pairs_by(text: str, loader: type) -> Iterator[tuple[str, str]]:
    import yaml

    keys: list[str | None] = []  # one per open collection: the key that waits, or None; "[" for a sequence
    for place, event in enumerate(yaml.parse(text, Loader=loader)):
        if place > _MAX_EVENTS:
            return
        tag = getattr(event, "tag", None)
        if isinstance(tag, str) and tag.startswith(f"{_PYTHON}/"):
            yield "!", tag[len(_PYTHON) + 1 :]
        if isinstance(event, yaml.ScalarEvent):
            if keys and keys[-1] is None:
                keys[-1] = event.value
            elif keys and keys[-1] != "[":
                yield keys[-1] or "", event.value
                keys[-1] = None
        elif isinstance(event, yaml.AliasEvent):
            if keys and keys[-1] != "[":
                keys[-1] = "" if keys[-1] is None else None
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            if keys and keys[-1] != "[":
                keys[-1] = "" if keys[-1] is None else None
            keys.append(None if isinstance(event, yaml.MappingStartEvent) else "[")
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)) and keys:
            keys.pop()
