"""Git LFS pointers in place of weights and data."""


def test_a_pointer_is_one_grave_finding_and_no_analysed_file(tmp_path, scan_of):
    sha = "a" * 64
    text = f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha}\nsize 12345\n"
    (tmp_path / "model.bin").write_text(text)
    (tmp_path / "train.csv").write_text(text)
    result = scan_of(tmp_path)
    (finding,) = result["findings"]
    assert (finding["rule"], finding["severity"]) == ("integrity.weights-absent", "high")
    assert [(item["path"], sha in item["text"]) for item in finding["evidence"]] == [
        ("model.bin", True),
        ("train.csv", True),
    ]
    assert {item["path"] for item in result["coverage"]["not_analysed"]} == {"model.bin", "train.csv"}
