"""What a rule leaves out of a folder as a whole, and the globs of ``--exclude``.

Each folder and file left out is named in the coverage, so nothing vanishes from a review unseen.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

# Folder name -> (rule, reason). A *file* of such a name is a file and is listed.
FOLDER_RULES: dict[str, tuple[str, str]] = {
    ".git": ("version-control", "git's own store; what is checked out is listed"),
    ".hg": ("version-control", "Mercurial's own store"),
    ".svn": ("version-control", "Subversion's own store"),
    "__pycache__": ("byte-code", "compiled from the sources beside it and made anew at the next start"),
}
# The marker of a virtual environment (PEP 405); a folder that holds it is left out.
VENV_MARKER = "pyvenv.cfg"
VENV_RULE = "virtual-environment"


def folder_rule(name: str) -> str | None:
    """The rule that leaves out a folder called ``name``, or None."""
    row = FOLDER_RULES.get(name)
    return row[0] if row else None


class Exclusions:
    """The globs of ``--exclude``, matched against whole relative paths with ``/``.

    ``?`` and ``*`` stand for characters of one component, ``[abc]``, ``[a-z]`` and ``[!a]`` for one of
    them; ``**`` as a component stands for any number of components. A folder that matches is left out with
    all it holds; ``X/**`` and ``X/`` leave out the folder X. Matching takes time in proportion to the
    product of both lengths, whatever the names are.
    """

    def __init__(self, globs: Sequence[str]) -> None:
        self._globs = [(text, _components(text)) for text in globs if text.strip("/")]

    def __bool__(self) -> bool:
        return bool(self._globs)

    def rule_for(self, path: str, *, folder: bool) -> str | None:
        """``exclude: GLOB`` for the first glob that matches ``path``, or None."""
        if not self._globs:
            return None
        parts = path.split("/")
        for text, pattern in self._globs:
            if text.endswith("/") and not folder:
                continue
            if _match_path(pattern, parts) or (
                folder and len(pattern) > 1 and pattern[-1] == "**" and _match_path(pattern[:-1], parts)
            ):
                return f"exclude: {text}"
        return None


def _components(text: str) -> list[str]:
    parts: list[str] = []
    if os.sep != "/":
        text = text.replace(os.sep, "/")
    for part in text.split("/"):
        if part in ("", ".") or (part == "**" and parts and parts[-1] == "**"):
            continue
        parts.append(part)
    return parts


def _match_path(pattern: Sequence[str], parts: Sequence[str]) -> bool:
    """Component by component; ``**`` takes as few components as the rest allows, then more."""
    at = part = 0
    star_at, star_part = -1, 0
    while part < len(parts):
        if at < len(pattern) and pattern[at] == "**":
            star_at, star_part = at, part
            at += 1
        elif at < len(pattern) and _match_name(pattern[at], parts[part]):
            at += 1
            part += 1
        elif star_at >= 0:
            star_part += 1
            at, part = star_at + 1, star_part
        else:
            return False
    # "**" at the end wants at least one component, so that "a/**" is not "a" for a file.
    return at == len(pattern)


def _match_name(pattern: str, name: str) -> bool:
    """One component, ``*`` by backtracking to the last star only, which is enough and stays quadratic."""
    at = char = 0
    star_at, star_char = -1, 0
    while char < len(name):
        step = _one(pattern, at, name[char]) if at < len(pattern) else 0
        if at < len(pattern) and pattern[at] == "*":
            star_at, star_char = at, char
            at += 1
        elif step:
            at += step
            char += 1
        elif star_at >= 0:
            star_char += 1
            at, char = star_at + 1, star_char
        else:
            return False
    return all(rest == "*" for rest in pattern[at:])


def _one(pattern: str, at: int, char: str) -> int:
    """How many characters of ``pattern`` from ``at`` match the one ``char``; 0 where they do not."""
    sign = pattern[at]
    if sign == "?":
        return 1
    if sign != "[":
        return 1 if sign == char else 0
    end = pattern.find("]", at + 2 if pattern[at + 1 : at + 2] != "!" else at + 3)
    if end < 0:
        return 1 if char == "[" else 0
    body = pattern[at + 1 : end]
    wanted = not body.startswith("!")
    return end + 1 - at if _in_set(body if wanted else body[1:], char) is wanted else 0


def _in_set(body: str, char: str) -> bool:
    place = 0
    while place < len(body):
        if body[place + 1 : place + 2] == "-" and place + 2 < len(body):
            if body[place] <= char <= body[place + 2]:
                return True
            place += 3
        else:
            if body[place] == char:
                return True
            place += 1
    return False
