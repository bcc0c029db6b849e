"""Raw pickle files, joblib's pickles with arrays inside, and the old torch format of five pickles.

The machine states what a stream imports and calls; this module turns that into a verdict. Bytes behind the
STOP are never fine, except where torch's old ``save`` puts four more pickles and the storages.
"""

from __future__ import annotations

import re

from inspector.artifacts.bytesource import SliceSource, Window, head
from inspector.artifacts.conversion.torch_storage import storage_bytes
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import Judgement
from inspector.artifacts.limits import OverLimit
from inspector.artifacts.pickles.listed import Tier
from inspector.artifacts.pickles.machine import PickleMachine
from inspector.artifacts.pickles.nested import MAX_NESTING, nested_bytes
from inspector.artifacts.pickles.outcome import KEPT_BYTES, Limits
from inspector.artifacts.pickles.rules_attributes import NESTED_AT
from inspector.artifacts.pickles.symbols import BytesAt, Call, Import
from inspector.artifacts.pickles.walk import MAX_FURTHER_STREAMS, Stream, walk
from inspector.provenance import Loading
from inspector.sources.interface import ByteSource

TORCH_MAGIC = 0x1950A86A20F9469CFC6C
TORCH_PROTOCOL = 1001
_BLANKS = 4096  # bytes behind the last pickle that may be blanks
_TIERS = {
    Tier.PLAIN: Loading.ALLOW_LISTED,
    Tier.LIBRARY: Loading.LIBRARY,
    Tier.UNKNOWN: Loading.UNKNOWN_IMPORT,
    Tier.DANGEROUS: Loading.RUNS_CODE,
}
_CODES = {
    Tier.LIBRARY: "library-class",
    Tier.UNKNOWN: "unknown-import",
    Tier.DANGEROUS: "dangerous-import",
}
# The opcodes that an unpickler does not fail at where the stack is empty.
_OPENERS = frozenset(b"CFGIJKLMNSTUVXB()]}P\x80\x82\x83\x84\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x95\x96\x97ci")
# What makes a tuple, and keeps it in the memo.
_TUPLE = re.compile(rb"[t)\x85-\x87](?:p\d{1,9}\n|q.|r.{4}|\x94)?\Z", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_][\w.]{0,200}\Z")


def describe(found: Import) -> str:
    """One import and its first call as a sentence without its end."""
    text = f"Imports {found.dotted}"
    if not found.calls:
        return text
    arguments = ", ".join(found.calls[0].arguments)
    more = found.call_count - 1
    if not arguments and found.entry.kind == "class":
        return (
            f"{text} and makes {more + 1} instances of it" if more else f"{text} and makes an instance of it"
        )
    text += f" and calls it with {arguments}" if arguments else " and calls it without arguments"
    if more:
        text += f" (and {more} more call{'s' if more > 1 else ''})"
    return text


def state_imports(machine: PickleMachine, judgement: Judgement) -> None:
    """Everything the machine saw, as statements of the verdict."""
    judgement.is_pickle = True
    judgement.state(Loading.ALLOW_LISTED)
    for found in sorted(machine.imports.values(), key=lambda found: (-found.tier, found.offset)):
        state_import(found, judgement)
    for loading, reason in machine.outcome.problems:
        judgement.note(loading, reason.code, reason.message, reason.offset, reason.member)


def state_import(found: Import, judgement: Judgement) -> None:
    judgement.imports((found.dotted,))
    if found.tier is Tier.PLAIN:
        return
    judgement.note(
        _TIERS[found.tier], _CODES[found.tier], f"{describe(found)}: {found.entry.reason}.", found.offset
    )


