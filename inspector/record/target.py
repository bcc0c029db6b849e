"""The reviewed target as it is at the moment of signing: hashed again in full and compared with the scan.

An approval speaks of bytes, and between the scan and the signature anything may have happened to them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from inspector.gate.inspector_gate import clean_name
from inspector.provenance import Refused, UnreadableInput, plain
from inspector.record.manifest import NAMELESS, Manifest, ManifestFile, hash_target, in_order, refuse_unlisted
from inspector.review.interface import ReviewFile
from inspector.sources.interface import LeftOut, Source


def target_manifest(
    review: ReviewFile,
    scan: Mapping[str, Any],
    decision: str,
    out: Path,
    source: Source | None,
    progress: Callable[[int, int], None] | None,
) -> Manifest:
    """The target as it is now, compared with the scan; Refused where they differ."""
    target = {**(scan.get("target") or {}), **(getattr(review, "target", None) or {})}
    root = (scan.get("run") or {}).get("root") or target.get("root")
    approval = decision.startswith("approved")
    if source is None and (not root or str(target.get("kind")) in ("hub-model", "hub-dataset", "hub-space")):
        if approval:
            raise Refused(
                "hub-target",
                "The bytes of a hub repository were not read here; an approval would rest on the hub's word.",
                "Download the revision and review the folder, or reject or defer.",
            )
        return _claimed(scan)
    mine = source is None
    if source is None:
        from inspector.sources import open_target

        if not os.path.lexists(str(root)):
            raise UnreadableInput(
                f"The reviewed {plain(str(root))} is not there any more, so its bytes cannot be compared.",
                "Put it back to its place, or review it where it is now.",
            )
        options = getattr(review, "options", None) or {}
        source = open_target(str(root), exclude=tuple(options.get("exclude") or ()), offline=True)
    try:
        base = source.target.root
        own = _own_paths(review.path, base)
        if base is not None and _is_below(out, base):
            raise UnreadableInput(
                f"{plain(str(out))} lies in the reviewed folder, and would be part of it.",
                "Name a folder outside of it.",
            )
        manifest = hash_target(source, ignore=own.__contains__, progress=progress)
    finally:
        if mine:
            source.close()
    _refuse_changes(scan, manifest, own, approval)
    if approval:
        refuse_unlisted(manifest)
    return manifest


def _own_paths(review: Path, root: str | None) -> frozenset[str]:
    """The review file's own names where it lies in the target: it changes with every decision."""
    if root is None or not _is_below(review, root):
        return frozenset()
    name = Path(os.path.realpath(review)).relative_to(os.path.realpath(root)).as_posix()
    return frozenset(f"{name}{suffix}" for suffix in ("", "-wal", "-shm", "-journal"))


def _is_below(path: Path, root: str) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root)) and Path(root).is_dir()


def _claimed(scan: Mapping[str, Any]) -> Manifest:
    """What the hub says of its files; those it states no digest of are unlisted."""
    files, unlisted = [], []
    for item in scan.get("files") or []:
        path, size, digest = str(item.get("path")), item.get("size"), item.get("sha256")
        if digest and isinstance(size, int) and clean_name(path):
            files.append(ManifestFile(path, size, str(digest), claimed=True))
        else:
            unlisted.append((path, "the hub states no SHA-256 for it"))
    left_out = [
        LeftOut(str(item.get("path")), str(item.get("rule")))
        for item in (scan.get("coverage") or {}).get("left_out") or []
    ]
    return Manifest(in_order(files), left_out=tuple(left_out), unlisted=tuple(sorted(unlisted)))


_NO_FILE = ("link", "special-file")  # formats of the scan that are no files: one that is one now was changed


def _refuse_changes(scan: Mapping[str, Any], manifest: Manifest, own: frozenset[str], approval: bool) -> None:
    """Refused where the target is not what was scanned. A file that the scan has no digest of was not read
    then: for an approval that counts as changed, because nobody looked at these bytes."""
    before = {str(item.get("path")): item.get("sha256") for item in scan.get("files") or []}
    now = {one.name: one.sha256 for one in manifest.files}
    elsewhere = {path for path, _ in manifest.unlisted} | {name for name, _ in manifest.links} | own
    added = [name for name in now if name not in before]
    added += [name for name in elsewhere - own if name not in before]
    removed = [name for name in before if name not in now and name not in elsewhere]
    nameless = {path for path, why in manifest.unlisted if why == NAMELESS}
    removed += [name for name, digest in before.items() if digest and name in elsewhere - own - nameless]
    changed = [name for name, digest in now.items() if before.get(name) and before[name] != digest]
    changed += _retargeted(scan, manifest)
    no_files = {str(item.get("path")) for item in scan.get("files") or [] if item.get("format") in _NO_FILE}
    changed += [name for name in now if name in no_files]
    unread = [name for name in now if name in before and not before[name]] if approval else []
    words = []
    for names, what in (
        (changed, "changed"),
        (added, "added"),
        (removed, "gone"),
        (unread, "not read by the scan"),
    ):
        if names:
            more = f" and {len(names) - 3} more" if len(names) > 3 else ""
            words.append(f"{what}: {', '.join(plain(name, 120) for name in sorted(names)[:3])}{more}")
    if words:
        raise Refused(
            "target-changed",
            f"The target is not what was scanned ({'; '.join(words)}).",
            "Scan it again, look at what changed, then sign.",
        )


def _retargeted(scan: Mapping[str, Any], manifest: Manifest) -> list[str]:
    """Links that point elsewhere than when they were scanned: the scan repeats the source's words for each.
    A link that was a file then is found by its digest, and one that was not there is among the added."""
    said = {
        str(item.get("path")): " ".join(str(one.get("message")) for one in item.get("reasons") or [])
        for item in scan.get("files") or []
        if item.get("format") == "link"
    }
    return [name for name, words in manifest.pointers if words and words not in said.get(name, words)]
