"""What a scan does without when it starts, and that nothing is judged differently for it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from inspector import datasets, dependencies, places, references
from inspector.dependencies import advisories
from inspector.scan import engine
from inspector.scan.reading import wanted_parts
from inspector.sources.interface import Entry, EntryKind

_WORDS = st.sampled_from(
    (
        *("dockerfile", "Modelfile", "procfile", ".env", "conda", "requirements", "model", "train", "setup"),
        *(".", "-", "_", "/", "\n", "1", ".in", ".json", ".dist-info", "\u0130", "x"),
    )
)
_ENDINGS = st.sampled_from(
    [".safetensors", ".gguf", ".pt", ".PTH", ".ckpt", ".bin", ".onnx", ".py", ".json", ""]
)


@settings(deadline=None)  # the first example imports the rooms
@given(
    st.lists(_WORDS, max_size=5).map("".join), _ENDINGS, st.sampled_from([0, 130, 1023, 1024, 5_000_000_000])
)
@example("dockerfile", ".safetensors", 4096)
@example("a\n.env", ".safetensors", 4096)
@example("weights", ".safetensors", 130)
def test_the_name_of_weights_never_hides_a_file_from_another_reader(stem, ending, size):
    path = f"{stem}{ending}"
    asked = {
        "artifact": True,
        "index": references.wants(path, size) or references.too_large(path, size) is not None,
        "manifest": dependencies.wants(path, 0),
        "imports": dependencies.may_import(path) and size <= dependencies.MAX_SOURCE_WANTED,
        "dataset": datasets.wants(path, size),
    }
    wanted = wanted_parts(Entry(path, EntryKind.FILE, size))
    assert set(wanted) == {part for part, is_wanted in asked.items() if is_wanted}


def test_nothing_to_audit_is_said_as_the_audit_says_it():
    said = dependencies.audit([], offline=True)
    assert (said.source, said.as_of, said.complete, said.packages) == ("none", None, True, ())
    assert said.note == engine.NOTHING_TO_AUDIT
    assert dependencies.shortfall(said) is None


def test_the_advisories_are_looked_for_where_they_lie():
    assert advisories.default_folder() == places.data() / "advisories"


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    header = json.dumps({"w": {"dtype": "U8", "shape": [2000], "data_offsets": [0, 2000]}}).encode()
    folder = tmp_path / "weights"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + bytes(2000))
    return folder


def test_a_folder_of_weights_needs_no_reader_of_manifests_code_or_advisories(weights, tmp_path, monkeypatch):
    monkeypatch.setenv("INSPECTOR_HOME", str(tmp_path / "home"))
    code = (
        "import sys\n"
        "from inspector.scan import ScanOptions, run_scan\n"
        "result = run_scan(ScanOptions(sys.argv[1], offline=True, use_cache=False, jobs=1))\n"
        "assert result['incomplete'] == [] and result['files'][0]['loading'] == 'data-only', result\n"
        "print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(weights)], capture_output=True, text=True, check=True
    )
    imported = set(done.stdout.split())
    assert "inspector.scan.engine" in imported
    for needless in (
        "inspector.dependencies.formats",
        "inspector.dependencies.auditing",
        "inspector.dependencies.advisories",
        "inspector.dependencies.lookalike",
        "inspector.references.resolve",
        "inspector.references.config_code",
        "inspector.rules.hub",
        "inspector.rules.loading",
        "inspector.sources.hub",
        "packaging.version",
    ):
        assert needless not in imported


@pytest.mark.parametrize(
    ("room", "names"),
    [("references", ("influence", "resolve")), ("dependencies", ("tree_facts",))],
)
def test_a_module_does_not_hide_the_function_of_its_name(room, names):
    code = (
        f"import importlib\nroom = importlib.import_module('inspector.{room}')\n"
        f"for name in {names!r}:\n"
        f"    importlib.import_module('inspector.{room}.' + name)\n"
        "    assert callable(getattr(room, name)), name\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_folder_of_files_alone_is_opened_without_the_stores_and_a_clone_is_still_known(weights):
    code = (
        "import sys\n"
        "from inspector.sources import open_target\n"
        "source = open_target(sys.argv[1])\n"
        "print(type(source).__name__, *(name for name in sys.modules if name.endswith('.gitclone')))"
    )
    start = [sys.executable, "-c", code, str(weights)]
    assert subprocess.run(start, capture_output=True, text=True, check=True).stdout.split() == [
        "ProjectFolder"
    ]
    (weights / ".git").mkdir()
    (weights / ".git" / "config").write_text("[core]\n")
    known = subprocess.run(start, capture_output=True, text=True, check=True).stdout.split()
    assert known == ["GitClone", "inspector.sources.gitclone"]
