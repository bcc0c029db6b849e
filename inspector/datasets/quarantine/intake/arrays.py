"""A JSON file that is one array of rows, or one object that holds such an array; in bounded memory.

The array is taken apart value by value, so its size does not matter. After a syntax error there is no place
to go on from: what came before stands, and the rest is named as not read.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from typing import Any

from inspector.datasets.quarantine.canonical import MAX_ROW, RowReader, RowRefused
from inspector.datasets.quarantine.intake.interface import Item, Record
from inspector.datasets.quarantine.intake.unpacking import SourceCut
from inspector.datasets.quarantine.interface import RefusedRow
from inspector.provenance import UnreadableInput

_BLOCK = 1 << 18
_SPACE = " \t\r\n"
_OUTSIDE = re.compile(r'["{}\[\]]')  # what matters outside of a text, and within one
_IN_TEXT = re.compile(r'["\\]')
ROW_KEYS = ("data", "rows", "train", "instances", "examples", "samples", "items", "records")


class _Text:
    """A window on the text of a stream, which is moved on and widened as needed."""

    def __init__(self, stream: io.BufferedReader) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._block = _BLOCK
        self.text = ""
        self.place = 0
        self.ended = False

    def widen(self) -> None:
        """Brings more text, each time twice as much until ``settle`` is called."""
        data = self._stream.read(self._block)
        self.ended = len(data) < self._block
        try:
            more = self._decoder.decode(data, self.ended)
        except UnicodeDecodeError:
            raise SourceCut("The file is not UTF-8 from here on.") from None
        self.text = self.text[self.place :] + more
        self.place = 0
        self._block = min(self._block * 2, MAX_ROW)

    def settle(self) -> None:
        self._block = _BLOCK

    def skip_space(self) -> str:
        """The next character that is no space, or nothing at the end; it is not taken."""
        while True:
            while self.place < len(self.text) and self.text[self.place] in _SPACE:
                self.place += 1
            if self.place < len(self.text) or self.ended:
                return self.text[self.place : self.place + 1]
            self.widen()

    def left(self) -> int:
        return len(self.text) - self.place


def read_array(stream: io.BufferedReader) -> Iterator[Item]:
    """The records of a JSON array, or of the first array that an object holds under a usual key."""
    text = _Text(stream)
    rows = RowReader()
    first = text.skip_space()
    if first == "{":
        _enter(text, rows)
    elif first != "[":
        raise UnreadableInput("The JSON file is neither an array of rows nor an object that holds one.")
    text.place += 1
    number = 0
    if text.skip_space() == "]":
        return
    while True:
        try:
            value = _value(text, rows)
            raw = rows.from_parsed(value)
        except RowRefused as error:
            # The value was read, or the decoder stopped inside it: only a whole one tells where the next is.
            if not _pass_over(text):
                yield RefusedRow(number, None, f"{error} The rest of the array was not read.")
                raise SourceCut(f"The array is broken in its row {number}.") from None
            yield RefusedRow(number, None, str(error))
        else:
            yield Record(number, value, raw)
        number += 1
        mark = text.skip_space()
        text.place += 1
        if mark == "]":
            return
        if mark != ",":
            raise SourceCut(f"The array is broken after its row {number - 1}; the rest was not read.")
        text.skip_space()
        text.settle()


def _value(text: _Text, rows: RowReader) -> Any:
    """The value at the place, which is moved behind it."""
    while True:
        text.skip_space()
        try:
            value, end = rows.first_value(text.text, text.place)
        except RowRefused:
            raise
        except RecursionError:
            raise RowRefused("The row is nested too deeply.") from None
        except ValueError:
            if text.ended or text.left() > MAX_ROW:
                raise RowRefused(
                    f"The row is no JSON, or larger than {MAX_ROW >> 20} MB."
                    if text.left() > MAX_ROW
                    else "The row is no JSON."
                ) from None
            text.widen()
            continue
        if end == len(text.text) and not text.ended:
            text.widen()  # a number or word may go on
            continue
        text.place = end
        return value


def _pass_over(text: _Text) -> bool:
    """Moves behind a value whose content was refused, by its brackets alone; False where it has no end."""
    start = text.place
    if text.text[start : start + 1] not in "{[":
        return start > 0 and text.text[start - 1 : start] in '}]"0123456789eln'
    depth, quoted, place = 0, False, start
    while True:
        while (found := (_IN_TEXT if quoted else _OUTSIDE).search(text.text, place)) is not None:
            place, character = found.end(), found[0]
            if quoted:
                quoted = character == "\\"
                place += quoted  # what stands behind a backslash ends nothing
            elif character == '"':
                quoted = True
            else:
                depth += 1 if character in "{[" else -1
                if depth == 0:
                    text.place = place
                    return True
        if text.ended or text.left() > 8 * MAX_ROW:
            return False
        done = max(place, len(text.text)) - text.place
        text.widen()
        place = done


def _enter(text: _Text, rows: RowReader) -> None:
    """Goes into the object at the place, up to the array of rows."""
    text.place += 1
    while text.skip_space() == '"':
        name = _value(text, rows)
        if text.skip_space() != ":":
            break
        text.place += 1
        if text.skip_space() == "[" and name in ROW_KEYS:
            return
        _value(text, rows)
        if text.skip_space() != ",":
            break
        text.place += 1
    raise UnreadableInput(
        "The JSON object holds no array of rows under a usual key.", f"Usual keys are: {', '.join(ROW_KEYS)}."
    )
