"""The process that reads Parquet can read its file and do nothing else, whoever speaks in it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HOSTILE = """
import os, socket, sys, types
from inspector.datasets.quarantine.intake import parquet

def told(attempt, *arguments):
    try:
        attempt(*arguments)
    except OSError:
        return "refused"
    return "done"

def scan(path, **more):
    said = [
        told(open, path), told(open, {secret!r}), told(open, {made!r}, "w"), told(os.unlink, path),
        told(socket.socket), told(os.posix_spawn, "/bin/true", ["true"], {{}}),
    ]
    raise ValueError(" ".join(said))

fake = types.ModuleType("polars")
fake.scan_parquet = scan
fake.exceptions = types.SimpleNamespace(PolarsError=ValueError)
sys.modules["polars"] = fake
sys.exit(parquet._child(sys.argv[1]))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the walls are those of Linux")
def test_a_reader_that_was_taken_over_reads_its_file_and_nothing_else(tmp_path: Path) -> None:
    own, secret, made = tmp_path / "a.parquet", tmp_path / "secret", tmp_path / "made"
    own.write_text("x")
    secret.write_text("y")
    script = HOSTILE.format(secret=str(secret), made=str(made))
    found = subprocess.run([sys.executable, "-c", script, str(own)], capture_output=True, text=True)
    own_read, secret_read, *rest = found.stderr.split()
    assert found.returncode == 5 and own_read == "done"
    assert rest == ["refused"] * 4 and own.exists() and not made.exists()
    from inspector.confinement.landlock import restrict_files

    # Where the kernel has no Landlock other files can be read, and nothing can be done with them.
    kernel_has_it = subprocess.run(
        [sys.executable, "-c", f"from {restrict_files.__module__} import *; print(restrict_files([]))"],
        capture_output=True,
        text=True,
    ).stdout.strip()
    assert secret_read == ("done" if kernel_has_it == "0" else "refused")
