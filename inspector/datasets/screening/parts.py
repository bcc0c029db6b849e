"""One file screened in parts by several processes or machines, with the result of one process.

The passes, each a function that takes a plain value and writes its arrays to a folder that all can reach:

1. ``gather_part`` reads a part of the file: rows, words, texts, (feature, row) pairs.
2. ``count_partition`` takes one of the 64 partitions of the pairs from all parts, keeps the features with
   enough rows, and tests those of the inputs against the outputs' groups.
3. The search itself runs where it was asked for, on what remained; it reads single rows from the parts.

``run`` maps a function over values and gives the results in their order: ``map`` of one process, of a pool,
of a cluster (``on_dask``). The reader of a part is the reader of a file, with its bounds, but it runs in
processes that are not ours: there are no walls around it.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from itertools import islice, pairwise
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from inspector.datasets.screening.association import Findings, GroupTest, View
from inspector.datasets.screening.characters import CharacterTally
from inspector.datasets.screening.counting import U32, Block, Postings, assembled, kept, signatures
from inspector.datasets.screening.gather import SAMPLED_FOR_LAYOUT, Gathered, gather_rows, sha256, until_cut
from inspector.datasets.screening.interface import Bounds, Screened
from inspector.datasets.screening.layout import Layout, tell_layout
from inspector.datasets.screening.reading.rows import open_rows
from inspector.datasets.screening.reading.tally import Tally
from inspector.datasets.screening.screen import search
from inspector.datasets.screening.spool import PARTITIONS, Joined, TextSpool, WordSpool, saved_partition
from inspector.provenance.errors import UnreadableInput

PART_BYTES = 64 << 20
_VIEWS = ("whole", "start", "end")
Run = Callable[[Callable[[Any], Any], Sequence[Any]], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of bytes of a file that begins and ends with a row, and where its arrays go."""

    number: int
    path: str
    start: int
    end: int
    name: str
    layout: Layout
    bounds: Bounds
    folder: str

    def file(self, what: str) -> str:
        return str(Path(self.folder, f"part-{self.number:05}.{what}"))


@dataclass(slots=True)
class PartFacts:
    """What is known of a part beside its arrays."""

    part: Part
    rows: int
    tally: Tally
    characters: CharacterTally
    names: list[str]
    pairs: dict[str, list[int]] = field(default_factory=dict)  # of features and rows, by partition


@dataclass(frozen=True, slots=True)
class Partition:
    """What one call of ``count_partition`` is to count; ``views`` names the file of groups, None to count
    only."""

    side: str
    number: int
    files: tuple[str, ...]
    pairs: tuple[tuple[int, ...], ...]
    firsts: tuple[int, ...]
    rows: int
    least: int
    most: int
    views: str | None
    least_lift: float
    into: str


class _Stretch:
    """A part of an open file, read as a file of its own."""

    def __init__(self, file: IO[bytes], start: int, end: int) -> None:
        self._file = file
        self._start, self._size, self._at = start, end - start, 0

    def read(self, size: int = -1) -> bytes:
        left = self._size - self._at
        self._file.seek(self._start + self._at)
        data = self._file.read(left if size < 0 else min(size, left))
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = offset + (0, self._at, self._size)[whence]
        return self._at

    def tell(self) -> int:
        return self._at


def screen_in_parts(
    path: str, folder: str, run: Run, bounds: Bounds | None = None, part_bytes: int = PART_BYTES
) -> Screened:
    """Screens a file; ``path`` and ``folder`` are places that every process of ``run`` reaches by these
    names.

    What is written to ``folder`` is left there for the caller to remove. JSON lines are read in parts of
    about ``part_bytes``; a file of another format is one part, and only its counting is shared. Raises
    UnreadableInput where the file holds no rows that can be read, or too many.
    """
    bounds = bounds or Bounds()
    with open(path, "rb") as file:
        size = file.seek(0, 2)
        digest = sha256(file)
        layout, form = _layout(file, size, Path(path).name, bounds)
        cuts = _cuts(file, size, part_bytes) if form == "jsonl" else [0, size]
    parts = [
        Part(number, path, start, end, Path(path).name, layout, bounds, folder)
        for number, (start, end) in enumerate(pairwise(cuts))
    ]
    facts = list(run(gather_part, parts))
    gathered = _together(facts, layout, form, bounds)
    try:
        result = Screened(Path(path).name, size, digest, form, gathered.rows, layout.as_json())
        search(result, gathered, bounds, _CountedInParts(facts, gathered, folder, run))
        return result
    finally:
        gathered.close()


