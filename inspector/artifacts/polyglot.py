"""Files of another format that a pickle reader could run from their first byte as well.

``pickle.load`` asks for no magic. The magic of a picture, the length of a header, the name of a tar's first
member or a frame that zstd and lz4 step over can be opcodes that do nothing, with a whole pickle behind them.
Such a file is both, whatever its reader found; so the machine reads it from the first byte as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.artifacts.bytesource import Window, head
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import Judgement
from inspector.artifacts.texts.plain_text import WORDS
from inspector.provenance import Loading
from inspector.sources.interface import ByteSource

if TYPE_CHECKING:
    from inspector.artifacts.pickles.machine import PickleMachine
    from inspector.artifacts.pickles.walk import Stream

# Opcodes that an unpickler does not fail at where the stack is empty. INST needs a mark before it.
OPENERS = frozenset(b"CFGIJKLMNSTUVXB()]}c\x80\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x95\x96")
# Read as a pickle from the first byte already; and texts, of which their own row asks whether they are one.
_ASKED = frozenset({*WORDS.values(), "script", "empty", "pickle", "joblib", "torch-legacy"})
_ALARMS = (Loading.RUNS_CODE, Loading.UNREADABLE)
_LONGEST_NAME = 400
_OPS, _STACK = 1_000_000, 100_000
_CHUNK = 16 << 10  # the numbers of an honest file are not read for it
_LINE = (16 << 20) - 1  # what a line is looked for in grows fourfold, up to this


def also_pickle(source: ByteSource, artifact: Artifact) -> Artifact:
    """``artifact``, or what ``source`` is worth where it reads as a pickle as well: one that imports what is
    dangerous, or what is on no list and is called, or stands in a pickle that is whole."""
    if artifact.loading in _ALARMS or artifact.format in _ASKED or head(source, 1)[0] not in OPENERS:
        return artifact
    is_meant, is_over = reads_as_pickle(source)
    judgement = Judgement()
    if is_meant:
        from inspector.artifacts.pickles.file import read_pickle

        inner = read_pickle(source)
        judgement.merge(inner)
        judgement.note(
            inner.loading,
            "pickle-inside",
            f"The file reads as {artifact.format} and as a pickle that imports what is "
            f"{'dangerous' if inner.loading is Loading.RUNS_CODE else 'on no list'}.",
            0,
        )
    elif is_over and artifact.loading is not Loading.NOT_UNDERSTOOD:
        judgement.note(
            Loading.UNREADABLE,
            "over-limit",
            f"The file reads as {artifact.format} and as a pickle that is too long to be read.",
        )
    else:
        return artifact
    judgement.merge(artifact)
    judgement.facts.update(artifact.facts)
    return judgement.artifact(artifact.format, artifact.loading)


def reads_as_pickle(source: ByteSource) -> tuple[bool, bool]:
    """Whether one of the pickles from the first byte of ``source`` on, one behind the other, imports what is
    no chance, and whether they are too long for it to be known. Raises OverLimit."""
    from inspector.artifacts.pickles.walk import MAX_FURTHER_STREAMS, walk

    window = Window(source, 0, _CHUNK)
    left = _OPS
    for _ in range(MAX_FURTHER_STREAMS):
        stream = walk(window)
        if not stream.imports:  # numbers may all be 0x88, which is a million opcodes and no import
            if stream.end is None:
                return False, False
            continue
        from inspector.artifacts.pickles.machine import PickleMachine  # most files never come here
        from inspector.artifacts.pickles.outcome import Limits

        machine = PickleMachine(source, stream.start, limits=Limits(ops=left, stack=_STACK, line=_LINE))
        outcome = machine.run()
        if _is_meant(machine):
            return True, False
        if not outcome.ended:
            is_run = stream.calls or stream.end is not None
            return False, is_run and _is_over(machine, stream)
        left -= outcome.ops
        if outcome.end != stream.end:
            window = Window(source, outcome.end, _CHUNK)
    return False, True


def _is_meant(machine: PickleMachine) -> bool:
    """Whether what the machine found is no chance. An import has to have a name that a module can have:
    a tar with "colors.css" in it begins as GLOBAL does."""
    from inspector.artifacts.pickles.listed import Tier
    from inspector.artifacts.pickles.rules_attributes import NESTED_AT

    outcome = machine.outcome
    if any(loading is Loading.RUNS_CODE for loading, _ in outcome.problems):
        return True
    return any(
        (outcome.ended or found.call_count)
        and (found.tier >= Tier.UNKNOWN or found.entry.rule in NESTED_AT)
        and _is_import(found.module, found.name)
        for found in machine.imports.values()
    )


def _is_over(machine: PickleMachine, stream: Stream) -> bool:
    """Whether the machine, which did not get to a STOP, stopped for its limits and not for the bytes."""
    code = machine.outcome.problems[0][1].code  # why it stopped; objections stand behind
    return code == "over-limit" or (code == "truncated" and stream.longest > _LINE)


def _is_import(module: str, name: str) -> bool:
    """Whether the import is no chance. A module of Python's own form is imported, and so run, before anybody
    sees that it has nothing of that name."""
    return _is_name(module) and (_is_name(name) or all(part.isidentifier() for part in module.split(".")))


def _is_name(text: str) -> bool:
    """Whether a module or a part of one can have this name; it need not be one of the language's."""
    return 0 < len(text) <= _LONGEST_NAME and text.isprintable() and " " not in text
