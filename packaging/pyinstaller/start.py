"""Where the frozen program starts: ``inspector``, ``inspector-gui``, and its own child processes.

The program starts parts of itself with ``sys.executable -I -m MODULE``. Frozen, sys.executable is this file,
so it answers to that form, for the modules that are named here and no others.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

MODULES = frozenset(
    {
        "inspector",
        "inspector.artifacts.pickles.decompile",
        "inspector.datasets.quarantine.intake.parquet",
        "inspector.datasets.screening.worker",
        "inspector.scan.worker",
        "inspector.views.layout_process",
        "pip",  # pip-audit asks it for its version, and for nothing else with --disable-pip
        "pip_audit",
    }
)


def main() -> int:
    words = sys.argv[1:]
    if words[:1] == ["-I"]:
        words = words[1:]
    if words[:1] == ["-m"] and len(words) > 1:
        if words[1] not in MODULES:
            print(f"inspector: {words[1]} is no part of this program that can be started.", file=sys.stderr)
            return 2
        sys.argv = words[1:]
        # A worker may read its own program and nothing else (inspector.confinement takes that from sys.path);
        # frozen, the modules that it imports later lie in this executable.
        sys.path.append(sys.executable)
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
        return 0
    from inspector.__main__ import main as console
    from inspector.__main__ import window

    # The window starts commands of its own through this same executable: two words and more are one.
    return window() if Path(sys.executable).stem == "inspector-gui" and len(words) < 2 else console()


if __name__ == "__main__":
    sys.exit(main())
