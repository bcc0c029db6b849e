"""What may be decided of a finding, and when a decision no longer holds.

A decision is bound to the finding's id and to the fingerprint of what was judged. It is asked for again
when the evidence changed, when its date has passed, and when a finding said to be fixed is found again by
a later scan: a state is never shown on the strength of something that no longer stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from inspector.provenance import Finding, State, UnreadableInput, plain
from inspector.review import clock
from inspector.review.interface import ReviewedFinding

MOST_TEXT = 100_000  # characters of a reason or a note: enough for any, and no way to fill the disk


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided of one finding. ``scan`` is the number of the scan it was decided on."""

    finding: str
    fingerprint: str
    state: State
    because: str = ""
    expires: str | None = None
    owner: str = ""
    at: str | None = None
    scan: int = 0

    def as_json(self) -> dict[str, Any]:
        return {
            "fingerprint": self.fingerprint,
            "state": self.state.value,
            "because": self.because,
            "expires": self.expires,
            "owner": self.owner,
            "at": self.at,
            "scan": self.scan,
        }

    @classmethod
    def from_json(cls, finding: str, value: Mapping[str, Any]) -> Decision:
        return cls(
            finding=finding,
            fingerprint=value["fingerprint"],
            state=State(value["state"]),
            because=value.get("because") or "",
            expires=value.get("expires"),
            owner=value.get("owner") or "",
            at=value.get("at"),
            scan=value.get("scan") or 0,
        )


def state_named(word: str | State) -> State:
    """The state called ``word``; UnreadableInput names the words there are."""
    try:
        return State(word)
    except ValueError:
        words = ", ".join(state.value for state in State)
        raise UnreadableInput(
            f"There is no state called {plain(str(word), 60)}.", f"The states are: {words}."
        ) from None


def checked_terms(state: State, because: str, expires: str | None) -> tuple[str, str | None]:
    """Reason and expiry as they are stored. UnreadableInput where one is missing or is no use."""
    because = checked_text(because.strip(), "reason")
    expires = (expires or "").strip() or None
    if state.needs_reason and not because:
        raise UnreadableInput(
            f"The state {state.value} needs a reason.", "Say why, for the person who reads the record."
        )
    if state.needs_expiry and expires is None:
        raise UnreadableInput(
            f"The state {state.value} needs an expiry.", "Give the last day it holds, as YYYY-MM-DD."
        )
    if expires is not None and not clock.is_date(expires):
        raise UnreadableInput(
            f"{plain(expires, 60)} is not a date.", "Give the last day it holds, as YYYY-MM-DD."
        )
    if expires is not None and expires < clock.today():
        raise UnreadableInput(f"The expiry {expires} is in the past.", "Give a day from today on.")
    return because, expires


def checked_text(text: str, what: str) -> str:
    """``text`` where its length is bearable, else UnreadableInput."""
    if len(text) > MOST_TEXT:
        raise UnreadableInput(
            f"The {what} is longer than {MOST_TEXT:,} characters.", "Attach a long text as an evidence file."
        )
    return text


def is_past(expires: str | None) -> bool:
    """Whether the last day of a decision is over (in UTC). The day itself still counts."""
    return expires is not None and expires < clock.today()


def must_ask_again(decision: Decision, fingerprint: str, scan: int) -> bool:
    """Whether ``decision`` holds no longer for a finding that scan number ``scan`` saw like this."""
    if decision.state is State.OPEN:
        return False
    found_again = decision.state is State.FIXED and scan > decision.scan
    return decision.fingerprint != fingerprint or is_past(decision.expires) or found_again


def reviewed(
    finding: Finding, decision: Decision | None, fingerprint: str, scan: int, *, note: str, marked: bool
) -> ReviewedFinding:
    """The finding with what stands of its decision."""
    if decision is None:
        return ReviewedFinding(finding, note=note, marked=marked)
    ask_again = must_ask_again(decision, fingerprint, scan)
    return ReviewedFinding(
        finding,
        state=State.OPEN if ask_again else decision.state,
        because=decision.because,
        expires=decision.expires,
        owner=decision.owner,
        decided_at=decision.at,
        note=note,
        ask_again=ask_again,
        before=decision.state if ask_again else None,
        marked=marked,
    )


def step_text(state: State, titles: Iterable[str]) -> str:
    """What the status line and the history say of a decision."""
    titles = list(titles)
    if len(titles) == 1:
        return f"Set {plain(titles[0], 80)} to {state.value}"
    return f"Set {len(titles)} findings to {state.value}"
