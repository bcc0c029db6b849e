"""Makes the pictures of the documentation from the sample project, each light and dark.

    .venv/bin/python docs/make_images.py [NAME …]

Every picture is the real window, painted off screen by ``inspector screenshot``; it needs no display and no
network. Look at them before they are committed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "resources" / "sample"
PICTURES = ROOT / "docs" / "images"
THEMES = ("light", "dark")
_SMALL, _MIDDLE, _LARGE = "1280x800", "1440x1000", "1600x1000"  # pixels; the graph needs the room

# name -> (view, what is selected in it, size).
VIEWS = {
    "story": ("story", "models/vendor/spam_filter.pkl", _LARGE),
    "findings": ("findings", "models/vendor/spam_filter.pkl", _MIDDLE),
    "dependencies": ("dependencies", None, _SMALL),
    "checklist": ("checklist", None, _SMALL),
    "record": ("record", None, _LARGE),
}


def main(names: list[str]) -> int:
    """Makes the pictures of ``names``, or all; gives the number of those that failed."""
    failed = 0
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "INSPECTOR_HOME": home}
        for name in names or VIEWS:
            view, selected, size = VIEWS[name]
            for theme in THEMES:
                command = [sys.executable, "-m", "inspector", "screenshot", "sample", "--view", view]
                command += ["--theme", theme, "--size", size, "-o", str(PICTURES / f"{name}-{theme}.png")]
                command += ["--select", selected] if selected else []
                done = subprocess.run(command, cwd=SAMPLE.parent, env=environment, check=False)
                failed += done.returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(min(1, main(sys.argv[1:])))
