"""A scan as text for a terminal: what was looked at, what stands out, what is not known.

Nothing of the target reaches the terminal unescaped. The words carry the meaning; colour is not used.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from inspector.provenance import plain
from inspector.provenance.text import elide_middle
from inspector.provenance.words import Pin, Severity

_WIDTH = 100
_EVIDENCE = 3
_LISTED = 10


def render(result: Mapping[str, Any]) -> str:
    """The whole report, with a line feed at its end."""
    return "\n".join(_lines(result)) + "\n"


def _lines(result: Mapping[str, Any]) -> Iterator[str]:
    target = result["target"]
    revision = f" at {target['revision']}" if target.get("revision") else ""
    yield f"{plain(target['name'], 200)}{revision}  ({target['kind']})"
    yield ""
    yield from _inventory(result)
    yield ""
    yield from _findings(result)
    yield from _unknown(result)


def _inventory(result: Mapping[str, Any]) -> Iterator[str]:
    coverage = result["coverage"]
    kinds = Counter(node["kind"] for node in result["nodes"])
    unpinned = Counter(
        node["kind"] for node in result["nodes"] if node["pin"] in (Pin.MOVABLE.value, Pin.NONE.value)
    )
    pickles = [file for file in result["files"] if file.get("pickle")]
    yield f"Files         {coverage['files']}, {coverage['analysed']} analysed, {len(pickles)} pickle-based"
    for kind, words in (("model", "Models"), ("dataset", "Datasets"), ("package", "Packages")):
        if kinds[kind]:
            yield f"{words:<13} {kinds[kind]}, {unpinned[kind]} unpinned"
    yield f"References    {len(result['references'])}"
    yield f"Audit         {_audit(result)}"
    yield from _tree(result)
    for note in (result.get("run") or {}).get("notes") or ():
        yield f"Note          {plain(note, 300)}"
    for pickle in pickles[:_LISTED]:
        yield f"  pickle-based  {plain(pickle['path'], 120)}  ({pickle['loading']})"
    if len(pickles) > _LISTED:
        yield f"  … and {len(pickles) - _LISTED} more"


def _audit(result: Mapping[str, Any]) -> str:
    words = Counter(package["audit"] for package in result["packages"])
    if not words:
        return "no packages"
    counts = ", ".join(f"{number} {word}" for word, number in sorted(words.items()))
    source = result["audit"]["source"]
    return f"{counts} ({source})" if source != "none" else counts


def _tree(result: Mapping[str, Any]) -> Iterator[str]:
    """How large and deep the tree of packages is, and what brings most of it."""
    root = next((node for node in result["nodes"] if node["attributes"].get("root") is True), None)
    facts = root["attributes"].get("dependencies") if root is not None else None
    if not facts or not facts["edges"]:
        return
    yield (
        f"Tree          {facts['direct']} asked for, {facts['transitive']} pulled in, "
        f"up to {facts['depth']} steps away"
    )
    lost = facts["unreached"]["total"]
    if lost:
        yield f"              {lost} that nothing is known to pull in"
    heavy = ", ".join(f"{plain(one['name'], 60)} ({one['brings']})" for one in facts["heaviest"][:3])
    if heavy:
        yield f"              bring the most: {heavy}"


def _findings(result: Mapping[str, Any]) -> Iterator[str]:
    findings = result["findings"]
    if not findings:
        yield "No findings. That is not a statement about what was not analysed."
        return
    counts = Counter(finding["severity"] for finding in findings)
    yield f"{len(findings)} {'finding' if len(findings) == 1 else 'findings'}: " + ", ".join(
        f"{counts[severity.value]} {severity.value}" for severity in Severity if counts[severity.value]
    )
    names = {node["id"]: node["name"] for node in result["nodes"]}
    for finding in findings:
        name = plain(names.get(finding["node"], finding["node"]), 80)
        yield ""
        yield f"{finding['severity'].upper():<9} {finding['title']}: {name}   [{finding['id']}]"
        yield f"          {plain(finding['message'], 400)}"
        for item in finding["evidence"][:_EVIDENCE]:
            yield f"          {_place(item)}"
        rest = len(finding["evidence"]) - _EVIDENCE
        if rest > 0:
            yield f"          … and {rest} more"
        yield f"          → {finding['remediation']}"


def _place(item: Mapping[str, Any]) -> str:
    where = plain(item["path"] or "", 120)
    if item.get("line") is not None:
        where += f":{item['line']}"
    elif item.get("offset") is not None:
        where += f" at byte {item['offset']}"
    text = " ".join(plain(item["text"], 300, keep_newlines=True).split())
    return f"{where}  {elide_middle(text, _WIDTH)}".strip()


def _unknown(result: Mapping[str, Any]) -> Iterator[str]:
    coverage = result["coverage"]
    if coverage["not_analysed"]:
        yield ""
        yield f"Not analysed: {len(coverage['not_analysed'])}"
        for item in coverage["not_analysed"][:_LISTED]:
            yield f"  {plain(item['path'], 120)}  {plain(item['why'], 200)}"
        if len(coverage["not_analysed"]) > _LISTED:
            yield f"  … and {len(coverage['not_analysed']) - _LISTED} more (--format json lists all)"
    if coverage["left_out"]:
        yield ""
        named = ", ".join(plain(item["path"], 80) for item in coverage["left_out"][:_LISTED])
        rest = len(coverage["left_out"]) - _LISTED
        more = f" and {rest} more" if rest > 0 else ""
        yield f"Left out by rule: {named}{more}"
