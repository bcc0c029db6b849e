"""Which layer a node stands in: cycles opened, then the longest way from the nodes nothing leads to."""

from __future__ import annotations

from collections.abc import Sequence

Link = tuple[int, int]


def open_cycles(count: int, links: Sequence[Link], first: int | None = None) -> list[bool]:
    """For each link, whether it must be turned round so that no cycle is left.

    Depth first from ``first`` and then by number, without recursion; a link back into the way that is
    being walked is turned.
    """
    out: list[list[int]] = [[] for _ in range(count)]
    for number, (source, _) in enumerate(links):
        out[source].append(number)
    turned = [False] * len(links)
    state = bytearray(count)  # 0 not seen, 1 on the way, 2 done
    starts: list[int] = list(range(count)) if first is None else [first, *range(count)]
    for start in starts:
        if state[start]:
            continue
        state[start] = 1
        way = [start]
        left = [iter(out[start])]
        while way:
            place = next(left[-1], -1)
            if place < 0:
                state[way.pop()] = 2
                left.pop()
                continue
            end = links[place][1]
            if state[end] == 1:
                turned[place] = True
            elif state[end] == 0:
                state[end] = 1
                way.append(end)
                left.append(iter(out[end]))
    return turned


def longest_ways(count: int, links: Sequence[Link], first: int | None = None) -> list[int]:
    """The layer of each node, 0 at the left; ``links`` have no cycle.

    A node that nothing leads to moves right until just before what it leads to, so that its line stays
    short; only ``first`` keeps the first layer for itself.
    """
    out: list[list[int]] = [[] for _ in range(count)]
    waiting = [0] * count
    for source, target in links:
        out[source].append(target)
        waiting[target] += 1
    sources = [node for node in range(count) if not waiting[node]]
    floor = 0 if first is None else 1
    layer = [0 if node == first else floor for node in range(count)]
    ready = list(sources)
    for node in ready:
        beyond = layer[node] + 1
        for end in out[node]:
            if layer[end] < beyond:
                layer[end] = beyond
            waiting[end] -= 1
            if not waiting[end]:
                ready.append(end)
    for node in sources:
        if node != first and out[node]:
            layer[node] = max(floor, min(layer[end] for end in out[node]) - 1)
    return layer


def shorten(layer: Sequence[int], links: Sequence[Link], first: int | None = None) -> list[int]:
    """The layers with nodes moved where their lines are shortest in sum; no link is turned round.

    Gansner et al. (1993) find the best by network simplex; moving one node at a time, and tails of equal
    pull together, comes near it on graphs of this size.
    """
    count = len(layer)
    out: list[list[int]] = [[] for _ in range(count)]
    into: list[list[int]] = [[] for _ in range(count)]
    for source, target in links:
        out[source].append(target)
        into[target].append(source)
    settled = list(layer)
    by_layer = sorted(range(count), key=lambda node: settled[node])
    for _ in range(4):
        moved = False
        for node in reversed(by_layer):
            if node == first or not out[node]:
                continue
            room = min(settled[end] for end in out[node]) - 1
            if room > settled[node] and len(out[node]) > len(into[node]):
                settled[node] = room
                moved = True
            elif room > settled[node] and len(out[node]) == len(into[node]):
                # No line gets shorter, but what hangs behind it may now follow.
                settled[node] = room
        for node in by_layer:
            if node == first or not into[node]:
                continue
            room = max(settled[start] for start in into[node]) + 1
            if room < settled[node] and len(into[node]) >= len(out[node]):
                settled[node] = room
                moved = True
        if not moved:
            break
    return settled
