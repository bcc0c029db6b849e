"""Long work in small pieces gives what it gives in one."""

from __future__ import annotations

import random

import pytest

from inspector.gui.slices import sorted_in_slices


def through(work):
    """What ``work`` returns, and in how many pieces it was done."""
    pieces = 1
    while True:
        try:
            next(work)
        except StopIteration as ended:
            return ended.value, pieces
        pieces += 1


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("count", [0, 1, 1999, 2000, 2001, 9000])
def test_sorting_in_slices_is_sorting(count, reverse):
    chance = random.Random(count)
    rows = [(chance.randrange(40), number) for number in range(count)]
    found, pieces = through(sorted_in_slices(rows, lambda row: row[0], reverse=reverse))
    assert found == sorted(rows, key=lambda row: row[0], reverse=reverse), "equals keep their order too"
    assert pieces >= count / 2000
