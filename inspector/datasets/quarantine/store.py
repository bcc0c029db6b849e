"""``Store``: a quarantine as the window and the commands use it.

One folder: index.db (SQLite, WAL, synchronous=FULL), batches/ (rows as they came, canonical, immutable),
sets/ (what was promoted, immutable), log.key, log.pub, checkpoint. When a method that changes something
returns, the change has reached the disk, and an entry of the log tells of it. Several processes may work on
one store; each change takes SQLite's lock at the start of its transaction.
"""

from __future__ import annotations

import base64
import contextlib
import json
import secrets
import shutil
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from inspector.datasets.quarantine import (
    candidates,
    filesystem,
    governance,
    groups,
    keys,
    log,
    names,
    opening,
    people,
    promotion,
    reviewing,
    rows,
    screening,
    staging,
    statement,
    trails,
    verifying,
)
from inspector.datasets.quarantine import (
    checkpoint as notes,
)
from inspector.datasets.quarantine.intake import open_source
from inspector.datasets.quarantine.interface import (
    AddReport,
    Group,
    Policy,
    PromotedSet,
    ReviewReport,
    RowState,
    Selection,
    Signer,
    Verdict,
)
from inspector.datasets.quarantine.merkle import consistency_proof, inclusion_proof
from inspector.provenance import Refused, UnreadableInput, WorkIncomplete, plain

CHECKPOINT, PROMOTE_LOCK = "checkpoint", "promote.lock"
CLAIM_MINUTES = 10
_ATTEMPTS = 5


