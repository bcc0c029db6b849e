"""What the commit that is checked out in a clone names of large files: the pointers of Git LFS in its tree.

A pointer names the bytes that belong in its place by their sha256, and the commit names the pointer. So a
file of these very bytes is proven to be the commit's by content; whether the commit is one of the hub's, a
hub has to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from posixpath import dirname

from inspector.sources.gitobjects import GitObjects, GitTrouble
from inspector.sources.lfs import LARGEST, SMALLEST, pointer_in

MAX_TREES = 20_000
_FOLDER, _FILES = b"40000", (b"100644", b"100755", b"100664")
_ID = 20


def pointers_of(objects: GitObjects, commit: str, paths: Iterable[str]) -> dict[str, tuple[str, int]]:
    """By path the sha256 and size that the commit's pointers name, of ``paths`` alone. Raises GitTrouble
    where the commit cannot be followed down to one of them."""
    wanted = set(paths)
    folders = {""}
    for path in wanted:
        while path := dirname(path):
            if path in folders:
                break
            folders.add(path)
    found: dict[str, tuple[str, int]] = {}
    known: dict[str, tuple[str, int] | None] = {}
    open_trees = [("", _tree_of(objects, commit))]
    for _ in range(MAX_TREES):
        if not open_trees:
            return found
        prefix, oid = open_trees.pop()
        for mode, name, below in _rows(objects.read(oid, "tree")):
            path = prefix + name
            if mode == _FOLDER and path in folders:
                open_trees.append((f"{path}/", below))
            elif mode in _FILES and path in wanted:
                if below not in known:
                    known[below] = _pointer(objects, below)
                pointer = known[below]
                if pointer is not None:
                    found[path] = pointer
    raise GitTrouble("The commit holds more folders than are looked at.")


def _tree_of(objects: GitObjects, commit: str) -> str:
    body = objects.read(commit, "commit")
    first = (body or b"").split(b"\n", 1)[0]
    oid = first.removeprefix(b"tree ").decode("ascii", "replace")
    if not first.startswith(b"tree ") or len(oid) != 2 * _ID or not _is_hex(oid):
        raise GitTrouble("The commit names no tree.")
    return oid


def _rows(body: bytes | None) -> Iterator[tuple[bytes, str, str]]:
    """Mode, name and id of each row of a tree. Names that are no UTF-8 are passed over."""
    if body is None:
        raise GitTrouble("A folder of the commit is larger than is read of it.")
    at = 0
    while at < len(body):
        end = body.find(b"\0", at)
        if end < 0 or end + 1 + _ID > len(body):
            raise GitTrouble("A folder of the commit is broken.")
        mode, _, name = body[at:end].partition(b" ")
        oid = body[end + 1 : end + 1 + _ID].hex()
        at = end + 1 + _ID
        try:
            yield mode, name.decode("utf-8"), oid
        except UnicodeDecodeError:
            continue


def _pointer(objects: GitObjects, oid: str) -> tuple[str, int] | None:
    body = objects.read(oid, "blob", LARGEST)
    return pointer_in(body) if body is not None and len(body) >= SMALLEST else None


def _is_hex(text: str) -> bool:
    return all(char in "0123456789abcdef" for char in text)
