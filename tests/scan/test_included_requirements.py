"""Requirements files that other ones include, whatever they are called."""


def manifests(result):
    return {item["path"]: item for item in result["manifests"]}


def test_what_a_requirements_file_includes_is_read_under_any_name(tmp_path, scan_of):
    (tmp_path / "deps").mkdir()
    (tmp_path / "requirements.txt").write_text("-r deps/base.list\nflask==1.0\n")
    (tmp_path / "deps" / "base.list").write_text("--requirement deeper.txt\n-c bounds\nnumpy==1.26.0\n")
    (tmp_path / "deps" / "deeper.txt").write_text("httpx>=0.2\n-r ../requirements.txt\n")
    (tmp_path / "deps" / "bounds").write_text("six==1.16.0\n")
    result = scan_of(tmp_path)
    assert set(manifests(result)) == {
        "requirements.txt",
        "deps/base.list",
        "deps/deeper.txt",
        "deps/bounds",
    }
    assert {item["name"] for item in result["packages"]} == {"flask", "numpy", "httpx", "six"}
    assert result["coverage"]["not_analysed"] == []


def test_an_include_that_is_not_there_or_lies_outside_is_a_finding_with_its_line(tmp_path, scan_of):
    (tmp_path / "requirements.txt").write_text(
        "flask==1.0\n-r gone.txt\n-r ../outside.txt\n-r https://a.example/x\n"
    )
    (finding,) = [
        item for item in scan_of(tmp_path)["findings"] if item["rule"] == "dependencies.missing-include"
    ]
    assert [item["line"] for item in finding["evidence"]] == [2, 3, 4]
    assert finding["node"] == "manifest:requirements.txt"


def test_an_included_file_that_cannot_be_read_is_not_analysed(tmp_path, scan_of):
    (tmp_path / "requirements.txt").write_text("-r weird\n")
    (tmp_path / "weird").write_bytes(b"\0\1\2")
    not_analysed = {item["path"]: item["why"] for item in scan_of(tmp_path)["coverage"]["not_analysed"]}
    assert "weird" in not_analysed


def test_the_files_that_a_dynamic_pyproject_takes_its_dependencies_from_are_read(tmp_path, scan_of):
    (tmp_path / "deps").write_text("flask==1.0\n")
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "x"\ndynamic = ["dependencies"]\n'
        '[tool.setuptools.dynamic]\ndependencies = {file = ["deps", "gone"]}\n'
    )
    result = scan_of(tmp_path)
    assert manifests(result)["deps"]["sections"]["requirements"] == {"total": 1, "exact": 1}
    assert manifests(result)["pyproject.toml"]["error"] is None
    (finding,) = [item for item in result["findings"] if item["rule"] == "dependencies.missing-include"]
    assert [item["text"] for item in finding["evidence"]] == ["gone"]
