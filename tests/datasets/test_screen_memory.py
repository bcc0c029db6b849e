"""Screening spills: what grows with the file lies in files, and a pass holds one part of it at a time."""

import io

import pytest

pytest.importorskip("polars")

from inspector.datasets.screening import spool
from inspector.datasets.screening.gather import gather
from inspector.datasets.screening.interface import Bounds
from inspector.datasets.screening.screen import screen


def gathered(data, number):
    content = data.lines(data.instructions(number))
    return gather(io.BytesIO(content), len(content), "train.jsonl", Bounds())


def test_texts_words_and_pairs_lie_in_files_without_a_name(data, monkeypatch):
    files = []

    def remembered():
        files.append(opened())
        return files[-1]

    opened = spool.nameless
    monkeypatch.setattr(spool, "nameless", remembered)
    one = gathered(data, 800)
    for file in files:
        file.flush()
    held = sum(file.seek(0, 2) for file in files)
    words = int(one.input_words.lengths().sum() + one.output_words.lengths().sum())
    texts = int(one.inputs.lengths().sum() + one.outputs.lengths().sum())
    # A word is eight bytes where it stands, and begins phrases of one to three words, eight bytes each.
    assert held > texts + 8 * words + 2 * 8 * words
    assert not any(isinstance(getattr(file, "name", 0), str) for file in files)
    one.close()


def test_counting_reads_one_partition_at_a_time_and_all_of_them_once(data, monkeypatch):
    sizes = []
    read = spool.FeatureSpool.partition

    def counted(self, number):
        features, rows = read(self, number)
        sizes.append((number, len(rows)))
        return features, rows

    monkeypatch.setattr(spool.FeatureSpool, "partition", counted)
    screen(io.BytesIO(data.lines(data.instructions(800))), "train.jsonl")
    assert [number for number, _ in sizes] == 2 * list(range(spool.PARTITIONS))
    assert max(size for _, size in sizes) < 0.1 * sum(size for _, size in sizes)


def test_the_kept_rows_of_features_are_read_from_their_file_one_feature_at_a_time(data):
    from inspector.datasets.screening.counting import count

    one = gathered(data, 800)
    postings = count(one.input_features, 6, 60)
    for index in (0, len(postings) // 2, len(postings) - 1):
        rows = postings.rows(index)
        assert len(rows) == postings.counts[index]
        assert sorted(set(rows.tolist())) == rows.tolist()
    postings.close()
    one.close()
