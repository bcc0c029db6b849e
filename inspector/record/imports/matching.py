"""What of a document speaks of the same things as this review: the same finding on the same evidence, the
same question, the same bytes, the same version. Everything else is left, and the import says why.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from inspector.provenance import Node, NodeKind, Pin, State, plain
from inspector.record.imports.interface import Answered, Assessed, Component, Document, Judged
from inspector.review import clock
from inspector.review.interface import ReviewFile
from inspector.review.proposals import MOST_LEFT, Import, Proposal
from inspector.review.scans import fingerprint_of

_AUDITED = "dependencies.vulnerable"  # one finding for all advisories of a package
_FIXED = (Pin.DIGEST, Pin.COMMIT, Pin.VERSION)
_FILES = (NodeKind.MODEL_FILE, NodeKind.DATASET_FILE, NodeKind.CODE, NodeKind.MANIFEST)


def proposals_of(document: Document, review: ReviewFile) -> Import:
    """What ``document`` proposes for ``review``. Nothing is stored; ``review.take_import`` does that."""
    here = _Here.of(review)
    left = _Left()
    proposals = [
        *_from_judgements(document.judged, here, left),
        *_from_answers(document.answered, here, left),
    ]
    nodes, matched = _from_components(document.components, here, left)
    proposals += nodes
    proposals += _from_assessments(document.assessed, matched, here, left)
    for note in document.notes:
        left.say("the document", note)
    counts = {
        "findings": len(document.judged),
        "questions": len(document.answered),
        "components": len(document.components),
        "components_here": len(matched),
        "advisories": len(document.assessed),
        "proposed": len(proposals),
        "left": left.number,
    }
    return Import(document.origin, tuple(proposals), tuple(left.rows), counts)


class _Left:
    """What was not proposed, and why: the first rows, and how many there are."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str]] = []
        self.number = 0

    def say(self, what: str, why: str) -> None:
        self.number += 1
        if len(self.rows) < MOST_LEFT:
            self.rows.append((what, why))


@dataclass(frozen=True)
class _Here:
    """What this review holds, ready to be asked."""

    fingerprints: Mapping[str, str]
    titles: Mapping[str, str]
    rules: Mapping[str, tuple[str, str]]  # finding id: rule, node
    digests: Mapping[str, str]  # path: SHA-256
    nodes: Mapping[str, Node]
    questions: Mapping[str, str]
    advisories: Mapping[str, list[set[str]]]  # node id: each advisory with its aliases

    @classmethod
    def of(cls, review: ReviewFile) -> _Here:
        scan = review.scan() or {}
        findings = [item.finding for item in review.findings()]
        nodes = {node.id: node for node in review.nodes()}
        return cls(
            fingerprints={one.id: fingerprint_of(one.as_json()) for one in findings},
            titles={one.id: one.title for one in findings},
            rules={one.id: (one.rule, one.node) for one in findings},
            digests={str(one["path"]): str(one.get("sha256") or "") for one in scan.get("files") or ()},
            nodes=nodes,
            questions={one.id: one.text for one in review.questions()},
            advisories=_advisories(scan, nodes),
        )


def _advisories(scan: Mapping[str, Any], nodes: Mapping[str, Node]) -> dict[str, list[set[str]]]:
    by_name = {_package_key(node): key for key, node in nodes.items() if node.kind is NodeKind.PACKAGE}
    found: dict[str, list[set[str]]] = {}
    for package in scan.get("packages") or ():
        ecosystem = str(package.get("ecosystem") or "PyPI").lower()
        key = (ecosystem, _spelt(ecosystem, str(package.get("name"))), str(package.get("version") or ""))
        if key in by_name:
            for one in package.get("advisories") or ():
                ids = {str(one.get("id") or ""), *map(str, one.get("aliases") or ())} - {""}
                found.setdefault(by_name[key], []).append(ids)
    return found


# Findings that an earlier record judged


def _from_judgements(judged: Iterable[Judged], here: _Here, left: _Left) -> list[Proposal]:
    found = []
    for one in judged:
        if one.state == State.OPEN.value:
            continue
        why = _why_not(one, here)
        title = here.titles.get(one.finding)
        what = f"{one.finding}: {plain(title, 120)}" if title else one.finding
        if why:
            left.say(what, why)
            continue
        found.append(
            Proposal(
                about="finding",
                key=one.finding,
                word=one.state,
                text=one.because,
                expires=one.expires,
                owner=one.owner,
                fingerprint=one.fingerprint,
            )
        )
    return found