def _layout(file: IO[bytes], size: int, name: str, bounds: Bounds) -> tuple[Layout, str]:
    tally = Tally()
    file.seek(0)
    opened = open_rows(file, size, name, bounds, tally)
    head = list(islice(until_cut(opened.rows, bounds, tally), SAMPLED_FOR_LAYOUT))
    return tell_layout([row for row in head if row is not None]), opened.format


def _cuts(file: IO[bytes], size: int, part_bytes: int) -> list[int]:
    """Where parts begin: each after the end of a line."""
    cuts = [0]
    while (at := cuts[-1] + max(part_bytes, 1)) < size:
        file.seek(at)
        while block := file.read(1 << 16):
            place = block.find(b"\n")
            if place >= 0:
                at += place + 1
                break
            at += len(block)
        if at >= size:
            break
        cuts.append(at)
    return [*cuts, size]


# -- the first pass


def gather_part(part: Part) -> PartFacts:
    """Reads one part and writes its arrays beside it."""
    gathered = Gathered()
    tally = gathered.tally
    gathered.layout = part.layout
    try:
        with open(part.path, "rb") as file:
            stretch: Any = _Stretch(file, part.start, part.end)
            name = part.name if part.start == 0 else "part.jsonl"
            opened = open_rows(stretch, part.end - part.start, name, part.bounds, tally)
            gather_rows(gathered, until_cut(opened.rows, part.bounds, tally), part.bounds)
        pairs = _saved(gathered, part)
        return PartFacts(part, gathered.rows, tally, gathered.characters, gathered.contributor_names, pairs)
    except UnreadableInput:
        if part.start == 0:
            raise
        # Nothing but empty lines, say: no rows, as in the middle of a file.
        empty = _saved(gathered, part)
        return PartFacts(part, 0, Tally(), CharacterTally(), [], empty)
    finally:
        gathered.close()


def _saved(gathered: Gathered, part: Part) -> dict[str, list[int]]:
    empty = np.empty(0, dtype=np.uint64)
    gathered.inputs.save(part.file("inputs"))
    gathered.outputs.save(part.file("outputs"))
    for name, words in _word_spools(gathered):
        words.save(part.file(name))
    _write(
        part.file("arrays.npz"),
        inputs=gathered.inputs.lengths(),
        outputs=gathered.outputs.lengths(),
        contributor=np.array(gathered.contributor, dtype=np.int32),
        times=np.array(gathered.times, dtype=np.float64),
        output_lengths=np.concatenate([np.empty(0, dtype=np.int32), *gathered.output_lengths]),
        known=gathered.vocabulary.words,
        known_rows=gathered.vocabulary.counts,
        answered=gathered.output_vocabulary.words,
        answered_rows=gathered.output_vocabulary.counts,
        **{f"lengths_{name}": words.lengths() for name, words in _word_spools(gathered)},
        **{f"view_{name}": np.concatenate([empty, *gathered.views[name]]) for name in _VIEWS},
    )
    return {
        "inputs": gathered.input_features.save(part.file("input-pairs")),
        "outputs": gathered.output_features.save(part.file("output-pairs")),
    }


def _write(path: str, **arrays: Any) -> None:
    np.savez(path, **arrays)


def _word_spools(gathered: Gathered) -> Iterator[tuple[str, WordSpool]]:
    yield "input-words", gathered.input_words
    yield "output-words", gathered.output_words
    yield "rejected", gathered.rejected


def _together(facts: Sequence[PartFacts], layout: Layout, form: str, bounds: Bounds) -> Gathered:
    """All parts as one: nothing of them is copied but what has a number for every row."""
    rows = sum(one.rows for one in facts)
    if rows > bounds.rows:
        raise UnreadableInput(
            f"The file has {rows} rows, more than {bounds.rows}.", "Screen it in several files."
        )
    gathered = Gathered()
    gathered.close()
    gathered.layout, gathered.format, gathered.rows = layout, form, rows
    arrays = [dict(np.load(one.part.file("arrays.npz"), allow_pickle=False)) for one in facts]
    for name in ("inputs", "outputs"):
        lengths = (int(length) for one in arrays for length in one[name])
        setattr(gathered, name, TextSpool(Joined([one.part.file(name) for one in facts]), lengths))
    for name, attribute in (
        ("input-words", "input_words"), ("output-words", "output_words"), ("rejected", "rejected"),
    ):  # fmt: skip
        lengths_ = np.concatenate([one[f"lengths_{name}"] for one in arrays])
        held = Joined([one.part.file(name) for one in facts])
        setattr(gathered, attribute, WordSpool(held, lengths_))
    gathered.views = {name: [one[f"view_{name}"] for one in arrays] for name in _VIEWS}
    gathered.output_lengths = [one["output_lengths"] for one in arrays]
    first = 0
    for one, held_ in zip(facts, arrays, strict=True):
        gathered.vocabulary.add_counts(held_["known"], held_["known_rows"])
        gathered.output_vocabulary.add_counts(held_["answered"], held_["answered_rows"])
        _add_tally(gathered.tally, one.tally, first)
        gathered.characters.extend(one.characters, first)
        ids = np.array([gathered.contributor_id(name) for name in one.names] + [-1], dtype=np.int32)
        gathered.contributor.extend(array("i", ids[held_["contributor"]].tobytes()))
        gathered.times.extend(array("d", held_["times"].tobytes()))
        first += one.rows
    gathered.vocabulary.close()
    gathered.output_vocabulary.close()
    return gathered


