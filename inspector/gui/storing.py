"""Puts a scan into a review, and reads a review, in a process of its own: for the window, without Qt.

    python -m inspector.gui.storing store  FILE.review EVENTS.jsonl
    python -m inspector.gui.storing read   FILE.review
    python -m inspector.gui.storing decided FILE.review
    python -m inspector.gui.storing proposed FILE.review
    python -m inspector.gui.storing import FILE.review DOCUMENT TRUST
    python -m inspector.gui.storing adopt  FILE.review DIGEST ID…

What it writes are events, one a line, as a scan does: after ``read`` those of the stored scan, after
``import`` the one that tells of it, after ``adopt`` its ``step``. Then come ``decided`` for each finding
with a decision, note or mark, ``questions``, ``blockers``, and what is proposed (``proposed`` tells that
alone, ``import`` nothing more). Parsing 20,000 findings in a thread would freeze the window: every call from
Qt would wait for the interpreter lock.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from inspector.gui.facts import Facts, events_of
from inspector.gui.proposals_told import proposal_events, take_import
from inspector.provenance import InspectorError, State
from inspector.review.interface import Question, ReviewedFinding

EXIT_REFUSED = 2
WRITERS = ("store", "import", "adopt")


def decided_event(item: ReviewedFinding) -> dict[str, Any]:
    """What was decided of a finding, without the finding."""
    return {
        "event": "decided",
        "id": item.finding.id,
        "state": item.state.value,
        "because": item.because,
        "expires": item.expires,
        "owner": item.owner,
        "decided_at": item.decided_at,
        "note": item.note,
        "ask_again": item.ask_again,
        "marked": item.marked,
        "before": item.before.value if item.before is not None else None,
    }


def with_decision(item: ReviewedFinding, event: dict[str, Any] | None) -> ReviewedFinding:
    """``item`` with the decision of a ``decided`` event; with None it is open."""
    if event is None:
        return ReviewedFinding(item.finding)
    words = {key: value for key, value in event.items() if key not in ("event", "id", "state", "before")}
    before = State(event["before"]) if event["before"] is not None else None
    return ReviewedFinding(item.finding, state=State(event["state"]), before=before, **words)


def question_from(value: dict[str, Any]) -> Question:
    lists = ("refs", "rules", "hints", "evidence")
    return Question(**{key: tuple(item) if key in lists else item for key, item in value.items()})


def work_events(review: Any) -> Iterator[dict[str, Any]]:
    """The reviewer's work: decisions, questions, what stands against approval, and what is proposed."""
    for item in review.findings():
        if item != ReviewedFinding(item.finding):
            yield decided_event(item)
    yield {"event": "questions", "items": [asdict(item) for item in review.questions()]}
    yield {"event": "blockers", "items": list(review.blockers())}
    yield from proposal_events(review)


def store(review: Any, events: Path) -> None:
    """Takes the scan that ``events`` tells; a line that is no event is left out, as the window leaves it."""
    from inspector.scan import Collected

    facts, collected = Facts(), Collected()
    with events.open("rb") as lines:
        for line in lines:
            try:
                event = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(event, dict) and facts.add(event):
                collected.add(event)
    review.take_scan(collected.result())


def main(arguments: list[str]) -> int:
    from inspector.review import Review

    task, path = arguments[0], Path(arguments[1])
    try:
        review = Review.open(path, read_only=task not in WRITERS)
        try:
            if task == "store":
                store(review, Path(arguments[2]))
            if task == "read":
                scan = review.scan()
                for event in events_of(scan) if scan is not None else ():
                    _say(event)
            for event in _rest(task, review, arguments[2:]):
                _say(event)
        finally:
            review.close()
    except InspectorError as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_REFUSED
    return 0


def _rest(task: str, review: Any, more: list[str]) -> Iterator[dict[str, Any]]:
    """What is told after the scan; ``more`` are the arguments of a task that writes proposals."""
    if task == "import":
        yield take_import(review, Path(more[0]), more[1])
        return
    if task == "proposed":
        yield from proposal_events(review)
        return
    if task == "adopt":
        yield {"event": "step", "text": review.adopt(more[1:], digest=more[0] or None).text}
    yield from work_events(review)


def _say(event: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(event, ensure_ascii=True, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
