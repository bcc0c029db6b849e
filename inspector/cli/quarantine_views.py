"""``inspector quarantine``: the actions that look at a store and change nothing."""

from __future__ import annotations

import argparse
import json

from inspector.cli.output import write_result
from inspector.cli.quarantine_common import content, counted, opened, put_json, say, tell
from inspector.provenance import UnreadableInput, plain


def groups(arguments: argparse.Namespace) -> int:
    """Lists what is to be looked at together."""
    from inspector.datasets.quarantine.interface import SAMPLING_CAVEAT

    with opened(arguments, read_only=True) as store:
        size = store.log_size()
        found = [one for one in store.groups() if one.pending or arguments.all]
    if arguments.format == "json":
        put_json({"groups": [one.as_json() for one in found], "log_size": size, "notes": [SAMPLING_CAVEAT]})
        return 0
    for one in found:
        level = f"{one.facts['level']}  " if "level" in one.facts else ""
        say(f"{one.id:<8} {one.kind:<11} {one.pending:>9} of {one.rows:<9} {level}{plain(one.title, 100)}")
    tell(f"inspector: {SAMPLING_CAVEAT}")
    return 0


def queue(arguments: argparse.Namespace) -> int:
    """Lists rows with what was decided of them."""
    from inspector.datasets.quarantine import RowState

    state = None
    if arguments.state is not None:
        if arguments.state not in list(RowState):
            raise UnreadableInput(
                f"{plain(arguments.state)} is no state.", f"States are: {', '.join(RowState)}."
            )
        state = RowState(arguments.state)
    with opened(arguments, read_only=True) as store:
        size = store.log_size()
        rows = store.rows(group=arguments.group, state=state, first=arguments.first, most=arguments.most)
    if arguments.format == "json":
        put_json({"rows": rows, "log_size": size})
        return 0
    for one in rows:
        text = json.dumps(one["value"], ensure_ascii=False)
        say(f"{one['row']:>8} {one['sha256'][:16]} {one['state']:<13} {plain(text, 160)}")
    return 0


def sets(arguments: argparse.Namespace) -> int:
    """Lists the promoted sets."""
    with opened(arguments, read_only=True) as store:
        found = store.sets()
    if arguments.format == "json":
        put_json({"sets": found})
        return 0
    for one in found:
        gone = "" if one["withdrawn"] is None else f"  withdrawn: {plain(one['withdrawn']['why'], 80)}"
        say(f"{one['id']}  {one['made']}  {one['rows']:>9} rows  by {plain(one['promoted_by'])}{gone}")
    return 0


def status(arguments: argparse.Namespace) -> int:
    """Says how many rows stand where."""
    with opened(arguments, read_only=True) as store:
        states = store.states()
        policy = store.policy()
        sets = store.sets()
    if arguments.format == "json":
        put_json(
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
            say(f"{count:>10} {state.value}")
    total = sum(states.values())
    say(f"{total:>10} {'row' if total == 1 else 'rows'}, {counted(len(sets), 'set')}")
    return 0


def log(arguments: argparse.Namespace) -> int:
    """Lists every change, oldest first."""
    with opened(arguments, read_only=True) as store:
        entries = store.log_entries()
    if arguments.format == "json":
        put_json({"entries": entries})
    elif arguments.format == "jsonl":
        lines = [json.dumps(one, ensure_ascii=False, sort_keys=True) + "\n" for one in entries]
        write_result("".join(lines).encode(), None)
    else:
        for one in entries:
            signed = " (signed)" if one["actor"]["auth"] == "signed" else ""
            count = f" {one['n']} rows" if "n" in one else ""
            what = one.get("verdict", one["type"])
            why = f": {plain(one['why'], 200)}" if "why" in one else ""
            say(f"{one['seq']:>6} {one['at']} {what}{count} by {plain(one['actor']['name'])}{signed}{why}")
    return 0


def checkpoint(arguments: argparse.Namespace) -> int:
    """Writes the signed note of the log."""
    with opened(arguments, read_only=True) as store:
        write_result(store.checkpoint(), arguments.out)
    return 0


def verify(arguments: argparse.Namespace) -> int:
    """Checks a store or a set; with ``--remember`` also against what it was when it was checked last."""
    from inspector.datasets.quarantine.checking import verify_any

    kept = arguments.remember
    if kept is not None and arguments.checkpoint is not None:
        raise UnreadableInput("--checkpoint and --remember do not go together.", "Leave one of them out.")
    if kept is not None and kept.exists():
        arguments.checkpoint = kept
    found = verify_any(
        arguments.store,
        checkpoint=content(arguments.checkpoint, "a checkpoint"),
        pubkey=content(arguments.pubkey, "a public key"),
    )
    warnings = found.pop("warnings")
    note = found.pop("note", None)
    if kept is not None:
        if note is None:
            raise UnreadableInput("A set never changes: --remember is for a store.", "Leave it out.")
        write_result(note.encode(), str(kept), option="--remember")
    for one in warnings:
        tell(f"warning: {one}")
    if arguments.format == "json":
        put_json({**found, "warnings": warnings})
    else:
        for line in found["told"]:
            say(line)
    return 0


def verifier(arguments: argparse.Namespace) -> int:
    """Writes the file that checks a set where this program is not installed."""
    from inspector import resources

    write_result(resources.path("training", "verify_set.py").read_bytes(), arguments.out)
    return 0
