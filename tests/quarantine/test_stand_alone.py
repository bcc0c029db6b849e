"""``verify_set.py``, the one file for a training image, says what the program says."""

from __future__ import annotations

import base64
import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from inspector.datasets.quarantine import PromotedSet, Store, verify_set
from inspector.provenance import InspectorError

SCRIPT = Path(__file__).parents[2] / "resources" / "training" / "verify_set.py"


@pytest.fixture(scope="module")
def alone() -> ModuleType:
    spec = importlib.util.spec_from_file_location("verify_set", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True  # it lies among the resources
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = before
    return module


@pytest.fixture
def promoted(filled: Store, approve: Any) -> PromotedSet:
    approve(filled)
    made = filled.promote(actor="alice")
    assert made is not None
    return made


def test_it_runs_without_the_program(promoted: PromotedSet, filled: Store, tmp_path: Path) -> None:
    script = shutil.copy(SCRIPT, tmp_path / "verify_set.py")
    command = [sys.executable, "-I", str(script), str(promoted.path)]
    found = subprocess.run(
        [*command, "--pubkey", str(filled.path / "log.pub")], capture_output=True, text=True, cwd=tmp_path
    )
    assert (found.returncode, found.stdout, found.stderr) == (0, "The set holds: 10 rows.\n", "")
    (promoted.path / "train.jsonl").write_bytes(b"")
    found = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert found.returncode == 1 and found.stderr.startswith("refused: ")


def _document(name: str, change: Callable[[Any], Any]) -> Callable[[Path], None]:
    def apply(path: Path) -> None:
        value = json.loads((path / name).read_bytes())
        change(value)
        (path / name).write_text(json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False))

    return apply


def _payload(change: Callable[[Any], Any]) -> Callable[[Path], None]:
    def apply(value: Any) -> None:
        payload = json.loads(base64.b64decode(value["payload"]))
        change(payload)
        value["payload"] = base64.b64encode(json.dumps(payload).encode()).decode()

    return _document("record.dsse.json", apply)


def _bytes(name: str, old: bytes, new: bytes) -> Callable[[Path], None]:
    return lambda path: (path / name).write_bytes((path / name).read_bytes().replace(old, new, 1)) and None


CHANGES = {
    "nothing": lambda path: None,
    "a row": _bytes("train.jsonl", b"answer", b"ANSWER"),
    "a row more": lambda path: (path / "train.jsonl").open("ab").write(b'{"a":1}\n') and None,
    "no last line end": lambda path: (path / "train.jsonl").write_bytes(
        (path / "train.jsonl").read_bytes()[:-1]
    ),
    "no rows": lambda path: (path / "train.jsonl").unlink(),
    "another file": lambda path: (path / "extra.jsonl").write_text("{}"),
    "the readme": _bytes("README.md", b"A", b"B"),
    "no readme": lambda path: (path / "README.md").unlink(),
    "the manifest": _document("manifest.json", lambda value: value.update(rows=9)),
    "the manifest's form": lambda path: (path / "manifest.json").write_text("[]"),
    "a manifest without a key": _document("manifest.json", lambda value: value.pop("store")),
    "the statement": _payload(lambda value: value["predicate"].update(rows=9)),
    "no signature": _document("record.dsse.json", lambda value: value.update(signatures=[])),
    "the payload's type": _document("record.dsse.json", lambda value: value.update(payloadType="text/plain")),
    "the record's form": lambda path: (path / "record.dsse.json").write_text("{}"),
    "a deep record": lambda path: (path / "record.dsse.json").write_text("[" * 100_000),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_both_verifiers_say_the_same(
    alone: ModuleType, promoted: PromotedSet, filled: Store, change: Callable[[Path], None]
) -> None:
    change(promoted.path)
    key = filled.path / "log.pub"
    try:
        verify_set(promoted.path, pubkey=key.read_bytes())
        expected = 0
    except InspectorError as error:
        expected = error.exit_code
    assert expected == (0 if change is CHANGES["nothing"] else 1)
    assert alone.main([str(promoted.path), "--pubkey", str(key)]) == expected


def test_a_checkpoint_of_the_promotion_is_compared(
    alone: ModuleType, promoted: PromotedSet, filled: Store, tmp_path: Path
) -> None:
    payload = base64.b64decode(json.loads((promoted.path / "record.dsse.json").read_bytes())["payload"])
    kept = tmp_path / "kept"
    kept.write_text(json.loads(payload)["predicate"]["log"]["checkpoint"])
    assert alone.main([str(promoted.path), "--checkpoint", str(kept)]) == 0
    assert alone.main([str(promoted.path), "--checkpoint", str(filled.path / "checkpoint")]) == 1
    assert alone.main([str(promoted.path), "--checkpoint", str(tmp_path / "none")]) == 2
    with Store.create(tmp_path / "other") as other:
        assert alone.main([str(promoted.path), "--checkpoint", str(other.path / "checkpoint")]) == 1
        assert alone.main([str(promoted.path), "--pubkey", str(other.path / "log.pub")]) == 1


def test_it_gives_rows_or_raises_before_the_first(alone: ModuleType, promoted: PromotedSet) -> None:
    assert len(list(alone.open_verified(str(promoted.path)))) == 10
    rows = alone.open_verified(str(promoted.path))
    CHANGES["a row"](promoted.path)
    with pytest.raises(alone.Refused):
        next(rows)
    with pytest.raises(alone.Refused):
        alone.open_verified(str(promoted.path))


def test_the_command_writes_the_file(tmp_path: Path) -> None:
    from inspector import cli

    assert cli.run(["quarantine", "verifier", "-o", str(tmp_path / "verify_set.py")]) == 0
    assert (tmp_path / "verify_set.py").read_bytes() == SCRIPT.read_bytes()
