"""What is not read because of its size is named, never passed over in silence."""

import pytest

BIG = 65 * 1024 * 1024


def filled(path, size):
    """A file of comments: text all through, so that nothing but its size stands against reading it."""
    block = b"# filler that says nothing\n" * 40_000
    with open(path, "wb") as file:
        for _ in range(size // len(block) + 1):
            file.write(block)


@pytest.mark.parametrize("name", ["train.py", "run.sh", "Makefile"])
def test_source_past_the_limit_stands_under_not_analysed(scan_of, tmp_path, name):
    filled(tmp_path / name, BIG)
    coverage = scan_of(tmp_path)["coverage"]
    assert [item["path"] for item in coverage["not_analysed"]] == [name]


def test_a_configuration_past_the_limit_stands_under_not_analysed(scan_of, tmp_path):
    (tmp_path / "train.yaml").write_text("model_name_or_path: acme/base\n" + "# filler\n" * 600_000)
    (item,) = scan_of(tmp_path)["coverage"]["not_analysed"]
    assert item["path"] == "train.yaml" and "larger" in item["why"]


def test_a_dockerfile_past_the_limit_stands_under_not_analysed(scan_of, tmp_path):
    (tmp_path / "Dockerfile").write_text("FROM python:3.12\n" + "# filler\n" * 300_000)
    (item,) = scan_of(tmp_path)["coverage"]["not_analysed"]
    assert item["path"] == "Dockerfile"


def test_a_manifest_past_the_limit_stands_under_not_analysed(scan_of, tmp_path):
    filled(tmp_path / "requirements.txt", 257 * 1024 * 1024)
    coverage = scan_of(tmp_path)["coverage"]
    assert any(item["path"] == "requirements.txt" for item in coverage["not_analysed"])


def test_large_json_is_data_and_no_configuration(scan_of, tmp_path):
    (tmp_path / "tokenizer.json").write_text('{"a": [' + "1, " * 2_000_000 + "1]}")
    assert scan_of(tmp_path)["coverage"]["not_analysed"] == []