def _why_not(one: Judged, here: _Here) -> str:
    """Why a judgement is not proposed; "" where what it was made of is still the same."""
    seen = here.fingerprints.get(one.finding)
    if seen is None:
        return "this review has no such finding"
    if one.state == State.FIXED.value:
        return "it was said to be fixed, and it is found here"
    if not one.fingerprint or seen != one.fingerprint:
        return "its evidence changed"
    for path, digest in one.files:
        now = here.digests.get(path)
        if now is None:
            return f"{plain(path, 200)} is no file of this target"
        if not digest or not now:
            return f"the bytes of {plain(path, 200)} cannot be compared"
        if now != digest:
            return f"{plain(path, 200)} was changed"
    node = here.nodes.get(one.node)
    if one.is_component and node is not None:
        was = (one.version or "", one.revision or "")
        now_is = tuple(str(node.attributes.get(name) or "") for name in ("version", "revision"))
        if was != now_is:
            return f"it was about {plain(' '.join(was).strip() or 'no version')}, and here is another"
    if one.state == State.ACCEPTED.value and (not one.expires or not clock.is_date(one.expires)):
        return "it was accepted without a date"
    if one.expires and one.expires < clock.today():
        return f"its date has passed ({one.expires})"
    if State(one.state).needs_reason and not one.because:
        return "it gives no reason"
    return ""


# Answers


def _from_answers(answered: Iterable[Answered], here: _Here, left: _Left) -> list[Proposal]:
    found = []
    for one in answered:
        if one.question not in here.questions:
            left.say(plain(one.question, 100), "this checklist has no such question")
        elif here.questions[one.question] != one.text:
            left.say(one.question, "the question read otherwise")
        elif one.answer == "unknown":
            left.say(one.question, "it was answered with unknown")
        else:
            names = f" Evidence then: {', '.join(one.evidence)}." if one.evidence else ""
            found.append(
                Proposal(
                    about="question", key=one.question, word=one.answer, text=f"{one.note}{names}".strip()
                )
            )
    return found


# Components


def _from_components(
    components: Iterable[Component], here: _Here, left: _Left
) -> tuple[list[Proposal], dict[str, str]]:
    """What is said of nodes, and the node of every component that is here, by the document's own id."""
    packages = {_package_key(node): node for node in here.nodes.values() if node.kind is NodeKind.PACKAGE}
    names = {key[:2] for key in packages}
    by_digest: dict[str, list[str]] = {}
    for node in here.nodes.values():
        digest = str(node.attributes.get("sha256") or here.digests.get(node.name) or "")
        if node.kind in _FILES and digest:
            by_digest.setdefault(digest, []).append(node.id)
    found: list[Proposal] = []
    matched: dict[str, str] = {}
    absent = 0
    said: Counter[tuple[str, tuple[str, ...], str]] = Counter()
    for one in components:
        keys, how, why = _nodes_of(one, here, packages, names, by_digest)
        if not keys:
            absent += not why
            if why:
                left.say(plain(f"{one.name} {one.version}".strip(), 160), why)
            continue
        for ref in (one.ref, one.purl):
            if ref:
                matched.setdefault(ref, keys[0])
        for key in keys if one.licences or one.supplier else ():
            said[(key, one.licences, one.supplier)] += 1
            if said[(key, one.licences, one.supplier)] == 1:
                row = Proposal("node", key, licences=one.licences, supplier=one.supplier, how=how)
                found.append(row)
    if absent:
        left.say(f"{absent} components", "nothing in this review is the same")
    return found, matched


