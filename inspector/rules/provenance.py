"""Where does it come from, and who can change it? References and hub facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from inspector.provenance import Confidence, Evidence, Finding, NodeKind, Pin, node_id
from inspector.references.interface import Reference
from inspector.rules.catalogue import rule
from inspector.rules.interface import Facts
from inspector.rules.wording import listed

_NODE_KIND = {"model": NodeKind.MODEL, "dataset": NodeKind.DATASET, "image": NodeKind.CONTAINER_IMAGE}
_RULE = {
    "model": "provenance.unpinned-model",
    "dataset": "data.unpinned-dataset",
    "image": "provenance.unpinned-image",
}


def unpinned(facts: Facts) -> Iterator[Finding]:
    """Models, datasets and images that are named without a commit or a digest, one finding for each."""
    found: dict[tuple[str, str], list[Reference]] = defaultdict(list)
    for reference in facts.references:
        if reference.kind in _RULE and reference.ref and reference.pin.is_unpinned and reference.hub != "url":
            found[reference.kind, reference.ref].append(reference)
    for (kind, ref), references in found.items():
        yield rule(_RULE[kind]).finding(
            node_id(_NODE_KIND[kind], ref), _unpinned_message(ref, references), [_seen(r) for r in references]
        )


def downloads(facts: Facts) -> Iterator[Finding]:
    """Files fetched by URL whose bytes nobody compares."""
    found: dict[tuple[str, str], list[Reference]] = defaultdict(list)
    for reference in facts.references:
        if (
            reference.hub == "url"
            and reference.ref
            and reference.kind in _NODE_KIND
            and reference.pin.is_unpinned
        ):
            found[reference.kind, reference.ref].append(reference)
    for (kind, ref), references in found.items():
        yield rule("provenance.unchecked-download").finding(
            node_id(_NODE_KIND[kind], ref),
            f"{ref} is fetched and used as it arrives.",
            [_seen(r) for r in references],
        )


def undetermined(facts: Facts) -> Iterator[Finding]:
    """References that only a run could tell, one finding for each source file."""
    found: dict[str, list[Reference]] = defaultdict(list)
    for reference in facts.references:
        if reference.kind not in _RULE or (reference.kind == "dataset" and reference.hub == "local"):
            continue  # a data file that is not there is a dead link, which data.py tells
        if reference.pin is Pin.UNDETERMINED or reference.ref is None:
            found[reference.path].append(reference)
    for path, references in found.items():
        yield rule("provenance.undetermined-reference").finding(
            node_id(NodeKind.CODE, path),
            f"The code does not say what {listed(reference.call for reference in references)} "
            f"{'loads' if len({reference.call for reference in references}) == 1 else 'load'}.",
            [_seen(reference) for reference in references],
            confidence=Confidence.MEDIUM,
        )


def _unpinned_message(ref: str, references: list[Reference]) -> str:
    named = sorted({reference.revision for reference in references if reference.revision})
    places = f" in {len(references)} places" if len(references) > 1 else ""
    if named:
        return f"{ref} is named by {listed(named)}{places}, which its owner can move."
    return f"{ref} is loaded at whatever is newest{places}: no revision is named."


def _seen(reference: Reference) -> Evidence:
    return Evidence(reference.path, line=reference.line, column=reference.column, text=reference.text)


RULES = (unpinned, downloads, undetermined)
