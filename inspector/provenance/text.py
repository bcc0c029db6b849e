r"""Text of the reviewed material, made safe to show anywhere.

Names, cards and code under review may hold terminal escapes, bidirectional overrides (CVE-2021-42574,
"Trojan Source") and characters that cannot be seen. They are shown escaped (``\u202e``, ``\x1b``), never
obeyed and never dropped.
"""

from __future__ import annotations

import re
import unicodedata

# Cc and Cf cover controls and format characters (bidi, zero width, soft hyphen); Zl and Zp break lines;
# Cs are lone surrogates, which cannot be written as UTF-8; Co and Cn have no agreed shape.
_UNSAFE_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
_PRINTABLE_ASCII = re.compile(r"[ -~]*\Z")
ELLIPSIS = "…"


def plain(text: str, limit: int | None = None, *, keep_newlines: bool = False) -> str:
    """``text`` with every control, bidi and invisible character escaped, at most ``limit`` characters.

    ``keep_newlines`` leaves line feeds and tabs alone, for panes that show several lines. A cut is
    marked with an ellipsis. The text itself is never interpreted.
    """
    if limit is not None and len(text) > limit:
        text = text[: max(limit - 1, 0)] + ELLIPSIS
    if _PRINTABLE_ASCII.match(text):
        return text
    return "".join(_shown(char, keep_newlines) for char in text)


def _shown(char: str, keep_newlines: bool) -> str:
    if char in "\n\t" and keep_newlines:
        return char
    if unicodedata.category(char) not in _UNSAFE_CATEGORIES:
        return char
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def elide_middle(text: str, limit: int) -> str:
    """``text`` shortened in its middle to ``limit`` characters: names differ at both ends."""
    if len(text) <= limit:
        return text
    keep = max(limit - 1, 2)
    tail = keep // 2
    return f"{text[: keep - tail]}{ELLIPSIS}{text[-tail:]}"


def utf8_text(raw: bytes) -> str:
    r"""A file name's bytes as text that can always be written as UTF-8; broken bytes become ``\xff``."""
    return raw.decode("utf-8", "backslashreplace")
