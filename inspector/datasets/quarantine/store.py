"""``Store``: a quarantine as the window and the commands use it.

One folder: index.db (SQLite, WAL, synchronous=FULL), batches/ (rows as they came, canonical, immutable),
sets/ (what was promoted, immutable), log.key, log.pub, checkpoint. When a method that changes something
returns, the change has reached the disk, and an entry of the log tells of it. Several processes may work on
one store; each change takes SQLite's lock at the start of its transaction.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, cast

from inspector.datasets.quarantine import (
    filesystem,
    governance,
    groups,
    log,
    names,
    opening,
    people,
    promoting,
    promotion,
    reviewing,
    rows,
    screening,
    staging,
    trails,
    verifying,
)
from inspector.datasets.quarantine.intake import open_source
from inspector.datasets.quarantine.intake.values import ValueStream
from inspector.datasets.quarantine.interface import (
    AddReport,
    Group,
    Intake,
    Policy,
    PromotedSet,
    ReviewReport,
    RowState,
    Selection,
    Signer,
    SourceIncomplete,
    Verdict,
)
from inspector.datasets.quarantine.ledger import Ledger, check_end
from inspector.datasets.quarantine.merkle import consistency_proof
from inspector.provenance import Refused, UnreadableInput, plain

CLAIM_MINUTES = 10


class Store:
    """Made by ``create`` or ``open`` alone. Several threads may use it: each call holds it for itself."""

    def __init__(self, path: Path, opened: opening.Opened, *, read_only: bool) -> None:
        self.path = path
        self.read_only = read_only or opened.frozen
        self._copy = opened.copy
        self._ledger = Ledger(path, opened.connection, read_only=self.read_only)
        self.warnings = self._ledger.warnings

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
                promoting.recover(store._ledger)
            except BaseException:
                store.close()
                raise
        return store

    def close(self) -> None:
        with self._ledger.lock:
            self._ledger.connection.close()
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
        file: str | Path | BinaryIO,
        *,
        actor: str,
        source: str,
        contributor_column: str | None = None,
        form: str | None = None,
        imported: bool = False,
        screen: screening.ScreenReport | None = None,
        signer: Signer | None = None,
        once: bool = False,
    ) -> AddReport:
        """Takes the rows of ``file`` (``-`` for standard input, or an open stream of bytes).

        ``form`` is one of ``intake.FORMATS``; without it content and name tell. ``imported`` marks a legacy
        set that nobody reviewed. ``screen`` is the report about this very file: rows and flags then enter
        together. ``once`` is for intakes that nobody watches: the same bytes from the same source are not
        entered again, and a source that breaks off (SourceIncomplete) not at all.
        """
        actor, source = names.person(actor), names.source(source)
        report = AddReport()
        contributors = people.Contributors(contributor_column)
        spool = self.path / opening.SPOOL
        with (
            self._ledger.disk(),
            open_source(file, form, spool / f"copy-{secrets.token_hex(8)}") as opened,
            staging.spooled(opened.items(), contributors, spool, report) as batches,
        ):
            if contributor_column is not None and not contributors.met and batches[0].sizes:
                raise UnreadableInput(
                    f"No row has a column {plain(contributor_column)}; nothing was added.",
                    "Name the column that says who contributed a row.",
                )
            report.source_sha256, report.read_as = opened.sha256, opened.read_as
            if once and report.incomplete is not None:
                raise SourceIncomplete(f"{report.incomplete} Nothing of it was taken.", "Bring it whole.")
            for some in [batches] if once or screen is not None else [[one] for one in batches]:
                with self._ledger.writing() as connection:
                    if once and staging.is_known(connection, batches, source, opened.sha256):
                        return AddReport(source_sha256=opened.sha256, read_as=opened.read_as, known=True)
                    for batch in some:
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
                        report.flagged = screening.take(
                            connection, self.path, screen, actor=actor, signer=signer
                        )
        return report

    def add_rows(
        self,
        rows: Iterable[Mapping[str, Any]],
        *,
        actor: str,
        source: str,
        contributor_column: str | None = None,
        imported: bool = False,
        signer: Signer | None = None,
    ) -> AddReport:
        """Takes rows that a program has as Python values, in one pass and bounded memory. A value without a
        form in JSON is UnreadableInput with the row's number, and then none is taken."""
        return self.add(
            cast(BinaryIO, ValueStream(rows)),
            actor=actor,
            source=source,
            contributor_column=contributor_column,
            form="jsonl",
            imported=imported,
            signer=signer,
        )

    def take_in(self, file: str | Path | BinaryIO, intake: Intake, *, form: str | None = None) -> AddReport:
        """Takes a source as an intake that runs by itself does: ``add`` with ``once``."""
        return self.add(
            file,
            actor=intake.actor,
            source=intake.source,
            contributor_column=intake.contributor_column,
            form=form or intake.form,
            imported=intake.imported,
            signer=intake.signer,
            once=True,
        )

    def check_writable(self) -> None:
        """Raises what a change would meet (no right, no key, a log that ends unsigned); changes nothing."""
        with self._ledger.writing():
            pass

    def take_screening(
        self, report: screening.ScreenReport, *, actor: str, signer: Signer | None = None
    ) -> int | None:
        """Flags what the report suspects; how many rows, or None where it was taken before."""
        with self._ledger.writing() as connection:
            return screening.take(connection, self.path, report, actor=names.person(actor), signer=signer)

    # Deciding

    def review(
        self, selection: Selection, verdict: Verdict, *, actor: str, why: str, signer: Signer | None = None
    ) -> ReviewReport:
        """Decides the rows of the selection that this person may decide."""
        with self._ledger.disk(), self._ledger.writing() as connection:
            return reviewing.review(
                connection, self.path, selection, verdict, actor=names.person(actor), why=why, signer=signer
            )

    def waive(
        self, selection: Selection, *, actor: str, why: str, expires: str, signer: Signer | None = None
    ) -> ReviewReport:
        """Lets imported rows through without a review, until the day ``expires``."""
        with self._ledger.disk(), self._ledger.writing() as connection:
            return reviewing.waive(
                connection,
                self.path,
                selection,
                actor=names.person(actor),
                why=why,
                expires=expires,
                signer=signer,
            )

    def draw_sample(self, size: int, *, actor: str) -> Group:
        """A group of pending rows drawn at random, with the sentence of what it covers."""
        with self._ledger.writing() as connection:
            return groups.draw_sample(connection, size, actor=names.person(actor))

    def claim(self, group: str, *, actor: str) -> None:
        """Says for ten minutes that this person looks at the group; Refused where another does."""
        actor = names.person(actor)
        moment = datetime.now(UTC)
        with self._ledger.writing() as connection:
            groups.rows_sql(connection, group)
            held = connection.execute("SELECT actor, until FROM claim WHERE unit = ?", (group,)).fetchone()
            if held and names.key(held[0]) != names.key(actor) and held[1] > _stamp(moment):
                raise Refused("claimed", f"{plain(held[0])} looks at {plain(group)} until {held[1]}.")
            connection.execute(
                "INSERT OR REPLACE INTO claim (unit, actor, until) VALUES (?, ?, ?)",
                (group, actor, _stamp(moment + timedelta(minutes=CLAIM_MINUTES))),
            )

    def policy(self) -> Policy:
        with self._ledger.reading() as connection:
            return trails.policy_of(connection)

    def set_policy(self, policy: Policy, *, actor: str, why: str, signer: Signer | None = None) -> bool:
        """Changes the policy; whether it is in force now. One that weakens waits for a second person, who
        sets the same."""
        actor, why, policy = names.person(actor), names.reason(why), governance.checked(policy)
        with self._ledger.writing() as connection:
            reviewing.check_signer(connection, actor, signer)
            return governance.set_policy(connection, policy, actor, why, signer)

    def enrol(self, name: str, spki: bytes, *, actor: str, why: str) -> None:
        """From now on decisions under ``name`` count only with a signature of this key."""
        name, actor, why = names.person(name), names.person(actor), names.reason(why)
        with self._ledger.writing() as connection:
            governance.enrol(connection, name, spki, actor=actor, why=why)

    # Promotion

    def promote(self, *, actor: str, signer: Signer | None = None) -> PromotedSet | None:
        """Makes a set of all approved rows; None where there are none. Refused ``review-mismatch`` where the
        rows are not those that were reviewed, and for any fault of the log."""
        return promoting.promote(self._ledger, names.person(actor), signer)

    def withdraw(self, name: str, *, actor: str, why: str, signer: Signer | None = None) -> int:
        """Says of a promoted set that it must not train any more; how many rows. The set itself stays as it
        is: training jobs that hold it learn of it from the log alone."""
        actor = names.person(actor)
        with self._ledger.writing() as connection:
            reviewing.check_signer(connection, actor, signer)
            return promotion.withdraw(connection, name, actor=actor, why=names.reason(why), signer=signer)

    # Looking

    def states(self) -> dict[RowState, int]:
        with self._ledger.reading() as connection:
            return trails.states(connection)

    def groups(self, *, contributors: int = 1000) -> list[Group]:
        with self._ledger.reading() as connection:
            return groups.listed(connection, contributors=contributors)

    def rows(
        self, *, group: str | None = None, state: RowState | None = None, first: int = 0, most: int = 100
    ) -> list[dict[str, Any]]:
        """Rows as people look at them: number, sha256, state, contributors, decisions, the row itself."""
        with self._ledger.reading() as connection, self._ledger.disk():
            return rows.shown(connection, self.path, group, state, first, most)

    def row_numbers(self, hashes: Iterable[str]) -> frozenset[int]:
        """The store's numbers of rows named by sha256 (64 hex digits), by number or as the JSON row itself;
        UnreadableInput for one that is not there."""
        with self._ledger.reading() as connection:
            return rows.numbers(connection, hashes)

    def log_size(self) -> int:
        """How many entries the log has: what ``Selection.as_of`` takes, asked for before looking."""
        with self._ledger.reading() as connection:
            return log.head(connection).size

    def log_entries(self) -> list[dict[str, Any]]:
        with self._ledger.reading() as connection:
            return list(log.entries(connection))

    def sets(self) -> list[dict[str, Any]]:
        """The promoted sets, oldest first: id, rows, made, promoted_by, withdrawn."""
        with self._ledger.reading() as connection:
            return promotion.listed(connection)

    def verify(self, *, checkpoint: bytes | None = None, pubkey: bytes | None = None) -> dict[str, Any]:
        """Checks the whole store; Refused with the first fault, else what was checked."""
        with self._ledger.reading() as connection:
            return verifying.verify(connection, self.path, checkpoint=checkpoint, pubkey=pubkey)

    def verify_log(self, *, checkpoint: bytes | None = None, pubkey: bytes | None = None) -> None:
        """Checks the log and the checkpoints alone; Refused with the first fault."""
        with self._ledger.reading() as connection:
            verifying.verify_log(connection, self.path, checkpoint=checkpoint, pubkey=pubkey)

    def checkpoint(self) -> bytes:
        """The signed note of the log as it is."""
        with self._ledger.reading() as connection:
            check_end(connection)
            return log.note(connection)

    def consistency(self, earlier: int) -> list[bytes]:
        """The RFC 9162 proof that the log of ``earlier`` entries is a prefix of the log now."""
        with self._ledger.reading() as connection:
            try:
                return consistency_proof(log.leaves(connection), earlier)
            except ValueError:
                raise UnreadableInput(f"The log never had {earlier} entries.") from None


def _stamp(moment: datetime) -> str:
    from inspector.datasets.quarantine.interface import TIME_FORMAT

    return moment.strftime(TIME_FORMAT)
