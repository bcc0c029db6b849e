"""How a scan ends before its end: signals, and an output that takes nothing."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

posix_only = pytest.mark.skipif(os.name != "posix", reason="signals and descriptors of POSIX")


@posix_only
@pytest.mark.usefixtures("heeded")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_ends_the_scan_its_workers_and_its_temporary_files(tmp_path: Path, name: str):
    target, scratch = tmp_path / "target", tmp_path / "scratch"
    target.mkdir()
    scratch.mkdir()
    with (target / "large.bin").open("wb") as file:
        file.truncate(200 << 30)  # sparse: it takes minutes to hash and no room
    with subprocess.Popen(
        [sys.executable, "-m", "inspector", "scan", str(target), "--no-audit", "--format", "jsonl"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(scratch)},
        start_new_session=True,
    ) as scan:
        assert scan.stdout and scan.stderr
        while b'"reading"' not in scan.stdout.readline():
            pass
        scan.send_signal(getattr(signal, name))
        errors = scan.stderr.read()
        scan.wait(10)
    assert scan.returncode == {"SIGINT": 130}.get(name, 128 + getattr(signal, name))
    assert b"Traceback" not in errors
    assert list(scratch.iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.killpg(scan.pid, 0)  # nothing is left of its session


@posix_only
@pytest.mark.parametrize("form", ["text", "json", "jsonl"])
@pytest.mark.parametrize(
    ("output", "words"),
    [
        pytest.param(">&-", "closed", id="closed"),
        pytest.param(
            "> /dev/full",
            "cannot be written",
            id="full",
            marks=pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here"),
        ),
    ],
)
def test_an_output_that_takes_nothing_is_said_in_a_sentence(tmp_path: Path, form, output, words):
    (tmp_path / "a.txt").write_text("text\n")
    command = f"{sys.executable} -m inspector scan {tmp_path} --no-audit --format {form} {output}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, timeout=60)
    assert done.returncode == 2
    assert words in done.stderr.decode() and b"Traceback" not in done.stderr and b"defect" not in done.stderr
