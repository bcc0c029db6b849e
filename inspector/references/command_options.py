"""The words of a command: options with their values, and the words that are neither."""

from __future__ import annotations


def option(words: list[str], names: tuple[str, ...]) -> str | None:
    """The value of the first of ``names`` that is given, as ``--x V`` or ``--x=V``."""
    for place, word in enumerate(words):
        name, sign, value = word.partition("=")
        if name in names:
            if sign:
                return value
            if place + 1 < len(words) and not words[place + 1].startswith("--"):
                return words[place + 1]
    return None


def plain(words: list[str], with_value: tuple[str, ...]) -> list[str]:
    """The words that are neither options nor values of the options named in ``with_value``."""
    found: list[str] = []
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("-") and len(word) > 1:
            skip = word in with_value
        else:
            found.append(word)
    return found
