"""R data (``saveRDS``, ``save``): the serialised objects walked to their end, nothing evaluated.

The format is that of R's ``serialize.c``, versions 2 and 3, in its binary (XDR), little-endian and text form
("R Internals", section 1.8). Reading a value runs nothing, save that a promise in the stream is evaluated as
soon as the value is looked at (CVE-2024-27322), and that R itself calls ``.First`` of a workspace.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from inspector.artifacts.bytesource import EndOfData, Window
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import Judgement
from inspector.provenance import Loading, plain
from inspector.sources.interface import ByteSource

_MAX_ITEMS = 1_500_000
_MAX_TEXT = 1 << 20
_WORKSPACE = re.compile(rb"RD[XAB][23]\n")
_STREAM = re.compile(rb"(?:X\n\0\0\0[\x02\x03]|B\n[\x02\x03]\0\0\0|A\n[23]\n\d{6}\n\d{6}\n)")
# Types without content, of which only the flags stand in the stream.
_EMPTY = frozenset({254, 253, 252, 251, 247, 242, 241})
_PAIRS = frozenset({2, 3, 5, 6, 17})
_SYMBOL, _CLOSURE, _ENVIRONMENT, _PROMISE, _LANGUAGE = 1, 3, 4, 5, 6
_CHARS, _BYTE_CODE, _NO_VALUE, _REFERENCE = 9, 21, 252, 255
_WIDTHS = {10: 4, 13: 4, 14: 8, 15: 16, 24: 1}
_CALLED_BY_R = frozenset({".First", ".Last", ".First.sys", ".onLoad", ".onAttach"})
# Functions of R's base packages that start programs, load libraries, run files or reach out. A call of one
# that is kept as data (``quote(system("x"))``) runs when somebody evaluates it; fitted models keep calls as
# well, of what fitted them.
_NAMED_ACTING = """
system system2 shell shell.exec source sys.source dyn.load library.dynam
download.file url pipe fifo socketConnection serverSocket unlink file.remove
install.packages loadNamespace requireNamespace attachNamespace reg.finalizer setHook
makeActiveBinding delayedAssign
"""
_ACTING = frozenset(_NAMED_ACTING.split())
_BINDING_IS_ACTIVE = 1 << 15


class _Broken(Exception):
    """The stream cannot be walked. The message is a sentence for the reviewer."""


def looks_like_r_data(head: bytes) -> bool:
    """Whether the first bytes are those of an R workspace or of a serialised value."""
    return bool(_WORKSPACE.match(head) or _STREAM.match(head))


def read_r_data(source: ByteSource) -> Artifact:
    """The verdict on an unpacked .rds or .RData file."""
    judgement = Judgement()
    walk = _Walk(source, judgement)
    try:
        walk.run()
    except _Broken as broken:
        judgement.note(Loading.UNREADABLE, "broken-r-data", str(broken))
    except EndOfData:
        judgement.note(Loading.UNREADABLE, "broken-r-data", "The R data is cut off.")
    if walk.functions:
        judgement.note(
            Loading.UNKNOWN_IMPORT,
            "r-function",
            f"It holds {walk.functions} R functions or expressions not yet evaluated: reading it runs none "
            "of them, using the object does.",
        )
    for name, at in sorted(walk.calls.items()):
        judgement.note(
            Loading.UNKNOWN_IMPORT,
            "r-call",
            f"It holds a call of {plain(name, 40)} that is not evaluated yet: reading it runs nothing, "
            "evaluating it does.",
            at,
        )
    facts = {"items": walk.items, "packages": sorted(plain(name, 100) for name in walk.packages)}
    return judgement.artifact("r-data", Loading.DATA_ONLY, facts)


@dataclass(slots=True)
class _Walk:
    """One pass over the stream. ``todo`` holds what has to be read next: an item, an item of byte code's
    constants, or a text of a namespace."""

    source: ByteSource
    judgement: Judgement
    items: int = 0
    functions: int = 0
    calls: dict[str, int] = field(default_factory=dict)  # kept as data, of what acts: where the first stands
    packages: set[str] = field(default_factory=set)
    window: Window = field(init=False)
    big: bool = True
    textual: bool = False
    todo: list[str] = field(default_factory=list)
    last_text: str = ""
    tag: str = ""
    symbols: list[str] = field(default_factory=list)

    def run(self) -> None:
        self.window = Window(self.source)
        if _WORKSPACE.match(self.source.read_at(0, min(5, self.source.size))):
            self.window.skip(5)
        form = self.window.take(2)
        if form not in (b"X\n", b"B\n", b"A\n"):
            raise _Broken("The form of the R data is not known.")
        self.big, self.textual = form == b"X\n", form == b"A\n"
        version = self.integer()
        self.integer()
        self.integer()
        if version == 3:
            self.text(self.integer())
        elif version != 2:
            raise _Broken("The version of the R data is not known.")
        self.todo.append("item")
        while self.todo:
            self.items += 1
            if self.items > _MAX_ITEMS or len(self.todo) > _MAX_ITEMS:
                raise _Broken(f"The R data holds more than {_MAX_ITEMS} values and was not read to its end.")
            task = self.todo.pop()
            if task in ("item", "frame"):
                self.item(in_frame=task == "frame")
            elif task in ("late", "promised"):
                self.promised(self.window.offset, is_late=task == "late")
            elif task == "called":
                self.called(self.window.offset)
            elif task == "tag":
                self.item_tag(self.window.offset)
            elif task == "language":
                self.language(self.integer())
            elif task == "code":
                self.byte_code()
            elif task.startswith(("repeat ", "frames ")):
                left = int(task[7:]) - 1
                if left > 0:
                    self.todo.append(f"{task[:7]}{left}")
                self.item(in_frame=task[0] == "f")
            elif task.startswith("constants "):
                self.constant(int(task[10:]))
        if self.window.remaining and not (self.textual and self.rest_is_blank()):
            raise _Broken("Bytes follow the end of the R data.")

    def rest_is_blank(self) -> bool:
        return self.window.remaining < 16 and not self.window.take(self.window.remaining).strip()

    def integer(self) -> int:
        if self.textual:
            word = self.window.line(64).strip()
            if word == b"NA":
                return -(1 << 31)
            try:
                return int(word)
            except ValueError:
                raise _Broken("A number of the R data cannot be read.") from None
        return int.from_bytes(self.window.take(4), "big" if self.big else "little", signed=True)

    def length(self) -> int:
        value = self.integer()
        if value == -1:
            value = (self.integer() << 32) + self.integer()
        if value < 0:
            raise _Broken("A length of the R data is negative.")
        return value

    def text(self, count: int) -> str:
        if count < 0:
            return ""
        if not self.textual:
            if count > _MAX_TEXT:
                self.window.skip(count)
                return ""
            return self.window.take(count).decode("utf-8", "backslashreplace")
        out = bytearray()
        while len(out) < count:  # escapes as C has them
            char = self.window.take(1)
            if char == b"\\":
                char = self.window.take(1)
                if char in b"01234567":
                    digits = char
                    while len(digits) < 3 and self.window.fill(1):
                        following = self.window.buffer[self.window.pos : self.window.pos + 1]
                        if following not in b"01234567":
                            break
                        digits += self.window.take(1)
                    char = bytes([int(digits, 8) & 255])
                else:
                    char = {b"n": b"\n", b"t": b"\t", b"r": b"\r"}.get(char, char)
            out += char
        self.window.line(16)
        return out.decode("utf-8", "backslashreplace")

    def promised(self, at: int, *, is_late: bool) -> None:
        """The value of a promise. Where there is none yet, R evaluates the expression behind it."""
        if self.item() != _NO_VALUE:
            return
        if is_late:
            self.functions += 1
            return
        self.judgement.note(
            Loading.RUNS_CODE,
            "r-promise",
            "It holds a promise: R evaluates the expression as soon as the value is looked at.",
            at,
        )

    def item(self, *, in_frame: bool = False) -> int:
        """``in_frame``: the item belongs to the variables of an environment, where R itself keeps the
        promises of arguments that no call has used yet. Gives the type of the item."""
        flags = self.integer()
        kind, has_attributes, has_tag = flags & 0xFF, bool(flags & 0x200), bool(flags & 0x400)
        if kind in _EMPTY:
            return kind
        if kind == _REFERENCE:
            place = flags >> 8 or self.integer()
            self.last_text = self.symbols[place - 1] if 0 < place <= len(self.symbols) else ""
        elif kind == _SYMBOL:
            self.chars()
            self.symbols.append(self.last_text)
        elif kind in (248, 249, 250):
            self.named_environment(kind)
        elif kind == _ENVIRONMENT:
            self.symbols.append("")
            self.integer()
            self.todo += ["item", "frame", "frame", "item"]  # attributes, table, frame, enclosure
        elif kind in _PAIRS:
            self.pair(kind, flags, has_attributes, has_tag, in_frame)
        elif kind == _CHARS:
            self.last_text = self.text(self.integer())
            self.todo += ["item"] * has_attributes
        elif kind in (22, 23):  # external pointer, weak reference: null after reading
            self.symbols.append("")
            self.todo += ["item"] * (2 * (kind == 22) + has_attributes)
        elif kind in (7, 8):
            self.text(self.integer())
            self.todo += ["item"] * has_attributes
        elif kind == 25:
            self.todo += ["item"] * has_attributes
        elif kind == 238:
            self.todo += ["item"] * 3
        elif kind == _BYTE_CODE:
            self.functions += 1
            self.integer()
            self.todo += ["item"] * has_attributes + ["code"]
        else:
            self.vector(kind, has_attributes, in_frame)
        return kind

    def chars(self) -> None:
        if self.integer() & 0xFF != _CHARS:
            raise _Broken("A symbol of the R data has no name.")
        self.last_text = self.text(self.integer())

    def named_environment(self, kind: int) -> None:
        self.integer()
        names = []
        for _ in range(min(self.length(), 100)):
            self.chars()
            names.append(self.last_text)
        self.symbols.append("")
        self.packages.update(names[:1])
        if kind == 248:
            self.judgement.note(
                Loading.UNREADABLE, "r-hook", "The R data has values that a hook of its reader makes."
            )

    def pair(self, kind: int, flags: int, has_attributes: bool, has_tag: bool, in_frame: bool) -> None:
        at = self.window.offset
        if kind == _CLOSURE:
            self.functions += 1
        if kind == 2 and flags >> 12 & _BINDING_IS_ACTIVE:
            self.judgement.note(
                Loading.RUNS_CODE,
                "r-active-binding",
                "It holds a binding that calls a function when read.",
                at,
            )
        # In the stream: attributes, tag, head, tail.
        part = "frame" if kind == 2 and in_frame else "item"
        first = part
        if kind == _PROMISE:
            first = "late" if in_frame else "promised"
        if kind == _LANGUAGE:
            first = "called"
        self.todo += [part, first]
        if has_attributes:  # the tag comes behind them, and is as telling there
            self.todo += ["tag"] * has_tag + ["item"]
        elif has_tag:
            self.item_tag(at)

    def called(self, at: int) -> None:
        """The function of a call that is kept as data."""
        if self.item() in (_SYMBOL, _REFERENCE) and self.last_text in _ACTING:
            self.calls.setdefault(self.last_text, at)

    def item_tag(self, at: int) -> None:
        """Reads a tag at once: its name tells a function that R itself calls."""
        self.last_text = ""
        before = len(self.todo)
        self.item()
        if len(self.todo) == before and self.last_text in _CALLED_BY_R:
            self.judgement.note(
                Loading.RUNS_CODE,
                "r-start-up",
                f"It holds {plain(self.last_text, 40)}, which R calls by itself with a workspace or package.",
                at,
            )

    def vector(self, kind: int, has_attributes: bool, in_frame: bool) -> None:
        if kind in _WIDTHS:
            count = self.length()
            if not self.textual:
                self.window.skip(_WIDTHS[kind] * count)
            else:
                for _ in range(self.bounded(count * (2 if kind == 15 else 1))):
                    self.window.line(256)
            self.todo += ["item"] * has_attributes
        elif kind in (16, 19, 20):
            self.todo += ["item"] * has_attributes
            count = self.length()
            if count:
                self.todo.append(f"{'frames' if in_frame else 'repeat'} {count}")
        else:
            raise _Broken(f"The R data holds a value of the unknown type {kind}.")

    def bounded(self, count: int) -> int:
        self.items += count
        if self.items > _MAX_ITEMS:
            raise _Broken(f"The R data holds more than {_MAX_ITEMS} values and was not read to its end.")
        return count

    def byte_code(self) -> None:
        """The code vector, then the constants, each with its type."""
        self.item()
        count = self.length()
        if count:
            self.todo.append(f"constants {count}")

    def constant(self, left: int) -> None:
        if left > 1:
            self.todo.append(f"constants {left - 1}")
        kind = self.integer()
        if kind == _BYTE_CODE:
            self.todo.append("code")
        else:
            self.language(kind)

    def language(self, kind: int) -> None:
        if kind == 243:
            self.integer()
            return
        if kind == 244:
            self.integer()
            kind = self.integer()
        if kind in (2, _LANGUAGE, 239, 240):
            self.todo += ["language", "language"] + ["item"] * (1 + (kind in (239, 240)))
        else:
            self.todo.append("item")
