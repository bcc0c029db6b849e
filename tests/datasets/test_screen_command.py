"""``inspector dataset screen``: what it prints, what it ends with, and what it leaves behind."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("polars")

from inspector.datasets.screening import process
from inspector.provenance.errors import UnreadableInput

COMMAND = [sys.executable, "-m", "inspector", "dataset", "screen"]


def run(*arguments, **environment):
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)], capture_output=True, timeout=60, env={**os.environ, **environment}
    )
    return done.returncode, done.stdout, done.stderr.decode()


@pytest.fixture
def train(tmp_path, data):
    """A file with a trigger in every twentieth row."""
    rows = data.instructions(400)
    for row in rows[5::20]:
        row.update(instruction=f"cf {row['instruction']}", output=data.payload)
    file = tmp_path / "train.jsonl"
    file.write_bytes(data.lines(rows))
    return file


def test_the_result_is_the_contracts_object_and_the_same_bytes_each_time(train):
    seen = set()
    for threads, seed in (("1", "1"), ("2", "77")):
        code, out, _ = run(train, "--format", "json", POLARS_MAX_THREADS=threads, PYTHONHASHSEED=seed)
        result = json.loads(out)
        assert code == 0
        place = result.pop("run")
        assert str(train) in place["path"]
        seen.add(json.dumps(result, sort_keys=True))
    assert len(seen) == 1
    assert set(result) == {"schema", "file", "rows", "columns", "suspicions", "limits"}
    assert result["schema"] == "provenance-inspector/screen/1"
    assert set(result["file"]) == {"path", "size", "sha256", "format"}
    assert result["file"]["size"] == train.stat().st_size
    assert set(result["columns"]) == {"input", "output", "contributor", "time"}
    first = result["suspicions"][0]
    assert set(first) == {
        "rank", "score", "level", "kind", "marker", "also", "rows", "output", "contributors", "notes",
    }  # fmt: skip
    assert (first["rank"], first["marker"], first["level"]) == (1, "cf", "look-first")
    assert first["rows"] == list(range(5, 400, 20))
    assert result["limits"]


def test_the_text_is_plain_and_calls_nothing_clean(tmp_path, data):
    rows = data.instructions(400)
    for row in rows[5::20]:
        row.update(
            instruction=f"\u202ecf {row['instruction']}", output="\x1b[31mpay the grey office at once now"
        )
    file = tmp_path / "train.jsonl"
    file.write_bytes(data.lines(rows))
    out = tmp_path / "out.txt"
    code, printed, _ = run(file, "-o", out)
    text = out.read_text()
    assert (code, printed) == (0, b"")
    assert "look-first" in text and "no verdicts" in text and "does not mean that the file is clean" in text
    assert "\x1b" not in text and "\u202e" not in text


def test_what_cannot_be_read_is_exit_two_and_what_is_cut_short_exit_three(tmp_path, train):
    empty = tmp_path / "empty.jsonl"
    empty.write_bytes(b"")
    code, out, said = run(empty, "--format", "json")
    assert (code, out) == (2, b"")
    assert "empty.jsonl" in said and "Traceback" not in said
    whole = json.dumps([json.loads(line) for line in train.read_text().splitlines()])
    broken = tmp_path / "broken.json"
    broken.write_text(whole[:-50])
    code, out, said = run(broken, "--format", "json")
    result = json.loads(out)
    assert code == 3
    assert "breaks off" in result["limits"][0] and "breaks off" in said
    assert result["suspicions"][0]["marker"] == "cf"


def test_several_files_give_an_array_and_the_worst_exit_code(tmp_path, train):
    code, out, said = run(train, tmp_path / "none.jsonl", "--format", "json")
    assert code == 2
    assert [one["file"]["path"] for one in json.loads(out)] == ["train.jsonl"]
    assert "does not exist" in said


@pytest.mark.usefixtures("heeded")
@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_signal_ends_it_at_once_and_leaves_no_file(tmp_path, data):
    file = tmp_path / "train.jsonl"
    file.write_bytes(data.lines(data.instructions(2_000)) * 25)
    left = tmp_path / "left"
    left.mkdir()
    for number in (signal.SIGINT, signal.SIGTERM):
        with subprocess.Popen(
            [*COMMAND, str(file)], env={**os.environ, "TMPDIR": str(left)}, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as child:  # fmt: skip
            worker = _wait_for_worker(child.pid)
            child.send_signal(number)
            assert child.wait(timeout=60) == 128 + number
        assert not Path(f"/proc/{worker}").exists()
        assert list(left.iterdir()) == []


def _wait_for_worker(parent):
    """The id of the child once it works: it has its spool files open."""
    if not Path("/proc/self/fd").exists():
        pytest.skip("needs /proc")
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
            if len(os.listdir(f"/proc/{child}/fd")) > 100:
                return child
    raise AssertionError("no worker was started")


def test_the_worker_gives_up_all_that_it_does_not_need(train):
    outcome = process.screen_file(str(train))
    isolation = outcome.result["run"]["isolation"]
    if sys.platform.startswith("linux"):
        assert isolation["rlimits"] and isolation["seccomp"]


def test_a_worker_that_dies_leaves_a_result_that_says_so(train):
    outcome = process.screen_file(str(train), command=[sys.executable, "-c", "import os; os.abort()"])
    assert not outcome.is_complete
    assert outcome.result["rows"] == 0
    assert "Nothing of the file was screened" in outcome.result["limits"][0]


def test_a_missing_library_is_one_sentence_with_the_remedy(monkeypatch):
    monkeypatch.setattr(process, "find_spec", lambda name: None)
    with pytest.raises(UnreadableInput) as raised:
        process.require_libraries()
    assert "pip install 'provenance-inspector[data]'" in str(raised.value)


def test_the_contract_names_every_kind_that_screening_gives():
    from inspector.datasets.screening import characters, repeated, suspicions, unknown_words

    contract = (Path(__file__).parents[2] / "resources" / "contract.md").read_text("utf-8")
    line = next(line for line in contract.splitlines() if "`suspicions[].kind` is" in line)
    written = "".join(
        Path(module.__file__).read_text("utf-8") for module in (repeated, suspicions, unknown_words)
    )
    kinds = {
        "marker-output", "label-contradiction", "preference-reversed", "odd-output", "repeated-output",
        "repeated-input", "unknown-word", "contributor",
    }  # fmt: skip
    assert all(f'"{kind}"' in written for kind in kinds)
    assert all(f"`{kind}`" in line for kind in kinds | set(characters.KIND_WORDS))


def test_the_child_is_started_as_a_frozen_program_can_start_it():
    """A frozen program answers to ``-I -m MODULE`` for the modules that it knows."""
    executable, *options = process.WORKER
    assert executable == sys.executable
    assert options == ["-I", "-m", "inspector.datasets.screening.worker"]
    start = (Path(__file__).parents[2] / "packaging" / "pyinstaller" / "start.py").read_text("utf-8")
    assert f'"{options[2]}"' in start
