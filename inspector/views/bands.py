"""Where the nodes of a very large graph stand: layers from left to right, tall ones wrapped in bands.

Numbers in, numbers out, so that a child process can do it and hand back a short answer. No layout of
twenty thousand nodes can be followed line by line; this one shows depth, size and hubs, in linear time.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from inspector.views.rank import longest_ways, open_cycles

COLUMN = 304.0  # from one column to the next
ROW = 96.0
LAYER_GAP = 120.0
_MARGIN = 40.0
_SWEEPS = 4
_SHAPE = 1.6  # wished width to height
# A chain-like graph has hundreds of thin layers by its longest ways: a ribbon that no screen holds.
_MOST_LAYERS = 24


def bands(count: int, links: Sequence[tuple[int, int]], first: int | None) -> list[tuple[float, float]]:
    """The top left corner of each of ``count`` nodes joined by ``links``; ``first`` stands leftmost."""
    if not count:
        return []
    turned = open_cycles(count, links, first)
    straight = [(b, a) if back else (a, b) for (a, b), back in zip(links, turned)]
    layer = longest_ways(count, straight, first)
    if max(layer) >= _MOST_LAYERS:
        layer = _shortest_ways(count, straight, layer)
    columns = _ordered(count, straight, layer)
    rows = max(int(sqrt(count * COLUMN / (ROW * _SHAPE))) + 1, 8)
    corners: list[tuple[float, float]] = [(0.0, 0.0)] * count
    tallest = min(rows, max(len(column) for column in columns))
    x = _MARGIN
    for column in columns:
        parts = max(-(-len(column) // rows), 1)
        height = -(-len(column) // parts)
        for place, node in enumerate(column):
            # Row by row within a band: neighbours in the order stay near each other in height.
            row, part = divmod(place, parts)
            corners[node] = (x + part * COLUMN, _MARGIN + (row + (tallest - height) / 2) * ROW)
        x += parts * COLUMN + LAYER_GAP
    return corners


def _shortest_ways(count: int, links: Sequence[tuple[int, int]], longest: Sequence[int]) -> list[int]:
    """Layers by the shortest way from the nodes of the first two layers instead of the longest."""
    out: list[list[int]] = [[] for _ in range(count)]
    led_to = bytearray(count)
    for source, target in links:
        out[source].append(target)
        led_to[target] = 1
    layer = [-1] * count
    ring = [node for node in range(count) if not led_to[node]]
    for node in ring:
        layer[node] = min(longest[node], 1)
    ring.sort(key=layer.__getitem__)
    for node in ring:
        for end in out[node]:
            if layer[end] < 0:
                layer[end] = layer[node] + 1
                ring.append(end)
    return layer


def _ordered(count: int, links: Sequence[tuple[int, int]], layer: Sequence[int]) -> list[list[int]]:
    """The layers, each in the order of the middle of its neighbours."""
    columns: list[list[int]] = [[] for _ in range(max(layer) + 1)]
    for node in range(count):
        columns[layer[node]].append(node)
    left: list[list[int]] = [[] for _ in range(count)]
    right: list[list[int]] = [[] for _ in range(count)]
    for source, target in links:
        right[source].append(target)
        left[target].append(source)
    place = [0.0] * count
    for column in columns:
        _number(column, place)
    for sweep in range(_SWEEPS):
        near = left if sweep % 2 == 0 else right
        for column in columns if sweep % 2 == 0 else reversed(columns):
            key = {
                node: (sum([place[end] for end in near[node]]) / len(near[node]))
                if near[node]
                else place[node]
                for node in column
            }
            column.sort(key=key.__getitem__)
            _number(column, place)
    return columns


def _number(column: Sequence[int], place: list[float]) -> None:
    scale = 1.0 / max(len(column), 1)
    for rank, node in enumerate(column):
        place[node] = rank * scale
