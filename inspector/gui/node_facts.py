"""What the node pane says of a node, as plain pairs of words: no widget in here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inspector.gui.facts import Facts
from inspector.gui.texts import LOADING_WORDS, PIN_WORDS, shown, size_words, tr
from inspector.provenance import Edge, EdgeKind, Node

_SHOWN_ELSEWHERE = {
    "root",
    "sha256",
    "size",
    "format",
    "pickle",
    "path",
    "owner",
    "origin",
    "source",
    "revision",
    "package",
    "way",
}
HUBS = {"hf": "Hugging Face"}
# Titles of facts that many nodes have; the others stand under the name that their reader gave them.
TITLES = {
    "audit": "Audit",
    "depth": "Steps from the project",
    "direct": "Asked for directly",
    "ecosystem": "Ecosystem",
    "hub": "Hub",
    "imports": "Imports",
    "licence": "Licence",
    "license": "Licence",
    "operations": "Opcodes",
    "protocol": "Pickle protocol",
    "tensors": "Tensors",
    "version": "Version",
}
_EDGE_WORDS = {
    EdgeKind.CONTAINS: ("contains", "part of"),
    EdgeKind.REFERENCES: ("references", "referenced by"),
    EdgeKind.LOADS: ("loads", "loaded by"),
    EdgeKind.DERIVED_FROM: ("derived from", "base of"),
    EdgeKind.TRAINED_ON: ("trained on", "training data of"),
    EdgeKind.DEPENDS_ON: ("depends on", "needed by"),
    EdgeKind.DECLARED_IN: ("declared in", "declares"),
    EdgeKind.PUBLISHED_BY: ("published by", "publishes"),
}
EDGES_SHOWN = 40


def file_of(facts: Facts, node: Node) -> Mapping[str, Any] | None:
    """The file that a node stands for, or None."""
    path = node.attributes.get("path", node.name)
    return facts.file(path) if isinstance(path, str) else None


def identity(facts: Facts, node: Node) -> list[tuple[str, str]]:
    """Kind, origin, owner, pin, loading, digest and size, then whatever else is known of the node."""
    found = file_of(facts, node) or {}
    given = node.attributes
    pairs: list[tuple[str, str]] = [("Kind", node.kind.value)]
    for title, keys in (("Origin", ("origin", "source")), ("Owner", ("owner",)), ("Revision", ("revision",))):
        value = next((given[key] for key in keys if given.get(key)), None)
        if value:
            pairs.append((title, shown(value)))
    if node.pin is not None:
        pairs.append(("Pin", f"{node.pin.value}: {tr(PIN_WORDS[node.pin])}"))
    if node.loading is not None:
        pairs.append(("Loading", f"{node.loading.value}: {tr(LOADING_WORDS[node.loading])}"))
    way = given.get("way")
    if isinstance(way, list) and len(way) > 1:
        pairs.append(("Comes in by", " › ".join(shown(name, 80) for name in way[:12])))
    form = found.get("format") or given.get("format")
    if form:
        pairs.append(("Format", shown(form)))
    size = found.get("size", given.get("size"))
    if isinstance(size, int):
        exact = tr("{0} bytes").format(f"{size:,}")
        pairs.append(("Size", exact if size < 1000 else f"{size_words(size)} ({exact})"))
    digest = found.get("sha256") or given.get("sha256")
    if found or digest:
        pairs.append(("SHA-256", shown(digest) or tr("not known")))
    facts_read = given.get("facts")
    rest = {**given, **facts_read} if isinstance(facts_read, Mapping) else given
    for key, value in rest.items():
        if key in _SHOWN_ELSEWHERE or value is facts_read or value in (None, "", [], {}):
            continue
        words = f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else shown(value, 500)
        if key == "hub":
            words = HUBS.get(words, words)
        if words:
            title = tr(TITLES[key]) if key in TITLES else shown(key, 40).replace("_", " ").capitalize()
            pairs.append((title, words))
    return pairs


def reasons(facts: Facts, node: Node) -> str:
    """Why the loading verdict is what it is, and every import of a pickle, one a line."""
    found = file_of(facts, node)
    if found is None:
        return ""
    lines = []
    for reason in list(found.get("reasons") or ())[:200]:
        place = []
        if reason.get("member"):
            place.append(shown(reason["member"], 120))
        if reason.get("offset") is not None:
            place.append(f"{tr('offset')} {reason['offset']:,}")
        lines.append(shown(reason.get("message")) + (f"  ({', '.join(place)})" if place else ""))
    imports = list(found.get("imports") or ())
    if imports:
        lines.append("")
        lines.append(tr("Imports") + f" ({len(imports)}):")
        lines += [f"  {shown(name, 200)}" for name in imports[:500]]
    return "\n".join(lines)


def neighbours(facts: Facts, node: Node) -> list[tuple[str, str, str]]:
    """(words, id of the other node, where it was seen) for the edges of a node, at most EDGES_SHOWN."""
    found = []
    for edge in facts.edges_of(node.id):
        outward = edge.source == node.id
        other = edge.target if outward else edge.source
        words = _EDGE_WORDS[edge.kind][0 if outward else 1]
        found.append((tr(words), other, _seen(edge)))
        if len(found) == EDGES_SHOWN:
            break
    return found


def _seen(edge: Edge) -> str:
    parts = []
    for item in edge.evidence[:6]:
        if item.get("path"):
            line = f":{item['line']}" if item.get("line") else ""
            parts.append(f"{shown(item['path'], 120)}{line}")
        elif item.get("source"):
            relation = f" ({shown(item['relation'], 40)})" if item.get("relation") else ""
            parts.append(f"{shown(item['source'], 40)}{relation}")
    if edge.agree is False:
        parts.append(tr("the sources disagree"))
    elif edge.agree is True:
        parts.append(tr("the sources agree"))
    return "; ".join(parts)
