"""What loading a file would do, in plain words first, then as calls, source and opcodes.

The verdict is that of ``read``; nothing here changes it. The decompiled source comes from fickling, in a
child process with limits; where that fails there is our own listing.
"""

from __future__ import annotations

import subprocess
import sys
from itertools import islice
from typing import Any

from inspector.artifacts.containers.broken import BadCompression
from inspector.artifacts.dispatch import read
from inspector.artifacts.explain_code import lambda_listing
from inspector.artifacts.explain_parts import parts_of
from inspector.artifacts.interface import Artifact
from inspector.artifacts.limits import OverLimit
from inspector.artifacts.pickles.listing import opcode_listing
from inspector.artifacts.pickles.machine import PickleMachine
from inspector.artifacts.pickles.nested import MAX_NESTING, nested_bytes
from inspector.provenance import Loading, plain
from inspector.sources.interface import ByteSource, ReadFailure

SCHEMA = "provenance-inspector/explain/1"
MAX_LISTING = 20_000
MAX_SUMMARY = 60
MAX_CALLS = 1000
MAX_PICKLES = 50
MAX_DECOMPILED_BYTES = 1 << 20
MAX_DECOMPILED_OPS = 200_000
CHILD_SECONDS = 3.0

_VERDICTS = {
    Loading.DATA_ONLY: "Loading this file runs no code: it was read to its end, and its format carries none.",
    Loading.ALLOW_LISTED: "This is a pickle. Everything it imports is plain data or tensors.",
    Loading.LIBRARY: "This is a pickle that needs classes of known libraries; loading it runs their code.",
    Loading.UNKNOWN_IMPORT: "This is a pickle with an import that is on no list: find out what it is.",
    Loading.RUNS_CODE: "Opening this file in its usual loader can run code of its maker's choice.",
    Loading.UNREADABLE: "This file could not be read to its end, so nothing can be said for it.",
    Loading.NOT_UNDERSTOOD: "This is data of a format that is not understood here.",
    Loading.NO_LOADER: "This is nothing that a model loader opens.",
}


# Read to their end, but what they need lies elsewhere.
_UNJUDGED = frozenset(("custom-operator", "delegate", "external-data"))


def explain(source: ByteSource, path: str) -> dict[str, Any]:
    """The contract's "explain" object for one file. Never raises for what the bytes say."""
    artifact = read(source, path)
    parts = parts_of(source, path, artifact)
    streams = parts.pickles
    calls: list[dict[str, Any]] = []
    listing: list[dict[str, Any]] = []
    decompiled: list[str] = []
    was_cut = False
    for member, stream in streams[:MAX_PICKLES]:
        try:
            machines = _machines(stream)
            rows: list[dict[str, Any]] = []
            for offset, machine in machines:
                calls.extend(_calls(machine, member))
                calls.extend(_nested_calls(machine, stream, member))
                rows.extend(
                    islice(opcode_listing(stream, offset), MAX_LISTING - len(listing) - len(rows) + 1)
                )
        except (ReadFailure, BadCompression, OverLimit, MemoryError):
            continue
        was_cut = was_cut or len(listing) + len(rows) > MAX_LISTING
        listing.extend(rows[: MAX_LISTING - len(listing)])
        text = _decompiled(stream, machines) if len(decompiled) < 3 else None
        if text is not None:
            decompiled.append(text if member is None else f"# {plain(member, 200)}\n{text}")
    decompiled.extend(lambda_listing(parts.keras))
    summary = _summary(artifact)
    if was_cut:
        summary.append(f"The listing shows the first {MAX_LISTING} opcodes only.")
    return {
        "schema": SCHEMA,
        "path": plain(path),
        "format": artifact.format,
        "loading": artifact.loading.value,
        "summary": summary,
        "calls": calls[:MAX_CALLS],
        "imports": list(artifact.imports),
        "source": "\n\n".join(decompiled) or None,
        "listing": listing,
    }


