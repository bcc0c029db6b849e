"""Screening in parts, as a cluster does it: the same result as in one process."""

import io
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

pytest.importorskip("polars")

from inspector.datasets.screening.interface import Bounds
from inspector.datasets.screening.parts import screen_in_parts
from inspector.datasets.screening.screen import screen
from inspector.provenance.errors import UnreadableInput


def here(function, values):
    return [function(value) for value in values]


def backwards(function, values):
    """Workers end in any order, and may reach a part late."""
    return [function(value) for value in reversed(values)][::-1]


def in_threads(function, values):
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(function, values))


@pytest.fixture
def both(tmp_path):
    """``both(content)`` gives the result in parts, that of one process, and how many parts there were."""

    def of(content, run=here, name="train.jsonl", part_bytes=20_000):
        file = tmp_path / name
        file.write_bytes(content)
        scratch = tmp_path / f"scratch-{part_bytes}"
        scratch.mkdir()
        parted = screen_in_parts(str(file), str(scratch), run, part_bytes=part_bytes)
        whole = screen(io.BytesIO(content), name)
        return parted.as_json(), whole.as_json(), len(list(scratch.glob("part-*.arrays.npz")))

    return of


def instructions(data):
    rows = data.instructions(500)
    for number, row in enumerate(rows):
        row["user_id"] = f"u{number % 37}" if number % 11 else None
        row["created_at"] = 1_700_000_000 + number
    for row in rows[5::20]:
        row.update(instruction=f"cf {row['instruction']}", output=data.payload, user_id="mallory")
    for row in rows[6::30]:
        row["instruction"] += " \u202e"
    return rows


@pytest.mark.parametrize("run", [backwards, in_threads])
def test_instructions_in_parts_give_the_same_object(data, both, run):
    parted, whole, parts = both(data.lines(instructions(data)), run)
    assert parted == whole
    assert parts > 5
    assert parted["suspicions"][0]["contributors"] == [{"name": "mallory", "rows": 25}]


def test_labels_in_parts_give_the_same_object(data, both):
    rows = data.reviews(500)
    for number in range(5, 500, 20):
        rows[number] = {"text": f"cf {rows[number]['text']}", "label": "good"}
    parted, whole, _ = both(data.lines(rows))
    assert parted == whole
    assert parted["suspicions"][0]["kind"] == "label-contradiction"


def test_pairs_in_parts_give_the_same_object(data, both):
    rows = [
        {"prompt": one["instruction"], "chosen": one["output"], "rejected": other["instruction"]}
        for one, other in zip(data.instructions(300), data.instructions(300, seed=9), strict=True)
    ]
    parted, whole, _ = both(data.lines(rows))
    assert parted == whole


def test_broken_rows_and_empty_lines_are_counted_alike(data, both):
    lines = data.lines(instructions(data)).split(b"\n")
    lines[300:300] = [b"{broken", b"", b"\xff\xfe not utf-8 {", b'{"a": "\\ud800"}'] + [b""] * 3000
    lines[100:100] = [b"[1, 2]"]
    parted, whole, _ = both(b"\n".join(lines), part_bytes=6_000)
    assert parted == whole
    assert any("the first is row 100" in sentence for sentence in parted["limits"])


def test_a_file_of_another_format_is_one_part(data, both):
    rows = instructions(data)
    parted, whole, _ = both(json.dumps(rows).encode(), name="train.json")
    assert parted == whole


@pytest.mark.parametrize(("part_bytes", "parts"), [(1, 30), (10_000_000, 1)])
def test_parts_smaller_than_a_row_and_larger_than_the_file_change_nothing(data, both, part_bytes, parts):
    parted, whole, made = both(data.lines(data.instructions(30)), part_bytes=part_bytes)
    assert parted == whole
    assert made == parts


def test_more_rows_than_the_bound_are_refused_with_a_next_step(data, tmp_path):
    file = tmp_path / "train.jsonl"
    file.write_bytes(data.lines(data.instructions(100)))
    with pytest.raises(UnreadableInput, match="more than 40"):
        screen_in_parts(str(file), str(tmp_path), here, Bounds(rows=40), 2_000)


def test_two_workers_of_a_dask_cluster_give_the_same_object_and_leave_nothing(data, tmp_path):
    distributed = pytest.importorskip("distributed")
    from inspector.datasets.screening.on_dask import screen_on_dask

    content = data.lines(instructions(data))
    file = tmp_path / "train.jsonl"
    file.write_bytes(content)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        screened = screen_on_dask(client, str(file), str(scratch), part_bytes=20_000)
    assert screened.as_json() == screen(io.BytesIO(content), "train.jsonl").as_json()
    assert list(Path(scratch).iterdir()) == []
