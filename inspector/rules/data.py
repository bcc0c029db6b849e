"""Training data: who can add to it, is it there, does loading it run a script?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from inspector.provenance import Confidence, Evidence, Finding, NodeKind, Severity, node_id
from inspector.rules.catalogue import rule
from inspector.rules.interface import Facts
from inspector.rules.wording import count, sentence

_SHOWN = 40


# Signs that say how training is fed, though nobody outside is seen to write there.
_INTAKE = ("schedule", "vendor", "annotation")


def user_influence(facts: Facts) -> Iterator[Finding]:
    """Places that write what users send into what a trainer reads, and places where training starts or takes
    data in without a visible approval: one finding of each kind for a file."""
    by_file: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for influence in facts.influences:
        is_intake = influence.get("family") in _INTAKE
        by_file["data.training-intake" if is_intake else "data.user-influence", influence["path"]].append(
            influence
        )
    for (name, path), found in by_file.items():
        strong = any(item["grade"] == "strong" for item in found)
        worst, milder = Severity.HIGH, Severity.MEDIUM
        if name == "data.training-intake":
            worst, milder = Severity.MEDIUM, Severity.LOW
        yield rule(name).finding(
            node_id(NodeKind.CODE, path),
            sentence(found[0]["why"]),
            [Evidence(item["path"], line=item.get("line"), text=item.get("text") or "") for item in found],
            severity=worst if strong else milder,
            confidence=Confidence.HIGH if strong else Confidence.LOW,
        )


def dead_links(facts: Facts) -> Iterator[Finding]:
    """Local data that code or a card names and that does not exist in the target."""
    missing: dict[str, list[Evidence]] = defaultdict(list)
    for edge in facts.graph.edges():
        node = facts.graph.node(edge.target)
        if node is not None and node.attributes.get("missing") is True:
            missing[node.id] += [
                Evidence(item.get("path"), line=item.get("line"), text=item.get("text") or "")
                for item in edge.evidence
            ]
    for key, evidence in missing.items():
        node = facts.graph.node(key)
        if node is not None:
            yield rule("data.dead-link").finding(
                key, f"{node.name} is named and does not exist in the target.", evidence[:_SHOWN]
            )


def scripts(facts: Facts) -> Iterator[Finding]:
    for dataset in facts.datasets:
        if dataset.script:
            yield rule("data.script").finding(
                _node(facts, dataset.path),
                f"{dataset.path} is run when the dataset is loaded.",
                [Evidence(dataset.path)],
            )


def contributors(facts: Facts) -> Iterator[Finding]:
    """Training rows without a contributor column."""
    for dataset in facts.datasets:
        if (
            dataset.rows
            and dataset.columns
            and dataset.contributor_column is None
            and _is_training(dataset.columns)
        ):
            yield rule("data.no-contributor").finding(
                _node(facts, dataset.path),
                f"{count(dataset.rows, 'row')}, and no column names who wrote them.",
                [Evidence(dataset.path, text=", ".join(dataset.columns[:20]))],
            )


def partly_read(facts: Facts) -> Iterator[Finding]:
    # Of a Git LFS pointer nothing is read at all: integrity.py names it.
    parts = [one for one in facts.datasets if one.partly and one.format != "git-lfs-pointer"]
    if parts:
        yield rule("data.not-read").finding(
            facts.root,
            f"{count(len(parts), 'data file was', 'data files were')} read only in part.",
            [Evidence(dataset.path, text=dataset.partly or "") for dataset in parts[:_SHOWN]],
        )


_TRAINING_COLUMNS = {
    "messages", "conversations", "prompt", "response", "completion", "instruction", "input", "output",
    "chosen", "rejected", "question", "answer", "text", "label",
}  # fmt: skip


def _is_training(columns: tuple[str, ...]) -> bool:
    return bool({column.lower() for column in columns} & _TRAINING_COLUMNS)


def _node(facts: Facts, path: str) -> str:
    for kind in (NodeKind.DATASET_FILE, NodeKind.DATASET, NodeKind.CODE):
        key = node_id(kind, path)
        if key in facts.graph:
            return key
    return facts.root


RULES = (user_influence, dead_links, scripts, contributors, partly_read)
