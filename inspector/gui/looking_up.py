"""Asking the hub what names of the review mean now: one child at a time, its answers kept in the review.

The window itself opens no socket. Nothing is asked unless the reviewer presses for it; what was answered is
remembered with its date and shown again when the review is opened.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from inspector.gui.background import Background
from inspector.gui.scan_process import ScanProcess
from inspector.gui.session import Session
from inspector.gui.texts import shown, tr
from inspector.provenance import InspectorError, Node

if TYPE_CHECKING:
    from inspector.sources.hubid import HubId
    from inspector.sources.hubnames import NamesFound

MEMORY = "hub-look-up"  # where the review keeps the answers
MOST_KEPT = 2000  # answers in one review
PATHS_SHOWN = 60  # of each list of changed files
_HUB_KINDS = ("model", "dataset", "project")
_COMMIT = re.compile(r"[0-9a-f]{40}\Z")
_PREFIX = {"model": "", "dataset": "datasets/", "space": "spaces/"}


class LookingUp(QObject):
    """``answered``: answers came in. ``told``: how far it is changed. ``ended``: a problem, "" for none."""

    answered = Signal()
    told = Signal()
    ended = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session: Session | None = None
        self.progress: dict[str, Any] = {}
        self.asked_here = False  # whether anything was asked since the target was opened
        self._answers: dict[str, dict[str, Any]] = {}
        self._tally = [0, 0, 0]  # of this asking: answered with a commit, without, under another name
        self._started = 0  # counts what was asked: a late start of something cancelled does nothing
        self._starting = False
        self._background = Background(self)
        self._child = ScanProcess(self)
        self._child.events.connect(self._take)
        self._child.ended.connect(self._end)

    def set_session(self, session: Session | None) -> None:
        """Follows ``session``; what was being asked for the one before ends, and what came of it stays."""
        self.cancel()
        self.session = session
        self.asked_here = False
        kept = session.recalled(MEMORY, {}) if session is not None else {}
        rows = kept.values() if isinstance(kept, dict) else ()
        self._answers = {_key(row): row for row in rows if _is_answer(row)}

    @property
    def running(self) -> bool:
        return self._starting or self._child.running

    def answers_on(self, kind: str, name: str) -> list[dict[str, Any]]:
        """What was answered about one repository, the moving names first."""
        wanted = (kind, name.lower())
        found = [row for row in self._answers.values() if (row["kind"], row["name"].lower()) == wanted]
        return sorted(found, key=lambda row: (is_commit(row.get("revision")), row.get("revision") or ""))

    def words(self) -> str:
        """How far it is, for the strip."""
        if not self.running:
            return ""
        if self.progress.get("phase") == "waiting" and self.progress.get("sentence"):
            return shown(self.progress["sentence"], 300)
        done, total = self.progress.get("done"), self.progress.get("total")
        if isinstance(done, int) and isinstance(total, int) and total > 1:
            return tr("Asking the hub: {0} of {1}").format(f"{done:,}", f"{total:,}")
        return tr("Asking the hub …")

    def ask(self, targets: Sequence[str], *options: str) -> bool:
        """Starts to ask about ``targets`` (hf:// names, or one review file); False where that cannot be."""
        if self.session is None or not targets:
            return False
        self.cancel()
        backend = self.session.backend
        self.asked_here = True
        self.progress = {}
        self._tally = [0, 0, 0]
        self._starting = True
        self._started += 1
        mine = self._started

        def ready(found: Any, error: BaseException | None) -> None:
            if mine != self._started or not self._starting:
                return
            self._starting = False
            if isinstance(error, InspectorError):
                self._end(shown(error, 600))
                return
            if error is not None:
                raise error
            more, given = found
            self._child.start(backend.lookup_command(targets, [*options, *more]), given)

        # In a thread: the first look at which hub is meant imports its readers, longer than a key may wait.
        self._background.run(backend.hub_options, ready)
        self.told.emit()
        return True

    def cancel(self) -> None:
        """Stops asking at once. What was answered by then stays."""
        if self.running:
            self._starting = False
            self._child.kill()
            self._keep()
            self.told.emit()
            self.ended.emit(tr("The look-up was cancelled; what was answered before stays."))

    def summary(self) -> str:
        """What came of the last asking, in one sentence."""
        answered, without, renamed = self._tally
        return tr("The hub was asked: {0} answered, {1} without an answer, {2} renamed.").format(
            f"{answered:,}", f"{without:,}", f"{renamed:,}"
        )

    def _take(self, events: list[dict[str, Any]]) -> None:
        fresh = False
        for event in events:
            if event.get("event") == "progress":
                self.progress = event
            elif event.get("event") == "answer" and _is_answer(event):
                self._put(event)
                self._tally[0 if event.get("commit") and not event.get("problem") else 1] += 1
                self._tally[2] += bool(event.get("moved_to"))
                fresh = True
        self.told.emit()
        if fresh:
            self.answered.emit()

    def _put(self, event: dict[str, Any]) -> None:
        row = {name: value for name, value in event.items() if name not in ("event", "places", "refs")}
        row["asked"] = datetime.now(UTC).strftime("%Y-%m-%d")
        before = self._answers.get(_key(row)) or {}
        if before.get("commit") and row.get("commit") is None and row.get("answer") == "unanswered":
            row = {**before, "unanswered": row.get("problem"), "tried": row["asked"]}
        elif before.get("commit") not in (None, row.get("commit")):
            row["before"] = before["commit"]
        else:
            row.setdefault("before", before.get("before"))
            row["since"] = row.get("since") or before.get("since")
        self._answers[_key(row)] = row

    def _end(self, problem: str) -> None:
        self._keep()
        self.told.emit()
        self.answered.emit()
        self.ended.emit(shown(problem, 600))

    def _keep(self) -> None:
        if self.session is not None:
            newest = sorted(self._answers.values(), key=lambda row: str(row.get("asked")), reverse=True)
            self.session.remember(MEMORY, {_key(row): row for row in newest[:MOST_KEPT]})


def on_hub(node: Node) -> bool:
    """Whether ``node`` is a repository of the hub, as far as its reference says."""
    return node.kind.value in _HUB_KINDS and node.attributes.get("hub") == "hf"


def kind_on_hub(node: Node) -> str:
    return str(node.attributes.get("repository") or node.kind.value)


def is_commit(text: object) -> bool:
    """True for 40 hex digits. Spelled out here: the sources' own is not imported to show a node."""
    return isinstance(text, str) and bool(_COMMIT.match(text))


def targets_of(session: Session, node: Node) -> list[str]:
    """The hf:// names by which the review knows ``node``: one for each revision that is named, and the moving
    name where only commits are, so that what moved since can be told."""
    from inspector.sources.hubid import HubId
    from inspector.sources.hubnames import names_found

    if node.attributes.get("root") and session.is_hub:
        return [session.target]
    named = [item for item in session.facts.references if item.get("ref") == node.name]
    found = names_found(named, [_as_mapping(node)]).names
    wanted = [one for one in found if one.kind == kind_on_hub(node)]
    if wanted and all(is_commit(one.revision) for one in wanted):
        wanted.append(HubId(wanted[0].kind, wanted[0].name))
    return [address(one) for one in wanted]


def names_in(session: Session) -> NamesFound:
    """Every name of the review that the hub can be asked about."""
    from inspector.sources.hubnames import names_found

    nodes = (_as_mapping(node) for node in session.facts.nodes.values() if on_hub(node))
    return names_found(session.facts.references, nodes)


def address(name: HubId) -> str:
    return f"hf://{_PREFIX[name.kind]}{name.name}" + (f"@{name.revision}" if name.revision else "")


def answer_words(row: Mapping[str, Any]) -> list[str]:
    """One answer as lines: what it says, how old it is, and what went wrong the last time."""
    lines = [shown(row.get("problem") or row.get("sentence"), 900)]
    if row.get("answer") == "saved" and row.get("saved"):
        lines.append(tr("saved answer of {0}").format(shown(str(row["saved"])[:10], 20)))
    else:
        lines.append(tr("asked {0}").format(shown(row.get("asked"), 20)))
    if row.get("unanswered"):
        tried = tr("Asked again on {0}: {1}").format(
            shown(row.get("tried"), 20), shown(row["unanswered"], 600)
        )
        lines.append(tried)
    return lines


def since_words(since: Mapping[str, Any]) -> str:
    """The changed files of one answer, one a line."""
    lines = [shown(since.get("sentence"), 600)]
    lines += _listed(since, "added", tr("New files"))
    lines += _listed(since, "removed", tr("Files that are gone"))
    lines += _listed(since, "changed", tr("Changed files"))
    lines += _listed(since, "unknown", tr("Files of which the lists do not tell"))
    return "\n".join(lines)


def _listed(since: Mapping[str, Any], key: str, title: str) -> list[str]:
    paths = since.get(key)
    if not isinstance(paths, list) or not paths:
        return []
    total = (since.get("total") or {}).get(key)
    number = total if isinstance(total, int) else len(paths)
    new = set(map(str, since.get("new_pickles") or ()))
    lines = [f"{title}: {number:,}"]
    for path in paths[:PATHS_SHOWN]:
        lines.append(f"  {shown(path, 300)}" + (f"  ({tr('new pickle')})" if str(path) in new else ""))
    if number > PATHS_SHOWN:
        lines.append("  " + tr("and {0} more").format(f"{number - PATHS_SHOWN:,}"))
    return lines


def _as_mapping(node: Node) -> dict[str, Any]:
    pin = node.pin.value if node.pin is not None else None
    return {"kind": node.kind.value, "name": node.name, "pin": pin, "attributes": node.attributes}


def _is_answer(row: object) -> bool:
    return isinstance(row, dict) and all(isinstance(row.get(name), str) for name in ("kind", "name"))


def _key(row: Mapping[str, Any]) -> str:
    return f"{row['kind']}:{row['name'].lower()}@{row.get('revision') or ''}"
