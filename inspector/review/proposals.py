"""What earlier records and bills of materials say of what is under review: proposals, never decisions.

A proposal counts for nothing until the reviewer takes it over by its id. That makes a decision or an answer
of this review, whose reason names where it came from. An import is one step of the journal and can be
undone like any other; a file that is imported again takes the place of its first import.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from inspector.provenance import UnreadableInput, plain

IMPORT = "import"  # the kind under which ``kept`` holds one import, by the digest of what was read
MOST_IMPORTS = 64  # of one review: enough for every supplier, and no way to fill the disk
MOST_PROPOSALS = 20_000  # of one import
MOST_LEFT = 500  # reasons that are kept; the rest is a number

# What is known of who signed what was read.
SIGNATURES = ("verified", "not-trusted", "unverified", "unsigned")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a proposal comes from. ``kind`` is record, cyclonedx or spdx; ``sha256`` the digest of the
    record's payload or of the file; ``signature`` one of SIGNATURES, and ``why`` a sentence about it.
    ``title``, ``made`` (a time) and, where it is not verified, ``signer`` are the document's own claims."""

    kind: str
    sha256: str
    file: str
    title: str
    made: str = ""
    signature: str = "unsigned"
    signer: str = ""
    keyid: str = ""
    why: str = ""

    @property
    def words(self) -> str:
        """One phrase for reasons and notes: what it was, whose, and whether that was verified."""
        name = f"{_KINDS.get(self.kind, self.kind)} {self.sha256[:12]}"
        signer = f" by {plain(self.signer, 80)}" if self.signer else ""
        key = f" (key {self.keyid[:8]})" if self.keyid else ""
        if self.signature == "verified":
            return f"{name}, signed{signer}{key}, verified"
        if self.signature == "not-trusted":
            return f"{name}, signed{signer}{key}, which is not trusted"
        if self.signature == "unverified":
            return f"{name}, said to be signed{signer}{key}, unverified"
        return f"{name}, not signed"


_KINDS = {"record": "record", "cyclonedx": "CycloneDX file", "spdx": "SPDX file"}


@dataclass(frozen=True, slots=True)
class Proposal:
    """One thing that a document says of a finding, a question or a node of this review.

    ``word`` is the state or the answer, empty for a node. ``fingerprint`` is the finding's at the time of
    the import: a proposal about other evidence is no longer one. ``licences`` and ``supplier`` are what the
    document says of a node, and ``how`` by what the node was known (purl, sha256, name).
    """

    about: str  # finding, question or node
    key: str
    word: str = ""
    text: str = ""  # the reason, or the note of an answer
    expires: str | None = None
    owner: str = ""
    fingerprint: str = ""
    licences: tuple[str, ...] = ()
    supplier: str = ""
    how: str = ""

    def as_json(self) -> dict[str, Any]:
        value = {name: item for name, item in asdict(self).items() if item not in ("", None, ())}
        return {**value, "licences": list(self.licences)} if self.licences else value

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Proposal:
        return cls(**{**value, "licences": tuple(value.get("licences") or ())})


@dataclass(frozen=True, slots=True)
class Import:
    """What one document came to. ``left`` says of what was not proposed what it was, and why; ``counts``
    are numbers of findings, questions and components: said, proposed and left."""

    origin: Origin
    proposals: tuple[Proposal, ...]
    left: tuple[tuple[str, str], ...] = ()
    counts: Mapping[str, int] | None = None
    at: str = ""
    number: int = 0  # rises with every import of a review: two may fall into one second

    def as_json(self) -> dict[str, Any]:
        return {
            "origin": asdict(self.origin),
            "proposals": [one.as_json() for one in self.proposals],
            "left": [list(one) for one in self.left],
            "counts": dict(self.counts or {}),
            "at": self.at,
            "number": self.number,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Import:
        return cls(
            origin=Origin(**value["origin"]),
            proposals=tuple(Proposal.from_json(one) for one in value["proposals"]),
            left=tuple((str(what), str(why)) for what, why in value["left"]),
            counts={str(name): int(number) for name, number in value["counts"].items()},
            at=str(value["at"]),
            number=int(value["number"]),
        )


def stored(found: Import, kept: Mapping[str, Mapping[str, Any]], at: str) -> Import:
    """``found`` as it is stored beside those that are ``kept``. UnreadableInput where it, or all together,
    would be more than a review takes."""
    if len(kept.keys() | {found.origin.sha256}) > MOST_IMPORTS:
        raise UnreadableInput(f"This review holds {MOST_IMPORTS} imports already.", "Undo one of them first.")
    if len(found.proposals) > MOST_PROPOSALS:
        raise UnreadableInput(
            f"{plain(found.origin.file)} speaks of {len(found.proposals):,} things of this review, and "
            f"{MOST_PROPOSALS:,} are taken at most.",
            "Give the part of it that matters; nothing was changed.",
        )
    number = 1 + max((int(one["number"]) for one in kept.values()), default=0)
    return replace(found, left=found.left[:MOST_LEFT], at=at, number=number)


def in_order(kept: Mapping[str, Mapping[str, Any]]) -> list[Import]:
    """The imports that stand, the latest last."""
    return sorted(map(Import.from_json, kept.values()), key=lambda one: one.number)


def standing(
    imports: Sequence[Import], fingerprints: Mapping[str, str], questions: Sequence[str]
) -> dict[tuple[str, str], list[tuple[Origin, Proposal]]]:
    """What is proposed now, by what it is about and its id; without what a later scan has overtaken."""
    found: dict[tuple[str, str], list[tuple[Origin, Proposal]]] = {}
    for one in imports:
        for proposal in one.proposals:
            if proposal.about == "finding" and fingerprints.get(proposal.key) != proposal.fingerprint:
                continue
            if proposal.about == "question" and proposal.key not in questions:
                continue
            found.setdefault((proposal.about, proposal.key), []).append((one.origin, proposal))
    return found


def chosen(
    about: str, key: str, offered: Sequence[tuple[Origin, Proposal]], digest: str | None
) -> tuple[Origin, Proposal]:
    """The one proposal that is meant. UnreadableInput where there is none, or several say different things
    and ``digest`` (the beginning of an origin's) does not tell which."""
    if digest is not None:
        offered = [pair for pair in offered if pair[0].sha256.startswith(digest)]
    if not offered:
        raise UnreadableInput(
            f"Nothing is proposed for the {about} {plain(key, 60)}; nothing was changed.",
            "`inspector review show` lists what is proposed.",
        )
    words = {(one.word, one.text, one.expires) for _, one in offered}
    if len(words) > 1:
        names = ", ".join(sorted({origin.sha256[:12] for origin, _ in offered}))
        raise UnreadableInput(
            f"Different things are proposed for the {about} {plain(key, 60)}; nothing was changed.",
            f"Say with --from which one is meant: {names}.",
        )
    return offered[-1]


def taken_over(text: str, origin: Origin) -> str:
    """The reason or note of a decision that was taken over: what it said, and where it came from."""
    return f"{text} [taken over from {origin.words}]" if text else f"[taken over from {origin.words}]"
