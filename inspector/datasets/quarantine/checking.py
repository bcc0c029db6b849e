"""One question for stores and sets: does it hold?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from inspector.datasets.quarantine.opening import BATCHES, INDEX, SETS
from inspector.datasets.quarantine.promoted import VerifiedSet, verify_set
from inspector.datasets.quarantine.statement import MANIFEST, TRAIN
from inspector.datasets.quarantine.store import Store
from inspector.provenance import Refused, UnreadableInput, plain


def verify_any(path: Path, *, checkpoint: bytes | None = None, pubkey: bytes | None = None) -> dict[str, Any]:
    """Checks the store or the set at ``path``; Refused with the first fault.

    A set inside its store is also held against the store's log: that it was promoted there and not withdrawn.
    ``told`` are sentences for people, ``warnings`` what they should know all the same.
    """
    if path.name == TRAIN:
        path = path.parent
    if (path / INDEX).exists():
        return _store(path, checkpoint, pubkey)
    if not (path / MANIFEST).exists():
        raise UnreadableInput(
            f"{plain(str(path))} is neither a store nor a promoted set.", "Name a store's folder or sets/ID."
        )
    home = path.absolute().parent
    inside = home.name == SETS and (home.parent / INDEX).exists()
    found = verify_set(path, pubkey=pubkey, checkpoint=None if inside else checkpoint)
    if inside:
        _in_store(home.parent, found, checkpoint, pubkey)
    return {
        "kind": "set",
        "set": found.id,
        "rows": found.manifest["rows"],
        "keyid": found.keyid,
        "key_given": found.trusted,
        "in_store": inside,
        "warnings": found.warnings,
        "told": [
            f"The set {found.id} holds: {found.manifest['rows']} rows, promoted by "
            f"{plain(found.manifest['promoted_by'])} on {found.manifest['made'][:10]}.",
            f"Reviewers: {', '.join(plain(one) for one in found.manifest['review']['reviewers']) or 'none'}.",
        ],
    }


def _store(path: Path, checkpoint: bytes | None, pubkey: bytes | None) -> dict[str, Any]:
    with Store.open(path, read_only=True) as store:
        found = store.verify(checkpoint=checkpoint, pubkey=pubkey)
        warnings = list(store.warnings)
    foreign = _unknown_batches(path, found.pop("batches"))
    if foreign:
        warnings.append(
            f"{foreign} files in batches/ are in no entry of the log: an addition was killed, or an older "
            "state of the store was put back."
        )
    if checkpoint is None or pubkey is None:
        warnings.append(_not_compared(checkpoint, pubkey))
    told = [
        f"The store holds: {found['log']['size']} log entries, {found['rows']} rows, {found['sets']} sets.",
        f"Root of the log: {found['log']['root']}",
    ]
    return {"kind": "store", **found, "warnings": warnings, "told": told}


def _not_compared(checkpoint: bytes | None, pubkey: bytes | None) -> str:
    """What a check without one of the two, or both, cannot tell."""
    if checkpoint is not None:
        return (
            "The checkpoint holds, and its key is the one in the store; whoever has the disk and that key "
            "can make both anew. Keep log.pub elsewhere too, and give it with --pubkey."
        )
    if pubkey is not None:
        return (
            "The key is the one that was kept, and no checkpoint was compared; an older state of the store "
            "can have been put back. Keep a checkpoint elsewhere, and give it with --checkpoint."
        )
    return (
        "Nothing that was kept elsewhere was compared; whoever has the disk and the store's key can rewrite "
        "everything. Keep log.pub and a checkpoint elsewhere, and give them with --pubkey and --checkpoint."
    )


def _unknown_batches(path: Path, known: list[str]) -> int:
    try:
        names = {one.name.split(".")[0] for one in (path / BATCHES).iterdir()}
    except OSError:
        return 0
    return len(names - set(known))


def _in_store(path: Path, found: VerifiedSet, checkpoint: bytes | None, pubkey: bytes | None) -> None:
    with Store.open(path, read_only=True) as store:
        store.verify_log(checkpoint=checkpoint, pubkey=pubkey)
        known = {one["id"]: one for one in store.sets()}
    if found.id not in known:
        raise Refused(
            "sets",
            "The store's log does not know this set: either somebody put it there, or an older state of the "
            "store was put back.",
        )
    if known[found.id]["withdrawn"] is not None:
        why = plain(known[found.id]["withdrawn"]["why"], 200)
        raise Refused("withdrawn", f"The set was withdrawn: {why}", "Train with another one.")