class Store:
    """Made by ``create`` or ``open`` alone. Several threads may use it: each call holds it for itself."""

    def __init__(self, path: Path, opened: opening.Opened, *, read_only: bool) -> None:
        self.path = path
        self.read_only = read_only or opened.frozen
        self._connection = opened.connection
        self._copy = opened.copy
        self._lock = threading.RLock()
        self.warnings: list[str] = []

    @classmethod
    def create(
        cls, path: Path, *, actor: str = "owner", policy: Policy | None = None, allow_network: bool = False
    ) -> Store:
        """A new store with a key of its own; a folder that holds anything else is refused and left alone."""
        opening.make(
            Path(path),
            names.person(actor),
            governance.checked(policy or Policy()),
            allow_network=allow_network,
        )
        return cls.open(path)

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False) -> Store:
        """An existing store; what a killed process left is put in order first, where it may be written."""
        path = Path(path)
        store = cls(path, opening.open_store(path, read_only=read_only), read_only=read_only)
        kind = filesystem.network_kind(path)
        if kind is not None:
            store.warnings.append(
                f"The store lies on a network file system ({kind}); two writers can damage it there."
            )
        if not store.read_only:
            try:
                store._recover()
            except BaseException:
                store.close()
                raise
        return store

    def close(self) -> None:
        with self._lock:
            self._connection.close()
            if self._copy is not None:
                shutil.rmtree(self._copy, ignore_errors=True)

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Taking in

    def add(
        self,
        file: str,
        *,
        actor: str,
        source: str,
        contributor_column: str | None = None,
        form: str | None = None,
        imported: bool = False,
        screen: screening.ScreenReport | None = None,
        signer: Signer | None = None,
    ) -> AddReport:
        """Takes the rows of ``file`` (``-`` for standard input). ``imported`` marks a legacy set that nobody
        reviewed. ``screen`` is the report about this very file."""
        actor, source = names.person(actor), names.source(source)
        report = AddReport()
        contributors = people.Contributors(contributor_column)
        spool = self.path / opening.SPOOL
        with (
            self._disk(),
            open_source(file, form, spool / f"copy-{secrets.token_hex(8)}") as opened,
            staging.spooled(opened.items(), contributors, spool, report) as batches,
        ):
            if contributor_column is not None and not contributors.met and batches[0].sizes:
                raise UnreadableInput(
                    f"No row has a column {plain(contributor_column)}; nothing was added.",
                    "Name the column that says who contributed a row.",
                )
            report.source_sha256 = opened.sha256
            for batch in batches:
                with self._writing() as connection:
                    staging.commit(
                        connection,
                        self.path,
                        batch,
                        contributors.names,
                        report,
                        actor=actor,
                        source=source,
                        imported=imported,
                        source_sha256=opened.sha256,
                        signer=signer,
                    )
        if screen is not None:
            report.flagged = self.take_screening(screen, actor=actor, signer=signer)
        return report

    def take_screening(
        self, report: screening.ScreenReport, *, actor: str, signer: Signer | None = None
    ) -> int | None:
        """Flags what the report suspects; how many rows, or None where it was taken before."""
        with self._writing() as connection:
            return screening.take(connection, self.path, report, actor=names.person(actor), signer=signer)

    # Deciding

    def review(
        self, selection: Selection, verdict: Verdict, *, actor: str, why: str, signer: Signer | None = None
    ) -> ReviewReport:
        """Decides the rows of the selection that this person may decide."""
        with self._writing() as connection:
            return reviewing.review(
                connection, selection, verdict, actor=names.person(actor), why=why, signer=signer
            )

    def waive(
        self, selection: Selection, *, actor: str, why: str, expires: str, signer: Signer | None = None
    ) -> ReviewReport:
        """Lets imported rows through without a review, until the day ``expires``."""
        with self._writing() as connection:
            return reviewing.waive(
                connection, selection, actor=names.person(actor), why=why, expires=expires, signer=signer
            )

    def draw_sample(self, size: int, *, actor: str) -> Group:
        """A group of pending rows drawn at random, with the sentence of what it covers."""
        with self._writing() as connection:
            return groups.draw_sample(connection, size, actor=names.person(actor))

    def claim(self, group: str, *, actor: str) -> None:
        """Says for ten minutes that this person looks at the group; Refused where another does."""
        actor = names.person(actor)
        moment = datetime.now(UTC)
        with self._writing() as connection:
            groups.rows_sql(connection, group)
            held = connection.execute("SELECT actor, until FROM claim WHERE unit = ?", (group,)).fetchone()
            if held and names.key(held[0]) != names.key(actor) and held[1] > _stamp(moment):
                raise Refused("claimed", f"{plain(held[0])} looks at {plain(group)} until {held[1]}.")
            connection.execute(
                "INSERT OR REPLACE INTO claim (unit, actor, until) VALUES (?, ?, ?)",
                (group, actor, _stamp(moment + timedelta(minutes=CLAIM_MINUTES))),
            )

    def policy(self) -> Policy:
        with self._reading() as connection:
            return trails.policy_of(connection)

    def set_policy(self, policy: Policy, *, actor: str, why: str, signer: Signer | None = None) -> bool:
        """Changes the policy; whether it is in force now. One that weakens waits for a second person, who
        sets the same."""
        actor, why, policy = names.person(actor), names.reason(why), governance.checked(policy)
        with self._writing() as connection:
            reviewing.check_signer(connection, actor, signer)
            return governance.set_policy(connection, policy, actor, why, signer)

    def enrol(self, name: str, spki: bytes, *, actor: str, why: str) -> None:
        """From now on decisions under ``name`` count only with a signature of this key."""
        name, actor, why = names.person(name), names.person(actor), names.reason(why)
        with self._writing() as connection:
            governance.enrol(connection, name, spki, actor=actor, why=why)

    # Promotion

    def promote(self, *, actor: str, signer: Signer | None = None) -> PromotedSet | None:
        """Makes a set of all approved rows; None where there are none. Refused ``review-mismatch`` where the
        rows are not those that were reviewed."""
        actor = names.person(actor)
        with self._disk(), filesystem.held(self.path / PROMOTE_LOCK) as mine:
            if not mine:
                raise WorkIncomplete(
                    "Another promotion is at work in this store.", "Try again when it is done."
                )
            self._settle_promotions()
            for _ in range(_ATTEMPTS):
                made = self._promote(actor, signer)
                if made is not False:
                    return made or None
        raise WorkIncomplete("The rows were decided on faster than they could be promoted.", "Try again.")

    def _promote(self, actor: str, signer: Signer | None) -> PromotedSet | Literal[False] | None:
        with self._reading() as connection:
            chosen = candidates.candidates(connection, actor)
            for count, why in (
                (chosen.expired, "their waiver ran out"),
                (chosen.sole, "only you approved them"),
            ):
                if count:
                    self.warnings.append(f"{count} rows were left: {why}.")
            if not chosen.trails:
                return None
            candidates.check_decisions(connection, chosen)
            with promotion.made_folder(self.path) as folder:
                written = promotion.write(connection, self.path, folder, chosen)
                connection.execute("COMMIT")  # the snapshot ends; what changed since is told by `prepare`
                return self._finish_set(actor, signer, chosen, written)

    def _finish_set(
        self, actor: str, signer: Signer | None, chosen: candidates.Candidates, written: promotion.Written
    ) -> PromotedSet | Literal[False]:
        made = names.now()
        croissant = statement.croissant(
            f"quarantine-{written.sha256[:12]}",
            written.rows,
            written.sha256,
            written.size,
            made,
            written.columns,
        )
        readme = statement.readme(written.rows)
        with self._writing() as connection:
            prepared = promotion.prepare(connection, actor, chosen, written, croissant, readme)
        if prepared is None:
            return False
        manifest_raw, seq = prepared
        manifest = json.loads(manifest_raw)
        proof = self._proof(seq)
        store_key = self._key()
        signers: list[Signer] = [store_key, *([signer] if signer is not None else [])]
        summary = {
            name: manifest[name] for name in ("rows", "rows_root", "policy", "review", "made", "promoted_by")
        }
        record = statement.record(manifest_raw, written.sha256, proof, signers, summary)
        for name, content in (
            (statement.CROISSANT, croissant),
            (statement.README, readme),
            (statement.MANIFEST, manifest_raw),
            (statement.RECORD, record),
        ):
            filesystem.put(written.folder / name, content)
        name = promotion.set_name(manifest_raw)
        promotion.rename(self.path, written.folder, name)
        with self._writing() as connection:
            promotion.finish(connection, name)
        return PromotedSet(name, self.path / opening.SETS / name, written.rows, manifest)

    def _proof(self, seq: int) -> dict[str, Any]:
        with self._reading() as connection:
            head = log.head(connection)
            raw = connection.execute("SELECT entry FROM log WHERE seq = ?", (seq,)).fetchone()[0]
            path = inclusion_proof(log.leaves(connection), seq)
        note = self._note(head)
        return {
            "entry": base64.b64encode(raw).decode(),
            "inclusion": [one.hex() for one in path],
            "checkpoint": note.decode(),
        }

    def withdraw(self, name: str, *, actor: str, why: str, signer: Signer | None = None) -> int:
        """Says of a promoted set that it must not train any more; how many rows. The set itself stays as it
        is: training jobs that hold it learn of it from the log alone."""
        actor = names.person(actor)
        with self._writing() as connection:
            reviewing.check_signer(connection, actor, signer)
            return promotion.withdraw(connection, name, actor=actor, why=names.reason(why), signer=signer)

    # Looking

    def states(self) -> dict[RowState, int]:
        with self._reading() as connection:
            return trails.states(connection)

    def groups(self, *, contributors: int = 1000) -> list[Group]:
        with self._reading() as connection:
            return groups.listed(connection, contributors=contributors)

    def rows(
        self, *, group: str | None = None, state: RowState | None = None, first: int = 0, most: int = 100
    ) -> list[dict[str, Any]]:
        """Rows as people look at them: number, sha256, state, contributors, decisions, the row itself."""
        with self._reading() as connection, self._disk():
            return rows.shown(connection, self.path, group, state, first, most)

    def row_numbers(self, hashes: Iterable[str]) -> frozenset[int]:
        """The store's numbers of rows named by sha256 (64 hex digits), by number or as the JSON row itself;
        UnreadableInput for one that is not there."""
        with self._reading() as connection:
            return rows.numbers(connection, hashes)

    def log_entries(self) -> list[dict[str, Any]]:
        with self._reading() as connection:
            return list(log.entries(connection))

    def sets(self) -> list[dict[str, Any]]:
        """The promoted sets, oldest first: id, rows, made, promoted_by, withdrawn."""
        with self._reading() as connection:
            return promotion.listed(connection)

    def verify(self, *, checkpoint: bytes | None = None, pubkey: bytes | None = None) -> dict[str, Any]:
        """Checks the whole store; Refused with the first fault, else what was checked."""
        with self._reading() as connection:
            return verifying.verify(connection, self.path, checkpoint=checkpoint, pubkey=pubkey)

    def verify_log(self, *, checkpoint: bytes | None = None, pubkey: bytes | None = None) -> None:
        """Checks the log and the checkpoints alone; Refused with the first fault."""
        with self._reading() as connection:
            verifying.verify_log(connection, self.path, checkpoint=checkpoint, pubkey=pubkey)

    def checkpoint(self) -> bytes:
        """A fresh signed note of the log as it is."""
        with self._reading() as connection:
            return self._note(log.head(connection))

    def consistency(self, earlier: int) -> list[bytes]:
        """The RFC 9162 proof that the log of ``earlier`` entries is a prefix of the log now."""
        with self._reading() as connection:
            try:
                return consistency_proof(log.leaves(connection), earlier)
            except ValueError:
                raise UnreadableInput(f"The log never had {earlier} entries.") from None

    # Inside

    def _key(self) -> keys.StoreKey:
        return keys.load_store_key(self.path, bytes.fromhex(log.fact(self._connection, "spki")))

    def _note(self, head: notes.Checkpoint) -> bytes:
        key = self._key()
        return notes.signed_note(head, key.spki, key.sign(head.body.encode()))

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """One snapshot of the database for the whole block."""
        with self._lock:
            try:
                self._connection.execute("BEGIN")
                try:
                    yield self._connection
                finally:
                    if self._connection.in_transaction:
                        self._connection.execute("COMMIT")
            except sqlite3.Error as error:
                raise opening.failure(self.path, error) from None

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: whole, or nothing of it. Then the checkpoint is replaced."""
        if self.read_only:
            raise UnreadableInput("The store was opened for reading only.", "Nothing was changed.")
        with self._lock:
            self._key()  # without it no checkpoint could be signed, so nothing is to change
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield self._connection
                    self._connection.execute("COMMIT")
                except BaseException:
                    if self._connection.in_transaction:
                        self._connection.execute("ROLLBACK")
                    raise
            except sqlite3.Error as error:
                raise opening.failure(self.path, error) from None
            self._replace_checkpoint()

    def _replace_checkpoint(self) -> None:
        """The checkpoint is a copy of what the database knows: where it cannot be written, the change stands,
        and the next one writes it."""
        try:
            filesystem.put(self.path / CHECKPOINT, self._note(log.head(self._connection)))
        except OSError as error:
            self.warnings.append(
                f"The checkpoint could not be written ({error.strerror}); the next change will."
            )

    @contextmanager
    def _disk(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise filesystem.disk_error(error, self.path) from None

    def _recover(self) -> None:
        """What a killed process left: promotions, spooled rows, files of batches that were never entered."""
        with self._disk():
            if promotion.left_over(self._connection) or promotion.temporary(self.path):
                with filesystem.held(self.path / PROMOTE_LOCK) as mine:
                    if mine:
                        self._settle_promotions()
            filesystem.remove_left_over(self.path / opening.SPOOL)
            if self._unknown_batches():
                with self._writing():
                    for path in self._unknown_batches():
                        path.unlink(missing_ok=True)
            with contextlib.suppress(OSError, UnreadableInput):
                note, _ = notes.parse((self.path / CHECKPOINT).read_bytes())
                if note.size == log.head(self._connection).size:
                    return
            with contextlib.suppress(UnreadableInput):
                self._replace_checkpoint()

    def _unknown_batches(self) -> list[Path]:
        """Files below batches/ that no batch has. While the lock of writers is held none is on its way in."""
        known = {row[0] for row in self._connection.execute("SELECT DISTINCT file FROM batch")}
        folder = self.path / opening.BATCHES
        return [one for one in folder.iterdir() if one.suffix == ".jsonl" and one.stem not in known]

    def _settle_promotions(self) -> None:
        """Finishes or abandons what was prepared; the caller holds the lock of promotions."""
        for name in promotion.left_over(self._connection):
            there = (self.path / opening.SETS / name).is_dir()
            with self._writing() as connection:
                (promotion.finish if there else promotion.abandon)(connection, name)
        promotion.remove_temporary(self.path)


def _stamp(moment: datetime) -> str:
    from inspector.datasets.quarantine.interface import TIME_FORMAT

    return moment.strftime(TIME_FORMAT)
