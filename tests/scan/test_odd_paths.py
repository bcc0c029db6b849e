"""Paths that no folder has, but a hub's list of files may: the graph comes to its end all the same."""

from __future__ import annotations

import pytest

from inspector.scan.assemble import _parents


@pytest.mark.parametrize(
    "path, parents",
    [("a/b/c", ["a/b", "a"]), ("c", []), ("", []), ("/x", []), ("//x/y", ["//x"]), ("/a/b", ["/a"])],
)
def test_the_folders_above_a_path_come_to_an_end(path, parents):
    assert list(_parents(path)) == parents
