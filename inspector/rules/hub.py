"""What a hub says of a repository and its family: names that move, parents nobody can reach, owners."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from inspector.dependencies import looks_like_owner
from inspector.provenance import Edge, EdgeKind, Evidence, Finding, Node, NodeKind, Severity, node_id, plain
from inspector.rules.catalogue import rule
from inspector.rules.interface import Facts, FileFact
from inspector.rules.loading import facts_node
from inspector.rules.wording import count, listed
from inspector.sources.interface import EntryKind

_CLAIMED = {
    EdgeKind.DERIVED_FROM: ("provenance.parent-unresolved", "is claimed as a parent"),
    EdgeKind.TRAINED_ON: ("data.dead-link", "is named as training data"),
}
# Words of inspector.sources.hub.kinship.
_SIGNALS = {
    "gate": "provenance.gate-bypassed",
    "licence": "provenance.licence-differs",
    "weights": "provenance.no-weights",
}
_GRAVE = ("unsafe", "infected", "malicious", "dangerous")
_SHOWN_IMPORTS = 12
_SHOWN_FILES = 40


def target_not_pinned(facts: Facts) -> Iterator[Finding]:
    if facts.hub is not None and facts.hub.pin.is_unpinned:
        asked = f"at {facts.hub.requested_revision}" if facts.hub.requested_revision else "without a revision"
        meant = f"commit {facts.hub.sha}" if facts.hub.sha else "a commit that the hub does not name"
        yield rule("provenance.target-not-pinned").finding(
            facts.root,
            f"The repository was opened {asked}, which at that time meant {meant}.",
            [Evidence(text=f"{facts.hub.id}@{facts.hub.sha or 'unknown'}")],
        )


def renamed(facts: Facts) -> Iterator[Finding]:
    for node in _repositories(facts):
        asked = node.attributes.get("asked")
        if asked:
            yield rule("provenance.renamed").finding(
                node.id,
                f"{asked} is now {node.name}. Pin the new name and a commit.",
                [Evidence(text=f"{asked} → {node.name}")],
            )


def disabled(facts: Facts) -> Iterator[Finding]:
    for node in _repositories(facts):
        if node.attributes.get("disabled") is True:
            yield rule("provenance.disabled").finding(
                node.id,
                "Hugging Face has disabled this repository.",
                [Evidence(text=f"{node.name}: disabled")],
            )


def gated(facts: Facts) -> Iterator[Finding]:
    """Repositories whose bytes only some are given."""
    for node in _repositories(facts):
        word = node.attributes.get("gated")
        if word:
            how = "automatic approval" if word == "auto" else "manual approval"
            yield rule("provenance.gated").finding(
                node.id,
                f"The list of files is public, the bytes are gated ({how}).",
                [Evidence(text=f"{node.name}: gated {word}")],
            )


def open_questions(facts: Facts) -> Iterator[Finding]:
    """What does not fit together in the hub's answers about the target."""
    if facts.hub is None:
        return
    said = {finding.message for found in (renamed(facts), disabled(facts)) for finding in found}
    notes = [note for note in facts.hub.notes if note not in said and "bytes are gated" not in note]
    if notes:
        yield rule("provenance.hub-answers").finding(
            facts.root, " ".join(notes), [Evidence(text=note) for note in notes]
        )


def parents(facts: Facts) -> Iterator[Finding]:
    """Claimed parents and training data that could not be reached."""
    if facts.hub is None:
        return
    claims: dict[tuple[str, str], list[Evidence]] = defaultdict(list)
    for edge in facts.graph.edges():
        target = facts.graph.node(edge.target)
        if edge.kind in _CLAIMED and target is not None and target.attributes.get("resolved") is False:
            claims[edge.kind.value, target.id] += [Evidence(text=_claim(item)) for item in edge.evidence]
    for (kind, key), evidence in claims.items():
        target = facts.graph.node(key)
        name, words = _CLAIMED[EdgeKind(kind)]
        if target is not None:
            problem = target.attributes.get("problem") or "It was not looked up."
            yield rule(name).finding(key, f"{target.name} {words}. {problem}", evidence)


