"""Taking a proposal over: from then on it is a decision or an answer of this review, by this reviewer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from inspector.provenance import State, UnreadableInput, plain
from inspector.review import decisions
from inspector.review.answers import answer_changes
from inspector.review.checklist import Checklist
from inspector.review.decisions import Decision
from inspector.review.journal import DECISION, Change
from inspector.review.proposals import Origin, Proposal, chosen, taken_over

Offered = Mapping[tuple[str, str], Sequence[tuple[Origin, Proposal]]]


def adopted(
    ids: Sequence[str],
    offered: Offered,
    digest: str | None,
    *,
    fingerprints: Mapping[str, str],
    checklist: Checklist,
    answers: Mapping[str, Mapping[str, Any]],
    at: str,
    scan: int,
) -> list[Change]:
    """What to store for ``ids`` (findings and questions). The terms are held to what ``decide`` asks for: a
    date that has passed meanwhile is refused, and so is an exception without a reason."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        raise UnreadableInput("Nothing was named.", "Name findings or questions by their ids.")
    questions = {one.id for one in checklist.questions}
    changes: list[Change] = []
    given: dict[str, dict[str, str]] = {}
    for key in wanted:
        if key in questions:
            origin, proposal = chosen("question", key, offered.get(("question", key), ()), digest)
            given[key] = {"answer": proposal.word, "note": taken_over(proposal.text, origin)}
            continue
        if key not in fingerprints:
            raise UnreadableInput(
                f"There is no finding or question {plain(key, 60)} in this review; nothing was changed.",
                "`inspector review show` lists them with their ids.",
            )
        origin, proposal = chosen("finding", key, offered.get(("finding", key), ()), digest)
        state = decisions.state_named(proposal.word)
        if state.needs_reason and not proposal.text.strip():
            raise UnreadableInput(
                f"What is proposed for {plain(key, 60)} gives no reason; nothing was changed.",
                "Decide on it with a reason of your own.",
            )
        because, expires = decisions.checked_terms(state, taken_over(proposal.text, origin), proposal.expires)
        owner = decisions.checked_text(proposal.owner, "owner's name")
        value = Decision(key, fingerprints[key], state, because, expires, owner, at, scan).as_json()
        changes.append(Change(DECISION, key, value))
    if given:
        changes += answer_changes(checklist, answers, given, ())
    return changes


def step_text(ids: Sequence[str], changes: Sequence[Change]) -> str:
    """What the history says of it."""
    if len(changes) == 1:
        value = changes[0].value
        word = value.get("state") or value.get("answer")
        return f"Took over {plain(ids[0], 80)}: {State(word).value if value.get('state') else word}"
    return f"Took over {len(changes)} proposals"
