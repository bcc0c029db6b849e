"""The child that runs fickling's decompiler: a pickle on standard input, Python source on standard output.

fickling interprets the stream symbolically and executes nothing; it can need much time and memory for a
small hostile file (its notes speak of 3.8 GB for 198 bytes), so it runs in a process of its own with limits.
"""

from __future__ import annotations

import sys

MEMORY_BYTES = 512 << 20
CPU_SECONDS = 3
MAX_SOURCE = 400_000


def limit_this_process() -> None:
    """Memory and processor time, where the platform can limit them."""
    try:
        import resource
    except ImportError:  # Windows: the parent's time limit has to do
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> int:
    """Decompiles standard input. Exit code 0 with source on standard output, 1 without."""
    import ast
    import io

    limit_this_process()
    data = sys.stdin.buffer.read()
    try:
        from fickling.fickle import Pickled

        source = ast.unparse(Pickled.load(io.BytesIO(data)).ast)
    except Exception:  # noqa: BLE001 - any failure only means that there is no source to show
        return 1
    sys.stdout.buffer.write(source[:MAX_SOURCE].encode("utf-8", "backslashreplace"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
