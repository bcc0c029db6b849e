"""What a promotion would take, and how it came to be approved."""

from __future__ import annotations

import json
import sqlite3
from typing import Any, NamedTuple

from inspector.datasets.quarantine import log, names, trails
from inspector.datasets.quarantine.audit import Audit
from inspector.datasets.quarantine.interface import RowState
from inspector.datasets.quarantine.states import Happening, approvers, is_flagged, is_promised, state_of
from inspector.provenance import Refused


class Candidates(NamedTuple):
    """The trails whose rows can be promoted now, and why others cannot."""

    trails: list[int]
    paths: dict[int, list[Happening]]
    log_size: int
    expired: int
    sole: int


def candidates(connection: sqlite3.Connection, actor: str) -> Candidates:
    """What a promotion by ``actor`` would take, as the store is."""
    policy = trails.policy_of(connection)
    size = log.size(connection)
    found, expired, sole = [], 0, 0
    all_paths = trails.paths(connection)
    key, today = names.key(actor), names.now()[:10]
    for trail, count in sorted(trails.counts(connection).items()):
        path = all_paths[trail]
        state = state_of(path, policy)
        if is_promised(path) or state not in (RowState.APPROVED, RowState.WAIVED):
            continue
        if state is RowState.WAIVED and waiver_of(connection, path)["expires"] < today:
            expired += count
        elif not policy.promoter_may_be_sole_approver and {one.actor for one in approvers(path)} == {key}:
            sole += count
        else:
            found.append(trail)
    return Candidates(found, all_paths, size, expired, sole)


def waiver_of(connection: sqlite3.Connection, path: list[Happening]) -> dict[str, Any]:
    """The log entry of the waiver that a path stands on."""
    seq = max(one.seq for one in path if one.kind == "waive")
    raw = connection.execute("SELECT entry FROM log WHERE seq = ?", (seq,)).fetchone()[0]
    entry: dict[str, Any] = json.loads(raw)
    return entry


def check_decisions(connection: sqlite3.Connection, chosen: Candidates) -> None:
    """Holds the log's word on every step of the candidates against the rows it was said of; Refused where a
    row stands on a decision that was not about it."""
    seqs = sorted({one.seq for trail in chosen.trails for one in chosen.paths[trail]})
    audit = Audit(connection, seqs)
    for seq in seqs:
        for fault in audit.faults(seq):
            raise Refused("review-mismatch", fault, "`inspector quarantine verify DIR` says more.")


def review_summary(connection: sqlite3.Connection, chosen: Candidates) -> dict[str, Any]:
    """How the rows came to be approved: by how many people, in what units, by whom."""
    counted = trails.counts(connection)
    by_people: dict[str, int] = {}
    reviewers: set[str] = set()
    units: dict[str, int] = {}
    flagged = screened = waived = 0
    entries = {one["seq"]: one for one in log.entries(connection)}
    for trail in chosen.trails:
        path, count = chosen.paths[trail], counted[trail]
        approvals = approvers(path)
        by_people[str(len(approvals))] = by_people.get(str(len(approvals)), 0) + count
        flagged += count if is_flagged(path) else 0
        screened += count if any(one.kind == "screen" for one in path) else 0
        waived += 0 if approvals else count
        for one in approvals:
            entry = entries[one.seq]
            reviewers.add(entry["actor"]["name"])
            unit = entry["unit"].split(" ")[-1][:1] if entry["unit"].startswith("group") else entry["unit"]
            word = {"s": "suspicion", "c": "contributor", "b": "batch", "r": "sample"}.get(unit, unit)
            units[word] = units.get(word, 0) + count
    return {
        "approved_by_people": by_people,
        "reviewers": sorted(reviewers),
        "decided_in_units_of": units,
        "flagged": flagged,
        "screened": screened,
        "waived": waived,
    }


def sources(connection: sqlite3.Connection, batches: list[int]) -> list[dict[str, Any]]:
    entries = {one["seq"]: one for one in log.entries(connection) if one["type"] in ("add", "import")}
    found = []
    for batch in batches:
        seq = connection.execute("SELECT seq FROM batch WHERE id = ?", (batch,)).fetchone()[0]
        entry = entries[seq]
        found.append(
            {
                "batch": entry["batch"],
                "source": entry["source"],
                "source_sha256": entry["source_sha256"],
                "added_by": entry["actor"]["name"],
                "at": entry["at"],
                "reviewed_before": entry["type"] == "add",
            }
        )
    return found


def waivers(connection: sqlite3.Connection, chosen: Candidates) -> list[dict[str, Any]]:
    counted = trails.counts(connection)
    found: dict[int, dict[str, Any]] = {}
    for trail in chosen.trails:
        path = chosen.paths[trail]
        if approvers(path) and not any(one.kind == "waive" for one in path):
            continue
        if any(one.kind == "waive" for one in path) and not approvers(path):
            entry = waiver_of(connection, path)
            one = found.setdefault(
                entry["seq"],
                {
                    "entry": entry["seq"],
                    "by": entry["actor"]["name"],
                    "why": entry["why"],
                    "expires": entry["expires"],
                    "rows": 0,
                },
            )
            one["rows"] += counted[trail]
    return [found[seq] for seq in sorted(found)]
