"""Mappings of a configuration that have something called by its name, in the forms of several loaders.

Hydra and Lightning have keys of their own (``named_code``); others take ordinary words: Haystack ``type``
with ``init_parameters``, pyannote.audio ``name`` with ``params``, ``logging.config`` ``()`` and ``class``,
home-made pipelines ``func`` with ``args``. Such words stand in any file of data, so that only a name counts
that no configuration needs. LangChain renders the texts of a prompt by Jinja where ``template_format`` says
so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from inspector.artifacts.judgement import Judgement
from inspector.artifacts.limits import spend_work
from inspector.artifacts.texts.chat_template import judge_template
from inspector.artifacts.texts.named_code import judge_target, why_dangerous
from inspector.provenance import Loading

# Keys whose value is called, and the keys beside them that make it a call.
_WITH_ARGUMENTS: dict[str, frozenset[str]] = {
    "type": frozenset(("init_parameters",)),
    "name": frozenset(("params",)),
    "class_name": frozenset(("args", "kwargs", "params", "config")),
    **dict.fromkeys(("func", "function", "callable", "factory"), frozenset(("args", "kwargs", "params"))),
}
# ``logging.config.dictConfig`` calls these without any sign beside them.
_ALONE = frozenset(("()", "class"))
_CALLING = frozenset((*_WITH_ARGUMENTS, *_ALONE, "template_format"))
_NAME_WORK = 10_000  # to hold a name against the lists
_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.\w+)+")
_MAX_NAMES = 20_000
# What stands in a JSON text that has any of these calls.
CALL_WORDS = rb'init_parameters|"params"|"kwargs"|"args"|"\(\)"|"class"|"class_name"|template_format'


def judge_mapping(pairs: Iterable[tuple[str, object]], judgement: Judgement) -> None:
    """States what one mapping has called or rendered."""
    pairs = list(pairs)
    if not any(key in _CALLING and type(value) is str for key, value in pairs):
        return
    texts = [(key, value) for key, value in pairs if isinstance(key, str)]
    keys = {key for key, _ in texts}
    for key, value in texts:
        if not isinstance(value, str):
            continue
        if key in _ALONE or keys & _WITH_ARGUMENTS.get(key, frozenset()):
            if _DOTTED.fullmatch(value):
                spend_work(_NAME_WORK)
                judge_target(value, judgement, key=key)
        elif key == "template_format" and value == "jinja2":
            for _, text in texts:
                _prompt(text, judgement)


def _prompt(text: object, judgement: Judgement) -> None:
    if isinstance(text, str) and "{" in text:
        for found in judge_template(text):
            judgement.note(Loading.RUNS_CODE, "template-reaches-out", found)


def may_call(text: str) -> bool:
    """Whether a text holds a name that no configuration needs, or may spell one by escapes or aliases."""
    if "template_format" in text or "\\" in text:
        return True
    names = dict.fromkeys(found.group() for found, _ in zip(_DOTTED.finditer(text), range(_MAX_NAMES)))
    return any(why_dangerous(name) is not None for name in names)
