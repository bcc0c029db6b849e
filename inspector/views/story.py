"""The story view: the project at the left, the worst findings, the shortest ways between, little else.

A run of dull nodes becomes a chip ("4 hops"), like siblings become a stack ("+378 packages"). A graph that
fits is shown whole.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TypeAlias

from inspector.provenance import Edge, Finding, NodeKind, Severity
from inspector.views.compose import Join, compose, count_of, joins_between
from inspector.views.interface import PlacedNode, View
from inspector.views.marks import card, marks, node_severity, stack_card, worst_first
from inspector.views.network import Graph, Network, findings_by_node
from inspector.views.words import say

STORY_CAP = 25
_TARGETS = 14
_SHOWN_OF_A_GROUP = 2
_SMALLEST_STACK = 3

_Found: TypeAlias = Mapping[str, Sequence[Finding]]
# What makes two siblings alike: where they hang, what they are, their marks, how bad.
_Likeness: TypeAlias = tuple[str, NodeKind, tuple[str, ...], Severity | None]


def story(
    graph: Graph,
    findings: Iterable[Finding],
    selected: str | None = None,
    *,
    expanded: Collection[str] = (),
    cap: int = STORY_CAP,
) -> View:
    """The story of ``graph``. ``selected`` is always in it; ``expanded`` are ids of stacks to open."""
    network = Network.of(graph)
    found = findings_by_node(findings)
    total = sum(len(items) for items in found.values())
    if len(network) <= cap:
        cards = worst_first([card(node, found.get(node.id, ())) for node in network.nodes.values()])
        shown_findings = sum(len(found.get(key, ())) for key in network.nodes)
        return compose(
            "story",
            cards,
            joins_between(network, list(network.nodes)),
            heading=_heading(shown_findings, total, len(network), len(network)),
            shown=len(network),
            total=len(network),
            anchor=network.root or next(iter(network.nodes), ""),
            first=network.root,
            selected=selected,
        )
    telling = _Telling(network, found, selected, frozenset(expanded), cap)
    cards = telling.cards()
    keys = [item.id for item in cards if not item.stack]
    return compose(
        "story",
        cards,
        telling.joins(keys),
        heading=_heading(sum(len(found.get(key, ())) for key in keys), total, len(keys), len(network)),
        shown=len(keys),
        total=len(network),
        anchor=telling.root,
        first=telling.root,
        selected=selected,
    )


def _heading(shown_findings: int, findings: int, shown: int, total: int) -> str:
    if not findings:
        return f"{say('No findings')}, {count_of(shown, total)}"
    numbers = f"{shown_findings:,}", f"{findings:,}"
    said = say("{0} of {1} finding", *numbers) if findings == 1 else say("{0} of {1} findings", *numbers)
    return f"{said}, {count_of(shown, total)}"


class _Telling:
    """Chooses what a story shows of a graph that is too large to be shown whole."""

    def __init__(
        self,
        network: Network,
        found: _Found,
        selected: str | None,
        expanded: frozenset[str],
        cap: int,
    ) -> None:
        self.network = network
        self.found = found
        self.cap = cap
        self.root = network.root or next(iter(network.nodes))
        self.severity = {
            key: node_severity(network.nodes[key], items)
            for key, items in found.items()
            if key in network.nodes
        }
        self.groups = self._alike()
        self.stacked_away: set[str] = set()
        for likeness, members in self.groups.items():
            rest = [key for key in members[_SHOWN_OF_A_GROUP:] if key != selected]
            if len(rest) >= _SMALLEST_STACK and _stack_id(likeness) not in expanded:
                self.stacked_away.update(rest)
        self.opened = {
            key
            for likeness, members in self.groups.items()
            if _stack_id(likeness) in expanded
            for key in members
        }
        self.targets = self._choose(selected)
        self.kept = self._keep()
        self._show_single_dull_ones()

    def _ranked(self) -> list[str]:
        """Nodes with findings, the worst first; of equals the one nearest to the project."""
        depth = self.network.depth

        def order(key: str) -> tuple[int, int, int, str]:
            severity = self.severity[key]
            return (-(severity.rank if severity else -1), -len(self.found[key]), depth.get(key, 0), key)

        return sorted(self.severity, key=order)

    def _alike(self) -> dict[_Likeness, list[str]]:
        groups: dict[_Likeness, list[str]] = {}
        parent = self.network.parent
        for key in self._ranked():
            node = self.network.nodes[key]
            likeness = (parent.get(key) or "", node.kind, marks(node), self.severity[key])
            groups.setdefault(likeness, []).append(key)
        return groups

    def _choose(self, selected: str | None) -> list[str]:
        chosen: list[str] = [selected] if selected in self.network.nodes and selected is not None else []
        # What the reviewer opened is shown, whatever the usual limit: up to a bound that stays readable.
        chosen += sorted(self.opened - set(chosen))[: 3 * self.cap]
        room = max(self.cap, len(chosen) + self.cap // 2)
        misses = 0
        for key in self._ranked():
            if len(chosen) >= _TARGETS + len(self.opened) or misses > 4:
                break
            if key in self.stacked_away or key in chosen:
                continue
            self.targets = [*chosen, key]
            if len(self._keep()) + len(self._stacks(self.targets)) > room:
                misses += 1
                continue
            chosen.append(key)
        return chosen

    def _keep(self) -> set[str]:
        """Root, targets, what branches between them, and what has a finding of its own on the way."""
        children: dict[str, set[str]] = {}
        tops = {self.root}
        for target in self.targets:
            way = self.network.way_to(target)
            tops.add(way[0])
            for upper, lower in pairwise(way):
                children.setdefault(upper, set()).add(lower)
        branching = {key for key, below in children.items() if len(below) > 1}
        telling = {key for key in children if key in self.severity}
        return tops | set(self.targets) | branching | telling

    def _show_single_dull_ones(self) -> None:
        """While there is room, a lone dull node is shown instead of a chip: it costs nothing to read."""
        room = self.cap - len(self.kept) - len(self._stacks(self.targets))
        runs = sorted(self._runs(self.kept), key=lambda run: (len(run), run))
        for run in runs:
            hidden = run[1:-1]
            if not hidden or len(hidden) > 2 or len(hidden) > room:
                continue
            self.kept.update(hidden)
            room -= len(hidden)

    def _runs(self, kept: set[str]) -> list[list[str]]:
        """For every kept node its way back to the kept node before it, both included."""
        runs = []
        parent = self.network.parent
        for key in sorted(kept):
            run = [key]
            while (before := parent.get(run[-1])) is not None:
                run.append(before)
                if before in kept:
                    break
            if len(run) > 1 and run[-1] in kept:
                runs.append(run[::-1])
        return runs

    def _stacks(self, targets: Sequence[str]) -> dict[_Likeness, list[str]]:
        """The stacks that stand beside the targets: of each likeness shown, the members that are not."""
        shown = set(targets)
        stacks = {}
        for likeness, members in self.groups.items():
            away = [key for key in members if key in self.stacked_away and key not in shown]
            if away and any(key in shown for key in members):
                stacks[likeness] = away
        return stacks

    def _visible_stacks(self) -> dict[_Likeness, list[str]]:
        shown = {*self.targets, *self.kept}
        stacks = self._stacks(sorted(shown))
        return {likeness: away for likeness, away in stacks.items() if self._holder(likeness[0]) is not None}

    def _holder(self, key: str) -> str | None:
        """The kept node that a stack below ``key`` hangs on."""
        parent = self.network.parent
        here: str | None = key or None
        while here is not None and here not in self.kept:
            here = parent.get(here)
        return here

    def cards(self) -> list[PlacedNode]:
        parent = self.network.parent
        below: dict[str, int] = {}
        hidden_runs = {key for run in self._runs(self.kept) for key in run}
        stacks = self._visible_stacks()
        seen = hidden_runs | self.kept | {key for away in stacks.values() for key in away}
        for key, before in parent.items():
            if before in self.kept and key not in seen:
                below[before] = below.get(before, 0) + 1
        cards = [
            card(self.network.nodes[key], self.found.get(key, ()), more=below.get(key, 0))
            for key in sorted(self.kept)
        ]
        for likeness, away in stacks.items():
            cards.append(stack_card(_stack_id(likeness), likeness[1], likeness[2], likeness[3], away))
        return worst_first(cards)

    def joins(self, shown: Sequence[str]) -> list[Join]:
        joins: list[Join] = []
        joined: set[tuple[str, str]] = set()
        for run in self._runs(self.kept):
            edges = tuple(edge for upper, lower in pairwise(run) for edge in self._between(upper, lower))
            start, end = run[0], run[-1]
            if len(run) == 2 and not self.network.between(start, end):
                start, end = end, start  # reached against its edge: drawn the way the edge goes
            joined.add((run[0], run[-1]))
            joins.append(Join(start, end, edges, len(run) - 1))
        for likeness, away in self._visible_stacks().items():
            holder = self._holder(likeness[0])
            if holder is not None:
                hops = (
                    1
                    if holder == likeness[0]
                    else len(self.network.way_to(away[0])) - len(self.network.way_to(holder))
                )
                edges = self._between(likeness[0], away[0])
                joins.append(Join(holder, _stack_id(likeness), edges, hops))
        for join in joins_between(self.network, shown):
            if (join.source, join.target) not in joined and (join.target, join.source) not in joined:
                joins.append(join)
        return joins

    def _between(self, upper: str, lower: str) -> tuple[Edge, ...]:
        return self.network.between(upper, lower) or self.network.between(lower, upper)


def _stack_id(likeness: _Likeness) -> str:
    parent, kind, words, severity = likeness
    return f"stack:{parent}:{kind.value}:{'+'.join(words)}:{severity.value if severity else 'none'}"
