"""The globs of --exclude: ``*`` stays in its component, ``**`` does not, and time stays bounded."""

from __future__ import annotations

import pytest

from inspector.sources.leftout import Exclusions


@pytest.mark.parametrize(
    ("glob", "path", "matches"),
    [
        ("a.bin", "a.bin", True),
        ("a.bin", "x/a.bin", False),
        ("*.bin", "a.bin", True),
        ("*.bin", "x/a.bin", False),
        ("**/*.bin", "x/y/a.bin", True),
        ("**/*.bin", "a.bin", True),
        ("x/*/a", "x/y/a", True),
        ("x/*/a", "x/y/z/a", False),
        ("x/**/a", "x/y/z/a", True),
        ("x/**/a", "x/a", True),
        ("x/**", "x/y/z", True),
        ("x/**", "x", False),
        ("**", "x/y", True),
        ("?.bin", "a.bin", True),
        ("?.bin", "ab.bin", False),
        ("[ab].bin", "b.bin", True),
        ("[!ab].bin", "b.bin", False),
        ("[a-c]1", "b1", True),
        ("[a-c]1", "d1", False),
        ("[", "[", True),
        ("a[", "a[", True),
        ("[]]", "]", True),
        ("*a*b*", "xxaxxbxx", True),
        ("*a*b*", "xxbxxaxx", False),
        (".*", ".env", True),
        ("./a/", "a", False),
        ("A.bin", "a.bin", False),
        ("a\nb", "a\nb", True),
    ],
)
def test_files(glob: str, path: str, matches: bool) -> None:
    assert (Exclusions([glob]).rule_for(path, folder=False) is not None) is matches


@pytest.mark.parametrize("glob", ["data", "data/", "data/**", "./data", "d*", "**/data"])
def test_folders_are_left_out_as_a_whole(glob: str) -> None:
    assert Exclusions([glob]).rule_for("data", folder=True) == f"exclude: {glob}"


def test_an_empty_glob_matches_nothing() -> None:
    assert not Exclusions(["", "/"])


@pytest.mark.bounded
def test_a_hostile_name_costs_little_time() -> None:
    many = Exclusions(["*a" * 60 + "b", "**/" * 60 + "x"])
    assert many.rule_for("/".join(["a" * 250] * 15), folder=False) is None
