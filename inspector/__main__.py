"""``python -m inspector``, and what the console commands ``inspector`` and ``inspector-gui`` call."""

from __future__ import annotations

import sys


def main() -> int:
    from inspector.cli import run

    return run(sys.argv[1:])


def window() -> int:
    """The window without a console: ``inspector-gui [TARGET]``."""
    from inspector.cli import run_window

    return run_window(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
