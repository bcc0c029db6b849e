"""The gate as a service starts it: one copied file, a process of its own, its exit code and its one line."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inspector.gate import inspector_gate
from inspector.record import trust
from inspector.record.keys import FileKey, load_key

Sign = Callable[..., Path]


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    place = tmp_path / "production"
    place.mkdir()
    shutil.copyfile(inspector_gate.__file__, place / "inspector_gate.py")
    return place / "inspector_gate.py"


def run(copied: Path, *arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(copied), *map(str, arguments)]
    if options.pop("bare", False):
        command.insert(2, "-S")  # no site-packages: the cryptography package cannot be imported
    return subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=copied.parent, **options)


def test_it_imports_only_the_standard_library_and_cryptography() -> None:
    tree = ast.parse(Path(inspector_gate.__file__).read_text())
    names = {
        (node.module if isinstance(node, ast.ImportFrom) else alias.name) or ""
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert {name.split(".")[0] for name in names} - set(sys.stdlib_module_names) == {"cryptography"}


@pytest.mark.parametrize("bare", [False, True])
@pytest.mark.parametrize("kind", ["P-256", "Ed25519"])
def test_it_verifies_with_either_backend(
    copied: Path, sign: Sign, project: Path, key: FileKey, tmp_path: Path, bare: bool, kind: str
) -> None:
    if bare and shutil.which("openssl") is None:
        bare = False  # then the other backend is all there is
    signer = key
    if kind == "Ed25519":
        from cryptography.hazmat.primitives import serialization as form
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        path = tmp_path / "ed.pem"
        made = Ed25519PrivateKey.generate()
        path.write_bytes(made.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption()))
        signer = load_key(path, None)
    store = tmp_path / "store.txt"
    trust.add(store, signer.public, name="Ana Suárez", roles=["reviewer"])
    package = sign(key=signer)
    done = run(copied, package, "--root", project, "--trust", store, bare=bare)
    assert (done.returncode, done.stdout.count("\n")) == (0, 1), done.stderr
    assert "Ana Suárez" in done.stdout
    (project / "app.py").write_bytes(b"x")
    done = run(copied, package, "--root", project, "--trust", store, bare=bare)
    assert done.returncode == 1 and done.stdout == ""
    assert "refused: changed: " in done.stderr
    record = package / "review-record.dsse.json"
    value = json.loads(record.read_text())
    value["signatures"][0]["sig"] = "A" * 8
    record.write_text(json.dumps(value))
    done = run(copied, package, "--root", project, "--trust", store, bare=bare)
    assert done.returncode == 1 and "refused: signature: " in done.stderr


def test_without_any_verifier_it_refuses_and_says_so(
    copied: Path, sign: Sign, project: Path, trust_file: Path
) -> None:
    done = run(copied, sign(), "--root", project, "--trust", trust_file, bare=True, env={"PATH": "/nowhere"})
    assert done.returncode == 1
    assert "refused: no-verifier: " in done.stderr


@pytest.mark.parametrize("drop", ["--root", "--trust"])
def test_root_and_trust_are_not_optional(
    copied: Path, sign: Sign, project: Path, trust_file: Path, drop: str
) -> None:
    arguments = {"--root": project, "--trust": trust_file}
    del arguments[drop]
    assert run(copied, sign(), *[part for pair in arguments.items() for part in pair]).returncode == 2


def test_each_form_of_the_record_is_taken(copied: Path, sign: Sign, project: Path, trust_file: Path) -> None:
    package = sign()
    for name in ("", "review-record.dsse.json", "review-record.sigstore.json"):
        done = run(copied, package / name, "--root", project, "--trust", trust_file)
        assert done.returncode == 0, done.stderr
    record = (package / "review-record.dsse.json").rename(package.parent / "alone.json")
    assert run(copied, record, "--root", project, "--trust", trust_file).returncode == 0


def test_the_report_names_every_check(
    copied: Path, sign: Sign, project: Path, trust_file: Path, tmp_path: Path
) -> None:
    report = tmp_path / "report.json"
    run(copied, sign(), "--root", project, "--trust", trust_file, "--report", report)
    value = json.loads(report.read_text())
    assert value["ok"] is True
    assert [one["check"] for one in value["checks"] if one["result"] != "warning"] == [
        *("envelope", "signature", "schema", "critical", "trust", "project", "decision", "completeness"),
        *("expiry", "four eyes", "serial", "manifest", "package", "bytes", "packages"),
    ]
    assert value["signers"][0]["principal"] == "Ana Suárez"


def test_the_state_file_keeps_the_last_serial(
    copied: Path, sign: Sign, project: Path, trust_file: Path, tmp_path: Path, times: Any
) -> None:
    state = tmp_path / "state.json"
    first, second = sign(), sign(now=times.now + 10)
    common = ("--root", project, "--trust", trust_file, "--state", state)
    for package, code in ((first, 0), (first, 0), (second, 0), (second, 0), (first, 1), (second, 0)):
        assert run(copied, package, *common).returncode == code
    assert "older-serial" in run(copied, first, *common).stderr


def test_a_refused_record_does_not_move_the_serial(
    copied: Path, sign: Sign, project: Path, trust_file: Path, tmp_path: Path
) -> None:
    state = tmp_path / "state.json"
    package = sign()
    (project / "app.py").write_bytes(b"x")
    assert run(copied, package, "--root", project, "--trust", trust_file, "--state", state).returncode == 1
    assert not state.exists()


def test_the_watch_list_names_the_approved_files(
    copied: Path, sign: Sign, project: Path, trust_file: Path
) -> None:
    done = run(copied, sign(), "--root", project, "--trust", trust_file, "--watch-list")
    assert f"{project}/model.bin" in done.stdout.splitlines()


def test_names_that_mislead_are_printed_escaped(
    copied: Path, sign: Sign, project: Path, key: FileKey, tmp_path: Path, review: Any
) -> None:
    store = tmp_path / "store.txt"
    trust.add(store, key.public, name="Ana\u202e\x1b[31m", roles=["reviewer"])
    review.project = "app\u202e\x07"
    done = run(copied, sign(), "--root", project, "--trust", store)
    assert done.returncode == 0
    for text in (done.stdout, done.stderr):
        assert not any(char in text for char in "\u202e\x1b\x07")
    assert "Ana\\u202e\\x1b[31m" in done.stdout


def test_a_virtual_environment_made_on_the_machine_is_warned_of(
    copied: Path, sign: Sign, project: Path, trust_file: Path
) -> None:
    package = sign()
    (project / ".venv" / "lib").mkdir(parents=True)
    (project / ".venv" / "pyvenv.cfg").write_text("home = /usr\n")
    (project / ".venv" / "lib" / "x.py").write_text("")
    (project / "weights" / "__pycache__").mkdir()
    done = run(copied, package, "--root", project, "--trust", trust_file)
    assert done.returncode == 0
    assert (
        "Not reviewed (virtual-environment): .venv. Files that can be loaded lie there: .venv/lib/x.py"
        in done.stderr
    )


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak memory that Linux keeps for children")
def test_it_stays_under_40_mb(copied: Path, sign: Sign, project: Path, trust_file: Path, review: Any) -> None:
    with (project / "big.safetensors").open("wb") as stream:
        stream.truncate(64 << 20)
    for number in range(1000):
        (project / "weights" / f"{number}.json").write_text(str(number))
    review.rescan()
    package = sign()
    script = (
        "import resource, subprocess, sys\n"
        "code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode\n"
        "print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    command = [sys.executable, "-c", script, sys.executable, "-I", str(copied), str(package)]
    command += ["--root", str(project), "--trust", str(trust_file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    code, kilobytes = map(int, done.stdout.split())
    assert code == 0
    assert kilobytes < 40 << 10
    # A record that nobody has signed is held once, however large it is, and never read as JSON.
    envelope = {"payload": "QUJD" * 10_000_000, "payloadType": inspector_gate.PAYLOAD_TYPE}
    (package / "review-record.dsse.json").write_text(
        json.dumps({**envelope, "signatures": [{"sig": "QUJD"}]})
    )
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    code, kilobytes = map(int, done.stdout.split())
    assert code == 1
    assert kilobytes < 80 << 10


def test_it_runs_where_the_folder_cannot_be_written(
    copied: Path, sign: Sign, project: Path, trust_file: Path
) -> None:
    os.chmod(project, 0o555)
    try:
        assert run(copied, sign(), "--root", project, "--trust", trust_file).returncode == 0
    finally:
        os.chmod(project, 0o755)


def test_a_link_put_there_after_the_walk_is_not_followed(project: Path) -> None:
    real = project / "model.bin"
    moved = real.rename(project.parent / "elsewhere.bin")
    real.symlink_to(moved)
    with pytest.raises(OSError):
        inspector_gate.hash_file(str(real), 400, bytearray(1024))
    listed = {"model.bin": inspector_gate.ListedFile(400, hashlib.sha256(moved.read_bytes()).hexdigest())}
    assert inspector_gate.changed_files(str(project), listed) == ["model.bin"]


def test_a_file_that_grows_while_it_is_read_is_changed(project: Path) -> None:
    assert inspector_gate.hash_file(str(project / "model.bin"), 399, bytearray(64)) is None
    assert inspector_gate.hash_file(str(project / "model.bin"), 401, bytearray(64)) is None
    assert inspector_gate.hash_file(str(project / "model.bin"), 400, bytearray(64)) is not None
