"""``inspector quarantine``: staging, review and promotion of training data."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.cli.output import write_result
from inspector.provenance import UnreadableInput, WorkIncomplete, plain

if TYPE_CHECKING:
    from inspector.datasets.quarantine import ReviewReport, Selection, Signer, Store

_INCOMPLETE = WorkIncomplete.exit_code
MAX_ROWS_FILE = 256 << 20


def register(subparsers: Any) -> None:
    from inspector.cli.quarantine_arguments import add_arguments

    add_arguments(
        subparsers,
        {
            "add": _add,
            "checkpoint": _checkpoint,
            "claim": _claim,
            "enrol": _enrol,
            "groups": _groups,
            "init": _init,
            "log": _log,
            "policy": _policy,
            "promote": _promote,
            "queue": _queue,
            "review": _review,
            "sample": _sample,
            "screen": _screen,
            "sets": _sets,
            "status": _status,
            "verify": _verify,
            "waive": _waive,
            "withdraw": _withdraw,
        },
    )


# What the commands do


def _init(arguments: argparse.Namespace) -> int:
    from inspector.datasets.quarantine import Store

    with Store.create(arguments.store, actor=arguments.actor, allow_network=arguments.allow_network) as store:
        _warn(store)
        _say(f"A store was made in {plain(str(store.path))}.")
        _say("Keep log.pub and, now and then, the file checkpoint somewhere else: they show a rewritten log.")
    return 0


def _add(arguments: argparse.Namespace) -> int:
    from inspector.datasets.quarantine.screening import ScreenReport

    report = None if arguments.screen is None else ScreenReport.read(arguments.screen)
    with _opened(arguments) as store:
        added = store.add(
            arguments.file,
            actor=arguments.actor,
            source=arguments.source,
            contributor_column=arguments.contributor_col,
            form=arguments.input_format,
            imported=arguments.imported,
            screen=report,
            signer=_signer(arguments),
        )
        _warn(store)
    if arguments.format == "json":
        _json(added.as_json())
    else:
        _say(f"{added.new} new, {added.duplicates} known already, {added.refused_count} refused.")
        if added.flagged is not None:
            _say(f"{added.flagged} flagged by the screening.")
        for one in added.refused[:20]:
            place = f"row {one.row}" if one.line is None else f"row {one.row} (line {one.line})"
            _tell(f"refused: {place}: {one.why}")
        if added.refused_count > 20:
            _tell(f"refused: and {added.refused_count - 20} more; --format json names them")
    if added.incomplete is not None:
        _tell(f"inspector: {added.incomplete} What came before it was taken.")
        return _INCOMPLETE
    return 0


def _screen(arguments: argparse.Namespace) -> int:
    from inspector.datasets.quarantine.screening import ScreenReport

    report = ScreenReport.read(arguments.report)
    with _opened(arguments) as store:
        flagged = store.take_screening(report, actor=arguments.actor, signer=_signer(arguments))
        _warn(store)
    if arguments.format == "json":
        _json({"flagged": flagged, "suspicions": len(report.suspicions), "limits": report.limits})
    elif flagged is None:
        _say("This report was taken before; nothing was changed.")
    else:
        _say(f"{len(report.suspicions)} suspicions, {flagged} rows flagged.")
        for limit in report.limits:
            _say(f"Not shown by screening: {plain(limit)}")
    return 0


def _review(arguments: argparse.Namespace) -> int:
    from inspector.datasets.quarantine import Verdict

    with _opened(arguments) as store:
        report = store.review(
            _selected(store, arguments),
            Verdict(arguments.verdict),
            actor=arguments.actor,
            why=arguments.why,
            signer=_signer(arguments),
        )
        _warn(store)
    return _told(arguments, report)


def _waive(arguments: argparse.Namespace) -> int:
    with _opened(arguments) as store:
        report = store.waive(
            _selected(store, arguments),
            actor=arguments.actor,
            why=arguments.why,
            expires=arguments.expires,
            signer=_signer(arguments),
        )
        _warn(store)
    return _told(arguments, report)


def _told(arguments: argparse.Namespace, report: ReviewReport) -> int:
    if report.own:
        _tell(
            f"inspector: {report.own} rows were left, because {plain(arguments.actor)} brought them in "
            "(added, imported or contributed)."
        )
    if arguments.format == "json":
        _json(report.as_json())
        return 0
    words = ", ".join(f"{count} {state}" for state, count in report.states.items())
    _say(f"{report.decided} rows decided{': ' + words if words else ''}.")
    if report.already:
        _say(f"{report.already} rows you had decided before; they wait for another person or for nobody.")
    if report.settled and not arguments.all:
        _say(f"{report.settled} rows are settled and were left as they are.")
    return 0


def _groups(arguments: argparse.Namespace) -> int:
    from inspector.datasets.quarantine.interface import SAMPLING_CAVEAT

    with _opened(arguments, read_only=True) as store:
        found = [one for one in store.groups() if one.pending or arguments.all]
    if arguments.format == "json":
        _json({"groups": [one.as_json() for one in found], "notes": [SAMPLING_CAVEAT]})
        return 0
    for one in found:
        level = f"{one.facts['level']}  " if "level" in one.facts else ""
        _say(f"{one.id:<8} {one.kind:<11} {one.pending:>9} of {one.rows:<9} {level}{plain(one.title, 100)}")
    _tell(f"inspector: {SAMPLING_CAVEAT}")
    return 0


def _queue(arguments: argparse.Namespace) -> int:
    from inspector.datasets.quarantine import RowState

    state = None
    if arguments.state is not None:
        if arguments.state not in list(RowState):
            raise UnreadableInput(
                f"{plain(arguments.state)} is no state.", f"States are: {', '.join(RowState)}."
            )
        state = RowState(arguments.state)
    if arguments.most < 1 or arguments.first < 0:
        raise UnreadableInput("--most is 1 or more, --first is 0 or more.")
    with _opened(arguments, read_only=True) as store:
        rows = store.rows(group=arguments.group, state=state, first=arguments.first, most=arguments.most)
    if arguments.format == "json":
        _json({"rows": rows})
        return 0
    for one in rows:
        text = json.dumps(one["value"], ensure_ascii=False)
        _say(f"{one['row']:>8} {one['sha256'][:16]} {one['state']:<13} {plain(text, 160)}")
    return 0


def _sample(arguments: argparse.Namespace) -> int:
    with _opened(arguments) as store:
        group = store.draw_sample(arguments.size, actor=arguments.actor)
        _warn(store)
    if arguments.format == "json":
        _json(group.as_json())
    else:
        _say(f"{group.id}: {group.rows} rows.")
        _say(str(group.facts["coverage"]))
    return 0


def _claim(arguments: argparse.Namespace) -> int:
    with _opened(arguments) as store:
        store.claim(arguments.group, actor=arguments.actor)
        _warn(store)
    return 0


def _promote(arguments: argparse.Namespace) -> int:
    with _opened(arguments) as store:
        made = store.promote(actor=arguments.actor, signer=_signer(arguments))
        _warn(store)
    if arguments.format == "json":
        _json({"set": None if made is None else made.as_json()})
    elif made is None:
        _say("Nothing is approved that was not promoted before.")
    else:
        _say(f"{made.rows} rows were promoted: {plain(str(made.path))}")
    return 0


def _withdraw(arguments: argparse.Namespace) -> int:
    with _opened(arguments) as store:
        count = store.withdraw(
            arguments.set, actor=arguments.actor, why=arguments.why, signer=_signer(arguments)
        )
        _warn(store)
    _say(f"{count} rows were withdrawn." if count else "The set was withdrawn before.")
    if count:
        _tell("inspector: Copies of the set elsewhere still verify: tell those who train with it.")
    return 0


def _sets(arguments: argparse.Namespace) -> int:
    with _opened(arguments, read_only=True) as store:
        found = store.sets()
    if arguments.format == "json":
        _json({"sets": found})
        return 0
    for one in found:
        gone = "" if one["withdrawn"] is None else f"  withdrawn: {plain(one['withdrawn']['why'], 80)}"
        _say(f"{one['id']}  {one['made']}  {one['rows']:>9} rows  by {plain(one['promoted_by'])}{gone}")
    return 0


def _policy(arguments: argparse.Namespace) -> int:
    from dataclasses import replace

    changes: dict[str, Any] = {}
    if arguments.quorum is not None:
        changes["quorum"] = arguments.quorum
    if arguments.flagged_quorum is not None:
        changes["flagged_quorum"] = arguments.flagged_quorum
    if arguments.flag_levels is not None:
        changes["flag_levels"] = tuple(one for one in arguments.flag_levels.split(",") if one)
    if arguments.promoter_alone is not None:
        changes["promoter_may_be_sole_approver"] = arguments.promoter_alone == "yes"
    if changes and (arguments.actor is None or arguments.why is None):
        raise UnreadableInput("A change of the policy needs --actor and --why.")
    with _opened(arguments, read_only=not changes) as store:
        policy = store.policy()
        if changes:
            policy = replace(policy, **changes)
            in_force = store.set_policy(
                policy, actor=arguments.actor, why=arguments.why, signer=_signer(arguments)
            )
            _warn(store)
            if not in_force:
                _tell(
                    "inspector: This weakens the policy: it is in force once another person sets the same. "
                    "Until then the old one stands."
                )
                policy = store.policy()
    if arguments.format == "json":
        _json({"policy": policy.as_json()})
    else:
        for name, value in policy.as_json().items():
            _say(f"{name}: {', '.join(value) if isinstance(value, list) else value}")
    return 0


def _enrol(arguments: argparse.Namespace) -> int:
    from inspector.record.keys import load_public

    key = load_public(arguments.pubkey)
    with _opened(arguments) as store:
        store.enrol(arguments.name, key.spki, actor=arguments.actor, why=arguments.why)
        _warn(store)
    _say(f"Decisions of {plain(arguments.name)} count only with the key {key.keyid} from now on.")
    return 0


def _status(arguments: argparse.Namespace) -> int:
    with _opened(arguments, read_only=True) as store:
        states = store.states()
        policy = store.policy()
        sets = store.sets()
    if arguments.format == "json":
        _json(
            {
                "states": {state.value: count for state, count in states.items()},
                "rows": sum(states.values()),
                "sets": len(sets),
                "policy": policy.as_json(),
            }
        )
        return 0
    for state, count in states.items():
        if count:
            _say(f"{count:>10} {state.value}")
    _say(f"{sum(states.values()):>10} rows, {len(sets)} sets")
    return 0


def _log(arguments: argparse.Namespace) -> int:
    with _opened(arguments, read_only=True) as store:
        entries = store.log_entries()
    if arguments.format == "json":
        _json({"entries": entries})
    elif arguments.format == "jsonl":
        lines = [json.dumps(one, ensure_ascii=False, sort_keys=True) + "\n" for one in entries]
        write_result("".join(lines).encode(), None)
    else:
        for one in entries:
            signed = " (signed)" if one["actor"]["auth"] == "signed" else ""
            count = f" {one['n']} rows" if "n" in one else ""
            what = one.get("verdict", one["type"])
            why = f": {plain(one['why'], 200)}" if "why" in one else ""
            _say(f"{one['seq']:>6} {one['at']} {what}{count} by {plain(one['actor']['name'])}{signed}{why}")
    return 0


def _checkpoint(arguments: argparse.Namespace) -> int:
    with _opened(arguments, read_only=True) as store:
        write_result(store.checkpoint(), arguments.out)
    return 0


def _verify(arguments: argparse.Namespace) -> int:
    from inspector.datasets.quarantine.checking import verify_any

    found = verify_any(
        arguments.store,
        checkpoint=_content(arguments.checkpoint),
        pubkey=_content(arguments.pubkey),
    )
    warnings = found.pop("warnings")
    for one in warnings:
        _tell(f"warning: {one}")
    if arguments.format == "json":
        _json({**found, "warnings": warnings})
    else:
        for line in found["told"]:
            _say(line)
    return 0


# Small parts


def _opened(arguments: argparse.Namespace, *, read_only: bool = False) -> Store:
    from inspector.datasets.quarantine import Store

    return Store.open(arguments.store, read_only=read_only)


class _Key:
    """A key of the record's room as the quarantine takes it."""

    def __init__(self, key: Any) -> None:
        self._key = key
        self.keyid: str = key.public.keyid
        self.spki: bytes = key.public.spki

    def sign(self, message: bytes) -> bytes:
        signature: bytes = self._key.sign(message)
        return signature


