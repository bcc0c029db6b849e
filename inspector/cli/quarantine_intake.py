"""``inspector quarantine`` add, screen, watch, serve: how rows come in."""

from __future__ import annotations

import argparse
import contextlib
import json
import signal
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from inspector.cli.quarantine_common import counted, opened, put_json, say, signer, tell, warn
from inspector.provenance import UnreadableInput, WorkIncomplete, plain

if TYPE_CHECKING:
    from inspector.datasets.quarantine import AddReport
    from inspector.datasets.quarantine.interface import Intake
    from inspector.datasets.quarantine.serving import Server
    from inspector.datasets.quarantine.watching import Handed

_TOLD = 20  # refused rows that are named one by one


def add(arguments: argparse.Namespace) -> int:
    """Takes a file in; 3 where it breaks off."""
    from inspector.datasets.quarantine.screening import ScreenReport

    report = None if arguments.screen is None else ScreenReport.read(arguments.screen)
    with opened(arguments) as store:
        added = store.add(
            arguments.file,
            actor=arguments.actor,
            source=arguments.source,
            contributor_column=arguments.contributor_col,
            form=arguments.input_format,
            imported=arguments.imported,
            screen=report,
            signer=signer(arguments),
        )
        warn(store)
    if arguments.format == "json":
        put_json(added.as_json())
    else:
        say(_counted(added))
        if added.flagged is not None:
            say(f"{added.flagged} flagged by the screening.")
        _tell_refused(added)
    _tell_origin(arguments, added)
    if added.incomplete is not None:
        tell(f"inspector: {added.incomplete} What came before it was taken.")
        return WorkIncomplete.exit_code
    return 0


def _counted(added: AddReport) -> str:
    return f"{added.new} new, {added.duplicates} known already, {added.refused_count} refused."


def _tell_refused(added: AddReport) -> None:
    for one in added.refused[:_TOLD]:
        place = f"row {one.row}" if one.line is None else f"row {one.row} (line {one.line})"
        tell(f"refused: {place}: {one.why}")
    if added.refused_count > _TOLD:
        tell(f"refused: and {added.refused_count - _TOLD} more; --format json names them")


def _tell_origin(arguments: argparse.Namespace, added: AddReport) -> None:
    """Says what the rows were taken for, and where nobody is named as who gave them."""
    from inspector.datasets.quarantine.intake.annotated import TITLES

    if added.read_as is not None:
        tell(
            f"inspector: Read as {TITLES[added.read_as]}: its annotators count as contributors. "
            "With --input-format json, jsonl or csv it is taken as it stands."
        )
        tell("inspector: To screen the rows as they were taken, screen the batch in the store's batches/.")
    if added.unnamed and (arguments.contributor_col is not None or added.read_as is not None):
        unnamed = counted(added.unnamed, "row names", "rows name")
        tell(f"inspector: {unnamed} no contributor; there only who added is known.")


def screen(arguments: argparse.Namespace) -> int:
    """Takes over what a screening said of a file that was added."""
    from inspector.datasets.quarantine.screening import ScreenReport

    report = ScreenReport.read(arguments.report)
    with opened(arguments) as store:
        flagged = store.take_screening(report, actor=arguments.actor, signer=signer(arguments))
        warn(store)
    if arguments.format == "json":
        put_json({"flagged": flagged, "suspicions": len(report.suspicions), "limits": report.limits})
    elif flagged is None:
        say("This report was taken before; nothing was changed.")
    else:
        say(f"{counted(len(report.suspicions), 'suspicion')}, {counted(flagged, 'row')} flagged.")
        for limit in report.limits:
            say(f"Not shown by screening: {plain(limit)}")
    return 0


