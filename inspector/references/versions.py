"""What the project's requirements promise of a library's version: at least, or certainly below."""

from __future__ import annotations

import re


def at_least(specifier: str | None, version: str) -> bool | None:
    """Whether every version that ``specifier`` allows is ``version`` or newer.

    True where a lower bound or an exact version says so, False where an exact version or an upper bound says
    that it is older, None where both remain possible or nothing is required. ``specifier`` is PEP 440, or
    a bare version; several alternatives (of forks and extras) are divided by ``||``.
    """
    if not specifier or len(specifier) > 500:
        return None
    answers = {_one(part.strip(), version) for part in specifier.split("||")}
    return answers.pop() if len(answers) == 1 else None


def _one(specifier: str, version: str) -> bool | None:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet
    from packaging.version import InvalidVersion, Version

    if re.match(r"\d", specifier):
        specifier = f"=={specifier}"
    try:
        parts = list(SpecifierSet(specifier))
        edge = Version(version)
        lower = upper = None
        for part in parts:
            bound = Version(part.version.removesuffix(".*"))
            if part.operator in ("==", "===", "~="):
                if part.version.endswith(".*") or part.operator == "~=":
                    keep = bound.release if part.version.endswith(".*") else bound.release[:-1]
                    top = Version(".".join(map(str, (*keep[:-1], keep[-1] + 1)))) if keep else edge
                    lower = max(lower or bound, bound)
                    upper = min(upper or top, top)
                else:
                    return Version(bound.public) >= edge
            elif part.operator in (">=", ">"):
                lower = max(lower or bound, bound)
            elif part.operator in ("<", "<="):
                highest = bound if part.operator == "<" else Version(f"{bound.public}.post1")
                upper = min(upper or highest, highest)
    except (InvalidSpecifier, InvalidVersion, ValueError, IndexError):
        return None
    if lower is not None and lower >= edge:
        return True
    if upper is not None and upper <= edge:
        return False
    return None
