"""One row as canonical bytes (RFC 8785, JCS) and its name, the sha256 of them.

The reference implementation takes about 30 microseconds a short row. For rows of text, small whole numbers,
true, false and null, the standard library's encoder with sorted keys writes the same bytes in a tenth of the
time: both escape only the control characters, the quote and the backslash (section 3.2.2.2), and order by
code points is order by UTF-16 units as long as no key leaves the basic plane (section 3.2.3). Very small and
very large decimal numbers and wide keys go the long way; tests hold the two against each other.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from inspector.provenance import UnreadableInput

MAX_ROW = 16 << 20  # bytes of one canonical row
MAX_DEPTH = 64  # levels of nesting; training data in use has five
MAX_WHOLE = 2**53 - 1  # what every JSON reader holds exactly (RFC 7493 section 2.2)
_FOUR_BYTES = (
    b"\xf0",
    b"\xf1",
    b"\xf2",
    b"\xf3",
    b"\xf4",
)  # first bytes of a character beyond the basic plane


class RowRefused(ValueError):
    """Why a row cannot be taken, as a sentence."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        # Readers differ on which of the two counts: what was reviewed might not be what trains.
        raise RowRefused("A key stands twice in one object.")
    return made


def _whole(text: str) -> int:
    if len(text) > 15:
        number = int(text) if len(text) < 40 else MAX_WHOLE + 1
        if abs(number) > MAX_WHOLE:
            raise RowRefused(
                "A whole number is larger than 2^53-1, which JSON readers round; write it as text."
            )
        return number
    return int(text)


def _constant(name: str) -> Any:
    raise RowRefused(f"{name} is no JSON value.")


class _Floats:
    """Reads decimal numbers, and notes that one was met whose Python text is not its canonical text.

    From 1e-4 up to 1e16 Python and ECMAScript (which section 3.2.2.3 follows) both write the shortest digits
    without an exponent. A number without a fraction is written as a whole one, so it may as well be one.
    """

    met = False

    def __call__(self, text: str) -> float:
        number = float(text)
        if 1e-4 <= number < 1e15 or -1e15 < number <= -1e-4 or not number:
            return int(number) if number.is_integer() else number
        self.met = True
        return number


def _encoder() -> Callable[[Any], str]:
    """Writes a value with sorted keys and no spaces. ``JSONEncoder`` makes its compiled part anew for every
    value, which takes as long as a short row itself; where there is a compiled part, it is made once here."""
    made: Any = getattr(json.encoder, "c_make_encoder", None)
    if made is None:
        return json.JSONEncoder(
            ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False, allow_nan=False
        ).encode
    write = made(None, _no_form, json.encoder.encode_basestring, None, ":", ",", True, False, False)
    return lambda value: "".join(write(value, 0))


def _no_form(value: Any) -> Any:
    raise RowRefused(f"A value of the kind {type(value).__name__} has no form in JSON.")


class RowReader:
    """Text to canonical row. Not for several threads at once."""

    def __init__(self) -> None:
        self._floats = _Floats()
        self._decode = json.JSONDecoder(
            object_pairs_hook=_object,
            parse_float=self._floats,
            parse_int=_whole,
            parse_constant=_constant,
        )
        self._encode = _encoder()

    def parsed(self, text: str) -> Any:
        """The JSON value; RowRefused with a sentence where it is none."""
        self._floats.met = False
        try:
            return self._decode.decode(text)
        except RowRefused:
            raise
        except RecursionError:
            raise RowRefused("The row is nested too deeply.") from None
        except ValueError as error:
            raise RowRefused(f"The row is no JSON: {_reason(error)}.") from None

    def first_value(self, text: str, start: int) -> tuple[Any, int]:
        """The JSON value that begins at ``start``, and where it ends; plain ValueError where none does."""
        self._floats.met = False
        value, end = self._decode.raw_decode(text, start)
        return value, end

    def from_text(self, text: str) -> tuple[dict[str, Any], bytes]:
        """A row and its canonical bytes; RowRefused with a sentence where there is none."""
        value = self.parsed(text)
        return value, self.from_parsed(value)

    def from_parsed(self, value: Any) -> bytes:
        """The canonical bytes of what ``parsed`` or ``first_value`` gave last."""
        return self._canonical(value, has_float=self._floats.met)

    def from_cells(self, value: dict[str, str]) -> bytes:
        """The canonical bytes of a row whose values are all text."""
        return self._canonical(value, has_float=False)

    def _canonical(self, value: Any, *, has_float: bool) -> bytes:
        if type(value) is not dict:
            raise RowRefused("The row is no object of named columns.")
        if not value:
            raise RowRefused("The row is empty.")
        try:
            raw = _reference(value) if has_float else self._encode(value).encode("utf-8")
        except UnicodeEncodeError:
            raise RowRefused("The row holds half of a surrogate pair, which is no character.") from None
        except RecursionError:
            raise RowRefused("The row is nested too deeply.") from None
        if not has_float and not raw.isascii() and _has_wide_key(value, raw):
            raw = _reference(value)
        if len(raw) > MAX_ROW:
            raise RowRefused(f"The row is larger than {MAX_ROW >> 20} MB.")
        if b"\\u0000" in raw and _has_nul(value):
            raise RowRefused("The row holds a NUL character.")
        if raw.count(b"{") + raw.count(b"[") > MAX_DEPTH and _depth(value) > MAX_DEPTH:
            raise RowRefused(f"The row is nested more than {MAX_DEPTH} levels deep.")
        return raw


def _reason(error: ValueError) -> str:
    """What the decoder said, with its place but without the row's text."""
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at character {error.pos + 1}"
    return "a number is too long"


def _reference(value: Any) -> bytes:
    try:
        import rfc8785
    except ImportError:
        raise UnreadableInput(
            "A row with an unusual number or key needs the package rfc8785, which is not installed.",
            'Install it with: pip install "provenance-inspector[data]".',
        ) from None
    try:
        return rfc8785.dumps(value)
    except UnicodeEncodeError:
        raise RowRefused("The row holds half of a surrogate pair, which is no character.") from None
    except rfc8785.CanonicalizationError as error:
        if "UTF-8" in str(error):
            raise RowRefused("The row holds half of a surrogate pair, which is no character.") from None
        raise RowRefused("The row holds a number that JSON cannot carry exactly.") from None


def _values(value: Any) -> list[Any]:
    """Every value and key in ``value``, itself included; without recursion."""
    found: list[Any] = [value]
    for one in found:
        if isinstance(one, dict):
            found.extend(one.keys())
            found.extend(one.values())
        elif isinstance(one, list | tuple):
            found.extend(one)
    return found


def _has_wide_key(value: Any, raw: bytes) -> bool:
    """Whether a key holds a character beyond the basic plane; ``raw`` tells quickly that nothing does."""
    return any(lead in raw for lead in _FOUR_BYTES) and any(
        isinstance(one, dict) and any(not key.isascii() and max(key) > "\uffff" for key in one)
        for one in _values(value)
    )


def _has_nul(value: Any) -> bool:
    return any(isinstance(one, str) and "\0" in one for one in _values(value))


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while level and depth <= MAX_DEPTH:
        depth += 1
        inner: list[Any] = []
        for one in level:
            if isinstance(one, dict):
                inner.extend(item for item in one.values() if isinstance(item, dict | list | tuple))
            else:
                inner.extend(item for item in one if isinstance(item, dict | list | tuple))
        level = inner
    return depth