def state_nested(machine: PickleMachine, source: ByteSource, judgement: Judgement, depth: int) -> None:
    """What stands in the byte strings that loading ``source`` unpickles as well."""
    loaders = [found for found in machine.imports.values() if found.entry.rule in NESTED_AT]
    for loader in [found for found in loaders if not found.call_count]:
        judgement.note(
            Loading.RUNS_CODE,
            "nested-pickle",
            f"Keeps {loader.dotted}, which unpickles whatever it is handed later.",
            loader.offset,
        )
    for nested in nested_bytes(machine.byte_strings, source):
        if nested.source is None or depth >= MAX_NESTING:
            judgement.note(
                Loading.UNREADABLE,
                "nested-pickle",
                "Loading unpickles a further byte string, which is too long or nested too deeply to be read.",
                nested.offset,
            )
            continue
        inner = read_pickle(nested.source, depth + 1)
        place = f"the byte string at byte {nested.offset}"
        judgement.merge(inner, place if inner.reasons else None)
        if inner.format not in ("torch-legacy", "pickle"):
            judgement.note(
                Loading.UNREADABLE,
                "nested-pickle",
                "A byte string to be unpickled is of an odd kind.",
                nested.offset,
            )


def state_hidden(machine: PickleMachine, source: ByteSource, judgement: Judgement) -> None:
    """Pickles that lie in the file's data. Loading does not unpickle them, but a program behind it may: a
    payload that waits in the data is named, a pickled value is nobody's business."""
    known = [value.start if isinstance(value, BytesAt) else value for _, value in machine.byte_strings]
    for place in machine.hidden:
        part = SliceSource(source, place.start, place.length)
        is_short = place.length <= KEPT_BYTES
        if place.start in known or (is_short and part.read_at(0, place.length) in known):
            continue  # it is judged as what loading unpickles
        inner = PickleMachine(part, limits=Limits(ops=200_000))
        if not inner.run().ended:
            continue
        called = [found for found in inner.imports.values() if found.call_count]
        worst = max(called, key=lambda found: found.tier, default=None)
        if worst is None or worst.tier < Tier.UNKNOWN:
            continue
        # Nothing on the first list unpickles what it is handed, save what is judged above.
        is_data = judgement.loading is Loading.ALLOW_LISTED
        judgement.note(
            Loading.ALLOW_LISTED if is_data else _TIERS[worst.tier],
            "hidden-pickle",
            f"{describe(worst)}, in a pickle that lies in a byte string of this file: loading the file does "
            "not run it, unpickling that byte string does.",
            place.start,
        )
        judgement.imports((worst.dotted,))


def read_pickle(source: ByteSource, depth: int = 0) -> Artifact:
    """The verdict on a file that begins with a pickle. ``depth`` counts the pickles around it."""
    judgement = Judgement()
    machine = PickleMachine(source)
    outcome = machine.run()
    if outcome.ended and outcome.value == TORCH_MAGIC:
        state_imports(machine, judgement)
        _read_torch_legacy(source, outcome.end, judgement, depth)
        return judgement.artifact("torch-legacy", Loading.ALLOW_LISTED)
    judge_whole(machine, source, judgement, depth)
    is_joblib = any(found.entry.rule == "joblib-array" for found in machine.imports.values())
    return judgement.artifact("joblib" if is_joblib else "pickle", Loading.ALLOW_LISTED)


def judge_whole(machine: PickleMachine, source: ByteSource, judgement: Judgement, depth: int = 0) -> None:
    """States what ``machine``, which has run over ``source``, says of it as one whole pickle."""
    outcome = machine.outcome
    state_imports(machine, judgement)
    state_nested(machine, source, judgement, depth)
    state_hidden(machine, source, judgement)
    judgement.facts.update({"protocol": machine.protocol, "operations": outcome.ops})
    if machine.arrays or machine.nested:
        _second_reading(
            PickleMachine(source, joblib=False), machine, judgement, "what joblib takes for an array"
        )
    if any(reason.code == "frame-misaligned" for _, reason in machine.objections):
        _second_reading(PickleMachine(source, drops=True), machine, judgement, "a frame that ends too early")
    if outcome.ended and outcome.end < source.size:
        _after_stop(source, outcome.end, judgement)


