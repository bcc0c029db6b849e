"""Which lines changed between two commits, told from this machine alone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from inspector.gui.hub_contents import LINES_SHOWN, MOST_BYTES, changed_lines

OLD, NEW = "a1" * 20, "b2" * 20


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: Any) -> Path:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    return tmp_path / "cache/models--org--base"


def put(cache: Path, commit: str, path: str, text: str) -> Path:
    file = cache / "snapshots" / commit / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def lines(*changed: str, name: str = "org/base", **more: Any) -> str:
    since = {"sentence": "Something changed.", "changed": list(changed), **more}
    return changed_lines("model", name, OLD, NEW, since)


def test_what_went_and_what_came_stand_with_one_line_around_them(cache: Path) -> None:
    put(cache, OLD, "config.json", "1\n2\n3\n4\n5\n6\n")
    put(cache, NEW, "config.json", "1\n2\n3\nfour\n5\n6\n")
    assert lines("config.json").endswith("── config.json\n  …\n  3\n- 4\n+ four\n  5")


def test_a_file_that_is_not_here_is_said_never_guessed(cache: Path) -> None:
    put(cache, OLD, "a.json", "1")
    said = lines("a.json", "b.json")
    assert said.count("not known: at b2b2b2b2") == 2 and said.count("not known: at a1a1a1a1") == 1


def test_bytes_that_differ_without_a_line_that_does_are_said(cache: Path) -> None:
    put(cache, OLD, "a.json", "x\n")
    put(cache, NEW, "a.json", "x")
    assert "no line differs, but the bytes do" in lines("a.json")


@pytest.mark.parametrize(
    "path", ["../../secret.json", "/etc/secret.json", "a/../../../secret.json", "a\0.json"]
)
def test_a_path_never_leads_out_of_the_repository(cache: Path, path: str) -> None:
    for commit in (OLD, NEW):
        put(cache, commit, "ok.json", "x")
    (cache.parent.parent / "secret.json").write_text("secret words")
    assert "secret words" not in lines(path)


def test_nor_does_a_link_in_the_cache(cache: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text("secret words")
    for commit in (OLD, NEW):
        put(cache, commit, "blob", "fine words")
        os.symlink(tmp_path / "secret.json", cache / "snapshots" / commit / "a.json")
        os.symlink(cache / "snapshots" / commit / "blob", cache / "snapshots" / commit / "b.json")
    said = lines("a.json", "b.json")
    assert "secret words" not in said and said.count("not known") == 2


@pytest.mark.parametrize("name", ["../x", "org/../x", "a/b/c", ""])
def test_a_name_that_is_none_finds_nothing(cache: Path, name: str) -> None:
    assert lines("config.json", name=name).count("not known") == 2


@pytest.mark.bounded
def test_long_and_hostile_files_are_bounded_in_time_and_length(cache: Path) -> None:
    put(cache, OLD, "a.json", "\n".join(f"{n % 7}" for n in range(60_000)))
    put(cache, NEW, "a.json", "\n".join(f"{n % 5}" for n in range(60_000)))
    put(cache, OLD, "b.json", "x" * (MOST_BYTES + 1))
    put(cache, NEW, "b.json", "\x1b[31m\u202e")
    said = lines("a.json", "b.json")
    assert len(said.splitlines()) < 2 * LINES_SHOWN and "more lines differ than are compared" in said
    assert "not known: at a1a1a1a1" in said and "\x1b" not in said and "\u202e" not in said
    assert "\\u202e" in lines("c.json", added=["b.json"])
