"""skops archives (skops 0.13): the types that schema.json names, held against the lists for pickles."""

from __future__ import annotations

from typing import Any

from inspector.artifacts.judgement import Judgement
from inspector.artifacts.pickles.listed import Tier, entry_for
from inspector.artifacts.texts.strict_json import BadJson, Pairs, parse_pairs
from inspector.provenance import Loading, plain

# Nodes that look up attributes or call functions by name (CVE-2025-54412, CVE-2025-54413, CVE-2025-54886).
_CALLING_NODES = frozenset({"MethodNode", "OperatorFuncNode", "PartialNode", "ReduceNode"})
_TIERS = {
    Tier.PLAIN: Loading.ALLOW_LISTED,
    Tier.LIBRARY: Loading.LIBRARY,
    Tier.UNKNOWN: Loading.UNKNOWN_IMPORT,
    Tier.DANGEROUS: Loading.RUNS_CODE,
}


def judge_skops(raw: bytes, judgement: Judgement) -> None:
    """States what loading the archive imports."""
    try:
        top = parse_pairs(raw, lambda pairs: _see(pairs, judgement))
        if not isinstance(top, dict) or "__class__" not in top:
            judgement.note(Loading.UNREADABLE, "broken-skops", "The skops schema names no object.")
    except BadJson as bad:
        judgement.note(Loading.UNREADABLE, "broken-json", str(bad))


def _see(pairs: Pairs, judgement: Judgement) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        judgement.note(Loading.UNREADABLE, "broken-json", "The schema names a key twice.")
    module, name, node = value.get("__module__"), value.get("__class__"), value.get("__loader__")
    if isinstance(node, str) and node in _CALLING_NODES:
        judgement.note(
            Loading.RUNS_CODE,
            "skops-node",
            f"The skops schema has a {node}, which calls what the schema names.",
        )
    if isinstance(module, str) and isinstance(name, str):
        judgement.imports((f"{module}.{name}",))
        entry = entry_for(module, name)
        judgement.state(_TIERS[entry.tier])
        if entry.tier is not Tier.PLAIN:
            code = "dangerous-import" if entry.tier is Tier.DANGEROUS else "skops-type"
            judgement.note(
                _TIERS[entry.tier], code, f"Needs the type {plain(f'{module}.{name}', 200)}: {entry.reason}."
            )
    return value
