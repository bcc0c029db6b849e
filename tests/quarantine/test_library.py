"""The name a training job uses."""

from __future__ import annotations

import pytest

from inspector.cli import run
from inspector.datasets import open_verified
from inspector.provenance import InspectorError


def test_a_promoted_set_is_opened_and_a_changed_one_gives_no_row(tmp_path):
    rows, store = tmp_path / "rows.jsonl", tmp_path / "store"
    rows.write_text('{"prompt": "a", "response": "b"}\n{"prompt": "c", "response": "d"}\n')
    assert run(["quarantine", "init", str(store)]) == 0
    assert run(["quarantine", "add", str(store), str(rows), "--actor", "ada", "--source", "t"]) == 0
    assert run(["quarantine", "review", str(store), "--all", "--verdict", "approve", "--actor", "bo",
                "--why", "read"]) == 0  # fmt: skip
    assert run(["quarantine", "promote", str(store), "--actor", "bo"]) == 0
    (made,) = (store / "sets").iterdir()
    assert sorted(row["prompt"] for row in open_verified(made)) == ["a", "c"]
    train = made / "train.jsonl"
    train.chmod(0o644)
    train.write_bytes(train.read_bytes().replace(b'"d"', b'"e"'))
    with pytest.raises(InspectorError):
        next(iter(open_verified(made)))