def _signer(arguments: argparse.Namespace) -> Signer | None:
    if arguments.key is None:
        return None
    from inspector.cli.keys import opened_key

    return _Key(opened_key(arguments.key, arguments.passphrase_file))


def _selected(store: Store, arguments: argparse.Namespace) -> Selection:
    from inspector.datasets.quarantine import Selection

    if arguments.all:
        return Selection(everything=True)
    if arguments.group is not None:
        return Selection(group=arguments.group)
    return Selection(rows=store.row_numbers(_lines(arguments.rows)))


def _lines(name: str) -> list[str]:
    try:
        if name == "-":
            raw = sys.stdin.buffer.read(MAX_ROWS_FILE + 1)
        else:
            with open(name, "rb") as file:
                raw = file.read(MAX_ROWS_FILE + 1)
        if len(raw) > MAX_ROWS_FILE:
            raise UnreadableInput(f"{plain(name)} is larger than {MAX_ROWS_FILE >> 20} MB.", "Use a group.")
        return [line.strip() for line in raw.decode("utf-8-sig").splitlines() if line.strip()]
    except OSError as error:
        raise UnreadableInput(f"{plain(name)} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise UnreadableInput(f"{plain(name)} is no list of rows.") from None


def _content(path: Path | None) -> bytes | None:
    if path is None:
        return None
    from inspector.record.keys import read_bounded

    return read_bounded(path)


def _warn(store: Store) -> None:
    for one in store.warnings:
        _tell(f"warning: {one}")


def _json(value: Any) -> None:
    from inspector.cli.scan import json_bytes

    write_result(json_bytes(value, indent=1), None)


def _say(line: str) -> None:
    write_result((line + "\n").encode("utf-8", "backslashreplace"), None)


def _tell(line: str) -> None:
    print(plain(line), file=sys.stderr)
