"""A quarantine store at the window's service, in a process of its own and without Qt.

    python -m inspector.gui.quarantine_desk

Requests come as JSON objects, one a line, on standard input; each is answered by one line. A store of a
million rows is counted, promoted and verified here while the window goes on working. A passphrase comes
by the same way: a command line or an environment could be read by others.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from inspector.gui import quarantine_answers as answers
from inspector.gui import quarantine_text as texts
from inspector.provenance import InspectorError, Refused, UnreadableInput, plain

if TYPE_CHECKING:
    from inspector.datasets.quarantine import Group, ReviewReport, Selection, Store
    from inspector.record.keys import PersonalKey

PAGE = 40  # rows of a page
LOG_PAGE = 100
CONTRIBUTORS = 500
SLICE = 20_000  # characters of a long row that are shown at once
MAX_REQUEST = 64 << 20  # bytes of a request: a list of chosen rows is the longest
_PROBE = 8  # rows of a batch that are asked for at once
_SOURCES_SECONDS = 0.25  # how long is looked for where the rows of one page come from
_FILES = ("index.db", "index.db-wal", "checkpoint")


class Desk:
    """Holds one store and, where the reviewer opened one, one key. ``answer`` never raises for what a person
    can bring about: it answers ``problem``."""

    def __init__(self) -> None:
        self._store: Store | None = None
        self._signer: PersonalKey | None = None
        self._groups: dict[str, Group] = {}
        self._asks: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            "open": self._open,
            "overview": self._overview,
            "stamp": lambda _: {"stamp": self._stamp()},
            "rows": self._rows,
            "slice": self._slice,
            "review": self._review,
            "waive": self._waive,
            "sample": self._sample,
            "claim": self._claim,
            "promote": self._promote,
            "withdraw": self._withdraw,
            "sets": lambda _: {"sets": self.store.sets()},
            "log": self._log,
            "checkpoint": lambda _: {"note": self.store.checkpoint().decode()},
            "policy": self._policy,
            "key": self._key,
            "forget-key": self._forget_key,
        }

    def answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to one request: ``{"id", "ok"}`` or ``{"id", "problem", "next", "code"}``."""
        number = request.get("id")
        ask = self._asks.get(str(request.get("ask")))
        try:
            if ask is None:
                raise UnreadableInput(f"“{plain(str(request.get('ask')), 40)}” is nothing to ask for.")
            return {"id": number, "ok": ask(request)}
        except InspectorError as error:
            code = error.code if isinstance(error, Refused) else ""
            return {"id": number, "problem": error.sentence, "next": error.next_step, "code": code}

    @property
    def store(self) -> Store:
        if self._store is None:
            raise UnreadableInput("No store is open.", "Open one first.")
        return self._store

    def close(self) -> None:
        store, self._store = self._store, None
        if store is not None:
            store.close()

    # Opening and counting

    def _open(self, request: Mapping[str, Any]) -> dict[str, Any]:
        from inspector.datasets.quarantine import Store

        path = Path(str(request["path"])).expanduser().absolute()
        self.close()
        try:
            self._store = Store.open(path)
        except UnreadableInput as error:
            try:
                self._store = Store.open(path, read_only=True)
            except InspectorError:
                raise error from None
        return {
            "path": str(path),
            "read_only": self._store.read_only,
            "warnings": list(self._store.warnings),
        }

    def _overview(self, _: Mapping[str, Any]) -> dict[str, Any]:
        stamp = self._stamp()
        found = self.store.groups(contributors=CONTRIBUTORS)
        self._groups = {one.id: one for one in found}
        return {
            "stamp": stamp,
            "states": {state.value: count for state, count in self.store.states().items()},
            "groups": [answers.brief(one) for one in found],
            "entries": len(self.store.log_entries()),
            "warnings": self._warnings(),
        }

    def _stamp(self) -> list[Any]:
        """What tells, without reading the store, that somebody may have changed it."""
        found: list[Any] = []
        for name in _FILES:
            try:
                known = (self.store.path / name).stat()
                found.append([known.st_mtime_ns, known.st_size])
            except OSError:
                found.append(None)
        return found

    def _warnings(self) -> list[str]:
        """What the store has to say since it was asked last."""
        told, self.store.warnings = list(self.store.warnings), []
        return [plain(one, 600) for one in told]

    # Rows

    def _rows(self, request: Mapping[str, Any]) -> dict[str, Any]:
        from inspector.datasets.quarantine import RowState

        group = request.get("group") or None
        state = RowState(request["state"]) if request.get("state") else None
        most = min(int(request.get("most") or PAGE), 200)
        entries = len(self.store.log_entries())
        found = self.store.rows(
            group=group, state=state, first=max(int(request.get("first") or 0), 0), most=most + 1
        )
        facts = self._facts(group)
        markers = [str(facts.get("marker") or ""), *(str(one) for one in answers.listed(facts.get("also")))]
        sources = self._sources([one["row"] for one in found[:most]])
        rows = [answers.row(one, markers, sources.get(one["row"])) for one in found[:most]]
        return {
            "rows": rows,
            "next": found[most]["row"] if len(found) > most else None,
            "facts": answers.short_facts(facts),
            "entries": entries,
        }

    def _slice(self, request: Mapping[str, Any]) -> dict[str, Any]:
        number = int(request["row"])
        found = self.store.rows(first=number, most=1)
        if not found or found[0]["row"] != number:
            raise UnreadableInput(f"There is no row {number} in this store.")
        return texts.slice_of(found[0]["value"], int(request.get("offset") or 0), SLICE)

    def _facts(self, group: str | None) -> Mapping[str, Any]:
        if group is None:
            return {}
        if group not in self._groups:
            self._groups = {one.id: one for one in self.store.groups(contributors=CONTRIBUTORS)}
        known = self._groups.get(group)
        return known.facts if known is not None else {}

    def _sources(self, numbers: list[int]) -> dict[int, dict[str, str]]:
        """Which batch brought each row. The store tells rows of a batch, not batches of a row, so each batch
        is asked in turn, newest last, for a moment; a row not found by then has no source beside it."""
        found: dict[int, dict[str, str]] = {}
        batches = [one for one in self._groups.values() if one.kind == "batch"]
        until = monotonic() + _SOURCES_SECONDS
        wanted = set(numbers)
        for batch in batches:
            if not wanted or monotonic() > until:
                break
            told = {"source": plain(batch.title, 120), "added": str(batch.facts.get("at") or "")}
            if len(batches) == 1:
                return dict.fromkeys(numbers, told)
            left = sorted(wanted)
            while left and monotonic() < until:
                rows = self.store.rows(group=batch.id, first=left[0], most=_PROBE)
                for one in rows:
                    if one["row"] in wanted:
                        wanted.discard(one["row"])
                        found[one["row"]] = told
                last = rows[-1]["row"] if len(rows) == _PROBE else left[-1]
                left = [number for number in left if number > last]
        return found

    # Deciding

    def _selection(self, request: Mapping[str, Any]) -> Selection:
        """What a decision is about, as the window saw it: rows that came, or changed, since are left."""
        from inspector.datasets.quarantine import Selection

        as_of = int(request["as_of"])
        if request.get("rows") is not None:
            return Selection(rows=frozenset(int(one) for one in request["rows"]), as_of=as_of)
        if request.get("group"):
            return Selection(group=str(request["group"]), as_of=as_of)
        return Selection(everything=True, as_of=as_of)

    def _review(self, request: Mapping[str, Any]) -> dict[str, Any]:
        from inspector.datasets.quarantine import Verdict

        report = self.store.review(
            self._selection(request),
            Verdict(request["verdict"]),
            actor=str(request["actor"]),
            why=str(request["why"]),
            signer=self._signer,
        )
        return self._decided(report)

    def _waive(self, request: Mapping[str, Any]) -> dict[str, Any]:
        report = self.store.waive(
            self._selection(request),
            actor=str(request["actor"]),
            why=str(request["why"]),
            expires=str(request["expires"]),
            signer=self._signer,
        )
        return self._decided(report)

    def _decided(self, report: ReviewReport) -> dict[str, Any]:
        return {"report": report.as_json(), "warnings": self._warnings(), "stamp": self._stamp()}

    def _own(self, request: Mapping[str, Any], before: int) -> list[int]:
        """The entries of the log that this request has written."""
        entries = self.store.log_entries()[before:]
        return [one["seq"] for one in entries if one["actor"]["name"] == str(request["actor"]).strip()]

    def _sample(self, request: Mapping[str, Any]) -> dict[str, Any]:
        before = len(self.store.log_entries())
        group = self.store.draw_sample(int(request["size"]), actor=str(request["actor"]))
        self._groups[group.id] = group
        return {
            "group": answers.brief(group),
            "own": self._own(request, before),
            "warnings": self._warnings(),
        }

    def _claim(self, request: Mapping[str, Any]) -> dict[str, Any]:
        self.store.claim(str(request["group"]), actor=str(request["actor"]))
        return {"warnings": self._warnings()}

    # Sets, the log, the rules

    def _promote(self, request: Mapping[str, Any]) -> dict[str, Any]:
        before = len(self.store.log_entries())
        made = self.store.promote(actor=str(request["actor"]), signer=self._signer)
        return {
            "own": self._own(request, before),
            "set": None if made is None else {"id": made.id, "rows": made.rows, "path": str(made.path)},
            "warnings": self._warnings(),
        }

    def _withdraw(self, request: Mapping[str, Any]) -> dict[str, Any]:
        before = len(self.store.log_entries())
        rows = self.store.withdraw(
            str(request["set"]), actor=str(request["actor"]), why=str(request["why"]), signer=self._signer
        )
        return {"rows": rows, "own": self._own(request, before), "warnings": self._warnings()}

    def _log(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Entries before ``before`` (or the last ones), newest first; or those from ``since`` on."""
        entries = self.store.log_entries()
        if request.get("since") is not None:
            chosen = entries[int(request["since"]) :][-LOG_PAGE:]
        else:
            end = len(entries) if request.get("before") is None else int(request["before"])
            chosen = entries[max(end - LOG_PAGE, 0) : end]
        return {"entries": [answers.entry(one) for one in reversed(chosen)], "total": len(entries)}

    def _policy(self, _: Mapping[str, Any]) -> dict[str, Any]:
        proposed: list[dict[str, Any]] = []
        signers: list[dict[str, str]] = []
        for one in self.store.log_entries():
            if one["type"] == "policy":
                proposed = []
            elif one["type"] == "policy-proposed":
                proposed.append({"policy": one["policy"], "by": plain(one["actor"]["name"], 200)})
            elif one["type"] == "enrol":
                signers.append({"name": plain(one["name"], 200), "keyid": str(one["keyid"])})
        return {"policy": self.store.policy().as_json(), "proposed": proposed[-5:], "signers": signers[-200:]}

    # The reviewer's key

    def _key(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Opens the key at ``key``; ``{"asks": WORD}`` where it wants a passphrase or a PIN first."""
        from inspector.record import pkcs11_key, ssh_agent
        from inspector.record.keys import PersonalKey, is_encrypted, load_key, read_bounded

        spec = str(request["key"])
        given = str(request["passphrase"]).encode() if request.get("passphrase") else None
        if ssh_agent.is_agent_key(spec):
            self._signer = PersonalKey(ssh_agent.chosen(spec))
        elif pkcs11_key.is_token_key(spec):
            pkcs11_key.parsed(spec)
            if given is None:
                return {"asks": "pin"}
            self._signer = PersonalKey(pkcs11_key.TokenKey(spec, given))
        else:
            path = Path(spec).expanduser()
            if given is None and is_encrypted(read_bounded(path)):
                return {"asks": "passphrase"}
            self._signer = PersonalKey(load_key(path, given))
        return {"keyid": self._signer.keyid}

    def _forget_key(self, _: Mapping[str, Any]) -> dict[str, Any]:
        self._signer = None
        return {}


def main() -> int:
    """Answers until standard input ends."""
    desk = Desk()
    try:
        for line in iter(lambda: sys.stdin.buffer.readline(MAX_REQUEST), b""):
            answer = desk.answer(json.loads(line))
            sys.stdout.buffer.write(json.dumps(answer, separators=(",", ":")).encode() + b"\n")
            sys.stdout.buffer.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the window is gone
    finally:
        desk.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
