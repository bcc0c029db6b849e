"""The symbolic stack, the marks and the memo of the pickle machine, and the opcodes that fill containers.

The stack discipline is that of CPython's Modules/_pickle.c: nothing below the last mark may be taken.
IndexError stands for its "stack underflow".
"""

from __future__ import annotations

from inspector.artifacts.bytesource import Window
from inspector.artifacts.interface import Reason
from inspector.artifacts.pickles.rules_attributes import WATCHED
from inspector.artifacts.pickles.rules_state import hook_among, takes_items
from inspector.artifacts.pickles.symbols import BytesAt, Import, Made, Mapped, Opaque, Series, Tup, shown
from inspector.provenance import Loading, plain

MAX_MEMO_INDEX = 50_000_000
MAX_OBJECTIONS = 100


class Stack:
    """The state of the machine, and the effect of every opcode that imports and calls nothing."""

    def __init__(self, window: Window, *, joblib: bool) -> None:
        self.window = window
        self.joblib = joblib
        self.stack: list[object] = []
        self.marks: list[int] = []
        self.memo: dict[int, object] = {}
        self.protocol = 0
        self.ops = 0
        self.effects = 0  # what the work is counted by, beside the opcodes
        self.opcode_at = window.offset
        self.horizon_base = -1
        self.frame_end: int | None = None
        self.imports: dict[tuple[str, str], Import] = {}
        self.storages: dict[str, tuple[str, int]] = {}  # key: storage class, number of elements
        self.objections: list[tuple[Loading, Reason]] = []
        self.objection_counts: dict[Loading, int] = {}
        self.arrays: list[tuple[int, int]] = []  # joblib's arrays in the stream: offset, length
        self.byte_strings: list[tuple[int, object]] = []  # handed to a nested unpickler: offset, value
        self.hidden: list[BytesAt] = []  # byte strings that look like pickles, which nothing here unpickles
        self.has_watched = False  # an import that must not be kept for somebody to call it later
        self.nested: list[int] = []  # where joblib keeps an object array: a pickle in the pickle

    # the stack

    def pop(self) -> object:
        if len(self.stack) <= (self.marks[-1] if self.marks else 0):
            raise IndexError
        return self.stack.pop()

    def top(self) -> object:
        if len(self.stack) <= (self.marks[-1] if self.marks else 0):
            raise IndexError
        return self.stack[-1]

    def since_mark(self) -> list[object]:
        """Takes everything above the last mark, and the mark."""
        mark = self.marks.pop()
        items = self.stack[mark:]
        del self.stack[mark:]
        return items

    def object_to(self, loading: Loading, code: str, message: str) -> None:
        """States what speaks against the stream; bounded per verdict, so that no flood hides a grave one."""
        count = self.objection_counts[loading] = self.objection_counts.get(loading, 0) + 1
        if count <= MAX_OBJECTIONS:
            self.objections.append((loading, Reason(code, plain(message, 600), self.opcode_at)))

    def skipped(self, length: int, what: str) -> Opaque:
        self.window.skip(length)
        return Opaque(what)

    # containers

    def append(self) -> None:
        value = self.pop()
        self._extend(self.top(), [value])

    def appends(self) -> None:
        items = self.since_mark()
        self._extend(self.top(), items)

    def _extend(self, target: object, items: list[object]) -> None:
        if self.has_watched:
            self._watch(items)
        if isinstance(target, Series):
            target.extend(items)
        elif items and not takes_items(target, keyed=False):
            self.object_to(Loading.UNREADABLE, "items-on-value", f"The pickle adds items to {shown(target)}.")

    def setitem(self) -> None:
        value = self.pop()
        key = self.pop()
        self._set(self.top(), [key, value])

    def setitems(self) -> None:
        stack = self.stack
        mark = self.marks.pop()
        items = stack[mark:]
        del stack[mark:]
        target = self.top()
        if len(items) % 2:
            self.object_to(Loading.UNREADABLE, "odd-items", "A dict of the pickle has a key without a value.")
        self._set(target, items)

    def _watch(self, items: list[object]) -> None:
        """An object that holds one of these functions may hand it what stands elsewhere in the stream."""
        for item in items:
            if isinstance(item, Import) and item.entry.rule in WATCHED:
                self.object_to(
                    WATCHED[item.entry.rule],
                    "kept-for-a-call",
                    f"The pickle keeps {item.dotted} as a value, which unpickles, evaluates or finds what "
                    "it gets.",
                )

    def watch_uncalled(self) -> None:
        """``getattr`` that the stream hands on and never calls, wherever it is kept."""
        if not self.has_watched or self.objections:
            return  # it is told already, or something that is as grave
        uncalled = [found for found in self.imports.values() if not found.call_count]
        self._watch([found for found in uncalled if found.entry.rule == "enum-member"])

    def _set(self, target: object, items: list[object]) -> None:
        if self.has_watched:
            self._watch(items)
        hook = hook_among(items)
        if hook is not None:
            self.object_to(
                Loading.RUNS_CODE,
                "state-replaces-method",
                f"The pickle makes an attribute {hook}, which unpickling calls or obeys.",
            )
        if isinstance(target, Mapped):
            target.extend(items)
        elif items and not takes_items(target, keyed=True):
            self.object_to(Loading.UNREADABLE, "items-on-value", f"The pickle sets items of {shown(target)}.")
        elif isinstance(target, Made) and not target.has_computed_keys:
            target.has_computed_keys = any(isinstance(key, Made) for key in items[::2])

    def dict_of_mark(self) -> None:
        items = self.since_mark()
        made = Mapped()
        self._set(made, items)
        if len(items) % 2:
            self.object_to(Loading.UNREADABLE, "odd-items", "A dict of the pickle has a key without a value.")
        self.stack.append(made)

    def series_of_mark(self, what: str) -> None:
        made = Series(what)
        items = self.since_mark()
        if self.has_watched:
            self._watch(items)
        made.extend(items)
        self.stack.append(made)

    def tuple_of(self, count: int) -> None:
        start = len(self.stack) - count
        if start < (self.marks[-1] if self.marks else 0):
            raise IndexError
        items = self.stack[start:]
        self.stack[start:] = (Tup(items),)

    # stack and memo

    def discard(self) -> None:
        """POP takes the mark where one lies on top."""
        if self.marks and self.marks[-1] == len(self.stack):
            self.marks.pop()
        else:
            self.pop()

    def put(self, index: int) -> None:
        value = self.top()
        if index > MAX_MEMO_INDEX:
            self.object_to(
                Loading.UNREADABLE,
                "over-limit",
                f"The memo index {index} makes an unpickler ask for much memory.",
            )
        self.memo[index] = value

    def get(self, index: int) -> None:
        if index not in self.memo:
            raise IndexError
        self.stack.append(self.memo[index])
