"""From a call and its arguments to references: what is named, how firmly, and whether loading runs code.

One function per way of reading (``Row.reading``). Where several values are possible the weaker statement
stands; where none is known the pin is ``undetermined`` and the reference has no name.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field

from inspector.provenance import Pin
from inspector.references import shapes
from inspector.references.api import Row
from inspector.references.evaluate import Evaluator
from inspector.references.terms_values import Arguments, Value

MAX_REFS = 500
WEAKEST_FIRST = (Pin.NONE, Pin.MOVABLE, Pin.UNDETERMINED, Pin.LOCAL, Pin.COMMIT, Pin.DIGEST)


@dataclass(frozen=True, slots=True)
class Found:
    """One reference before it has a place: the fields of ``Reference`` that follow from the call."""

    kind: str
    ref: str | None
    revision: str | None
    pin: Pin
    safe: bool | None
    why: str
    hub: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the rest of the target says: paths, the folders they make, and required versions."""

    paths: Set[str]
    folders: Set[str]
    requirements: Mapping[str, str]


@dataclass(slots=True)
class Call:
    """One call under judgement. ``near`` is the folder of the file that holds it."""

    row: Row
    arguments: Arguments
    evaluator: Evaluator
    paths: tuple[str, ...]
    around: Surroundings
    near: str
    depth: int = 0
    name: str = ""  # the callee's full name, where it is known
    cache: dict[str, list[Value] | None] = field(default_factory=dict)

    def option(self, *names: str) -> list[Value] | None:
        """The values of a keyword (``a.b`` looks inside the map ``a``); None where it is not passed."""
        key = names[0]
        if key not in self.cache:
            self.cache[key] = self._option(names)
        return self.cache[key]

    def _option(self, names: tuple[str, ...]) -> list[Value] | None:
        for name in names:
            outer, _, inner = name.partition(".")
            term = self.arguments.get(None, (outer,))
            if term is not None and inner:
                pairs, _whole = self.evaluator.pairs(term, self.paths)
                term = pairs.get(inner)
            if term is not None:
                return self.evaluator.values(term, self.paths)
        return None

    def flag(self, name: str, default: bool | None) -> bool | None:
        """A switch: True or False where it is certain, None where it is not."""
        values = self.option(name)
        if values is None:
            return default if self.arguments.whole else None
        answers = {
            bool(v.value) if v.tag == "const" and not self._may_turn(v, name) else None for v in values
        }
        return answers.pop() if len(answers) == 1 else None

    @staticmethod
    def _may_turn(value: Value, name: str) -> bool:
        """Whether the command line may turn a switch to the worse: then its default is no answer."""
        return value.open and bool(value.value) is (name not in ("trust_remote_code", "allow_pickle"))

    def names(self) -> list[Value]:
        """What the call names, certain values first to be taken alone: unknown ones only where no other
        is.
        """
        term = self.arguments.get(*self.row.ref)
        if term is None:
            return []
        return _settled(self.evaluator.values(term, self.paths))

    def revision(self, names: tuple[str, ...]) -> tuple[str | None, Pin]:
        """The revision as written and the weakest pin that it can be."""
        values = self.option(*names) if names else None
        place = self.row.revision_place
        if values is None and place is not None and place < len(self.arguments.positional):
            values = self.evaluator.values(self.arguments.positional[place], self.paths)
        if values is None:
            return None, Pin.NONE if self.arguments.whole or not names else Pin.UNDETERMINED
        written = next((v.value for v in values if v.tag == "const" and isinstance(v.value, str)), None)
        pins = [_pin_of(value) for value in values]
        return written, min(pins, key=WEAKEST_FIRST.index)

    def is_local(self, text: str) -> bool:
        return shapes.is_local_path(text, self.around.paths, self.around.folders, self.near)


def _pin_of(value: Value) -> Pin:
    if value.tag == "const" and (value.value is None or value.value == ""):
        return Pin.NONE
    if value.tag == "const" and isinstance(value.value, str):
        pin = shapes.revision_pin(value.value)
        # A commit that the environment or the command line may replace holds nothing.
        return Pin.UNDETERMINED if pin is Pin.COMMIT and value.open else pin
    return Pin.UNDETERMINED


def _settled(values: list[Value]) -> list[Value]:
    """Values with those dropped that say nothing beside others that do; maps and lists opened by callers."""
    named = [v for v in values if v.tag in ("const", "download", "list", "map") and v.value not in (None, "")]
    if named:
        return [v for v in named if not (v.tag == "const" and isinstance(v.value, bool))][:MAX_REFS]
    partial = [v for v in values if v.tag == "text"]
    if partial:
        return partial[:1]
    objects = [v for v in values if v.tag == "object"]
    if objects:
        return objects[:1]
    empty = [v for v in values if v.tag == "const"]
    return empty[:1] if empty and all(v.tag == "const" for v in values) else [Value("unknown")]


def judge(call: Call) -> list[Found]:
    """The references that one call makes; none where its arguments say that it names nothing."""
    from inspector.references.judge_table import READINGS

    found = list(READINGS[call.row.reading](call))
    call.evaluator.was_short = call.evaluator.was_short or len(found) > MAX_REFS * 2
    return found[: MAX_REFS * 2]
