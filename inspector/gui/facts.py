"""What is known of the target, as it grows: events in, plain lists out. No Qt in here.

The same object is filled by a running scan and by the scan that a review has stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from inspector.provenance import Edge, Finding, Node, Severity, State
from inspector.review.interface import ReviewedFinding
from inspector.scan.interface import LISTS

Event = Mapping[str, Any]


class Facts:
    """The lists of the contract's scan object, with nodes, edges and findings as nouns.

    ``known`` are decisions that stood before this scan, by finding id; a finding that comes with the same
    fingerprint keeps its decision. ``broken`` counts events that could not be understood: they are said,
    never passed over.
    """

    def __init__(self, known: Mapping[str, ReviewedFinding] | None = None) -> None:
        self.known = dict(known or {})
        self.target: dict[str, Any] = {}
        self.nodes: dict[str, Node] = {}
        self.edges: dict[tuple[str, str, Any], Edge] = {}
        self._edges_of: dict[str, list[tuple[str, str, Any]]] = {}
        self._file_at: dict[str, dict[str, Any]] = {}
        # Verdicts on large files whose hash is still to come, by path. A file takes its place when it comes.
        self.verdicts: dict[str, dict[str, Any]] = {}
        self.findings: dict[str, ReviewedFinding] = {}
        self.by_node: dict[str, list[str]] = {}
        self.files: list[dict[str, Any]] = []
        self.references: list[dict[str, Any]] = []
        self.manifests: list[dict[str, Any]] = []
        self.packages: list[dict[str, Any]] = []
        self.datasets: list[dict[str, Any]] = []
        self.errors: list[dict[str, Any]] = []
        self.progress: dict[str, Any] = {}
        self.done: dict[str, Any] | None = None
        self.broken = 0

    def add(self, event: Event) -> bool:
        """Takes in one event of the scan; False where it could not be understood."""
        before = self.broken
        try:
            self._take(event.get("event"), event)
        except (KeyError, TypeError, ValueError, AttributeError):
            self.broken += 1
        return self.broken == before

    def _take(self, kind: Any, event: Event) -> None:
        if kind == "node":
            node = Node.from_json(event)
            self.nodes[node.id] = node
        elif kind == "edge":
            edge = Edge.from_json(event)
            if edge.key not in self.edges:
                self._edges_of.setdefault(edge.source, []).append(edge.key)
                if edge.target != edge.source:
                    self._edges_of.setdefault(edge.target, []).append(edge.key)
            self.edges[edge.key] = edge
        elif kind == "finding":
            self.add_finding(Finding.from_json(event))
        elif kind == "progress":
            self.progress.update(event)
            if isinstance(event.get("target"), dict):
                self.target = dict(event["target"])
        elif kind == "error":
            self.errors.append(dict(event))
        elif kind == "done":
            self.done = dict(event)
            self.target = dict(event.get("target") or self.target)
        elif kind == "verdict":
            self.verdicts[str(event["path"])] = dict(event)
        elif kind == "file":
            self.verdicts.pop(str(event["path"]), None)
            self._file_at[str(event["path"])] = dict(event)
            self.files.append(self._file_at[str(event["path"])])
        elif kind in LISTS:
            getattr(self, LISTS[kind]).append(event)
        else:
            self.broken += 1

    def add_finding(self, finding: Finding) -> None:
        before = self.known.get(finding.id)
        if before is None:
            reviewed = ReviewedFinding(finding)
        elif before.finding.fingerprint == finding.fingerprint and before.state is not State.FIXED:
            reviewed = replace(before, finding=finding)
        else:
            again = before.ask_again or before.state is not State.OPEN
            was = before.before if before.state is State.OPEN else before.state
            reviewed = replace(before, finding=finding, state=State.OPEN, ask_again=again, before=was)
        self.put(reviewed)

    def put(self, reviewed: ReviewedFinding) -> None:
        """Puts a finding with its decision in the place of the one with its id."""
        finding = reviewed.finding
        if finding.id not in self.findings:
            self.by_node.setdefault(finding.node, []).append(finding.id)
        self.findings[finding.id] = reviewed

    def of_node(self, node: str) -> list[ReviewedFinding]:
        """The findings of one node, worst first."""
        found = [self.findings[key] for key in self.by_node.get(node, ())]
        return sorted(found, key=order)

    def edges_of(self, node: str) -> list[Edge]:
        """The edges that begin or end at ``node``."""
        return [self.edges[key] for key in self._edges_of.get(node, ())]

    def file(self, path: str) -> dict[str, Any] | None:
        """The file at ``path`` of the target."""
        return self._file_at.get(path)

    def node_name(self, key: str) -> str:
        node = self.nodes.get(key)
        return node.name if node is not None else key.partition(":")[2] or key

    def worst_open(self, node: str) -> Severity | None:
        """The gravest severity among the findings of ``node`` that still stand."""
        standing = [item for item in self.of_node(node) if stands(item)]
        return standing[0].finding.severity if standing else None

    @property
    def coverage(self) -> dict[str, Any]:
        return dict((self.done or {}).get("coverage") or {})

    @property
    def not_analysed(self) -> list[dict[str, Any]]:
        """What was not analysed, as {"path", "why"}: the scan's own list, or the errors so far."""
        if self.done is not None:
            return list(self.coverage.get("not_analysed") or [])
        return [{"path": item.get("path"), "why": item.get("why", "")} for item in self.errors]

    @property
    def gaps(self) -> int:
        """How many files were not analysed: at least those that are named, more after a cancelled scan."""
        files, analysed = self.coverage.get("files"), self.coverage.get("analysed")
        missing = files - analysed if isinstance(files, int) and isinstance(analysed, int) else 0
        return max(len(self.not_analysed), missing)

    @property
    def audit(self) -> dict[str, Any]:
        return dict((self.done or {}).get("audit") or {})


def stands(item: ReviewedFinding) -> bool:
    """Whether the finding is still something to act on: not fixed, not set aside as wrong."""
    return item.state in (State.OPEN, State.CONFIRMED, State.ACCEPTED)


def order(item: ReviewedFinding) -> tuple[int, str, str]:
    """Worst first, then by node and rule."""
    return (-item.finding.severity.rank, item.finding.node, item.finding.rule)


def events_of(scan: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A stored scan object as the events it was made of."""
    for kind, name in LISTS.items():
        for item in scan.get(name) or ():
            yield {"event": kind, **item}
    rest = {key: value for key, value in scan.items() if key not in LISTS.values()}
    yield {"event": "done", **rest}


def ended_early(facts: Facts, why: str) -> dict[str, Any]:
    """The ``done`` event of a scan that was cancelled or broke off: it says what was not read.

    ``why`` is the sentence that stands beside it in the coverage.
    """
    total = facts.progress.get("total")
    read = len(facts.files)
    missing = max(int(total) - read, 0) if isinstance(total, int) else None
    what = f"{missing} of {total} files" if missing is not None else "an unknown number of files"
    not_analysed = facts.not_analysed
    not_analysed.append({"path": ".", "why": f"{why} {what} were not read"})
    return {
        "event": "done",
        "schema": "provenance-inspector/scan/1",
        "target": facts.target,
        "audit": {"source": None, "as_of": None, "complete": False},
        "coverage": {
            "files": total if isinstance(total, int) else read,
            "analysed": read,
            "left_out": [],
            "not_analysed": not_analysed,
        },
        "run": {},
        "incomplete": [f"{why} {what} were not read."],
    }
