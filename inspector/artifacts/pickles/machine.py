"""The pickle machine: one pass over a pickle stream that says what loading it would import and call.

Nothing is imported, called or built. The machine keeps the stack, the marks and the memo as CPython's
Modules/_pickle.c does, with names in place of classes and calls, so that it sees the same imports as a real
unpickler, and refuses (``unreadable``) where a real one would fail or where readers could disagree:
arguments that are cut off, an empty stack, a FRAME that ends inside an opcode (python/cpython#154848).
What was seen before a stream breaks stands, for an unpickler executes as it goes.

Where a FRAME ends inside of an opcode, the C unpickler forgets the part of the argument that lay before the
frame's end and reads the whole argument behind it. ``drops=True`` reads a stream that way.
"""

from __future__ import annotations

from inspector.artifacts.bytesource import EndOfData, Window
from inspector.artifacts.interface import Reason
from inspector.artifacts.limits import EFFECT_WORK, OPCODE_WORK, PICKLE_WORK, OverLimit, spend_work
from inspector.artifacts.pickles.effect_table import LINE_OPS, LINES_OPS, NUMBER_OPS, PLAIN_OPS
from inspector.artifacts.pickles.effects import CALLS_PER_IMPORT, Effects
from inspector.artifacts.pickles.numbers import BadNumber
from inspector.artifacts.pickles.opcodes import LENGTH_SIZES, NUMBER_SIZES, OPCODES
from inspector.artifacts.pickles.outcome import KEPT_BYTES, KEPT_TEXT, PROTOCOLS, Broken, Limits, Outcome
from inspector.artifacts.pickles.symbols import BytesAt, LongText, Mapped, Series, TooHeavy, Tup
from inspector.provenance import Loading
from inspector.sources.interface import ByteSource

MAX_MEMO = 4_000_000
MAX_HIDDEN = 32  # byte strings with pickles in them that are looked at
_PAID_AT_ONCE = 10_000
_SLOW_EFFECTS = 3  # what an opcode beside the fast path costs
_MARGIN = 300  # more than the longest opcode that the fast path decodes