def disagreements(facts: Facts) -> Iterator[Finding]:
    """Models whose sources differ about their parents, one finding with every statement for each."""
    by_child: dict[str, list[Edge]] = defaultdict(list)
    for edge in facts.graph.edges():
        if edge.kind is EdgeKind.DERIVED_FROM:
            by_child[edge.source].append(edge)
    for child, edges in by_child.items():
        if not any(edge.agree is False for edge in edges):
            continue
        names = {node.name for edge in edges if (node := facts.graph.node(edge.target)) is not None}
        statements = [item for edge in edges for item in edge.evidence]
        if len(names) > 1:
            message = f"{count(len(statements), 'statement')} name {len(names)} parents: {listed(names)}."
        else:
            message = f"{count(len(statements), 'statement')} about {listed(names)} name different relations."
        yield rule("provenance.lineage-disagrees").finding(
            child, message, [Evidence(text=_claim(item)) for item in statements]
        )


def replaced_parents(facts: Facts) -> Iterator[Finding]:
    """Parents that cannot be what the model was made from: younger than it, or made again."""
    if facts.hub is None:
        return
    notes: dict[str, dict[str, None]] = defaultdict(dict)
    claimed: dict[str, list[Evidence]] = defaultdict(list)
    for repository in (facts.hub, *facts.hub.relatives):
        for claim in repository.lineage:
            if claim.notes:
                key = node_id(NodeKind.MODEL, claim.parent)
                notes[key].update(dict.fromkeys(claim.notes))
                claimed[key] += [Evidence(text=f"{repository.id}: {_claim(item)}") for item in claim.evidence]
    for key, said in notes.items():
        again = any("made again" in note for note in said)
        yield rule("provenance.parent-replaced").finding(
            key,
            " ".join(said),
            claimed[key],
            severity=Severity.HIGH if again else Severity.MEDIUM,
        )


def kinship(facts: Facts) -> Iterator[Finding]:
    """What a model and its parent show together, and a model alone: gates, licences, missing weights."""
    if facts.hub is None:
        return
    for repository in (facts.hub, *facts.hub.relatives):
        said: dict[str, list[str]] = defaultdict(list)
        for signal in (*repository.signals, *(one for claim in repository.lineage for one in claim.signals)):
            said[signal.code].append(signal.sentence)
        key = facts.root if repository is facts.hub else node_id(NodeKind.MODEL, repository.id)
        for code, sentences in said.items():
            yield rule(_SIGNALS[code]).finding(
                key, " ".join(sentences), [Evidence(text=sentence) for sentence in sentences]
            )


def scanned_by_the_hub(facts: Facts) -> Iterator[Finding]:
    """Files that the hub's own scanners warn of. Their silence says nothing, so nothing is made of it."""
    if facts.hub is None:
        return
    from inspector.sources.hub.verdicts import warns

    for file in facts.files:
        verdict = file.entry.attributes.get("hub_scan") or {}
        said = warns(verdict)
        if said:
            grave = any(word.endswith(_GRAVE) for word in said)
            yield rule("provenance.hub-scan").finding(
                facts_node(facts, file),
                f"The hub's own scanners warn of {plain(file.path, 200)}: {listed(said)}.",
                [Evidence(file.path, text=word) for word in (*said, *verdict["imports"][:_SHOWN_IMPORTS])],
                severity=Severity.HIGH if grave else Severity.MEDIUM,
                subject=file.sha256 or "",
            )


def blobs_of_a_cache(facts: Facts) -> Iterator[Finding]:
    """Files of a hub's cache whose bytes are not those that their names, or the commit's list, promise."""
    for file in facts.files:
        said = file.entry.attributes
        claimed = file.entry.claimed_sha256
        if file.entry.kind is not EntryKind.FILE or not ("repository" in said or "blob" in said):
            continue
        evidence = []
        if said.get("blob_matches") is False:
            evidence.append(f"git id promised by its name: {said.get('blob') or 'none'}")
        elif claimed is not None and file.sha256 is not None and claimed != file.sha256:
            evidence.append(f"sha256 promised: {claimed}")
        if said.get("listed_as"):
            evidence.append(f"the commit's list names {said['listed_as']}, the snapshot {said.get('blob')}")
        if evidence:
            evidence.append(f"sha256 of the bytes: {file.sha256 or 'not computed'}")
            name = plain(file.path.rpartition("/")[2], 200)
            yield rule("integrity.cache-blob-differs").finding(
                facts_node(facts, file),
                f"{name}: bytes do not match {_promise(said)}.",
                [Evidence(file.path, text=text) for text in evidence],
                subject=file.sha256 or "",
            )


def _promise(said: Mapping[str, Any]) -> str:
    if said.get("pointer_of"):
        return "the Git LFS pointer of the commit that is checked out"
    return "the name of its cache blob / the hub's hash"


