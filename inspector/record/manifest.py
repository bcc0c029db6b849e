"""The list of bytes that a decision is about: every file of the target with size and SHA-256.

The list is written as coreutils' ``sha256sum`` writes it, sorted by the bytes of the names; the SHA-256 of
that list is the statement's subject. It equals in-toto's dirHash1 over the same files, so a third party can
compute it with find, sort and sha256sum. Plain SHA-256 per file, because hub oids, lock files and sha256sum
use it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from inspector.gate.inspector_gate import BLOCK, clean_name
from inspector.provenance import Refused, plain
from inspector.provenance.sums import sums_bytes
from inspector.sources.interface import Entry, EntryKind, LeftOut, ReadFailure, Source


@dataclass(frozen=True, slots=True)
class ManifestFile:
    """One file, ``size`` in bytes. ``claimed``: the digest is a hub's word and was not computed here."""

    name: str
    size: int
    sha256: str
    claimed: bool = False


@dataclass(frozen=True, slots=True)
class Manifest:
    """The files of a target as they are now, and everything else that lies there.

    ``links`` are (name, text) of links to something the target lists itself; ``left_out`` the folders a rule
    leaves out; ``unlisted`` (path, why) what has no digest: links out, special files, what cannot be read;
    ``pointers`` (path, words) what the source says of every link, as the scan has it too.
    """

    files: tuple[ManifestFile, ...]
    links: tuple[tuple[str, str], ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    unlisted: tuple[tuple[str, str], ...] = field(default=())
    pointers: tuple[tuple[str, str], ...] = ()

    @property
    def sums(self) -> bytes:
        """The content of SHA256SUMS."""
        return sums_bytes((one.name, one.sha256) for one in self.files)

    @property
    def sha256(self) -> str:
        """SHA-256 of SHA256SUMS, in hex: dirHash1 of the tree."""
        return hashlib.sha256(self.sums).hexdigest()


def hash_target(
    source: Source,
    *,
    ignore: Callable[[str], bool] = lambda path: False,
    progress: Callable[[int, int], None] | None = None,
    workers: int | None = None,
) -> Manifest:
    """Reads every file of ``source`` once. ``ignore`` names paths that are no part of the target (the review
    file itself); ``progress`` is told files done and in all, from the calling thread.

    Links are never followed. A file that cannot be read, or changes while it is read, is unlisted with why.
    """
    files: list[Entry] = []
    links: list[tuple[str, str]] = []
    left_out: list[LeftOut] = []
    unlisted: list[tuple[str, str]] = []
    claimed: list[ManifestFile] = []
    pointers: list[tuple[str, str]] = []
    for item in source.entries():
        if not isinstance(item, LeftOut) and ignore(item.path):
            continue
        if not isinstance(item, LeftOut) and item.kind in _LINKS:
            pointers.append((item.path, item.detail))
        if isinstance(item, LeftOut):
            left_out.append(item)
        elif item.undecodable or not clean_name(item.path):
            unlisted.append((item.path, NAMELESS))
        elif item.kind is EntryKind.FILE:
            files.append(item)
        elif item.kind is EntryKind.LINK_INSIDE and source.target.root is not None:
            _take_link(source.target.root, item, links, unlisted)
        elif item.kind is EntryKind.REMOTE and item.claimed_sha256 and item.size is not None:
            claimed.append(ManifestFile(item.path, item.size, item.claimed_sha256, claimed=True))
        else:
            unlisted.append((item.path, item.detail or _WHY[item.kind]))
    hashed: list[ManifestFile] = []
    largest_first = sorted(files, key=lambda entry: -(entry.size or 0))
    with ThreadPoolExecutor(max_workers=workers or min(os.cpu_count() or 1, 4)) as pool:
        for done, (entry, result) in enumerate(
            zip(largest_first, pool.map(lambda one: _hash(source, one), largest_first)), 1
        ):
            if isinstance(result, ManifestFile):
                hashed.append(result)
            else:
                unlisted.append((entry.path, result))
            if progress is not None:
                progress(done, len(files))
    return Manifest(
        files=in_order([*hashed, *claimed]),
        links=tuple(sorted(links)),
        left_out=tuple(sorted(left_out, key=lambda item: item.path)),
        unlisted=tuple(sorted(unlisted)),
        pointers=tuple(sorted(pointers)),
    )


NAMELESS = "its name is not UTF-8, so no list could name it"
_LINKS = (EntryKind.LINK_INSIDE, EntryKind.LINK_OUTSIDE, EntryKind.LINK_BROKEN)
_WHY = {
    EntryKind.FILE: "it could not be read",
    EntryKind.LINK_INSIDE: "a link whose target cannot be named",
    EntryKind.LINK_OUTSIDE: "a link that leaves the target",
    EntryKind.LINK_BROKEN: "a link to nothing",
    EntryKind.SPECIAL: "no regular file",
    EntryKind.DENIED: "it may not be read",
    EntryKind.REMOTE: "the hub states no SHA-256 for it",
}


def in_order(files: Iterable[ManifestFile]) -> tuple[ManifestFile, ...]:
    """``files`` sorted by the bytes of their names, as ``LC_ALL=C sort`` does."""
    return tuple(sorted(files, key=lambda one: one.name.encode()))


def _take_link(root: str, item: Entry, links: list[tuple[str, str]], unlisted: list[tuple[str, str]]) -> None:
    try:
        text = str(Path(root, *item.path.split("/")).readlink())
        text.encode("utf-8")
    except (OSError, UnicodeEncodeError):
        unlisted.append((item.path, _WHY[EntryKind.LINK_INSIDE]))
        return
    if Path(text).is_absolute():
        # It would point at this machine's folder wherever the tree is copied to.
        unlisted.append((item.path, "a link with an absolute path"))
        return
    links.append((item.path, text))


def _hash(source: Source, entry: Entry) -> ManifestFile | str:
    """The file's line, or why there is none."""
    digest = hashlib.sha256()
    try:
        stream = source.open(entry)
        try:
            size, place = stream.size, 0
            while place < size:
                block = stream.read_at(place, min(BLOCK, size - place))
                digest.update(block)
                place += len(block)
            changed = getattr(stream, "changed", None)
            if changed is not None and changed():
                return "it was written to while it was read"
        finally:
            stream.close()
    except ReadFailure as failure:
        return str(failure)
    return ManifestFile(entry.path, size, digest.hexdigest())


def refuse_unlisted(manifest: Manifest) -> None:
    """Refused where something of the target has no digest: an approval would not cover it."""
    if manifest.unlisted:
        path, why = manifest.unlisted[0]
        more = len(manifest.unlisted) - 1
        rest = f" ({more} more)" if more else ""
        raise Refused(
            "not-listed",
            f"An approval covers every byte, and {plain(path, 200)} has no digest: {plain(why, 200)}{rest}.",
            "Remove it from the tree, leave it out by --exclude when the review is made, or reject or defer.",
        )
