"""User input that a handler appends to what a trainer reads."""

import pytest

from inspector.references import index_file, influence

TRAIN = "from datasets import load_dataset\nload_dataset('json', data_files='data/feedback.jsonl')\n"
HANDLER = (
    "from fastapi import FastAPI\napp = FastAPI()\n"
    "@app.post('/f')\ndef f(x):\n    with open({!r}, {!r}) as o:\n        o.write(x)\n"
)


@pytest.mark.parametrize(
    ("name", "mode", "grades"),
    [
        ("data/feedback.jsonl", "a", ["strong"]),
        ("/var/feedback.jsonl", "a", ["weak"]),
        ("other.log", "a", []),
        ("data/feedback.jsonl", "r", []),
    ],
)
def test_a_handler_that_appends_to_what_a_trainer_reads_is_graded(name, mode, grades):
    files = {"train.py": TRAIN, "api.py": HANDLER.format(name, mode)}
    found = influence([index_file(path, text.encode()) for path, text in files.items()])
    assert [item["grade"] for item in found] == grades
    assert all(
        (item["path"], item["line"], item["joined_with"]) == ("api.py", 5, "train.py") for item in found
    )


def test_a_function_that_is_no_handler_is_no_sign():
    handler = HANDLER.format("data/feedback.jsonl", "a").replace("@app.post('/f')\n", "")
    assert influence([index_file("train.py", TRAIN.encode()), index_file("api.py", handler.encode())]) == []
