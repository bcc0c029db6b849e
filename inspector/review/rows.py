"""A row of the findings table made ready for filtering and sorting: worked out once, asked often."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from inspector.provenance import Loading, Node, NodeKind, State
from inspector.review.interface import ReviewedFinding

# What ``is:`` asks for: marks of the reviewer, then marks of the node.
MARKS = ("marked", "noted", "decided", "ask-again", "unpinned", "pickle")

_FILE_KINDS = (
    NodeKind.MODEL_FILE.value,
    NodeKind.DATASET_FILE.value,
    NodeKind.CODE.value,
    NodeKind.MANIFEST.value,
)
_PICKLES = (Loading.ALLOW_LISTED, Loading.LIBRARY, Loading.UNKNOWN_IMPORT)


@dataclass(frozen=True, slots=True)
class Row:
    """One finding with its node, made ready for asking: everything in lower case, worked out once.

    ``finding`` is None for a node that stands alone (the inventory).
    """

    finding: ReviewedFinding | None
    node: Node | None
    kind: str
    pin: str
    loading: str
    severity: int
    state: str
    rule: str
    name: str
    paths: tuple[str, ...]
    marks: frozenset[str]
    haystack: str = field(repr=False)


def row_of(finding: ReviewedFinding | None, node: Node | None) -> Row:
    """What the filter asks of a finding and its node; keep it as long as both stay the same."""
    kind, _, name = finding.finding.node.partition(":") if finding else ("", "", "")
    severity = finding.finding.severity if finding else node.severity if node else None
    paths: list[str] = []
    words: list[str] = []
    if node is not None:
        kind, name = node.kind.value, node.name
        words.append(node.id)
    if finding is not None:
        found = finding.finding
        paths += [item.path for item in found.evidence if item.path]
        words += [
            found.id,
            found.rule,
            found.title,
            found.message,
            finding.note,
            finding.because,
            finding.owner,
        ]
        words += [identifier for group in found.identifiers.values() for identifier in group]
    if kind in _FILE_KINDS:
        paths.append(name)
    return Row(
        finding=finding,
        node=node,
        kind=kind,
        pin=node.pin.value if node and node.pin else "",
        loading=node.loading.value if node and node.loading else "",
        severity=severity.rank if severity else -1,
        state=finding.state.value if finding else "",
        rule=finding.finding.rule.lower() if finding else "",
        name=name.lower(),
        paths=tuple(path.lower() for path in dict.fromkeys(paths)),
        marks=frozenset(_marks(finding, node)),
        haystack="\n".join([name, *words, *paths]).lower(),
    )


def _marks(finding: ReviewedFinding | None, node: Node | None) -> Iterable[str]:
    if finding is not None:
        facts = {
            "marked": finding.marked,
            "noted": bool(finding.note),
            "decided": finding.state is not State.OPEN,
            "ask-again": finding.ask_again,
        }
        yield from (word for word, holds in facts.items() if holds)
    if node is not None:
        if node.pin is not None and node.pin.is_unpinned:
            yield "unpinned"
        if node.loading in _PICKLES or node.attributes.get("pickle") is True:
            yield "pickle"
