"""The list of a tree, where a change of its code went unseen: what lists nothing says why."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from inspector.record.manifest import NAMELESS, Manifest, ManifestFile, hash_target
from inspector.sources.interface import Entry, EntryKind, LeftOut


class Plain:
    """A file in memory that cannot say whether it was changed."""

    def __init__(self, content: bytes) -> None:
        self.size, self._content = len(content), content

    def read_at(self, offset: int, length: int) -> bytes:
        return self._content[offset : offset + length]

    def close(self) -> None:
        return None


class Tree:
    """A source in memory, or with links in a folder."""

    class target:
        root: str | None = None

    def __init__(self, *items: Entry | LeftOut, root: Path | None = None) -> None:
        self._items = items
        self.target = type("target", (), {"root": None if root is None else str(root)})  # type: ignore[assignment,misc]

    def entries(self) -> Iterator[Entry | LeftOut]:
        yield from self._items

    def open(self, entry: Entry) -> Plain:
        return Plain(entry.path.encode())


def entry(path: str, kind: EntryKind = EntryKind.FILE, **more: Any) -> Entry:
    return Entry(path=path, kind=kind, **{"size": None, **more})


def listed(*items: Entry | LeftOut, root: Path | None = None, **options: Any) -> Manifest:
    return hash_target(Tree(*items, root=root), **options)  # type: ignore[arg-type]


def line(path: str) -> ManifestFile:
    return ManifestFile(path, len(path), hashlib.sha256(path.encode()).hexdigest())


def test_a_file_whose_size_was_not_told_is_hashed_all_the_same() -> None:
    assert listed(entry("b"), entry("a", size=1), entry("c")).files == (line("a"), line("b"), line("c"))


def test_what_is_ignored_is_not_listed_and_what_was_left_out_stays_so() -> None:
    folder = LeftOut("folder", "version-control")
    found = listed(entry("a"), folder, ignore=lambda path: True)
    assert (found.files, found.left_out) == ((), (folder,))


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        (EntryKind.LINK_INSIDE, "a link whose target cannot be named"),
        (EntryKind.LINK_OUTSIDE, "a link that leaves the target"),
        (EntryKind.LINK_BROKEN, "a link to nothing"),
        (EntryKind.SPECIAL, "no regular file"),
        (EntryKind.DENIED, "it may not be read"),
        (EntryKind.REMOTE, "the hub states no SHA-256 for it"),
    ],
)
def test_each_kind_that_has_no_digest_says_why(kind: EntryKind, why: str) -> None:
    assert listed(entry("x", kind)).unlisted == (("x", why),)
    # A digest that somebody states is the hub's word on its own files, and on nothing else.
    claimed = listed(entry("x", kind, size=3, claimed_sha256="ab" * 32))
    if kind is EntryKind.REMOTE:
        assert claimed.files == (ManifestFile("x", 3, "ab" * 32, claimed=True),)
    else:
        assert (claimed.files, claimed.unlisted) == ((), (("x", why),))


@pytest.mark.skipif(os.name == "nt", reason="makes links and names as POSIX has them")
def test_a_link_whose_text_cannot_be_listed_says_why(tmp_path: Path) -> None:
    os.symlink(b"\xff", os.fsencode(tmp_path / "odd"))
    (tmp_path / "absolute").symlink_to("/a")
    (tmp_path / "inside").symlink_to("a")
    names = ("odd", "gone", "absolute", "inside")
    found = listed(*(entry(name, EntryKind.LINK_INSIDE) for name in names), root=tmp_path)
    assert found.links == (("inside", "a"),)
    assert dict(found.unlisted) == {
        "odd": "a link whose target cannot be named",
        "gone": "a link whose target cannot be named",
        "absolute": "a link with an absolute path",
    }


def test_a_name_that_no_list_could_hold_is_not_listed() -> None:
    found = listed(entry("a", undecodable=True), entry("b/../c"), entry("d"))
    assert found.files == (line("d"),)
    assert found.unlisted == (("a", NAMELESS), ("b/../c", NAMELESS))
