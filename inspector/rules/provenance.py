"""Where does it come from, and who can change it? References and hub facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from inspector.provenance import Confidence, Evidence, Finding, NodeKind, Pin, Severity, node_id
from inspector.references.interface import Reference
from inspector.rules.catalogue import rule
from inspector.rules.interface import Facts
from inspector.rules.places import only_in_tests
from inspector.rules.wording import count, listed

_SHOWN = 40
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
        graded = rule(_RULE[kind])
        tests_only = only_in_tests(reference.path for reference in references)
        yield graded.finding(
            node_id(_NODE_KIND[kind], ref),
            _unpinned_message(ref, references) + (" Only tests name it." if tests_only else ""),
            [_seen(r) for r in references],
            severity=min(graded.severity, Severity.MEDIUM, key=lambda one: one.rank) if tests_only else None,
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
    """References that only a run could tell, all in one finding: a library has hundreds of them."""
    found = [
        reference
        for reference in facts.references
        if reference.kind in _RULE
        # A data file that is not there is a dead link, which data.py tells.
        and not (reference.kind == "dataset" and reference.hub == "local")
        and (reference.pin is Pin.UNDETERMINED or reference.ref is None)
    ]
    if found:
        calls = {reference.call.rstrip(":") for reference in found}
        files = len({reference.path for reference in found})
        places = f" ({count(len(found), 'place')} in {count(files, 'file')})" if len(found) > 1 else ""
        yield rule("provenance.undetermined-reference").finding(
            facts.root,
            f"The text does not say what {listed(calls)} {'loads' if len(calls) == 1 else 'load'}{places}.",
            [_seen(reference) for reference in found[:_SHOWN]],
            confidence=Confidence.MEDIUM,
            subject="\n".join(sorted(f"{one.path}: {one.text}" for one in found)),
        )


def _unpinned_message(ref: str, references: list[Reference]) -> str:
    named = {reference.revision for reference in references if reference.revision}
    number = sum(bool(reference.revision) for reference in references)
    places = f" in {len(references)} places" if len(references) > 1 else ""
    if not named:
        return f"{ref} is loaded at whatever is newest{places}: no revision is named."
    if number == len(references):
        return f"{ref} is named by {listed(named)}{places}, which its owner can move."
    return (
        f"{ref} is loaded{places}: {number} {'names' if number == 1 else 'name'} {listed(named)}, which its "
        "owner can move, and the rest no revision at all."
    )


def _seen(reference: Reference) -> Evidence:
    return Evidence(reference.path, line=reference.line, column=reference.column, text=reference.text)


RULES = (unpinned, downloads, undetermined)