class PickleMachine(Effects):
    """One pass over one stream. Make it, ``run`` it once, read ``outcome``, ``imports`` and ``storages``."""

    def __init__(
        self,
        source: ByteSource,
        offset: int = 0,
        *,
        limits: Limits | None = None,
        joblib: bool = True,
        drops: bool = False,
    ) -> None:
        super().__init__(Window(source, offset), joblib=joblib)
        self.limits = limits or Limits()
        self.outcome = Outcome()
        self.drops = drops

    def run(self) -> Outcome:
        outcome = self.outcome
        try:
            spend_work(PICKLE_WORK)
            self._loop()
            self._pay(0)
        except Broken as broken:
            self._problem(broken.code, str(broken))
        except EndOfData:
            self._problem("truncated", "the stream ends in the middle of an opcode or without a STOP")
        except OverLimit as over:
            self._problem("over-limit", str(over).rstrip(".").lower())
        except TooHeavy:
            self._problem(
                "over-limit", "values that hold each other unfold to more than 10,000,000,000 values"
            )
        except BadNumber:
            self._problem("bad-number", "a number is written in a way that no pickler writes")
        except IndexError:
            self._problem("stack-underflow", "an opcode takes more from the stack than lies on it")
        if self.frame_end is not None and not outcome.ended and self.opcode_at < self.frame_end:
            self.object_to(
                Loading.UNREADABLE, "frame-misaligned", "The pickle breaks inside of a FRAME, or at its end."
            )
        self.watch_uncalled()
        outcome.problems.extend(self.objections)
        return outcome

    def _problem(self, code: str, message: str) -> None:
        reason = Reason(code, f"The pickle cannot be read to its end: {message}.", self.opcode_at)
        self.outcome.problems.append((Loading.UNREADABLE, reason))

    def _loop(self) -> None:
        """Opcode by opcode. The commonest are decoded here, on the buffer; all others in ``_slow``."""
        window, stack, memo, marks = self.window, self.stack, self.memo, self.marks
        push = stack.append
        plain_ops = PLAIN_OPS
        max_ops, max_stack = self.limits.ops, self.limits.stack
        ops = paid = 0
        buffer, pos, stop = window.buffer, window.pos, 0
        fence = 0
        try:
            while True:
                if pos >= stop:
                    if ops - paid > _PAID_AT_ONCE:
                        self._pay(ops - paid)
                        paid = ops
                    window.pos = pos
                    stop = self._horizon()
                    buffer, pos = window.buffer, window.pos
                    if len(memo) > MAX_MEMO:
                        raise Broken("over-limit", f"its memo holds more than {MAX_MEMO} values")
                    if len(stack) > max_stack:
                        raise Broken("over-limit", f"more than {max_stack} values lie on the stack")
                ops += 1
                if pos < stop:
                    code = buffer[pos]
                    if code == 0x94:  # MEMOIZE
                        if len(stack) <= fence:
                            raise IndexError
                        memo[len(memo)] = stack[-1]
                        pos += 1
                        continue
                    # Three groups, each by how often its opcodes stand in real files.
                    if code >= 0x80:
                        if code == 0x8C:  # SHORT_BINUNICODE
                            end = pos + 2 + buffer[pos + 1]
                            try:
                                push(str(buffer[pos + 2 : end], "utf-8", "surrogatepass"))
                            except UnicodeDecodeError:
                                self.opcode_at = window.base + pos
                                raise Broken("bad-text", "a text is not UTF-8") from None
                            pos = end
                            continue
                        if 0x85 <= code <= 0x87:  # TUPLE1 to TUPLE3
                            self.opcode_at = window.base + pos
                            start = len(stack) - code + 0x84
                            if start < fence:
                                raise IndexError
                            made = Tup(stack[start:])
                            del stack[start:]
                            push(made)
                            self.effects += 1
                            pos += 1
                            continue
                    elif code < 0x60:
                        if code == 0x4B:  # BININT1
                            push(buffer[pos + 1])
                            pos += 2
                            continue
                        if code == 0x4D:  # BININT2
                            push(buffer[pos + 1] | buffer[pos + 2] << 8)
                            pos += 3
                            continue
                        if code == 0x4A:  # BININT
                            push(int.from_bytes(buffer[pos + 1 : pos + 5], "little", signed=True))
                            pos += 5
                            continue
                        if code == 0x28:  # MARK
                            fence = len(stack)
                            marks.append(fence)
                            pos += 1
                            continue
                        if code == 0x47:  # BINFLOAT
                            push(0.0)
                            pos += 9
                            continue
                        if code == 0x4E:  # NONE
                            push(None)
                            pos += 1
                            continue
                        if code == 0x58 and buffer[pos + 1] < 250 and buffer[pos + 2 : pos + 5] == b"\0\0\0":
                            end = pos + 5 + buffer[pos + 1]  # BINUNICODE, a short one
                            try:
                                push(str(buffer[pos + 5 : end], "utf-8", "surrogatepass"))
                            except UnicodeDecodeError:
                                self.opcode_at = window.base + pos
                                raise Broken("bad-text", "a text is not UTF-8") from None
                            pos = end
                            continue
                        if code == 0x5D:  # EMPTY_LIST
                            push(Series())
                            self.effects += 1
                            pos += 1
                            continue
                    else:
                        if code == 0x68 and buffer[pos + 1] in memo:  # BINGET
                            push(memo[buffer[pos + 1]])
                            pos += 2
                            continue
                        if code == 0x71:  # BINPUT
                            if len(stack) <= fence:
                                raise IndexError
                            memo[buffer[pos + 1]] = stack[-1]
                            pos += 2
                            continue
                        if code == 0x7D:  # EMPTY_DICT
                            push(Mapped())
                            self.effects += 1
                            pos += 1
                            continue
                        if code == 0x6A:  # LONG_BINGET
                            index = int.from_bytes(buffer[pos + 1 : pos + 5], "little")
                            if index in memo:
                                push(memo[index])
                                pos += 5
                                continue
                        if code == 0x72 and not buffer[pos + 4] and len(stack) > fence:  # LONG_BINPUT
                            memo[int.from_bytes(buffer[pos + 1 : pos + 5], "little")] = stack[-1]
                            pos += 5
                            continue
                    effect = plain_ops.get(code)
                    if effect is not None:
                        self.opcode_at = window.base + pos
                        window.pos = pos = pos + 1
                        effect(self)
                        self.effects += 1
                        fence = marks[-1] if marks else 0
                        # joblib stepped over an array
                        if window.pos != pos or self.horizon_base != window.base:
                            buffer, pos, stop = window.buffer, window.pos, 0
                        continue
                window.pos = pos
                if ops > max_ops:
                    raise Broken("over-limit", f"it has more than {max_ops} opcodes")
                self.ops = ops
                self.effects += _SLOW_EFFECTS
                if self._slow():
                    self._pay(ops - paid)
                    return
                fence = marks[-1] if marks else 0
                buffer, pos = window.buffer, window.pos
                if window.base != self.horizon_base:
                    stop = 0
        except (Broken, EndOfData, BadNumber, TooHeavy, IndexError):
            self._pay(ops - paid)  # what breaks has cost as much; OverLimit says so where nothing is left
            raise

    def _pay(self, ops: int) -> None:
        """Takes the work of ``ops`` opcodes off what may be spent on the file."""
        spend_work(ops * OPCODE_WORK + self.effects * EFFECT_WORK)
        self.effects = 0

    def _horizon(self) -> int:
        """How far into the buffer the fast path may go: short of its end and of the frame's end."""
        window = self.window
        if self.frame_end is not None and window.offset >= self.frame_end:
            if window.offset > self.frame_end:
                self.object_to(
                    Loading.UNREADABLE,
                    "frame-misaligned",
                    "A FRAME of the pickle ends inside of an opcode: unpicklers disagree on what follows.",
                )
            self.frame_end = window.drop_at = None
        if len(window.buffer) - window.pos < _MARGIN * 2:
            window.fill(_MARGIN * 2)
        self.horizon_base = window.base
        stop = len(window.buffer) - _MARGIN
        if self.frame_end is not None:
            stop = min(stop, self.frame_end - window.base - (_MARGIN if self.drops else 0))
        return stop

    def _slow(self) -> bool:
        """One opcode, any opcode. True after STOP."""
        window = self.window
        self.opcode_at = window.offset
        code = window.take(1)[0]
        opcode = OPCODES.get(code)
        if opcode is None:
            raise Broken("unknown-opcode", f"0x{code:02x} is no opcode")
        shape = opcode.argument
        if shape == "-":
            if code == 0x2E:  # STOP
                self.outcome.value = self.pop()
                self.outcome.ended = True
                self.outcome.end = window.offset
                self.outcome.ops = self.ops
                if self.frame_end is not None and window.offset != self.frame_end:
                    self.object_to(
                        Loading.UNREADABLE,
                        "frame-misaligned",
                        "The pickle's STOP is not where its FRAME ends.",
                    )
                return True
            PLAIN_OPS[code](self)
        elif shape in NUMBER_SIZES:
            number = window.number(NUMBER_SIZES[shape], signed=shape == "i4")
            if code == 0x95:
                self._frame(number)
            elif code == 0x80:
                self._protocol(number)
            else:
                NUMBER_OPS[code](self, number)
        elif shape in LENGTH_SIZES:
            self._sized(code, window.number(LENGTH_SIZES[shape], signed=shape == "signed4"))
        elif shape == "line":
            LINE_OPS[code](self, window.line(self.limits.line))
        elif shape == "lines":
            self._lines(code)
        else:
            window.take(8)
            self.stack.append(0.0)
        return False

    def _lines(self, code: int) -> None:
        """GLOBAL and INST. The Python unpickler takes a line that the file's end cuts off, less a byte."""
        window = self.window
        lines: list[bytes] = []
        for _ in range(2):
            try:
                lines.append(window.line(self.limits.line))
            except EndOfData:
                if window.remaining <= KEPT_TEXT:
                    rest = [*lines, window.take(window.remaining)[:-1], b""]
                    LINES_OPS[code](self, rest[0], rest[1])
                raise
        LINES_OPS[code](self, lines[0], lines[1])

    def read_nested(self, start: int) -> None:
        inner = PickleMachine(self.window.source, start, limits=self.limits, joblib=False)
        outcome = inner.run()
        for key, found in inner.imports.items():
            mine = self.imports.setdefault(key, found)
            if mine is not found:
                mine.calls = (mine.calls + found.calls)[:CALLS_PER_IMPORT]
                mine.call_count += found.call_count
        self.outcome.problems.extend(outcome.problems)
        self.byte_strings.extend(inner.byte_strings)
        if not outcome.ended:
            raise Broken("truncated", "the pickle of an object array inside of it cannot be read")
        self.window.skip(outcome.end - self.window.offset)

    def _frame(self, length: int) -> None:
        if self.frame_end is not None and self.window.offset != self.frame_end:
            # Behind it, the last frame has ended inside of this opcode: the C unpickler reads another length.
            self.object_to(
                Loading.UNREADABLE,
                "frame-misaligned",
                "A FRAME of the pickle begins before the last one ends.",
            )
        if self.drops and self.frame_end is not None and self.window.offset < self.frame_end:
            if self.window.offset + length <= self.frame_end:
                return  # the C unpickler has these bytes already and forgets about the inner frame
            self.window.drop_at = None
            self.window.skip(self.frame_end - self.window.offset)
        if length > self.window.remaining:
            # The C unpickler stops here; the Python one, which joblib and dill use, reads what there is.
            self.object_to(
                Loading.UNREADABLE, "truncated", "A FRAME of the pickle is longer than what is left of it."
            )
            return
        self.frame_end = self.window.offset + length
        self.window.drop_at = self.frame_end if self.drops else None
        self.horizon_base = -1

    def _protocol(self, number: int) -> None:
        if number > 5:
            raise Broken("unknown-protocol", f"pickle protocol {number} is not known (0 to 5 are)")
        self.protocol = number

    def _sized(self, code: int, length: int) -> None:
        """Texts, byte strings and long numbers. Long ones are stepped over and not kept."""
        window = self.window
        if length < 0:
            raise Broken("bad-length", "a length is negative")
        if length > window.remaining and window.drop_at is None:
            raise EndOfData
        if code in (0x58, 0x8D, 0x8C):
            self.stack.append(self._text(length))
        elif code in (0x8A, 0x8B):
            self.stack.append(
                int.from_bytes(window.take(length), "little", signed=True)
                if length <= 64
                else self.skipped(length, "a long number")
            )
        elif code in (0x54, 0x55):  # Python 2 strings, read as ASCII by default and as latin-1 by torch
            self.stack.append(
                window.take(length).decode("latin-1")
                if length <= KEPT_TEXT
                else self._long_text(length, "latin-1")
            )
        elif code == 0x96:
            self._forget_nothing(length)
            self.stack.append(self.skipped(length, "a bytearray"))
        else:
            self._bytes(length)

    def _text(self, length: int) -> str | LongText:
        if length > KEPT_TEXT:
            return self._long_text(length, "utf-8")
        try:
            return self.window.take(length).decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            raise Broken("bad-text", "a text is not UTF-8") from None

    def _long_text(self, length: int, encoding: str) -> LongText:
        head = self.window.take(200).decode(encoding, "replace")
        self.window.skip(length - 200)
        return LongText(head, self.window.offset - length, length, encoding)

    def _forget_nothing(self, length: int) -> None:
        """The C unpickler copies byte strings piece by piece (``_Unpickler_ReadInto``): none is lost where a
        frame ends inside of one."""
        edge = self.window.drop_at
        if edge is not None and self.window.offset + length > edge:
            self.window.drop_at = None

    def _bytes(self, length: int) -> None:
        """A byte string; where it begins like a pickle it is looked at later."""
        self._forget_nothing(length)
        window = self.window
        start = window.take(min(length, 2))
        is_pickle = start in PROTOCOLS and length > 12
        if length <= KEPT_BYTES:
            self.stack.append(start + window.take(length - len(start)))
        else:
            window.skip(length - len(start))
            self.stack.append(BytesAt(window.offset - length, length))
        if is_pickle and len(self.hidden) < MAX_HIDDEN:
            self.hidden.append(BytesAt(window.offset - length, length))
