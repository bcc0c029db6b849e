"""``inspector quarantine``: staging, review and promotion of training data."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from inspector.cli import quarantine_intake as intake
from inspector.cli import quarantine_views as views
from inspector.cli.quarantine_common import counted, opened, put_json, say, selected, signer, tell, warn
from inspector.provenance import UnreadableInput, plain

if TYPE_CHECKING:
    from inspector.datasets.quarantine import ReviewReport


def register(subparsers: Any) -> None:
    from inspector.cli.quarantine_arguments import add_arguments

    add_arguments(
        subparsers,
        {
            "add": intake.add,
            "checkpoint": views.checkpoint,
            "claim": _claim,
            "enrol": _enrol,
            "groups": views.groups,
            "init": _init,
            "log": views.log,
            "policy": _policy,
            "promote": _promote,
            "queue": views.queue,
            "review": _review,
            "sample": _sample,
            "screen": intake.screen,
            "serve": intake.serve,
            "sets": views.sets,
            "status": views.status,
            "verifier": views.verifier,
            "verify": views.verify,
            "waive": _waive,
            "watch": intake.watch,
            "withdraw": _withdraw,
        },
    )


# What the commands do


def _init(arguments: argparse.Namespace) -> int:
    from inspector.datasets.quarantine import Store

    with Store.create(arguments.store, actor=arguments.actor, allow_network=arguments.allow_network) as store:
        warn(store)
        say(f"A store was made in {plain(str(store.path))}.")
        say("Keep log.pub and, now and then, the file checkpoint somewhere else: they show a rewritten log.")
    return 0


def _review(arguments: argparse.Namespace) -> int:
    from inspector.datasets.quarantine import Verdict

    with opened(arguments) as store:
        report = store.review(
            selected(store, arguments),
            Verdict(arguments.verdict),
            actor=arguments.actor,
            why=arguments.why,
            signer=signer(arguments),
        )
        warn(store)
    return _told(arguments, report)


def _waive(arguments: argparse.Namespace) -> int:
    with opened(arguments) as store:
        report = store.waive(
            selected(store, arguments),
            actor=arguments.actor,
            why=arguments.why,
            expires=arguments.expires,
            signer=signer(arguments),
        )
        warn(store)
    return _told(arguments, report)


def _told(arguments: argparse.Namespace, report: ReviewReport) -> int:
    if report.own:
        left = counted(report.own, "row was", "rows were")
        tell(
            f"inspector: {left} left, because {plain(arguments.actor)} added, imported or contributed there."
        )
    if arguments.format == "json":
        put_json(report.as_json())
        return 0
    words = ", ".join(f"{count} {state}" for state, count in report.states.items())
    say(f"{counted(report.decided, 'row')} decided{': ' + words if words else ''}.")
    if report.already:
        had = counted(report.already, "row")
        say(f"{had} you had decided before; nothing more is needed of you there.")
    if report.settled and not arguments.all:
        settled = counted(report.settled, "row is settled and was", "rows are settled and were")
        say(f"{settled} left as before.")
    if report.changed:
        came = counted(report.changed, "row came or was", "rows came or were")
        say(f"{came} changed after you looked; nothing was decided there. Look again.")
    return 0


def _sample(arguments: argparse.Namespace) -> int:
    with opened(arguments) as store:
        group = store.draw_sample(arguments.size, actor=arguments.actor)
        warn(store)
    if arguments.format == "json":
        put_json(group.as_json())
    else:
        say(f"{group.id}: {counted(group.rows, 'row')}.")
        say(str(group.facts["coverage"]))
    return 0


def _claim(arguments: argparse.Namespace) -> int:
    with opened(arguments) as store:
        store.claim(arguments.group, actor=arguments.actor)
        warn(store)
    return 0


def _promote(arguments: argparse.Namespace) -> int:
    with opened(arguments) as store:
        made = store.promote(actor=arguments.actor, signer=signer(arguments))
        warn(store)
    if arguments.format == "json":
        put_json({"set": None if made is None else made.as_json()})
    elif made is None:
        say("Nothing is approved that was not promoted before.")
    else:
        say(f"{counted(made.rows, 'row was', 'rows were')} promoted: {plain(str(made.path))}")
    return 0


def _withdraw(arguments: argparse.Namespace) -> int:
    with opened(arguments) as store:
        count = store.withdraw(
            arguments.set, actor=arguments.actor, why=arguments.why, signer=signer(arguments)
        )
        warn(store)
    say(f"{counted(count, 'row was', 'rows were')} withdrawn." if count else "The set was withdrawn before.")
    if count:
        tell("inspector: Copies of the set elsewhere still verify: tell those who train with it.")
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
        raise UnreadableInput("A change of the policy needs --actor and --why.", "Say who and why.")
    with opened(arguments, read_only=not changes) as store:
        policy = store.policy()
        if changes:
            policy = replace(policy, **changes)
            in_force = store.set_policy(
                policy, actor=arguments.actor, why=arguments.why, signer=signer(arguments)
            )
            warn(store)
            if not in_force:
                tell(
                    "inspector: This weakens the policy: it is in force once another person sets the same. "
                    "Until then the old one stands."
                )
                policy = store.policy()
    if arguments.format == "json":
        put_json({"policy": policy.as_json()})
    else:
        for name, value in policy.as_json().items():
            say(f"{name}: {', '.join(value) if isinstance(value, list) else value}")
    return 0


def _enrol(arguments: argparse.Namespace) -> int:
    from inspector.record.keys import load_public

    key = load_public(arguments.pubkey)
    with opened(arguments) as store:
        store.enrol(arguments.name, key.spki, actor=arguments.actor, why=arguments.why)
        warn(store)
    say(f"Decisions of {plain(arguments.name)} count only with the key {key.keyid} from now on.")
    return 0