def _add_tally(total: Tally, one: Tally, first: int) -> None:
    for each in fields(Tally):
        value = getattr(one, each.name)
        if each.name == "first_broken":
            if total.first_broken is None and value is not None:
                total.first_broken = value + first
        elif each.name == "cut_short":
            total.cut_short += [sentence for sentence in value if sentence not in total.cut_short]
        else:
            setattr(total, each.name, getattr(total, each.name) + value)
    total.is_over_limit = bool(total.is_over_limit)


# -- the second pass


class _CountedInParts:
    """Counts by ``count_partition`` in other processes."""

    def __init__(self, facts: Sequence[PartFacts], gathered: Gathered, folder: str, run: Run) -> None:
        self._facts = facts
        self._rows = gathered.rows
        self._folder = folder
        self._run = run

    def inputs(self, least: int, most: int, test: GroupTest) -> Postings:
        views = str(Path(self._folder, "views.npz"))
        _write(
            views,
            names=np.array([view.name for view in test.views]),
            **{f"group_{number}": view.group for number, view in enumerate(test.views)},
            **{f"sizes_{number}": view.sizes for number, view in enumerate(test.views)},
        )
        return self._counted("inputs", "input-pairs", least, most, test, views)

    def outputs(self, least: int, most: int) -> Postings:
        return self._counted("outputs", "output-pairs", least, most, None, None)

    def _counted(
        self, side: str, pairs: str, least: int, most: int, test: GroupTest | None, views: str | None
    ) -> Postings:
        firsts = np.concatenate(([0], np.cumsum([one.rows for one in self._facts])))[:-1].tolist()
        asked = [
            Partition(
                side, number, tuple(one.part.file(pairs) for one in self._facts),
                tuple(tuple(one.pairs[side]) for one in self._facts), tuple(firsts), self._rows, least, most,
                views, test.least_lift if test is not None else 0.0,
                str(Path(self._folder, f"{side}-{number:02}.npz")),
            )
            for number in range(PARTITIONS)
        ]  # fmt: skip
        answers = self._run(count_partition, asked)
        return assembled(_blocks(asked, answers, test))


def _blocks(
    asked: Sequence[Partition], answers: Sequence[Findings], test: GroupTest | None
) -> Iterator[tuple[Block, U32]]:
    first = 0
    for one, findings in zip(asked, answers, strict=True):
        with np.load(one.into, allow_pickle=False) as held:
            block = Block(first, held["features"], held["starts"], held["rows"])
            signed = held["signatures"]
        if test is not None:
            test.absorb(findings, first)
        if len(block.features):
            yield block, signed
        first += len(block.features)


def count_partition(asked: Partition) -> Findings:
    """Counts one partition of all parts, writes what is kept, and tests it where there are views."""
    features, rows = saved_partition(asked.files, asked.pairs, asked.firsts, asked.number)
    block = kept(features, rows, asked.least, asked.most, 0)
    test = GroupTest(_loaded_views(asked.views), asked.rows, asked.least, asked.least_lift)
    if len(block.features):
        test.visit(block)
    _write(
        asked.into,
        features=block.features,
        starts=block.starts,
        rows=block.rows,
        signatures=signatures(block) if len(block.features) else np.empty((0, 8), dtype=np.uint32),
    )
    return test.findings()


def _loaded_views(path: str | None) -> list[View]:
    if path is None:
        return []
    with np.load(path, allow_pickle=False) as held:
        names: npt.NDArray[np.str_] = held["names"]
        return [
            View(str(name), held[f"group_{number}"], held[f"sizes_{number}"])
            for number, name in enumerate(names)
        ]


__all__ = ["PART_BYTES", "Part", "Run", "count_partition", "gather_part", "screen_in_parts"]