def _nodes_of(
    one: Component,
    here: _Here,
    packages: Mapping[tuple[str, str, str], Node],
    names: set[tuple[str, str]],
    by_digest: Mapping[str, list[str]],
) -> tuple[list[str], str, str]:
    """The nodes that ``one`` is, by what they are known, and else why a likely one is not it."""
    for digest in one.digests:
        if digest in by_digest:
            return by_digest[digest], "sha256", ""
    if one.path and one.path in here.digests:
        return [], "", "the file has other bytes here" if one.digests else "it gives no SHA-256 to compare"
    kind, name, version = _purl(one.purl)
    if kind == "huggingface":
        return _hub_nodes(name, version or one.version, here)
    if kind:
        node = packages.get((kind, _spelt(kind, name), version))
        if node is not None and version:
            return [node.id], "purl", ""
        if (kind, _spelt(kind, name)) in names:
            return [], "", _another(version)
        return [], "", ""
    node = here.nodes.get(one.ref)  # an earlier record, or a bill of materials of this program
    if node is not None and node.kind not in (NodeKind.MODEL, NodeKind.DATASET):
        now = str(node.attributes.get("version") or node.attributes.get("revision") or "")
        if now and now == one.version and node.pin in _FIXED:
            return [node.id], "id", ""
        return [], "", _another(one.version)
    if one.kind in ("model", "dataset"):
        return _hub_nodes(one.name, one.version, here)
    return [], "", ""


def _hub_nodes(name: str, version: str, here: _Here) -> tuple[list[str], str, str]:
    """A repository of the hub counts as the same only at one commit: a name alone can come to mean others."""
    wanted = unquote(name)
    for node in here.nodes.values():
        if node.kind in (NodeKind.MODEL, NodeKind.DATASET) and node.name.casefold() == wanted.casefold():
            revision = str(node.attributes.get("revision") or "")
            if revision and revision == version and re.fullmatch(r"[0-9a-f]{40}", revision):
                return [node.id], "purl", ""
            return [], "", f"the commit is not the same ({plain(version or 'none stated', 60)})"
    return [], "", ""


def _another(version: str) -> str:
    return f"another version is here than {plain(version, 60)}" if version else "it states no version"


_PURL = re.compile(r"pkg:/*([A-Za-z][A-Za-z0-9.+-]*)/([^@?#]+)(?:@([^?#]+))?", re.ASCII)


def _purl(text: str) -> tuple[str, str, str]:
    """Type, name with its namespace, and version of a package URL; three empty texts for what is none."""
    found = _PURL.match(text)
    if not found:
        return "", "", ""
    return found[1].lower(), unquote(found[2]).strip("/"), unquote(found[3] or "")


def _spelt(ecosystem: str, name: str) -> str:
    """One spelling of a name, as each index compares them (PyPA normalization; npm and conda: small)."""
    return re.sub(r"[-_.]+", "-", name).lower() if ecosystem == "pypi" else name.lower()


def _package_key(node: Node) -> tuple[str, str, str]:
    attributes = node.attributes
    ecosystem = str(attributes.get("ecosystem") or "PyPI").lower()
    named = str(attributes.get("package") or node.name.partition(" ")[0])
    return ecosystem, _spelt(ecosystem, named), str(attributes.get("version") or "")


# Advisories (VEX)


def _from_assessments(
    assessed: Iterable[Assessed], matched: Mapping[str, str], here: _Here, left: _Left
) -> list[Proposal]:
    """One finding speaks of all advisories of a package: it is judged only where each of them is, alike."""
    by_node: dict[str, list[Assessed]] = {}
    for one in assessed:
        node = matched.get(one.ref)
        name = ", ".join(one.ids[:3]) or "an advisory"
        if node is None:
            left.say(plain(name, 160), "it is about a component that is not here in that version")
        elif not one.state:
            left.say(plain(name, 160), "it was not decided there, or said to be resolved")
        else:
            by_node.setdefault(node, []).append(one)
    findings = {node: key for key, (rule, node) in here.rules.items() if rule == _AUDITED}
    found = []
    for node, some in by_node.items():
        key, open_ids = findings.get(node), here.advisories.get(node, [])
        name = plain(here.nodes[node].name, 120)
        if key is None or not open_ids:
            left.say(name, "no advisory is found for it here")
            continue
        states = {one.state for ids in open_ids for one in some if ids & set(one.ids)}
        silent = [ids for ids in open_ids if not any(ids & set(one.ids) for one in some)]
        because = "; ".join(dict.fromkeys(one.because for one in some if one.because))
        if silent:
            left.say(name, f"it speaks of {len(open_ids) - len(silent)} of {len(open_ids)} advisories")
        elif len(states) != 1:
            left.say(name, "it says different things of its advisories")
        elif State(word := states.pop()).needs_reason and not because:
            left.say(name, "it gives no reason")
        else:
            fingerprint = here.fingerprints[key]
            found.append(Proposal("finding", key, word=word, text=because, fingerprint=fingerprint))
    return found