def _summary(artifact: Artifact) -> list[str]:
    """The verdict in words and its reasons; where code runs, what it is comes first."""
    sentences = []
    for reason in artifact.reasons[:MAX_SUMMARY]:
        text = reason.message[:1].upper() + reason.message[1:]
        place = f" (in {reason.member})" if reason.member else ""
        sentences.append(f"{text.rstrip('.')}{place}.")
    if len(artifact.reasons) > MAX_SUMMARY:
        sentences.append(f"There are {len(artifact.reasons) - MAX_SUMMARY} more reasons.")
    sentences.insert(1 if artifact.loading is Loading.RUNS_CODE else 0, _verdict(artifact))
    return sentences


def _verdict(artifact: Artifact) -> str:
    if artifact.loading is Loading.UNKNOWN_IMPORT and not artifact.is_pickle:
        return "This file names or holds code that is on no list: find out what it is."
    codes = {reason.code for reason in artifact.reasons}
    if artifact.loading is Loading.UNREADABLE and codes and codes <= _UNJUDGED:
        return "This file needs what is not in it and cannot be judged here, so nothing can be said for it."
    return _VERDICTS[artifact.loading]


def _calls(machine: PickleMachine, member: str | None) -> list[dict[str, Any]]:
    calls = [call for found in machine.imports.values() for call in found.calls]
    return [
        {
            "callable": plain(call.callable, 300),
            "arguments": list(call.arguments),
            "offset": call.offset,
            "member": member and plain(member, 400),
        }
        for call in sorted(calls, key=lambda call: call.offset)
    ]


def _nested_calls(machine: PickleMachine, stream: ByteSource, member: str | None) -> list[dict[str, Any]]:
    """The calls in the byte strings that the stream has unpickled. Their offsets are those inside."""
    calls: list[dict[str, Any]] = []
    pending = [(machine, stream, member, 0)]
    while pending and len(calls) < MAX_CALLS:
        outer, source, place, depth = pending.pop()
        for nested in nested_bytes(outer.byte_strings, source)[:MAX_PICKLES]:
            if nested.source is None or depth >= MAX_NESTING:
                continue
            label = f"the byte string at byte {nested.offset}"
            label = f"{place}/{label}" if place else label
            for _, inner in _machines(nested.source):
                calls.extend(_calls(inner, label))
                pending.append((inner, nested.source, label, depth + 1))
    return calls


def _machines(stream: ByteSource) -> list[tuple[int, PickleMachine]]:
    """The pickles of a stream one behind the other (old torch files hold five), each with its offset."""
    found: list[tuple[int, PickleMachine]] = []
    offset = 0
    while offset < stream.size and len(found) < MAX_PICKLES:
        machine = PickleMachine(stream, offset)
        outcome = machine.run()
        if found and not outcome.ended and not machine.imports:
            break  # what follows is no pickle: tensors, or rubbish
        found.append((offset, machine))
        if not outcome.ended:
            break
        offset = outcome.end
    return found


def _decompiled(stream: ByteSource, machines: list[tuple[int, PickleMachine]]) -> str | None:
    """fickling's source of one small pickle; None where there is none within the limits. Of several pickles
    in a row (an old torch file holds five) it is the one with the most to say: the object's own."""
    offset, machine = max(machines, key=lambda pair: (len(pair[1].imports), pair[1].ops), default=(0, None))
    if machine is None:
        return None
    outcome = machine.outcome
    length = (outcome.end if outcome.ended else stream.size) - offset
    if length > MAX_DECOMPILED_BYTES or machine.ops > MAX_DECOMPILED_OPS:
        return None
    try:
        child = subprocess.run(
            [sys.executable, "-I", "-m", "inspector.artifacts.pickles.decompile"],
            input=stream.read_at(offset, length),
            capture_output=True,
            timeout=CHILD_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError, ReadFailure):
        return None
    if child.returncode != 0:
        return None
    return plain(child.stdout.decode("utf-8", "replace"), keep_newlines=True) or None