def watch(arguments: argparse.Namespace) -> int:
    """Takes files out of a folder until it is told to end; with ``--once`` those that are there now."""
    from inspector.datasets.quarantine.watching import Handed, Watch

    kept = {"left": False, "refused": False}
    told: dict[str, str] = {}
    with opened(arguments) as store, _told_to_end() as ended:
        intake = _intake(arguments, arguments.folder.absolute().name)
        watching = Watch(store, arguments.folder, intake, settle=arguments.settle)
        warn(store)
        looks = 0
        while True:
            looks += 1
            handed = watching.round()
            last = arguments.once and (looks > 1 or not watching.waiting())
            if last:
                met = {one.name for one in handed}
                handed += [
                    Handed(name, "left", "It was not complete yet.")
                    for name in watching.waiting()
                    if name not in met
                ]
            for one in handed:
                if told.get(one.name) != one.why:  # what hinders many rounds is told once
                    _tell_handed(arguments, one)
                told.pop(one.name, None)
                if one.outcome in kept:
                    kept[one.outcome] = True
                if one.outcome == "left":
                    told[one.name] = one.why
            # A second look, which tells whether a file still changes, comes after the time it may rest.
            if last or ended.wait(max(arguments.settle if arguments.once else arguments.interval, 0.01)):
                break
    if not arguments.once:
        return 0
    return WorkIncomplete.exit_code if kept["left"] else UnreadableInput.exit_code if kept["refused"] else 0


def _tell_handed(arguments: argparse.Namespace, one: Handed) -> None:
    if arguments.format == "json":
        report = {} if one.report is None else one.report.as_json()
        line = {"file": one.name, "outcome": one.outcome, "why": one.why, **report}
        say(json.dumps(line, ensure_ascii=True))
        return
    what = one.why if one.report is None or one.report.known else _counted(one.report)
    say(f"{one.outcome}: {plain(one.name, 120)}{': ' + what if what else ''}")
    if one.report is not None:
        _tell_refused(one.report)
        _tell_origin(arguments, one.report)


def serve(arguments: argparse.Namespace) -> int:
    """Takes rows over HTTP until it is told to end."""
    import asyncio

    from inspector.datasets.quarantine.serving import Server, WebhookKey
    from inspector.datasets.quarantine.serving.server import Bounds

    key = WebhookKey.read(arguments.hmac_key_file, window=arguments.window)
    if key.weak:
        tell("warning: The key is shorter than 24 bytes, which is easier to guess than it should be.")
    rate = max(arguments.rate, 0.01)
    bounds = Bounds(body=arguments.max_mb << 20, rate=rate, burst=max(int(2 * rate), 1))
    with opened(arguments) as store:
        warn(store)
        server = Server(store, key, _intake(arguments, "webhook"), bounds=bounds, tell=tell)
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_serve(server, arguments))
    say(f"{counted(server.turned_away, 'request was', 'requests were')} turned away.")
    return 0


async def _serve(server: Server, arguments: argparse.Namespace) -> None:
    import asyncio

    from inspector.datasets.quarantine.serving.server import PATH

    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        # Windows has no such handlers: there an interrupt ends the loop by itself.
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            asyncio.get_running_loop().add_signal_handler(number, ended.set)
    address, port = await server.start(arguments.bind, arguments.port, remote=arguments.allow_remote)
    shown = f"[{address}]" if ":" in address else address
    say(f"Rows are taken at http://{shown}:{port}{PATH}")
    try:
        await ended.wait()
    finally:
        await server.stop()


def _intake(arguments: argparse.Namespace, source: str) -> Intake:
    """What is said of all rows; ``source`` where none was named."""
    from inspector.datasets.quarantine.interface import Intake

    return Intake(
        arguments.actor,
        arguments.source or source,
        arguments.contributor_col,
        arguments.input_format,
        arguments.imported,
        signer(arguments),
    )


@contextlib.contextmanager
def _told_to_end() -> Iterator[threading.Event]:
    """An event that is set by an interrupt or a request to end, so that a file is not left half way."""
    ended = threading.Event()
    before = {}
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(ValueError):  # only the first thread may ask for signals
            before[number] = signal.signal(number, lambda *_: ended.set())
    try:
        yield ended
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
