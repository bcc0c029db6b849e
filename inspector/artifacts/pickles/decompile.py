"""The child that runs fickling's decompiler: a pickle on standard input, Python source on standard output.

fickling interprets the stream symbolically and executes nothing; it can need much time and memory for a
small hostile file (3.8 GB were measured for 198 bytes), so it runs in a process of its own, confined like a
worker of the scan: no file, no network, no other program.
"""

from __future__ import annotations

import sys

MEMORY_BYTES = 512 << 20
CPU_SECONDS = 3
MAX_SOURCE = 400_000


def main() -> int:
    """Decompiles standard input. Exit code 0 with source on standard output, 1 without."""
    import ast
    import io

    from inspector.confinement import confine

    try:
        from fickling.fickle import Pickled
    except Exception:  # noqa: BLE001 - without fickling there is no source to show
        return 1
    confine(memory_bytes=MEMORY_BYTES, cpu_seconds=CPU_SECONDS)
    data = sys.stdin.buffer.read()
    try:
        source = ast.unparse(Pickled.load(io.BytesIO(data)).ast)
    except Exception:  # noqa: BLE001 - any failure only means that there is no source to show
        return 1
    sys.stdout.buffer.write(source[:MAX_SOURCE].encode("utf-8", "backslashreplace"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
