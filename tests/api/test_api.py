"""The program as a library: the documented names, what they give, and that nothing heavy comes along."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import inspector
from inspector.cli import run


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "data.pkl").write_bytes(pickle.dumps({"a": [1, 2]}))
    (folder / "load.py").write_text("from transformers import pipeline\npipeline('text', model='org/name')\n")
    return folder


def test_every_documented_name_is_there_with_a_docstring():
    for name in inspector.__all__:
        if name != "__version__":
            assert getattr(inspector, name).__doc__, name
    with pytest.raises(AttributeError):
        inspector.nothing_of_that_name  # noqa: B018
    assert set(inspector.__all__) <= set(dir(inspector))


def test_importing_the_package_imports_nothing_else():
    code = "import sys, inspector; print([m for m in sys.modules if m.startswith('inspector')])"
    out = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert out.strip() == "['inspector']"


def test_a_scan_gives_what_the_command_writes(project: Path, capsys: pytest.CaptureFixture[str]):
    called = inspector.scan(project)
    assert run(["scan", str(project), "--offline", "--no-audit", "--format", "json"]) == 0
    written = json.loads(capsys.readouterr().out)
    for one in (called, written):
        one.pop("run")
    assert called == written
    assert [event["event"] for event in inspector.scan_events(project)][-1] == "done"
    with pytest.raises(inspector.InspectorError, match="no such option"):
        inspector.scan(project, colour="red")
    with pytest.raises(inspector.InspectorError):
        inspector.scan(project / "gone")


def test_a_file_is_explained_without_being_loaded(project: Path):
    assert inspector.explain(project / "data.pkl")["loading"] == "allow-listed"
    with pytest.raises(inspector.InspectorError, match="not a file"):
        inspector.explain(project)


def test_a_review_is_made_opened_compared_signed_and_verified(project: Path, tmp_path: Path):
    file, key, trust, record = (tmp_path / name for name in ("a.review", "k.pem", "t.json", "record"))
    with inspector.new_review(project, file, project="p") as review:
        assert review.project == "p" and review.findings()
    with pytest.raises(inspector.InspectorError):
        inspector.new_review(project, file)
    with inspector.open_review(file, read_only=True) as review:
        assert review.scan() is not None
    (project / "more.txt").write_text("x")
    with inspector.new_review(project, tmp_path / "b.review"):
        pass
    assert inspector.compare(file, tmp_path / "b.review")["files"]["added"] == ["more.txt"]
    (project / "more.txt").unlink()
    assert run(["key", "new", str(key), "--no-passphrase"]) == 0
    assert run(["trust", "add", str(tmp_path / "k.pub"), "--name", "Mara", "--role", "reviewer",
                "--trust", str(trust)]) == 0  # fmt: skip
    assert run(["sign", str(file), "--key", str(key), "-o", str(record), "--decision", "rejected",
                "--reviewer", "Mara", "--valid-until", "2099-01-01"]) == 0  # fmt: skip
    report = inspector.verify(record, trust=trust, root=project)
    assert not report.ok and any(check.code == "not-approved" for check in report.checks)
    with pytest.raises(inspector.InspectorError):
        inspector.verify(record, trust=tmp_path / "none.json")


def test_a_checkpoint_without_tensors_is_not_converted(project: Path, tmp_path: Path):
    with pytest.raises(inspector.InspectorError):
        inspector.convert(project / "load.py", tmp_path / "out.safetensors")
    with pytest.raises(inspector.InspectorError, match="input itself"):
        inspector.convert(project / "data.pkl", project / "data.pkl")


def test_rows_are_screened(tmp_path: Path):
    rows = tmp_path / "rows.jsonl"
    rows.write_text("".join(f'{{"prompt": "ask {n}", "response": "say {n}"}}\n' for n in range(30)))
    assert inspector.screen(rows)["rows"] == 30
