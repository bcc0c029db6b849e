"""What is read from files of rows, and what is left alone because it is no data."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.datasets import DatasetFacts, read, roles, wants

ROWS = [
    {"prompt": "a", "response": "b", "user_id": 1, "created_at": "2025"},
    {"prompt": "c", "response": "d", "extra": 1},
]


def test_json_lines_are_counted_without_empty_lines(facts):
    found = facts("data/t.jsonl", "\n".join(json.dumps(row) for row in ROWS) + "\n\n\r\n")
    assert (found.rows, found.columns) == (2, ("prompt", "response", "user_id", "created_at", "extra"))
    assert (found.contributor_column, found.time_column) == ("user_id", "created_at")


def test_a_broken_line_is_said(facts):
    assert "1 of the first" in facts("t.jsonl", '{"text": "a"}\nnot json\n').partly


def test_a_json_array_of_training_rows_is_a_dataset(facts):
    found = facts("x.json", json.dumps(ROWS))
    assert (found.format, found.rows) == ("json", 2)


def test_json_lines_in_a_json_file_are_read(facts):
    assert facts("x.json", "\n".join(json.dumps(row) for row in ROWS)).rows == 2


@pytest.mark.parametrize(
    "text",
    [
        '{"model_type": "bert", "hidden_size": 1}',
        "[1, 2, 3]",
        "[]",
        "{}",
        "nonsense",
        '[{"name": "eslint", "version": "1"}]',
        '{"data": {"a": 1}}',
    ],
)
def test_a_configuration_is_no_dataset(facts, text):
    assert facts("config.json", text) is None


def test_csv_counts_records_not_lines_and_knows_a_header(facts):
    found = facts("t.csv", '\ufefftext,label,author\n"two\nlines",1,me\nplain,0,you\n')
    assert (found.rows, found.columns, found.contributor_column) == (2, ("text", "label", "author"), "author")


def test_csv_without_a_header_counts_its_first_record(facts):
    found = facts("t.csv", "1.5,2\n3,4\n")
    assert (found.rows, found.columns) == (2, ("column 1", "column 2"))


def test_other_delimiters(facts):
    assert facts("t.tsv", "a\tb\n1\t2\n").columns == ("a", "b")
    assert facts("t.csv", "a;b\n1;2\n").columns == ("a", "b")


def test_columnar_files_are_recognised_by_their_magic(facts):
    assert facts("t.parquet", b"PAR1" + b"x" * 20 + b"PAR1").format == "parquet"
    assert facts("t.arrow", b"ARROW1\0\0" + b"x" * 20).format == "arrow"
    assert facts("t.parquet", b"nothing of that kind") is None
    assert facts("t.parquet", b"PAR1" + b"x" * 20).partly.startswith("The file is encrypted or cut off")


def test_a_git_lfs_pointer_says_that_the_content_is_absent(facts):
    sha = "ab" * 32
    found = facts(
        "model.safetensors", f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha}\nsize 123\n"
    )
    assert (found.format, found.card) == ("git-lfs-pointer", {"sha256": sha, "size": 123})
    assert "absent" in found.partly


def test_a_dvc_file_gives_md5_and_path(facts):
    found = facts("d.csv.dvc", "outs:\n- md5: 0123\n  size: 12\n  path: d.csv\n")
    assert found.card == {"outs": [{"md5": "0123", "size": 12, "path": "d.csv"}]}


def test_a_loading_script_is_named(facts):
    assert facts("o/d.py", "import datasets\nclass D(datasets.GeneratorBasedBuilder):\n  pass\n").script
    assert facts("o/d.py", "import datasets\n") is None


def test_columns_have_roles():
    assert roles(["id", "Prompt", "chosen", "rejected"]) == {
        "input": ["Prompt"],
        "output": ["chosen", "rejected"],
    }


def test_wants_is_told_by_the_name():
    assert wants("a/README.md", 10)
    assert wants("w/model.bin", 130)
    assert not wants("w/model.bin", 5000)
    assert not wants("a.png", 10)


def test_facts_survive_json(facts):
    found = facts("t.jsonl", '{"text": 1}\n')
    assert DatasetFacts.from_json(json.loads(json.dumps(found.as_json()))) == found


@pytest.mark.parametrize("path", ["a.json", "a.jsonl", "README.md", "dataset_infos.json", "croissant.json"])
@pytest.mark.parametrize(
    "data",
    [
        b"[" * 50_000,
        b"{" * 50_000,
        b'{"a":' * 20_000,
        b"---\n" + b"[" * 5_000 + b"\n---\n",
        b"\xff\xfe\x00",
        b"",
        b"\xed\xa0\x80",
    ],
)
def test_nesting_and_noise_do_no_harm(facts, path, data):
    facts(path, data)


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from(["a.jsonl", "a.json", "a.csv", "a.tsv", "README.md", "a.parquet", "a.dvc"]),
)
def test_no_bytes_raise(data, path):
    class Source:
        size = len(data)

        def read_at(self, offset, length):
            return data[offset : offset + length]

        def close(self):
            pass

    read(Source(), path)


def test_a_line_that_is_too_long_is_not_called_broken(facts, monkeypatch):
    monkeypatch.setattr("inspector.datasets.tables.MAX_LINE", 50)
    found = facts("train.jsonl", '{"text": "' + "y" * 100 + '"}\n{"text": "b"}\n')
    assert (found.rows, found.columns) == (2, ("text",))
    assert found.partly == "1 of the first 2 lines is longer than 16 MB and not read."
