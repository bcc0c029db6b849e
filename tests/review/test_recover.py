"""The window's own reviews are found again after a crash."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from inspector.review.recover import autosave_path, latest


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("INSPECTOR_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_the_same_target_has_the_same_place(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shop").mkdir()
    one = autosave_path(tmp_path / "shop")
    assert home in one.parents and one.name.startswith("shop-") and one.suffix == ".review"
    monkeypatch.chdir(tmp_path)
    for same in ("shop", "./shop/", str(tmp_path / "shop"), "shop/../shop", Path("shop")):
        assert autosave_path(same) == one


def test_other_targets_have_other_places(tmp_path: Path) -> None:
    targets = [
        tmp_path / "a" / "shop",
        tmp_path / "b" / "shop",
        "hf://org/m",
        "hf://org/m@main",
        "hf://datasets/org/m",
    ]
    places = [autosave_path(target) for target in targets]
    assert len(set(places)) == len(places)
    assert autosave_path("hf://org/m").name.startswith("org-m-")


@pytest.mark.parametrize(
    "name",
    ["a\nb", "\u202egpj", "x" * 5000, "..", "...", "-rf", "a\\b:c*?", "\udcff", "é", "", "/", "hf://../../x"],
)
def test_names_are_harmless_everywhere(name: str) -> None:
    made = autosave_path(name).name
    assert made.isascii() and made.isprintable() and len(made) < 100
    assert not set(made) & set('/\\:*?"<>| \n') and made[0] not in ".-"


def test_the_latest_is_the_one_written_to_last(tmp_path: Path) -> None:
    assert latest(tmp_path / "none") is None and latest() is None
    for place, name in enumerate(("a.review", "b.review", "c.review", "d.txt")):
        (tmp_path / name).write_bytes(b"")
        os.utime(tmp_path / name, (1000 + place, 1000 + place))
    assert latest(tmp_path) == tmp_path / "c.review"
    (tmp_path / "a.review-wal").write_bytes(b"")
    os.utime(tmp_path / "a.review-wal", (5000, 5000))
    assert latest(tmp_path) == tmp_path / "a.review"
    os.symlink("b.review", tmp_path / "z.review")
    (tmp_path / "y.review").mkdir()
    assert latest(tmp_path) == tmp_path / "a.review"
