"""What changed between two scans, and which decisions of the first still hold in the second.

``gone`` is only said of what the second scan looked for and did not find. A finding whose file the second
scan could not read, or that only an audit could have seen where none was made, is ``undetermined``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from inspector.provenance import State
from inspector.review.decisions import Decision, is_past
from inspector.review.scans import fingerprint_of

Scan = Mapping[str, Any]

# Rules whose findings come from the advisory database: without a complete audit they are silent.
_AUDIT_RULES = ("dependencies.vulnerable", "dependencies.not-in-database")


def compare(before: Scan, after: Scan, decisions: Iterable[Decision] = ()) -> dict[str, Any]:
    """The contract's object for ``review compare``: lists of paths, node ids and finding ids, sorted.

    ``before`` and ``after`` are scans or anything with their lists ``files``, ``nodes``, ``findings``.
    ``decisions`` are those taken on ``before``. What one side does not have at all (a record package lists
    no nodes, say) is named in ``not_compared`` and its lists are empty. ``details`` says of each finding
    its rule, severity, node and title.
    """
    missing = [name for name in ("files", "nodes", "findings") if not (name in before and name in after)]
    findings = _findings(before, after) if "findings" not in missing else _no_findings()
    return {
        "files": _files(before, after) if "files" not in missing else _no_files(),
        "nodes": _nodes(before, after)
        if "nodes" not in missing
        else _sorted(added=[], removed=[], changed=[]),
        "findings": findings,
        "decisions": _decisions(decisions, after, set(findings["undetermined"])),
        "not_compared": missing,
        "details": _details(before, after),
    }


def _files(before: Scan, after: Scan) -> dict[str, list[str]]:
    old, new = _by(before["files"], "path"), _by(after["files"], "path")
    changed, undetermined = [], []
    for path in old.keys() & new.keys():
        same = _same_bytes(old[path], new[path])
        if same is None:
            undetermined.append(path)
        elif not same:
            changed.append(path)
    return _sorted(
        added=new.keys() - old.keys(),
        removed=old.keys() - new.keys(),
        changed=changed,
        undetermined=undetermined,
    )


def _same_bytes(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool | None:
    """Whether two files are the same; None where neither digest nor size can tell."""
    if one.get("sha256") and other.get("sha256"):
        return bool(one["sha256"] == other["sha256"])
    sizes = one.get("size"), other.get("size")
    return False if None not in sizes and sizes[0] != sizes[1] else None


def _nodes(before: Scan, after: Scan) -> dict[str, list[str]]:
    old, new = _by(before["nodes"], "id"), _by(after["nodes"], "id")
    # The severity of a node is its findings', which are compared by themselves.
    changed = [
        key
        for key in old.keys() & new.keys()
        if any(old[key].get(name) != new[key].get(name) for name in ("pin", "loading", "attributes"))
    ]
    return _sorted(added=new.keys() - old.keys(), removed=old.keys() - new.keys(), changed=changed)


def _findings(before: Scan, after: Scan) -> dict[str, list[str]]:
    old, new = _by(before["findings"], "id"), _by(after["findings"], "id")
    not_seen = [key for key in old.keys() - new.keys() if _was_not_looked_for(old[key], after)]
    both = old.keys() & new.keys()
    return _sorted(
        new=new.keys() - old.keys(),
        gone=old.keys() - new.keys() - set(not_seen),
        carried=both,
        changed=[key for key in both if fingerprint_of(old[key]) != fingerprint_of(new[key])],
        undetermined=not_seen,
    )


def _was_not_looked_for(finding: Mapping[str, Any], after: Scan) -> bool:
    rule = str(finding.get("rule") or "")
    audited = bool((after.get("audit") or {}).get("complete"))
    if rule in _AUDIT_RULES and not audited:
        return "nodes" not in after or any(item.get("id") == finding.get("node") for item in after["nodes"])
    unread = {item.get("path") for item in (after.get("coverage") or {}).get("not_analysed") or ()}
    return any(item.get("path") in unread for item in finding.get("evidence") or () if item.get("path"))


def _decisions(decisions: Iterable[Decision], after: Scan, undetermined: set[str]) -> dict[str, list[str]]:
    now = _by(after.get("findings") or (), "id")
    carried: list[str] = []
    again: list[str] = []
    settled: list[str] = []
    for decision in decisions:
        if decision.state is State.OPEN:
            continue
        found = now.get(decision.finding)
        if found is None:
            (again if decision.finding in undetermined else settled).append(decision.finding)
        elif decision.state is not State.FIXED and _holds(decision, found):
            carried.append(decision.finding)
        else:  # what was said to be fixed is still there
            again.append(decision.finding)
    return _sorted(carried=carried, to_ask_again=again, no_longer_needed=settled)


def _holds(decision: Decision, found: Mapping[str, Any]) -> bool:
    return decision.fingerprint == fingerprint_of(found) and not is_past(decision.expires)


def _details(before: Scan, after: Scan) -> dict[str, dict[str, Any]]:
    merged = {**_by(before.get("findings") or (), "id"), **_by(after.get("findings") or (), "id")}
    names = ("rule", "severity", "node", "title")
    return {key: {name: merged[key].get(name) for name in names} for key in sorted(merged)}


def _no_files() -> dict[str, list[str]]:
    return _sorted(added=[], removed=[], changed=[], undetermined=[])


def _no_findings() -> dict[str, list[str]]:
    return _sorted(new=[], gone=[], carried=[], changed=[], undetermined=[])


def _by(items: Iterable[Mapping[str, Any]], key: str) -> dict[str, Mapping[str, Any]]:
    return {item[key]: item for item in items}


def _sorted(**lists: Iterable[str]) -> dict[str, list[str]]:
    return {name: sorted(items) for name, items in lists.items()}
