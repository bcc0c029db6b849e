"""What a review's imports propose, told as events by a child process: for the window, without Qt.

Parsing tens of thousands of proposals on the window's thread would hold up a key press, so the child holds
them against the review and the window only keeps what it shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from inspector.provenance import UnreadableInput, plain

MOST_TEXT = 700  # characters of one reason that the window shows; the review keeps all of it
MOST_LEFT = 200  # rows about what was not proposed
_ROW_WEIGHT = 400  # characters that one proposal takes in the review file besides its text
OVERTAKEN, EXPIRED = "overtaken", "expired"  # why a proposal can no longer be adopted


def proposal_events(review: Any) -> Iterator[dict[str, Any]]:
    """``proposals-begin``; for each import ``proposals-origin`` and a ``proposed`` for each finding, question
    and node; ``proposals-end``.

    ``weight`` is about how many characters the review has to read to adopt one of them. Those that a later
    scan or the calendar has overtaken come with a ``why``.
    """
    from inspector.review import clock

    yield {"event": "proposals-begin"}
    imports = review.imports()
    weight = 0
    if imports:
        here = {("finding", item.finding.id) for item in review.findings()}
        here |= {("question", one.id) for one in review.questions()}
        standing = {
            (origin.sha256, proposal)
            for offered in review.proposed().values()
            for origin, proposal in offered
        }
        today = clock.today()
        for one in reversed(imports):  # the latest first
            mark = f"[taken over from {one.origin.words}]"  # ends the reason of what was adopted
            yield {"event": "proposals-origin", "origin": asdict(one.origin), "mark": mark}
            for proposal in one.proposals:
                weight += _ROW_WEIGHT + len(proposal.text)
                if proposal.about != "node" and (proposal.about, proposal.key) not in here:
                    continue
                why = "" if (one.origin.sha256, proposal) in standing else OVERTAKEN
                if not why and proposal.expires and proposal.expires < today:
                    why = EXPIRED
                yield {
                    "event": "proposed",
                    "about": proposal.about,
                    "key": proposal.key,
                    "word": proposal.word,
                    "text": (_claim(proposal) if proposal.about == "node" else proposal.text)[:MOST_TEXT],
                    "expires": proposal.expires,
                    "owner": proposal.owner,
                    "why": why,
                }
    yield {"event": "proposals-end", "weight": weight}


def _claim(proposal: Any) -> str:
    """What a document says of a component: its licences and its supplier."""
    said = (("licence", ", ".join(proposal.licences)), ("supplier", proposal.supplier))
    return "; ".join(f"{name} {text}" for name, text in said if text)


def take_import(review: Any, document: Path, trust: str) -> dict[str, Any]:
    """Takes what ``document`` proposes into ``review`` and gives the event that tells of it. ``trust`` is a
    trust store, "" for the user's own. InspectorError where one of them cannot be read."""
    from inspector.record.imports import proposals_of, read_document

    if review.scan_facts() is None:
        raise UnreadableInput(
            "The review holds no finished scan yet, so nothing can be compared.", "Scan the target first."
        )
    store, keys = _trusted(trust)
    found = proposals_of(read_document(document, keys), review)
    review.take_import(found)
    abouts = [one.about for one in found.proposals]
    return {
        "event": "imported",
        "origin": asdict(found.origin),
        "proposed": {about: abouts.count(about) for about in ("finding", "question", "node")},
        "left": [[plain(what, 200), plain(why, 300)] for what, why in found.left[:MOST_LEFT]],
        "left_number": int((found.counts or {}).get("left") or len(found.left)),
        "trust": {"path": str(store), "own": not trust, "keys": len(keys)},
    }


def _trusted(trust: str) -> tuple[Path, list[Any]]:
    """The trust store that counts and its keys. One that was named must be there; one's own may not exist
    yet, and is then empty."""
    from inspector import places
    from inspector.gate.inspector_gate import Unreadable, read_trust

    store = Path(trust) if trust else places.trust_store()
    try:
        return store, read_trust(str(store)) if trust or store.exists() else []
    except Unreadable as error:
        raise UnreadableInput(str(error)) from None