def model_signatures(facts: Facts) -> Iterator[Finding]:
    """Models with a signature that nobody made, or that speaks of other files than these."""
    for node in facts.graph.nodes(NodeKind.MODEL):
        sentences, evidence = [], []
        for item in node.attributes.get("signatures", ()):
            shown = plain(item["path"], 200)
            if item["signature"] == "invalid":
                sentences.append(f"The signature {shown} is not valid. {item['why']}".rstrip())
                evidence.append(Evidence(item["path"], text=f"signature: invalid ({item['method']})"))
            if item["content"] != "differs":
                continue
            counts = [(word, item[word]) for word in ("changed", "missing", "unlisted") if item[word]]
            told = ", ".join(f"{len(paths)} {word}" for word, paths in counts)
            sentences.append(f"The files are not those that {shown} was made for: {told}.")
            evidence.append(Evidence(item["path"], text=f"content: {told}"))
            evidence += [
                Evidence(text=f"{word}: {plain(path, 300)}")
                for word, paths in counts
                for path in paths[:_SHOWN_FILES]
            ]
        if sentences:
            yield rule("integrity.claim-differs").finding(
                node.id, " ".join(sentences), evidence, title="A model's signature does not hold"
            )


def holes_in_a_cache(facts: Facts) -> Iterator[Finding]:
    """Snapshots of which files are missing, and downloads that were broken off; one finding for all."""
    snapshots: dict[str, list[FileFact]] = defaultdict(list)
    for file in facts.files:
        for name in file.entry.attributes.get("snapshots", ()):
            snapshots[name].append(file)
    missing = {
        name: [file for file in files if file.entry.attributes.get("missing")]
        for name, files in snapshots.items()
    }
    partial = [file for file in facts.files if file.entry.attributes.get("partial")]
    sentences = [
        f"{len(gone)} of {len(snapshots[name])} files of this snapshot are missing locally: "
        f"{plain(name, 200)}."
        for name, gone in missing.items()
        if gone
    ]
    if partial:
        sentences.append(f"{count(len(partial), 'download')} was broken off.")
    if sentences:
        gone = list({file.path: file for files in missing.values() for file in files}.values())
        yield rule("integrity.cache-incomplete").finding(
            facts.root,
            " ".join(sentences),
            [Evidence(file.path, text=file.entry.detail) for file in (*gone, *partial)[:_SHOWN_FILES]],
        )


def lookalike_owners(facts: Facts) -> Iterator[Finding]:
    """Owners whose name is nearly that of a well-known one; a mark of the hub sets them right."""
    for node in facts.graph.nodes(NodeKind.OWNER):
        near = [] if node.attributes.get("verified") is True else looks_like_owner(node.name)
        if near:
            yield rule("provenance.lookalike-owner").finding(
                node.id,
                f"{node.name} looks like {listed([one['name'] for one in near])}.",
                [Evidence(text=f"{one['name']}: {one['why']}") for one in near],
            )


def owners(facts: Facts) -> Iterator[Finding]:
    """Owners that the hub has not verified, or of whom it said nothing; users never are verified."""
    for node in facts.graph.nodes(NodeKind.OWNER):
        if "problem" not in node.attributes or node.attributes.get("verified") is True:
            continue
        problem = node.attributes.get("problem")
        kind = "organisation" if node.attributes.get("type") == "organization" else "user"
        article = "an" if kind == "organisation" else "a"
        yield rule("provenance.unverified-owner").finding(
            node.id,
            f"Who {node.name} is could not be looked up. {problem}"
            if problem
            else f"{node.name} is {article} {kind} that the hub has not verified.",
            [Evidence(text=_owner(node.attributes) or node.name)],
        )


def _repositories(facts: Facts) -> Iterator[Node]:
    if facts.hub is not None:
        for node in facts.graph.nodes():
            if "resolved" in node.attributes or node.id == facts.root:
                yield node


def _claim(item: Mapping[str, Any]) -> str:
    relation = f" ({item['relation']})" if item.get("relation") else ""
    return f"{item.get('source')}: {item.get('value')}{relation}"


def _owner(attributes: Mapping[str, Any]) -> str:
    shown = ("plan", "created", "followers", "models")
    return ", ".join(f"{key} {attributes[key]}" for key in shown if attributes.get(key) is not None)


RULES = (
    target_not_pinned,
    renamed,
    disabled,
    gated,
    open_questions,
    parents,
    disagreements,
    replaced_parents,
    kinship,
    scanned_by_the_hub,
    lookalike_owners,
    blobs_of_a_cache,
    holes_in_a_cache,
    model_signatures,
    owners,
)
