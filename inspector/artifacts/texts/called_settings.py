"""Settings in the notations of ``configparser`` and gin whose reader evaluates or calls what they hold.

``logging.config.fileConfig`` evaluates ``args`` and ``kwargs`` of every handler as Python and imports its
``class`` (https://docs.python.org/3/library/logging.config.html#logging.config.listen). gin-config imports
what its ``import`` lines name, and with ``__gin__.dynamic_registration`` it calls any function of theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import Judgement
from inspector.artifacts.texts.named_code import judge_target, why_dangerous
from inspector.provenance import Loading, plain

_HANDLERS = re.compile(r"(?m)^[ \t]*\[[ \t]*(?:handlers?|formatters?|loggers?)(?:_\w+)?\s*\]")
_SECTION = re.compile(r"\s*\[\s*([^\]]+?)\s*\]")
_SETTING = re.compile(r"\s*(args|kwargs|class)\s*[=:]\s*(.*)")
# What handlers are set up with: texts, numbers, names of streams and constants. Anything else is a call.
_PLAIN = re.compile(
    r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[\s(),\[\]{}:=*+-]|\d[\d._]*|True|False|None|"
    r"sys\.(?:stdout|stderr)|(?:logging\.)?(?:handlers\.)?[A-Z][A-Z_0-9]*(?![\w.(])|"
    r"(?:handlers\.)?SysLogHandler\.[A-Z_0-9]+|[a-z_]+(?=\s*=[^=])"
)
_GIN_IMPORT = re.compile(r"(?m)^[ \t]*(?:import\s+([\w.]+)|from\s+([\w.]+)\s+import\s+(\w+))")
_LONGEST = 10_000  # letters of the arguments of a handler


def read_settings(text: str, word: str) -> Artifact:
    """The verdict on a text of sections and settings: ``no-loader`` unless ``logging`` runs a part of it."""
    judgement = Judgement()
    if _HANDLERS.search(text):
        section = ""
        for line in _joined(text):
            if found := _SECTION.match(line):
                section = found[1]
            elif section.startswith(("handler_", "formatter_")) and (found := _SETTING.match(line)):
                _setting(found[1], found[2], judgement)
    return judgement.artifact(word, Loading.NO_LOADER)


def _joined(text: str) -> Iterator[str]:
    """The lines; one that begins with a blank goes on with the one before (configparser's rule)."""
    held: list[str] = []
    for line in text.splitlines():
        if held and line[:1] in (" ", "\t") and line.strip() and not _SECTION.match(line):
            held.append(line.strip())
            continue
        if held:
            yield " ".join(held)
        held = [line] if line.strip() else []
    if held:
        yield " ".join(held)


def _setting(key: str, value: str, judgement: Judgement) -> None:
    if key == "class":
        judge_target(value.strip(), judgement, key=key)
    elif rest := value if len(value) > _LONGEST else _PLAIN.sub("", value):
        judgement.note(
            Loading.RUNS_CODE,
            "evaluated-text",
            f"logging evaluates the {key} of a handler as Python, and this is no plain value: "
            f"{plain(value, 160)} ({plain(rest, 40)}).",
        )


def read_gin(text: str) -> Artifact:
    """The verdict on a configuration of gin: an import that no configuration needs is an alarm."""
    judgement = Judgement()
    for found in list(_GIN_IMPORT.finditer(text))[:2000]:
        name = f"{found[2]}.{found[3]}" if found[2] else found[1]
        if why_dangerous(f"{name}.*") is not None or why_dangerous(name) is not None:
            judge_target(f"{name}.*" if not found[2] else name, judgement, key="import")
    return judgement.artifact("gin", Loading.NO_LOADER)