def _after_stop(source: ByteSource, offset: int, judgement: Judgement) -> None:
    """Bytes behind STOP: not read by one load call, but by the next one on the same file."""
    judgement.note(
        Loading.UNREADABLE,
        "bytes-after-stop",
        f"{source.size - offset} bytes follow the STOP of the pickle: a second load, or another reader, "
        "would find something else in this file.",
        offset,
    )
    for _ in range(MAX_FURTHER_STREAMS):
        if offset >= source.size:
            return
        machine = PickleMachine(source, offset)
        outcome = machine.run()
        for found in machine.imports.values():
            if outcome.ended or found.tier is Tier.DANGEROUS or _is_plausible(found):
                state_import(found, judgement)
        for loading, reason in machine.objections:
            if loading is Loading.RUNS_CODE:
                judgement.note(loading, reason.code, reason.message, reason.offset)
        if not outcome.ended:
            return
        offset = outcome.end


def _is_plausible(found: Import) -> bool:
    return bool(_NAME.match(found.module) and _NAME.match(found.name))


def _second_reading(second: PickleMachine, first: PickleMachine, judgement: Judgement, where: str) -> None:
    """What another unpickler finds in the same bytes counts as well: joblib steps over its arrays, where
    ``pickle.load`` reads opcodes; the C and the Python unpickler differ at the end of a broken frame."""
    second.run()
    for key, found in second.imports.items():
        is_named = found.tier is Tier.DANGEROUS or (not first.nested and _is_plausible(found))
        if key not in first.imports and is_named:
            judgement.note(
                _TIERS[max(found.tier, Tier.UNKNOWN)],
                "hidden-import",
                f"{describe(found)}, which stands inside of {where}.",
                found.offset,
            )
            judgement.imports((found.dotted,))
    if len(second.byte_strings) > len(first.byte_strings):
        judgement.note(
            Loading.RUNS_CODE,
            "nested-pickle",
            f"Bytes to be unpickled stand inside of {where}.",
            first.opcode_at,
        )
    for loading, reason in second.objections:
        # Behind a nested pickle the memo of a plain unpickler differs, so its dtypes are other values.
        if loading is Loading.RUNS_CODE and not (first.nested and reason.code == "object-from-bytes"):
            judgement.note(loading, reason.code, reason.message, reason.offset)


def _read_torch_legacy(source: ByteSource, offset: int, judgement: Judgement, depth: int) -> None:
    """torch.save before 1.6: magic, protocol, system, object and storage keys as five pickles, then the raw
    storages, each as an 8-byte count and its elements (torch/serialization.py, ``_legacy_save``)."""
    storages: dict[str, tuple[str, int]] = {}
    for place in ("protocol", "system", "object", "storage keys"):
        machine = PickleMachine(source, offset)
        outcome = machine.run()
        state_imports(machine, judgement)
        state_nested(machine, source, judgement, depth)
        if not outcome.ended:
            judgement.note(
                Loading.UNREADABLE, "torch-cut", f"The torch file breaks off in its {place} pickle.", offset
            )
            return
        if place == "protocol" and outcome.value != TORCH_PROTOCOL:
            judgement.note(
                Loading.UNREADABLE, "torch-protocol", "The torch file is of an unknown version.", offset
            )
        storages.update(machine.storages)
        offset = outcome.end
    sizes = [storage_bytes(name, count) for name, count in storages.values()]
    expected = sum(8 + size for size in sizes)
    judgement.facts["storages"] = len(storages)
    if source.size - offset != expected:
        judgement.note(
            Loading.UNREADABLE,
            "storage-size",
            f"The storages of the tensors need {expected} bytes, but {source.size - offset} bytes follow.",
            offset,
        )


