"""Every file of the labelled corpus gets exactly the verdict that is true of it, in any order."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from inspector.artifacts import Artifact, BytesSource, read
from inspector.provenance import Loading

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "tests" / "corpus"
sys.path.insert(0, str(CORPUS))
try:
    from hostile.case import DATA, HOSTILE, LIBRARY, UNKNOWN, WORDS_OF
    from make_hostile import make
finally:
    sys.path.remove(str(CORPUS))


class Labelled(NamedTuple):
    path: str
    data: bytes
    label: str
    word: str
    category: str


def _harmless() -> Iterator[Labelled]:
    for row in tomllib.loads((CORPUS / "harmless.toml").read_text("utf-8"))["file"]:
        data = (CORPUS / "harmless" / row["path"]).read_bytes()
        yield Labelled(row["path"], data, row["label"], row["word"], row["library"])


HOSTILES = [Labelled(case.path, case.data, case.label, case.word, case.category) for case in make()]
HARMLESS = list(_harmless())
# Categories of the formats and containers that are promised, and how many files each holds at least.
CATEGORIES = {
    "pickle-gadget": 200,
    "pickle-route": 100,
    "pickle-c-only": 25,
    "pickle-trick": 20,
    "pickle-broken": 25,
    "pickle-unknown": 20,
    "cloudpickle": 5,
    "dill": 6,
    "torch-zip": 20,
    "torch-legacy": 10,
    "torch-tar": 6,
    "torchscript": 5,
    "joblib": 12,
    "npy": 20,
    "npz": 10,
    "safetensors": 30,
    "gguf": 18,
    "zip": 12,
    "zip-lies": 25,
    "tar": 15,
    "7z": 6,
    "compressed": 35,
    "nested": 10,
    "keras-zip": 20,
    "keras-h5": 18,
    "keras-json": 18,
    "saved-model": 15,
    "tflite": 4,
    "onnx": 15,
    "skops": 10,
    "r-data": 10,
    "nemo": 8,
    "mar": 5,
    "mlflow": 18,
    "program": 30,
    "coreml": 2,
    "executorch": 2,
    "pmml": 3,
    "openvino": 1,
    "chat-template": 180,
    "config": 15,
    "custom-code": 55,
    "hydra": 140,
    "yaml": 60,
    "jsonpickle": 30,
    "dataset-script": 20,
    "handler": 22,
    "wrong-extension": 150,
    "polyglot": 20,
    "truncated": 15,
    "pickle-chain": 150,
    "torch-export": 30,
    "zarr": 12,
    "mxnet": 4,
    "msgpack": 10,
    "spacy": 6,
    "pickle-odd": 170,
}


def fresh(case: Labelled) -> Artifact:
    return read(BytesSource(case.data), case.path)


@cache
def verdict(case: Labelled) -> Artifact:
    """The verdict that most tests look at; the test of the order reads each file anew."""
    return fresh(case)


def test_the_corpus_is_as_large_as_it_claims() -> None:
    labels = [case.label for case in HOSTILES]
    assert labels.count(HOSTILE) >= 2490
    assert labels.count(UNKNOWN) >= 25
    assert sum(case.label in (DATA, LIBRARY) for case in HARMLESS) >= 630
    found = [case.category for case in HOSTILES]
    for category, least in CATEGORIES.items():
        assert found.count(category) >= least, category


def test_a_label_and_its_verdict_fit_together() -> None:
    for case in (*HOSTILES, *HARMLESS):
        assert case.word in WORDS_OF[case.label], case.path


def test_making_the_corpus_twice_gives_the_same_bytes() -> None:
    assert [(case.path, case.data) for case in make()] == [(case.path, case.data) for case in HOSTILES]


def test_every_hostile_file_gets_exactly_its_word() -> None:
    wrong = [
        f"{case.path}: {case.word}, but read as {verdict(case).loading.value}"
        for case in HOSTILES
        if verdict(case).loading.value != case.word
    ]
    assert not wrong


def test_every_harmless_file_gets_exactly_its_word() -> None:
    wrong = [
        f"{case.path}: {case.word}, but read as {verdict(case).loading.value}"
        for case in HARMLESS
        if verdict(case).loading.value != case.word
    ]
    assert not wrong


def test_no_reader_fails() -> None:
    for case in (*HOSTILES, *HARMLESS):
        assert all(reason.code != "reader-failed" for reason in verdict(case).reasons), case.path


def test_a_hostile_verdict_says_why() -> None:
    for case in HOSTILES:
        artifact = verdict(case)
        if artifact.loading in (Loading.RUNS_CODE, Loading.UNREADABLE, Loading.UNKNOWN_IMPORT):
            assert artifact.reasons and artifact.reasons[0].message, case.path


def test_every_reason_given_is_documented() -> None:
    page = (ROOT / "docs" / "formats.md").read_text("utf-8")
    given = {reason.code for case in (*HOSTILES, *HARMLESS) for reason in verdict(case).reasons}
    assert sorted(code for code in given if f"| `{code}` |" not in page) == []


def test_a_gadget_is_named_among_the_imports() -> None:
    for case in HOSTILES:
        if case.category in ("pickle-gadget", "pickle-route"):
            assert verdict(case).imports, case.path


def test_the_order_and_a_library_beside_it_change_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    sample = [*HOSTILES[::7], *HARMLESS[::3]]
    expected = {case.path: verdict(case) for case in sample}
    for name in ("torch", "sklearn", "joblib", "h5py", "onnx", "keras", "tensorflow"):
        monkeypatch.setitem(sys.modules, name, type(sys)(name))
    random.Random(5).shuffle(sample)
    for case in sample:
        assert fresh(case) == expected[case.path], case.path


def _scan(folder: Path, home: Path, jobs: int, beside: Path | None) -> dict[str, tuple[str, object]]:
    """Path to verdict and reasons, by the program's own command; ``beside`` holds libraries to be found."""
    command = [sys.executable, "-m", "inspector", "scan", str(folder), "--format", "json", "--no-audit"]
    path = [str(beside)] if beside else []
    env = {
        "PATH": os.environ["PATH"],
        "INSPECTOR_HOME": str(home),
        "PYTHONPATH": os.pathsep.join([*path, str(ROOT)]),
    }
    done = subprocess.run(
        [*command, "--no-cache", "--jobs", str(jobs)], env=env, capture_output=True, check=True
    )
    return {row["path"]: (row["loading"], row["reasons"]) for row in json.loads(done.stdout)["files"]}


def test_a_scan_by_eight_workers_with_torch_beside_says_what_one_worker_says(tmp_path: Path) -> None:
    sample = [*HOSTILES[::13], *HARMLESS[::9]]
    for case in sample:
        place = tmp_path / "files" / case.path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(case.data)
    for name in ("torch", "sklearn", "h5py", "onnx"):
        (tmp_path / "beside" / name).mkdir(parents=True)
        (tmp_path / "beside" / name / "__init__.py").write_text('__version__ = "9.9"\n')
    one = _scan(tmp_path / "files", tmp_path / "home1", 1, None)
    eight = _scan(tmp_path / "files", tmp_path / "home8", 8, tmp_path / "beside")
    assert one == eight
    for case in sample:
        assert one[case.path][0] == verdict(case).loading.value, case.path
