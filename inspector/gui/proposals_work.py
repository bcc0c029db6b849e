"""What is proposed for the findings and questions of the open review, and how a file is taken in.

Nothing here decides: ``ReviewWork.adopt`` does, when a person asks for it. Documents are read by a child
process of its own, so that a hostile one holds up neither the window nor the review's other reading.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from inspector.gui.side_work import SideWork
from inspector.gui.texts import shown, tr

if TYPE_CHECKING:
    from inspector.gui.review_work import ReviewWork

ADOPT_AT_ONCE = 1_000_000  # characters of imports that are read within a few milliseconds
MOST_AT_ONCE = 1000  # ids that a command line takes on every system
_TOLD = ("about", "key", "word", "text", "expires", "owner", "why")
Told = Callable[[Mapping[str, Any], str], None]


@dataclass(frozen=True, slots=True)
class Offer:
    """One proposal as the window shows it. ``about`` is finding, question or node; ``why`` is "", overtaken
    or expired. ``text``, ``owner`` and ``origin`` are a document's own words."""

    about: str
    key: str
    word: str
    text: str
    expires: str | None
    owner: str
    origin: Mapping[str, Any]
    mark: str
    why: str

    @property
    def digest(self) -> str:
        return str(self.origin.get("sha256") or "")

    def is_adopted(self, word: str | None, text: str) -> bool:
        """Whether a decision or answer of ``word`` with the reason or note ``text`` is this one."""
        return word == self.word and text.endswith(self.mark)


class Proposals(QObject):
    """``told``: what is proposed changed."""

    told = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.weight = 0
        self._offers: dict[tuple[str, str], list[Offer]] = {}
        self._coming: dict[tuple[str, str], list[Offer]] = {}
        self._origin: Mapping[str, Any] = {}
        self._mark = ""
        self._sum = self._coming_sum = 0  # tells cheaply whether what came is what is there
        self._importing = SideWork(self)
        self.reading = False  # a document is being read

    def of(self, about: str, key: str) -> tuple[Offer, ...]:
        """Everything proposed for one finding, question or node: what stands first, then the latest."""
        return tuple(sorted(self._offers.get((about, key), ()), key=lambda one: bool(one.why)))

    def standing(self, about: str, key: str) -> tuple[Offer, ...]:
        """What may be adopted for it."""
        return tuple(one for one in self._offers.get((about, key), ()) if not one.why)

    def __len__(self) -> int:
        return len(self._offers)

    def take(self, event: dict[str, Any]) -> bool:
        """Takes one event of ``proposals_told``; False where it is none."""
        kind = event.get("event")
        if kind == "proposals-begin":
            self._coming, self._coming_sum = {}, 0
        elif kind == "proposals-origin":
            self._origin, self._mark = event["origin"], str(event["mark"])
        elif kind == "proposed":
            self._take_one({name: event[name] for name in _TOLD})
        elif kind == "proposals-end":
            changed = self._coming_sum != self._sum
            self.weight, self._sum = int(event["weight"]), self._coming_sum
            self._offers, self._coming = self._coming, {}
            if changed:
                self.told.emit()
        else:
            return False
        return True

    def _take_one(self, fields: dict[str, Any]) -> None:
        offer = Offer(**fields, origin=self._origin, mark=self._mark)
        self._coming.setdefault((offer.about, offer.key), []).append(offer)
        self._coming_sum = hash((self._coming_sum, self._mark, offer.digest, *fields.values()))

    def read(self, review: Path, document: Path, trust: str, then: Told) -> None:
        """Has ``document`` read into ``review``; ``then(imported, problem)`` is called once, with an empty
        object and a sentence where nothing was taken."""
        found: dict[str, Any] = {}
        self.reading = True

        def events(some: list[dict[str, Any]]) -> None:
            for one in some:
                if one.get("event") == "imported":
                    found.update(one)

        def ended(problem: str) -> None:
            self.reading = False
            if not found:
                problem = problem or tr("The file could not be read.")
            then(found if not problem else {}, problem)

        self._importing.run(
            "import", str(review), str(document.absolute()), trust, events=events, ended=ended
        )

    def stop_reading(self) -> None:
        """Ends the reading of a document; what it proposes is then taken whole or not at all."""
        self._importing.close()
        self._importing.deleteLater()
        self._importing = SideWork(self)
        self.reading = False

    def close(self) -> None:
        self._importing.close()


def adopt_all(session: ReviewWork, about: str, keys: Sequence[str]) -> bool:
    """Adopts for those of ``keys`` that have a proposal, as one step; where different things are proposed for
    one of them, nothing is: which one is meant is said with its button. False where nothing was adopted."""
    offered = {key: session.proposals.standing(about, key) for key in keys}
    wanted = [key for key, offers in offered.items() if offers]
    if not wanted:
        session.refused.emit(tr("Nothing that could be adopted is proposed here."))
        return False
    for key in wanted:
        if len({(one.word, one.text, one.expires) for one in offered[key]}) > 1:
            session.refused.emit(
                tr("Different things are proposed; nothing was changed. Adopt the one that is meant.")
            )
            return False
    digests = {offered[key][0].digest for key in wanted}
    return session.adopt(wanted, digests.pop() if len(digests) == 1 else None)


def origin_words(origin: Mapping[str, Any]) -> str:
    """Whose word it is, and whether that was verified: a name that nobody verified stands in quotes."""
    kinds = {"record": tr("record"), "cyclonedx": tr("CycloneDX file"), "spdx": tr("SPDX file")}
    kind = str(origin.get("kind"))
    name = f"{kinds.get(kind, shown(kind, 20))} {shown(origin.get('sha256'), 80)[:12]}"
    signer = shown(origin.get("signer"), 80).replace("“", "'").replace("”", "'")
    who = tr("by “{0}”").format(signer) if signer else ""
    forms = {
        "verified": tr("{0}, signed {1}, verified"),
        "not-trusted": tr("{0}, signed {1}, not trusted"),
        "unverified": tr("{0}, said to be signed {1}, not verified"),
    }
    form = forms.get(str(origin.get("signature")), tr("{0}, not signed"))
    return form.format(name, who).replace(" ,", ",")
