"""Single rows of a data file: the numbers are those of screening, and nothing odd in them is lost."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from inspector.cli import run
from inspector.datasets.screening.excerpts import MOST_ROWS, excerpts

TIME = "2026-01-02T03:04:05Z"


def _jsonl(*rows: object) -> io.BytesIO:
    return io.BytesIO("".join(f"{json.dumps(row)}\n" for row in rows).encode())


def test_rows_have_the_numbers_that_screening_counts_and_say_who_and_when():
    file = _jsonl(
        *({"prompt": f"ask {n}", "response": f"say {n}", "user_id": f"u{n}", "created_at": TIME}
          for n in range(300))
    )  # fmt: skip
    found = [one.as_json() for one in excerpts(file, "a.jsonl", [250, 3, 3, 999])]
    assert [one["row"] for one in found] == [3, 250]
    assert found[1]["input"] == ["ask 250"] and found[1]["output"] == ["say 250"]
    assert found[1]["contributor"] == "u250" and found[1]["time"] == TIME


def test_a_broken_record_keeps_its_number_and_is_said_to_be_broken():
    file = io.BytesIO(b'{"prompt":"a","response":"b"}\n{"prompt": \n{"prompt":"c","response":"d"}\n')
    found = excerpts(file, "a.jsonl", [0, 1, 2])
    assert [(one.row, one.readable) for one in found] == [(0, True), (1, False), (2, True)]
    assert found[2].text.inputs == ["c"]


def test_pairs_and_chats_keep_their_sides():
    chat = {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "yo"}]}
    (one,) = excerpts(_jsonl(chat), "a.jsonl", [0])
    assert one.text.inputs == ["hi"] and one.text.outputs == ["yo"]
    pair = {"prompt": "p", "chosen": "good", "rejected": "bad"}
    (two,) = excerpts(_jsonl(pair), "a.jsonl", [0])
    assert two.text.outputs == ["good"] and two.text.rejected == ["bad"]


def test_no_more_rows_than_the_bound_are_given():
    file = _jsonl(*({"text": f"t{n}", "label": n % 2} for n in range(MOST_ROWS + 50)))
    assert len(excerpts(file, "a.jsonl", range(MOST_ROWS + 50))) == MOST_ROWS
    assert excerpts(file, "a.jsonl", []) == []


def test_the_command_shows_rows_in_words_and_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    data = tmp_path / "rows.jsonl"
    data.write_text('{"text": "a\\u202eb\\u001b[31m", "label": "x"}\n{"text": "c", "label": "y"}\n')
    assert run(["dataset", "rows", str(data), "--rows", "0,1"]) == 0
    shown = capsys.readouterr().out
    assert "row 0" in shown and "\\u202e" in shown and "\x1b" not in shown
    assert run(["dataset", "rows", str(data), "--rows", "1", "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["schema"] == "provenance-inspector/rows/1"
    assert [row["output"] for row in answer["rows"]] == [["y"]] and answer["missing"] == []
    assert run(["dataset", "rows", str(data), "--rows", "1,7", "--format", "json"]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["missing"] == [7] and "7" in told.err


@pytest.mark.parametrize("rows", ["", "a", "-1", "1,,2"])
def test_numbers_that_are_none_are_refused(tmp_path: Path, rows: str):
    data = tmp_path / "rows.jsonl"
    data.write_text('{"text": "a", "label": "x"}\n')
    with pytest.raises(SystemExit) as caught:
        run(["dataset", "rows", str(data), f"--rows={rows}"])
    assert caught.value.code == 2
