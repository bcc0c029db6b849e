"""What happened while a file was read: counts of what was left out, and why reading stopped."""

from __future__ import annotations

from dataclasses import dataclass, field


class CutShort(Exception):
    """Reading stops here. The message is one sentence for the reviewer; the rows before it count."""


class OverLimit(CutShort):
    """Reading stops at a bound: the file may be fine, and is too much."""


@dataclass(slots=True)
class Tally:
    """Counts by cause. ``broken`` rows are in the file but cannot be understood; ``oversize`` ones are over
    a bound."""

    broken: int = 0
    deep: int = 0
    oversize: int = 0
    surrogates: int = 0
    nul: int = 0
    undecodable: int = 0
    clipped: int = 0
    textless: int = 0
    odd_values: int = 0
    first_broken: int | None = None
    is_over_limit: bool = False
    cut_short: list[str] = field(default_factory=list)

    def note_broken(self, row: int) -> None:
        self.broken += 1
        if self.first_broken is None:
            self.first_broken = row

    def sentences(self) -> list[str]:
        """What the reviewer must know, in a fixed order."""
        said = []
        if self.broken:
            said.append(
                f"{_rows(self.broken)} could not be understood and {_was(self.broken)} not screened; the "
                f"first is row {self.first_broken}."
            )
        if self.deep:
            said.append(f"{_rows(self.deep)} {_was(self.deep)} nested too deeply and not screened.")
        if self.textless:
            said.append(f"{_rows(self.textless)} {_was(self.textless)} without text in the screened columns.")
        if self.surrogates:
            said.append(
                f"{_rows(self.surrogates)} held lone surrogates, which are no characters; they were screened "
                "with U+FFFD in their place."
            )
        if self.nul:
            said.append(f"{_rows(self.nul)} held NUL characters.")
        if self.undecodable:
            said.append(f"{_rows(self.undecodable)} held bytes that are no UTF-8; U+FFFD stands for them.")
        if self.clipped:
            said.append(
                f"{_rows(self.clipped)} held fields or conversations longer than the bound; only their "
                "beginning and end were screened."
            )
        if self.odd_values:
            said.append(f"{_rows(self.odd_values)} held images, tool calls or other values that are no text.")
        return said


def _rows(number: int) -> str:
    return "1 row" if number == 1 else f"{number} rows"


def _was(number: int) -> str:
    return "was" if number == 1 else "were"
