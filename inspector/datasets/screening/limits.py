"""What was not screened, and what no screening of data alone can find: part of every result."""

from __future__ import annotations

from inspector.datasets.screening.gather import Gathered
from inspector.datasets.screening.interface import Bounds
from inspector.provenance.errors import UnreadableInput

MOST_SHARE = 0.08
_ALWAYS = (
    "No suspicion means that none of the known patterns was found. It does not mean that the file is clean.",
    "A suspicion is an association in this file. Templates, canned replies and boilerplate make such too; "
    "only its rows tell.",
    "Data alone do not show: triggers of style or syntax, triggers of meaning with fluent and varied "
    "outputs, wrong answers without a trigger, vulnerable code that reads like any other, relabelled rows "
    "of a clean-label attack that use common words.",
    "Images, sound, tool calls and other values that are no text were not screened.",
)


def least_rows(rows: int) -> int:
    """How many rows a pattern must have, an absolute number: a model learns a trigger from some hundred
    rows whatever the size of the file (Souly et al. 2025). Larger files show more chance patterns."""
    for bound, least in ((3_000, 6), (10_000, 7), (30_000, 8), (100_000, 10), (300_000, 14)):
        if rows <= bound:
            return least
    return 20


def most_rows(rows: int) -> int:
    """In how many rows a pattern may be: what is in more of them is the file's own way to write."""
    return max(int(rows * MOST_SHARE), 3 * least_rows(rows))


def cut_short(gathered: Gathered, bounds: Bounds) -> list[str]:
    """Why the work is incomplete."""
    said = list(gathered.tally.cut_short)
    over = gathered.tally.oversize
    if over:
        rows = "1 row is" if over == 1 else f"{over} rows are"
        said.append(f"{rows} larger than the bound of {bounds.row_bytes >> 20} MB a row; not screened.")
    return said


def refuse_unreadable(gathered: Gathered) -> None:
    """Raises where not one row could be read though the file has bytes."""
    tally = gathered.tally
    unread = tally.broken + tally.deep + tally.oversize
    if gathered.rows and unread < gathered.rows:
        return
    if tally.oversize or tally.is_over_limit:
        return
    if gathered.rows or tally.cut_short:
        why = tally.cut_short[0] if tally.cut_short else "None of its rows can be understood."
        raise UnreadableInput(why, "Screening reads JSON lines, JSON arrays, CSV, TSV and Parquet.")


def sentences(gathered: Gathered, notes: list[str]) -> list[str]:
    """The limits of this result, never empty."""
    layout = gathered.layout
    said = gathered.tally.sentences()
    if gathered.rows == 0 and not gathered.tally.cut_short:
        said.append("The file has no rows.")
    elif gathered.rows and not (layout.inputs or layout.chat or layout.chosen):
        said.append("No column holds text that could be screened.")
    elif gathered.rows and not (layout.outputs or layout.chat or layout.chosen):
        said.append("No column of outputs was recognised; only patterns in the input were looked for.")
    least = least_rows(gathered.rows)
    most = most_rows(gathered.rows)
    said.append(
        f"Patterns in fewer than {least} rows of this file, or in more than {most}, were not looked for."
    )
    if 0 < gathered.rows < 200:
        said.append("The file has few rows: its own words give little to compare with.")
    if layout.contributor is None:
        said.append("No column says who gave a row; concentration on one contributor cannot be seen.")
    if layout.time is None:
        said.append("No column says when a row was given; bursts cannot be seen.")
    return [*said, *notes, *_ALWAYS]
