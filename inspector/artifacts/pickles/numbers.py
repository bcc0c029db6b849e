"""Numbers and texts of the text protocols, read as CPython's C unpickler reads them or refused."""

from __future__ import annotations

import codecs
import re

_DIGITS = re.compile(r"[+-]?(?:0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|0[bB][01]+|[0-9]+)\Z")
_INDEX = re.compile(r"[+-]?[0-9]{1,20}\Z")
_FLOAT = re.compile(r"\s*[+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|inf|nan|infinity)\Z", re.I)
_MAX_DIGITS = 4300  # what int() of CPython 3.11 and later takes


class BadNumber(Exception):
    """No unpickler reads this number, or not all read it alike."""


def c_integer(line: bytes) -> int:
    """An INT or LONG line: strtol with base 0, so 010 is octal 8 and 0x1F is 31; a NUL ends the number."""
    text = line.split(b"\0", 1)[0].decode("ascii", "replace").strip(" \t\n\v\f\r").replace("_", "")
    if not _DIGITS.match(text) or len(text) > _MAX_DIGITS:
        raise BadNumber
    sign = -1 if text.startswith("-") else 1
    digits = text.lstrip("+-")
    is_octal = len(digits) > 1 and digits[0] == "0" and digits[1].isdigit()
    try:
        return sign * int(digits, 8 if is_octal else 0)
    except ValueError:  # 018 is neither octal nor decimal
        raise BadNumber from None


def memo_index(line: bytes) -> int:
    """A GET or PUT line: a decimal number that is not negative."""
    text = line.split(b"\0", 1)[0].decode("ascii", "replace").strip(" \t\n\v\f\r").replace("_", "")
    if not _INDEX.match(text) or int(text) < 0:
        raise BadNumber
    return int(text)


def check_float(line: bytes) -> float:
    """A FLOAT line. The value does not matter, only that every unpickler reads it."""
    text = line.split(b"\0", 1)[0].decode("ascii", "replace")
    if not _FLOAT.match(text):
        raise BadNumber
    return 0.0


def quoted(line: bytes) -> str:
    """A STRING line: a Python 2 string literal, without interpretation beyond its escapes."""
    body = line.rstrip(b" \t\r\n\v\f")
    if len(body) < 2 or body[0] != body[-1] or body[0] not in b"'\"":
        raise BadNumber
    try:
        raw = codecs.escape_decode(body[1:-1])[0]
    except ValueError:
        raise BadNumber from None
    return str(raw, "latin-1")
