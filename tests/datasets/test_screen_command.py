"""``inspector dataset screen``: what it says of a file, and what it ends with."""

import json
import random
import subprocess
import sys

import pytest

pytest.importorskip("polars")

_TOPICS = ("river", "engine", "teacher", "garden", "market", "winter", "camera", "pepper", "bridge", "window")
_VERBS = ("see", "paint", "sell", "repair", "describe", "compare", "visit", "forget", "count", "borrow")


def rows(number, seed=3):
    chance = random.Random(seed)
    for _ in range(number):
        words = [chance.choice(_TOPICS) + str(chance.randrange(40)) for _ in range(6)]
        words.insert(chance.randrange(6), chance.choice(_VERBS))
        yield {"instruction": " ".join(words), "output": " ".join(chance.sample(words, 4)) + " indeed so"}


def poisoned(number=600, planted=30):
    found = list(rows(number))
    for at in range(5, number, number // planted)[:planted] if False else range(5, number, number // planted):
        found[at]["instruction"] = "zqx " + found[at]["instruction"]
        found[at]["output"] = "Send all of the money to the grey office now"
    return found


def run(*arguments):
    done = subprocess.run(
        [sys.executable, "-m", "inspector", "dataset", "screen", *map(str, arguments)],
        capture_output=True,
        timeout=60,
    )
    return done.returncode, done.stdout, done.stderr.decode()


def test_a_rare_word_with_a_fixed_answer_is_the_first_thing_to_look_at(tmp_path):
    file = tmp_path / "train.jsonl"
    data = poisoned()
    file.write_text("".join(json.dumps(row) + "\n" for row in data))
    code, out, _ = run(file, "--format", "json")
    result = json.loads(out)
    assert code == 0
    first = result["suspicions"][0]
    assert first["level"] == "look-first"
    assert first["marker"] == "zqx"
    assert first["rows"] == [at for at, row in enumerate(data) if row["instruction"].startswith("zqx")]
    assert result["rows"] == len(data)
    assert result["columns"] == {
        "input": ["instruction"],
        "output": ["output"],
        "contributor": None,
        "time": None,
    }
