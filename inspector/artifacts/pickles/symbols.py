"""What stands on the symbolic stack of the pickle machine.

Constants are themselves (None, bool, int, float, str, bytes, as far as they are short). Everything else is
one of the classes here. Nothing is a real object of the stream: a class is its name, an instance is "the
result of a call of that name".
"""

from __future__ import annotations

from dataclasses import dataclass, field

from inspector.artifacts.pickles.listed import Entry, Tier
from inspector.provenance import Loading, plain

Objection = tuple[Loading, str, str]  # verdict, reason code, sentence

MAX_ARGUMENT_TEXT = 200
MAX_WEIGHT = 10**10
_KEPT_FIELDS = 4096  # of a numpy dtype: every one of them has to be looked at


class TooHeavy(Exception):
    """Values that hold each other unfold beyond any bound ("billion laughs")."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call of an import as it stands in the stream: ``arguments`` as far as they are constants."""

    callable: str
    arguments: tuple[str, ...]
    offset: int


@dataclass(slots=True)
class Import:
    """One imported name. ``dotted`` is module and name after the fix_imports map."""

    module: str
    name: str
    entry: Entry
    offset: int
    calls: list[Call] = field(default_factory=list)
    call_count: int = 0
    weight: int = 1

    @property
    def dotted(self) -> str:
        return f"{self.module}.{self.name}"

    @property
    def tier(self) -> Tier:
        return self.entry.tier


class Opaque:
    """A value whose content does not matter here. ``what`` says in a word what it is."""

    __slots__ = ("what",)
    weight = 1

    def __init__(self, what: str) -> None:
        self.what = what


class BytesAt(Opaque):
    """A byte string too long to keep: where in the stream it stands."""

    __slots__ = ("length", "start")

    def __init__(self, start: int, length: int) -> None:
        super().__init__(f"{length} bytes")
        self.start = start
        self.length = length


class LongText:
    """A text too long to keep: its beginning, and where in the stream it stands in which encoding."""

    __slots__ = ("encoding", "head", "length", "start")

    def __init__(self, head: str, start: int = 0, length: int = 0, encoding: str = "utf-8") -> None:
        self.head = head
        self.start = start
        self.length = length
        self.encoding = encoding


class Tup:
    """A tuple. ``weight`` is how many values it holds when every shared part is counted each time."""

    __slots__ = ("items", "weight")

    def __init__(self, items: list[object]) -> None:
        self.items = items
        weight = 1 + len(items)
        for item in items:
            if type(item) in _CONTAINERS:
                weight += item.weight  # type: ignore[attr-defined]
        if weight > MAX_WEIGHT:
            raise TooHeavy
        self.weight = weight


class Series:
    """A list, set or frozenset; its first items are kept to be shown. ``count``: how many it was given."""

    __slots__ = ("count", "items", "weight", "what")

    def __init__(self, what: str = "list") -> None:
        self.what = what
        self.items: list[object] = []
        self.weight = 1
        self.count = 0

    def extend(self, items: list[object]) -> None:
        self.weight += _weight(items)
        self.count += len(items)
        if len(self.items) < 32:
            self.items.extend(items[: 32 - len(self.items)])


class Mapped:
    """A dict; the values of its first text keys are kept. ``is_whole``: all of them are.
    ``has_computed_keys``: a key is the result of a call, so that its text cannot be told."""

    __slots__ = ("has_computed_keys", "is_whole", "items", "weight")

    def __init__(self) -> None:
        self.items: dict[str, object] = {}
        self.weight = 1
        self.is_whole = True
        self.has_computed_keys = False

    def extend(self, items: list[object]) -> None:
        self.weight += _weight(items)
        kept = self.items
        if len(kept) < _KEPT_FIELDS and _are_fields(items):
            for key, value in zip(items[::2], items[1::2], strict=False):
                if type(key) is str:
                    kept[key] = value
                else:
                    self.is_whole = False
                    self.has_computed_keys = self.has_computed_keys or type(key) is Made
            return
        if len(kept) < 64 and len(items) <= 128:
            for key, value in zip(items[::2], items[1::2], strict=False):
                if type(key) is str:
                    kept[key] = value
                else:
                    self.is_whole = False
                    if type(key) is Made:
                        self.has_computed_keys = True
            return
        self.is_whole = False
        if len(kept) < 64:
            for key, value in zip(items[:128:2], items[1:128:2], strict=False):
                if type(key) is str:
                    kept[key] = value
        self.has_computed_keys = self.has_computed_keys or any(type(key) is Made for key in items[::2])


_CONTAINERS = frozenset((Tup, Series, Mapped))


def _weight(items: list[object]) -> int:
    """How many values ``items`` unfold to when every shared part is counted each time."""
    weight = len(items)
    for item in items:
        if type(item) in _CONTAINERS:
            weight += item.weight  # type: ignore[attr-defined]
    if weight > MAX_WEIGHT:
        raise TooHeavy
    return weight


def _are_fields(items: list[object]) -> bool:
    """Whether ``items``, keys and values in turn, begin as the fields of a numpy dtype do: all are kept."""
    first = items[1] if 2 <= len(items) <= 2 * _KEPT_FIELDS else None
    return type(first) is Tup and 2 <= len(first.items) <= 3 and type(first.items[0]) is Made


class Made:
    """The result of calling ``callee``. ``args`` and ``state`` are kept only where a rule needs them.

    ``is_used``: an array has this dtype already. ``has_computed_keys``: as of a dict.
    """

    __slots__ = ("args", "callee", "has_computed_keys", "is_used", "state")

    def __init__(self, callee: Import, args: Tup | None = None) -> None:
        self.callee = callee
        self.args = args
        self.state: object = None
        self.is_used = False
        self.has_computed_keys = False


class Stored:
    """What a torch persistent id stands for: the numbers of a tensor, kept beside the pickle."""

    __slots__ = ("key",)

    def __init__(self, key: str) -> None:
        self.key = key


def shown(value: object, limit: int = MAX_ARGUMENT_TEXT, depth: int = 4) -> str:
    """``value`` as text for the reviewer, bounded in length and depth."""
    kind = type(value)
    if kind is str or kind is bytes:
        text = repr(value[:limit])  # type: ignore[index]
    elif kind is int:
        text = str(value) if value.bit_length() < 600 else "a very long number"  # type: ignore[attr-defined]
    elif value is None or kind in (bool, float):
        text = repr(value)
    elif isinstance(value, Import):
        text = value.dotted
    elif isinstance(value, Made):
        text = f"the result of {value.callee.dotted}"
    elif isinstance(value, LongText):
        text = f"{value.head[:60]!r}…"
    elif isinstance(value, (Tup, Series)):
        text = _bracketed(value, limit, depth)
    elif isinstance(value, Mapped):
        inner = [f"{key!r}: {shown(item, 60, depth - 1)}" for key, item in list(value.items.items())[:6]]
        text = "{" + ", ".join(inner) + "}" if depth > 0 else "{…}"
    elif isinstance(value, Opaque):
        text = value.what
    else:
        text = "…"
    return plain(text, limit)


def _bracketed(value: Tup | Series, limit: int, depth: int) -> str:
    left, right = ("(", ")") if isinstance(value, Tup) else ("[", "]")
    if depth <= 0:
        return f"{left}…{right}"
    inner = [shown(item, limit, depth - 1) for item in value.items[:8]]
    if len(value.items) > 8:
        inner.append("…")
    return left + ", ".join(inner) + right
