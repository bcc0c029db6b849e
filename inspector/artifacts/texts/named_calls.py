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
from inspector.artifacts.texts.chat_template import judge_template
from inspector.artifacts.texts.named_code import judge_target, why_dangerous
from inspector.provenance import Loading, plain

# Keys whose value is called, and the keys beside them that make it a call.
_WITH_ARGUMENTS: dict[str, frozenset[str]] = {
    "type": frozenset(("init_parameters",)),
    "name": frozenset(("params",)),
    "class_name": frozenset(("args", "kwargs", "params", "config")),
    **dict.fromkeys(("func", "function", "callable", "factory"), frozenset(("args", "kwargs", "params"))),
}
# ``logging.config.dictConfig`` calls these without any sign beside them.
# Others name a class or function of theirs and nothing else: mmengine's ``type`` (a name with a dot is looked
# up as it stands), Ray Serve's and gym's entry points, home-made ones.
_NAMED_ALONE = """
() class _obj_ _call_ _class_ _fn_ _function_ __class__ __target__ import_path entry_point worker_cls
worker-cls worker-extension-cls worker_extension_cls implementation
"""
_ALONE = frozenset(_NAMED_ALONE.split())
# ``type`` is such a name as well, but not in a row of data, which has a text beside it.
_NAMED_PROSE = (
    "text texts content message messages description label prompt title question answer input output"
)
_PROSE = frozenset(_NAMED_PROSE.split())
# Files that data frameworks read by a class of this name; the file has a verdict of its own.
_DATA_SETS = re.compile(r"pickle\.Pickle(?:DataSet|Dataset)\Z")
_CALLING = frozenset((*_WITH_ARGUMENTS, *_ALONE, "template_format"))
# A name begins where a word does, or a long word is searched from each of its letters on.
_DOTTED = re.compile(r"(?<!\w)[A-Za-z_]\w*(?:[.:]\w+)+")
_STEPS_INSIDE = re.compile(r"\{[^{}]{0,400}[.\[]_?__?\w")
# Keys whose texts servers, evaluations and prompt libraries render.
_RENDERED = re.compile(r"template|jinja|\Adoc_to_|\Agen_prefix\Z", re.I)
_MAX_NAMES = 20_000
# What stands in a JSON text that has any of these calls.
_NAMED_ROOTS = """
os posix nt pty subprocess _posixsubprocess commands popen2 builtins __builtin__ runpy importlib imp ctypes
pickle _pickle cPickle dill cloudpickle marshal shelve code codeop pdb bdb timeit pydoc shutil socket sys
webbrowser site multiprocessing asyncio
"""
_ROOTS = rb"(?:" + "|".join(_NAMED_ROOTS.split()).encode() + rb")"
CALL_QUOTED = (
    rb'(?:init_parameters|template_format|params|kwargs|args|\(\)|class|class_name)"|\.?'
    + _ROOTS
    + rb'[.:]\w|@?(?:module|package|library)(?:_name|_path)?"\s*:\s*"'
    + _ROOTS
    + b'"'
)


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
        is_typed = key == "type" and not keys & _PROSE
        if key in _ALONE or is_typed or keys & _WITH_ARGUMENTS.get(key, frozenset()):
            if _DOTTED.fullmatch(value) and not _DATA_SETS.match(value):
                judge_target(value, judgement, key=key, is_made=_is_made(key, value, keys))
        elif key == "template_format":
            for _, text in texts:
                if value == "jinja2":
                    _prompt(text, judgement)
                elif isinstance(text, str) and _STEPS_INSIDE.search(text):
                    judgement.note(
                        Loading.RUNS_CODE,
                        "template-reaches-out",
                        "The prompt takes attributes of Python's inside (CVE-2025-65106): "
                        f"{plain(text, 160)}",
                    )


def _is_made(key: str, value: str, keys: set[str]) -> bool | None:
    """Whether the keys beside ``key`` make it a call beyond doubt; None where it is for ``key`` to tell."""
    if key == "type":
        return "init_parameters" in keys
    if key == "name":
        return "params" in keys and value.rpartition(".")[2][:1].isupper()
    return None


def _prompt(text: object, judgement: Judgement) -> None:
    if isinstance(text, str) and "{" in text:
        for found in judge_template(text):
            judgement.note(Loading.RUNS_CODE, "template-reaches-out", found)


def judge_rendered(pairs: Iterable[tuple[str, object]], judgement: Judgement) -> None:
    """Texts under keys that name a template of Jinja: what leads into Python's inside counts."""
    for key, value in pairs:
        if isinstance(value, str) and "{" in value and "__" in value and _RENDERED.search(str(key)):
            for found in judge_template(value, is_chat=False):
                judgement.note(Loading.RUNS_CODE, "template-reaches-out", found)


def may_call(text: str) -> bool:
    """Whether a text holds a name that no configuration needs, or may spell one by escapes or aliases."""
    if "template_format" in text or "\\" in text:
        return True
    names = dict.fromkeys(found.group() for found, _ in zip(_DOTTED.finditer(text), range(_MAX_NAMES)))
    return any(why_dangerous(name) is not None for name in names)