def looks_like_old_pickle(source: ByteSource, *, textual: bool) -> bool:
    """Whether a file without magic is a pickle of protocol 0 or 1, or several behind each other.

    It is one where the machine reads it from the first byte to a STOP that is its last byte, where it meets
    a dangerous import on the way, where a stream calls what it imports and ends, and where that cannot be
    told within the limits. Of a file with the name of a text (``textual``) more is asked: "N." is a
    sentence's end and a pickle of None, and a list of packages that begins with "cpickle" imports something
    of pickle. So it must call something, or be pickles to its last byte of which one imports.
    """
    first = head(source, 1)
    # INST needs a mark to call anything, and "import" begins many a text.
    if first and (first[0] not in _OPENERS or (textual and first == b"i")):
        return False
    window = Window(source)
    has_import = False
    runs = 0
    try:
        while (offset := window.offset) < source.size:
            stream = walk(window)
            has_end = stream.end is not None
            if not (has_end or stream.calls or (stream.imports and not textual)):
                return has_import and _ends_at(source, offset)
            if offset and has_end and not stream.imports:
                continue  # a second stream counts for its imports alone
            runs += 1
            if runs > MAX_FURTHER_STREAMS:
                return True
            is_deep = stream.calls or (stream.imports and has_end)
            limits = Limits() if is_deep else Limits(ops=20_000 if stream.imports else 200_000, stack=100_000)
            machine = PickleMachine(source, offset, limits=limits)
            outcome = machine.run()
            if _is_evident(machine, stream, textual=textual):
                return True
            if any(reason.code == "frame-misaligned" for _, reason in machine.objections):
                other = PickleMachine(source, offset, limits=limits, drops=True)
                other.run()
                if _is_evident(other, stream, textual=textual):
                    return True
            if not outcome.ended:
                if has_end and not stream.imports and _is_over(machine, stream):
                    continue
                return False
            named = [found for found in machine.imports.values() if _is_plausible(found)]
            if not offset and named and _ends_at(source, outcome.end):
                return True
            has_import = has_import or any(found.tier > Tier.PLAIN for found in named)
            if outcome.end != stream.end:
                window = Window(source, outcome.end)
    except OverLimit:
        return True  # reading it then says which limit
    return has_import


def _is_evident(machine: PickleMachine, stream: Stream, *, textual: bool) -> bool:
    """Whether one stream of a file is a pickle beyond doubt."""
    outcome, found = machine.outcome, list(machine.imports.values())
    must_call = textual or stream.start > 0
    if any(
        (each.call_count or not must_call) and (each.tier is Tier.DANGEROUS or each.entry.rule in NESTED_AT)
        for each in found
    ):
        return True
    source = machine.window.source
    if outcome.ended and outcome.value == TORCH_MAGIC:
        return True
    if outcome.ended and not stream.start and outcome.end == source.size:
        return any(each.call_count for each in found) or (not textual and outcome.ops > 2)
    named = [each for each in found if each.tier > Tier.PLAIN and _is_plausible(each)]
    if any(_is_written(source, call, ended=outcome.ended) for each in named for call in each.calls):
        return True
    is_deep = stream.calls or (stream.imports and stream.end is not None)
    return not outcome.ended and is_deep and _is_over(machine, stream)


def _is_written(source: ByteSource, call: Call, *, ended: bool) -> bool:
    """Whether a call before other bytes is no chance. "(in" and a line begin many a text, and are a mark and
    INST; a list of names may call one with another, but with no tuple."""
    if source.read_at(call.offset, 1) == b"i":
        return ended and bool(call.arguments)
    start = max(0, call.offset - 32)
    return ended or bool(_TUPLE.search(source.read_at(start, call.offset - start)))


def _is_over(machine: PickleMachine, stream: Stream) -> bool:
    """Whether the machine, which did not get to a STOP, stopped for its limits."""
    code = machine.outcome.problems[0][1].code  # why it stopped; objections stand behind
    return code == "over-limit" or (code == "truncated" and stream.longest > machine.limits.line)


def _ends_at(source: ByteSource, offset: int) -> bool:
    """Whether nothing but blanks stands from ``offset`` on."""
    return source.size - offset <= _BLANKS and not head(
        SliceSource(source, offset, source.size - offset), _BLANKS
    ).strip(b" \t\r\n\0")
