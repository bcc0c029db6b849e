"""One environment per scanner, made once and kept: with uv where it is installed, else with venv and pip."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

# The versions compared. fickling 0.1.12 imports typing_extensions without asking for it.
PEERS = {
    "picklescan": ["picklescan==1.0.5"],
    "modelscan": ["modelscan==0.8.8"],
    "fickling": ["fickling==0.1.12", "typing_extensions"],
    "modelaudit": ["modelaudit==0.2.54"],
}
# What project_peers.py compares: made for source code, not for models.
FOR_PROJECTS = {"bandit": ["bandit==1.9.4"]}


def cache() -> Path:
    """The default folder: that of the user's caches."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "provenance-inspector-bench"


def environment(folder: Path, name: str) -> Path:
    """The Python of the environment with ``name``; makes it where it is not there."""
    place = folder / name
    python = place / "bin" / "python"
    mark = place / "installed.txt"
    packages = {**PEERS, **FOR_PROJECTS}[name]
    wanted = "\n".join(packages)
    if python.exists() and mark.exists() and mark.read_text() == wanted:
        return python
    shutil.rmtree(place, ignore_errors=True)
    place.parent.mkdir(parents=True, exist_ok=True)
    uv = shutil.which("uv")
    if uv is not None:
        subprocess.run([uv, "venv", "-q", "-p", sys.executable, str(place)], check=True)
        subprocess.run([uv, "pip", "install", "-q", "-p", str(python), *packages], check=True)
    else:
        subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", *packages], check=True)
    mark.write_text(wanted)
    return python


def version(python: Path, name: str) -> str:
    code = f"import importlib.metadata; print(importlib.metadata.version({name!r}))"
    return subprocess.run(
        [str(python), "-c", code], check=True, capture_output=True, text=True
    ).stdout.strip()
