"""The course of a promotion over the store's transactions, and what becomes of one that was killed.

``promotion`` has the single steps; here they are put in order, and repeated where somebody decided on the
rows in between.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any, Literal

from inspector.datasets.quarantine import (
    candidates,
    croissant,
    filesystem,
    log,
    names,
    opening,
    promotion,
    reviewing,
    statement,
    verifying,
)
from inspector.datasets.quarantine.interface import PromotedSet, Signer
from inspector.datasets.quarantine.ledger import Ledger, check_end
from inspector.datasets.quarantine.merkle import inclusion_proof
from inspector.provenance import WorkIncomplete

LOCK = "promote.lock"
_ATTEMPTS = 5


def promote(ledger: Ledger, actor: str, signer: Signer | None) -> PromotedSet | None:
    """Makes a set of all approved rows; None where there are none. Refused ``review-mismatch`` where the rows
    are not those that were reviewed, and for any fault of the log."""
    with ledger.disk(), filesystem.held(ledger.path / LOCK) as mine:
        if not mine:
            raise WorkIncomplete("Another promotion is at work in this store.", "Try again when it is done.")
        settle(ledger)
        for _ in range(_ATTEMPTS):
            made = _attempt(ledger, actor, signer)
            if made is not False:
                return made or None
    raise WorkIncomplete("The rows were decided on faster than they could be promoted.", "Try again.")


def _attempt(ledger: Ledger, actor: str, signer: Signer | None) -> PromotedSet | Literal[False] | None:
    with ledger.reading() as connection:
        check_end(connection)
        reviewing.check_signer(connection, actor, signer)
        chosen = candidates.candidates(connection, actor)
        for count, why in (
            (chosen.expired, "their waiver ran out"),
            (chosen.sole, "only you approved them"),
        ):
            if count:
                ledger.warnings.append(f"{count} rows were left: {why}.")
        if not chosen.trails:
            return None
        verifying.verify_log(connection, ledger.path, checkpoint=None, pubkey=None)
        candidates.check_decisions(connection, chosen)
        with promotion.made_folder(ledger.path) as folder:
            written = promotion.write(connection, ledger.path, folder, chosen)
            connection.execute("COMMIT")  # the snapshot ends; what changed since is told by `prepare`
            return _finish(ledger, actor, signer, chosen, written)


def _finish(
    ledger: Ledger,
    actor: str,
    signer: Signer | None,
    chosen: candidates.Candidates,
    written: promotion.Written,
) -> PromotedSet | Literal[False]:
    described = croissant.document(written.rows, written.sha256, written.size, names.now(), written.columns)
    readme = statement.readme(written.rows)
    with ledger.writing() as connection:
        prepared = promotion.prepare(connection, actor, chosen, written, described, readme)
    if prepared is None:
        return False
    manifest_raw, seq = prepared
    manifest = json.loads(manifest_raw)
    signers: list[Signer] = [ledger.key(), *([signer] if signer is not None else [])]
    summary = {
        name: manifest[name] for name in ("rows", "rows_root", "policy", "review", "made", "promoted_by")
    }
    record = statement.record(manifest_raw, written.sha256, _proof(ledger, seq), signers, summary)
    for name, content in (
        (statement.CROISSANT, described),
        (statement.README, readme),
        (statement.MANIFEST, manifest_raw),
        (statement.RECORD, record),
    ):
        filesystem.put(written.folder / name, content)
    name = promotion.set_name(manifest_raw)
    promotion.rename(ledger.path, written.folder, name)
    with ledger.writing() as connection:
        promotion.finish(connection, name)
    return PromotedSet(name, ledger.path / opening.SETS / name, written.rows, manifest)


def _proof(ledger: Ledger, seq: int) -> dict[str, Any]:
    """The entry ``seq``, its place in the log, and the note of the log."""
    with ledger.reading() as connection:
        note = log.note(connection)
        raw = connection.execute("SELECT entry FROM log WHERE seq = ?", (seq,)).fetchone()[0]
        path = inclusion_proof(log.leaves(connection), seq)
    return {
        "entry": base64.b64encode(raw).decode(),
        "inclusion": [one.hex() for one in path],
        "checkpoint": note.decode(),
    }


def settle(ledger: Ledger) -> None:
    """Finishes or abandons what was prepared; the caller holds the lock of promotions."""
    for name in promotion.left_over(ledger.connection):
        there = (ledger.path / opening.SETS / name).is_dir()
        with ledger.writing() as connection:
            (promotion.finish if there else promotion.abandon)(connection, name)
    promotion.remove_temporary(ledger.path)


def recover(ledger: Ledger) -> None:
    """Puts in order what a killed process left: promotions, spooled rows, files of batches that were never
    entered, an old checkpoint."""
    with ledger.disk():
        if promotion.left_over(ledger.connection) or promotion.temporary(ledger.path):
            with filesystem.held(ledger.path / LOCK) as mine:
                if mine:
                    settle(ledger)
        filesystem.remove_left_over(ledger.path / opening.SPOOL)
        if _unknown_batches(ledger):
            with ledger.writing():
                for path in _unknown_batches(ledger):
                    # Kept, and out of the way: an index that was put back from a copy has such files too.
                    path.replace(path.with_name(f"{path.name}.unused"))
        ledger.copy_note()


def _unknown_batches(ledger: Ledger) -> list[Path]:
    """Files below batches/ that no batch has. While the lock of writers is held none is on its way in."""
    known = {row[0] for row in ledger.connection.execute("SELECT DISTINCT file FROM batch")}
    folder = ledger.path / opening.BATCHES
    return [one for one in folder.iterdir() if one.suffix == ".jsonl" and one.stem not in known]
