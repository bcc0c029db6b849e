"""The marks of a node and the words of its card: the one place that decides what is highlighted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from inspector.provenance import Finding, Loading, Node, NodeKind, Pin, Severity, plain
from inspector.provenance.text import elide_middle
from inspector.provenance.words import worse_severity
from inspector.views.interface import (
    CARD_HEIGHT,
    CARD_HEIGHT_MARKED,
    CARD_WIDTH,
    DETAIL_HEIGHT,
    DETAILED_WIDTH,
    PICKLE_BASED,
    RUNS_CODE,
    UNKNOWN,
    UNPINNED,
    PlacedNode,
)
from inspector.views.words import say, say_count

_NAME_LIMIT = 300
_LABEL_LIMIT = 44

# A pickle stays a pickle when its imports are known: every one is marked, allow-listed ones too.
_PICKLE_LOADINGS = frozenset({Loading.ALLOW_LISTED, Loading.LIBRARY, Loading.UNKNOWN_IMPORT})
# What could not be read to its end never counts as fine.
_UNKNOWN_LOADINGS = frozenset({Loading.UNREADABLE, Loading.NOT_UNDERSTOOD})

_COUNTED: Final = {
    NodeKind.PROJECT: ("{0} project", "{0} projects"),
    NodeKind.MODEL: ("{0} model", "{0} models"),
    NodeKind.MODEL_FILE: ("{0} model file", "{0} model files"),
    NodeKind.DATASET: ("{0} dataset", "{0} datasets"),
    NodeKind.DATASET_FILE: ("{0} dataset file", "{0} dataset files"),
    NodeKind.PACKAGE: ("{0} package", "{0} packages"),
    NodeKind.MANIFEST: ("{0} manifest", "{0} manifests"),
    NodeKind.CODE: ("{0} code file", "{0} code files"),
    NodeKind.CONTAINER_IMAGE: ("{0} container image", "{0} container images"),
    NodeKind.OWNER: ("{0} owner", "{0} owners"),
}
_IN_A_FOLDER = frozenset({NodeKind.MODEL_FILE, NodeKind.DATASET_FILE, NodeKind.MANIFEST, NodeKind.CODE})


def marks(node: Node) -> tuple[str, ...]:
    """The marks that hold for ``node``, in the order in which they are shown and spoken."""
    pickled = node.attributes.get("pickle") is True or node.loading in _PICKLE_LOADINGS
    unknown = node.loading in _UNKNOWN_LOADINGS or node.pin is Pin.UNDETERMINED
    return tuple(
        word
        for word, holds in (
            (PICKLE_BASED, pickled),
            (UNPINNED, node.pin is not None and node.pin.is_unpinned),
            (RUNS_CODE, node.loading is Loading.RUNS_CODE),
            (UNKNOWN, unknown),
        )
        if holds
    )


def accessible_label(node: Node) -> str:
    """What other programs and screen readers find: "kind name, pickle-based, unpinned"."""
    return ", ".join((f"{node.kind.value} {full_name(node)}", *marks(node)))


def full_name(node: Node) -> str:
    """The node's name as it may be shown anywhere, shortened in its middle above 300 characters."""
    return plain(elide_middle(node.name, _NAME_LIMIT))


def card_label(node: Node) -> str:
    """The first line of a card: a file's own name, a package with its version, else the name."""
    name = node.name
    if node.kind in _IN_A_FOLDER:
        name = name.replace("\\", "/").rstrip("/").rpartition("/")[2] or name
    version = node.attributes.get("version")
    if node.kind is NodeKind.PACKAGE and isinstance(version, str) and version and not name.endswith(version):
        name = f"{elide_middle(name, _LABEL_LIMIT - 12)} {elide_middle(version, 11)}"
    return plain(elide_middle(name, _LABEL_LIMIT))


def card_sublabel(node: Node) -> str:
    """The second line of a card: the kind, and where a file lies or at which revision a model is."""
    rest = ""
    if node.kind in _IN_A_FOLDER:
        rest = node.name.replace("\\", "/").rstrip("/").rpartition("/")[0]
    elif node.kind in (NodeKind.MODEL, NodeKind.DATASET):
        revision = node.attributes.get("revision")
        rest = revision[:12] if isinstance(revision, str) else ""
    if not rest:
        return node.kind.value
    return f"{node.kind.value} · {plain(elide_middle(rest, 40))}"


def plural(kind: NodeKind, count: int) -> str:
    """ "29 packages", "1 package"."""
    one, many = _COUNTED[kind]
    return say_count(count, one, many)


def node_severity(node: Node, findings: Sequence[Finding]) -> Severity | None:
    """The gravest of what the node and its findings say; None where nothing was found."""
    worst = node.severity
    for finding in findings:
        worst = worse_severity(worst, finding.severity)
    return worst


def card(
    node: Node,
    findings: Sequence[Finding] = (),
    *,
    more: int = 0,
    details: tuple[str, ...] = (),
) -> PlacedNode:
    """The card of ``node``, not placed yet. ``more`` is how many neighbours the view leaves out."""
    words = marks(node)
    severity = node_severity(node, findings)
    sublabel = f"{node.kind.value} · {say('+{0} more', f'{more:,}')}" if more else card_sublabel(node)
    height = CARD_HEIGHT_MARKED if words else CARD_HEIGHT
    return PlacedNode(
        id=node.id,
        label=card_label(node),
        sublabel=sublabel,
        kind=node.kind.value,
        marks=words,
        severity=severity.value if severity else None,
        x=0.0,
        y=0.0,
        w=DETAILED_WIDTH if details else CARD_WIDTH,
        h=height + DETAIL_HEIGHT * len(details),
        name=full_name(node),
        findings=len(findings),
        details=details,
    )


def stack_card(
    key: str, kind: NodeKind, words: tuple[str, ...], severity: Severity | None, members: Sequence[str]
) -> PlacedNode:
    """The card of a stack of nodes that are alike in kind, marks and severity."""
    count = len(members)
    return PlacedNode(
        id=key,
        label=f"+{plural(kind, count)}",
        sublabel=say("Enter shows them"),
        kind=kind.value,
        marks=words,
        severity=severity.value if severity else None,
        x=0.0,
        y=0.0,
        w=CARD_WIDTH,
        h=CARD_HEIGHT_MARKED if words else CARD_HEIGHT,
        stack=count,
        name=say("{0} alike", f"{count:,}"),
        members=tuple(members),
    )


def worst_first(cards: Sequence[PlacedNode]) -> list[PlacedNode]:
    """The cards in the order they are laid out from where lines leave a choice: the gravest at the top."""

    def order(item: PlacedNode) -> tuple[int, int, str]:
        rank = Severity(item.severity).rank if item.severity else -1
        return (-rank, item.stack, item.id)

    return sorted(cards, key=order)


def spoken_detail(node: PlacedNode) -> str:
    """The rest of a card in words: severity, findings, second line and details."""
    parts = []
    if node.severity:
        count = f", {say_count(node.findings, '{0} finding', '{0} findings')}" if node.findings else ""
        parts.append(f"{say('severity')} {node.severity}{count}")
    parts.append(node.sublabel)
    parts.extend(node.details)
    return "; ".join(parts)
