"""ExecuTorch programs (.pte; schema/program.fbs of ExecuTorch 1.0): operators and delegates.

Operators of the runtime calculate. A delegate hands an opaque part to a backend: some backends read a graph,
others load the part as native code. Operators of other names need code of the host program.
"""

from __future__ import annotations

from inspector.artifacts.formats.flatbuffer import BadFlatbuffer, Flatbuffer
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import Judgement
from inspector.provenance import Loading, plain
from inspector.sources.interface import ByteSource, ReadFailure

_PLANS, _SEGMENTS = 1, 4  # fields of the program
_NAME, _OPERATORS, _DELEGATES = 0, 6, 7  # of a plan
_NAMESPACES = ("aten", "executorch_prim", "quantized_decomposed", "dim_order_ops", "et_vk", "llama", "prim")
_NATIVE_BACKENDS = {
    "CudaBackend": "a shared library that the backend loads",
    "MetalBackend": "a shared library that the backend loads",
    "AotiBackend": "a shared library that the backend loads",
}
_GRAPH_BACKENDS = frozenset({"XnnpackBackend", "VulkanBackend"})


def read_executorch(source: ByteSource) -> Artifact:
    """The verdict on one program."""
    judgement = Judgement()
    operators: set[str] = set()
    delegates: set[str] = set()
    try:
        buffer = Flatbuffer(source)
        plans = 0
        for plan in buffer.tables(buffer.root(), _PLANS):
            plans += 1
            for operator in buffer.tables(plan, _OPERATORS):
                operators.add(buffer.text(operator, _NAME) or "")
            for delegate in buffer.tables(plan, _DELEGATES):
                delegates.add(buffer.text(delegate, _NAME) or "")
        if not plans:
            raise BadFlatbuffer
        _check_segments(buffer, source)
    except (BadFlatbuffer, ReadFailure):
        judgement.note(
            Loading.UNREADABLE, "broken-executorch", "The ExecuTorch program cannot be read to its end."
        )
    for name in sorted(operators)[:50]:
        if name.partition("::")[0] not in _NAMESPACES:
            judgement.note(
                Loading.UNREADABLE,
                "custom-operator",
                f"The program needs native code from elsewhere for its operator {plain(name, 100)!r}.",
            )
    for name in sorted(delegates)[:50]:
        _delegate(name, judgement)
    facts = {"operators": len(operators), "delegates": sorted(plain(name, 100) for name in delegates)}
    return judgement.artifact("executorch", Loading.DATA_ONLY, facts)


def _check_segments(buffer: Flatbuffer, source: ByteSource) -> None:
    """The segments behind the program (weights, parts of delegates) lie inside of the file. Where they begin
    stands in the extended header."""
    head = source.read_at(8, min(24, source.size - 8))
    if head[:4] != b"eh00" or len(head) < 24:
        return
    program, base = int.from_bytes(head[8:16], "little"), int.from_bytes(head[16:24], "little")
    if program > source.size or base > source.size:
        raise BadFlatbuffer
    for segment in buffer.tables(buffer.root(), _SEGMENTS):
        offset, size = (buffer.scalar(segment, number, 8) or 0 for number in (0, 1))
        if base + offset + size > source.size:
            raise BadFlatbuffer


def _delegate(name: str, judgement: Judgement) -> None:
    if name in _NATIVE_BACKENDS:
        judgement.note(
            Loading.RUNS_CODE,
            "native-delegate",
            f"A part is for the backend {plain(name, 100)}: {_NATIVE_BACKENDS[name]}.",
        )
    elif name not in _GRAPH_BACKENDS:
        judgement.note(
            Loading.NOT_UNDERSTOOD,
            "delegate",
            f"A part is compiled for the backend {plain(name, 100)} and is not read.",
        )
