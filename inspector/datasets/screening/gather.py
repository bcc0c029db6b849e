"""The first pass: every row is read once, its words counted, its texts kept for the later passes."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from inspector.datasets.screening.characters import CharacterTally
from inspector.datasets.screening.interface import Bounds
from inspector.datasets.screening.layout import SEGMENT, Layout, RowText, row_text, tell_layout
from inspector.datasets.screening.planted import Vocabulary
from inspector.datasets.screening.reading.rows import open_rows
from inspector.datasets.screening.reading.tally import CutShort, OverLimit, Tally
from inspector.datasets.screening.spool import FeatureSpool, TextSpool, WordSpool
from inspector.datasets.screening.tokens import U64, Words, features, segment_features, tokenise

_BATCH_ROWS = 16_384
_BATCH_CHARACTERS = 8_000_000
SAMPLED_FOR_LAYOUT = 200
_MOST_CONTRIBUTORS = 1_000_000


@dataclass(slots=True)
class Gathered:
    """What the first pass leaves behind. Arrays have one entry for each row of the file."""

    layout: Layout = field(default_factory=Layout)
    format: str = ""
    tally: Tally = field(default_factory=Tally)
    rows: int = 0
    inputs: TextSpool = field(default_factory=TextSpool)
    outputs: TextSpool = field(default_factory=TextSpool)
    rejected: WordSpool = field(default_factory=WordSpool)
    input_words: WordSpool = field(default_factory=WordSpool)
    output_words: WordSpool = field(default_factory=WordSpool)
    input_features: FeatureSpool = field(default_factory=FeatureSpool)
    output_features: FeatureSpool = field(default_factory=FeatureSpool)
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    output_vocabulary: Vocabulary = field(default_factory=Vocabulary)
    characters: CharacterTally = field(default_factory=CharacterTally)
    views: dict[str, list[U64]] = field(default_factory=lambda: {"whole": [], "start": [], "end": []})
    output_lengths: list[npt.NDArray[np.int32]] = field(default_factory=list)
    contributor: array[int] = field(default_factory=lambda: array("i"))
    contributor_names: list[str] = field(default_factory=list)
    times: array[float] = field(default_factory=lambda: array("d"))
    _contributor_ids: dict[str, int] = field(default_factory=dict)

    def contributor_id(self, name: str | None) -> int:
        if name is None:
            return -1
        known = self._contributor_ids.get(name)
        if known is None:
            if len(self.contributor_names) >= _MOST_CONTRIBUTORS:
                return -1
            known = self._contributor_ids[name] = len(self.contributor_names)
            self.contributor_names.append(name)
        return known

    def close(self) -> None:
        for texts in (self.inputs, self.outputs):
            texts.close()
        for words in (self.rejected, self.input_words, self.output_words):
            words.close()
        for features_ in (self.input_features, self.output_features):
            features_.close()


def sha256(file: IO[bytes]) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while block := file.read(1 << 20):
        digest.update(block)
    file.seek(0)
    return digest.hexdigest()


def gather(file: IO[bytes], size: int, name: str, bounds: Bounds) -> Gathered:
    """Reads all rows. Raises UnreadableInput where it is no file of rows; stops early at a bound."""
    gathered = Gathered()
    try:
        _read(gathered, file, size, name, bounds)
    except BaseException:
        gathered.close()
        raise
    return gathered


def _read(gathered: Gathered, file: IO[bytes], size: int, name: str, bounds: Bounds) -> None:
    tally = gathered.tally
    opened = open_rows(file, size, name, bounds, tally)
    gathered.format = opened.format
    rows = until_cut(opened.rows, bounds, tally)
    head = list(islice(rows, SAMPLED_FOR_LAYOUT))
    gathered.layout = tell_layout([row for row in head if row is not None])
    gather_rows(gathered, _chained(head, rows), bounds)


def gather_rows(gathered: Gathered, rows: Iterable[dict[str, Any] | None], bounds: Bounds) -> None:
    """Takes rows in; the layout is known."""
    tally = gathered.tally
    batch: list[RowText] = []
    characters = 0
    for row in rows:
        text = RowText() if row is None else row_text(row, gathered.layout, bounds, tally)
        batch.append(text)
        characters += sum(map(len, text.inputs)) + sum(map(len, text.outputs)) + sum(map(len, text.rejected))
        if len(batch) >= _BATCH_ROWS or characters >= _BATCH_CHARACTERS:
            _add(gathered, batch)
            batch, characters = [], 0
    _add(gathered, batch)
    gathered.vocabulary.close()
    gathered.output_vocabulary.close()


def _chained(
    head: list[dict[str, Any] | None], rows: Iterator[dict[str, Any] | None]
) -> Iterator[dict[str, Any] | None]:
    yield from head
    head.clear()
    yield from rows


def until_cut(
    rows: Iterator[dict[str, Any] | None], bounds: Bounds, tally: Tally
) -> Iterator[dict[str, Any] | None]:
    """The rows as far as they can be read; why they ended early stands in the tally."""
    count = 0
    try:
        for row in rows:
            if count >= bounds.rows:
                raise OverLimit(f"The file has more than {bounds.rows} rows; the rest was not screened.")
            yield row
            count += 1
    except CutShort as cut:
        tally.cut_short.append(str(cut))
        tally.is_over_limit = isinstance(cut, OverLimit)


def _add(gathered: Gathered, batch: list[RowText]) -> None:
    if not batch:
        return
    first = gathered.rows
    inputs = [SEGMENT.join(row.inputs) for row in batch]
    outputs = [SEGMENT.join(row.outputs) for row in batch]
    gathered.inputs.extend(inputs)
    gathered.outputs.extend(outputs)
    gathered.rejected.extend(tokenise([SEGMENT.join(row.rejected) for row in batch]))
    gathered.characters.add(inputs, outputs, first)
    given_tokens, answered_tokens = tokenise(inputs), tokenise(outputs)
    gathered.input_words.extend(given_tokens)
    gathered.output_words.extend(answered_tokens)
    given, answered = given_tokens.words(), answered_tokens.words()
    gathered.vocabulary.add(given.distinct()[0])
    gathered.output_vocabulary.add(answered.distinct()[0])
    gathered.input_features.add(*features(given, as_output=False), first)
    gathered.output_features.add(*features(answered, as_output=True), first)
    _add_views(gathered, answered, len(batch))
    gathered.contributor.extend(gathered.contributor_id(row.contributor) for row in batch)
    gathered.times.extend(row.time for row in batch)
    gathered.rows += len(batch)


def _add_views(gathered: Gathered, answered: Words, rows: int) -> None:
    """Of several outputs in a row the last stands for it; 0 where it has none."""
    for name, (hashes, text) in segment_features(answered).items():
        of_row = np.zeros(rows, dtype=np.uint64)
        of_row[text] = hashes
        gathered.views[name].append(of_row)
    gathered.output_lengths.append(np.bincount(answered.text, minlength=rows).astype(np.int32))
