"""The harmless half of the corpus: has the real libraries write their files, once; the files are committed.

    uv venv -p 3.11 env && uv pip install -p env -r tests/corpus/requirements.txt
    KERAS_BACKEND=torch env/bin/python tests/corpus/make_harmless.py

Writes ``harmless/`` and ``harmless.toml`` beside this file: path, label, the one right verdict, library with
its version, and why. Refuses to keep a file that holds a path or a name of the machine it was made on.
``--tools`` writes only the files of the libraries around training (``honest/tool_files.py``, with
``requirements-tools.txt``), ``--daily`` only those of ``honest/daily_files.py`` (``requirements-daily.txt``);
each keeps the files of the others.
"""

from __future__ import annotations

import getpass
import os
import socket
import sys
import tempfile
import tomllib
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "torch")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

from honest.shelf import Row, Shelf

HERE = Path(__file__).parent


def _traces() -> list[bytes]:
    """What would tell where the files were made."""
    words = [
        str(Path.home()),
        str(HERE.parent.parent),
        str(Path(sys.prefix)),
        socket.gethostname(),
        tempfile.gettempdir(),
    ]
    if getpass.getuser() != "root":
        words.append(getpass.getuser())
    return [word.encode() for word in words if len(word) > 3]


def _kept(part: str) -> list[Row]:
    """The rows of the last making that are not made anew."""
    rows = tomllib.loads((HERE / "harmless.toml").read_text("utf-8"))["file"]
    return [Row(**row) for row in rows if row["part"] != part]


def main() -> None:
    part = next((word for word in ("tools", "daily") if f"--{word}" in sys.argv), "training")
    folder = HERE / "harmless"
    kept = _kept(part)
    names = {row.path for row in kept}
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_file() and path.relative_to(folder).as_posix() not in names:
            path.unlink()
    shelf = Shelf(folder, part)
    if part == "tools":
        from honest import tool_files

        tool_files.write(shelf)
    elif part == "daily":
        from honest import daily_files

        daily_files.write(shelf)
    else:
        from honest import estimator_files, graph_files, text_files, torch_files

        text_files.write(shelf)
        torch_files.plain_pickles(shelf)
        torch_files.write(shelf)
        estimator_files.write(shelf)
        graph_files.write(shelf)
    told = [row.path for row in shelf.rows for word in _traces() if word in (folder / row.path).read_bytes()]
    if told:
        raise SystemExit(f"these files name the machine: {told}")
    lines = ["# Written by make_harmless.py. One table per file of harmless/.\n"]
    rows = sorted([*kept, *shelf.rows])
    for row in rows:
        pairs = [f'{name} = "{getattr(row, name)}"\n' for name in row._fields]
        lines.append("\n[[file]]\n" + "".join(pairs))
    (HERE / "harmless.toml").write_text("".join(lines), "utf-8")
    size = sum((folder / row.path).stat().st_size for row in rows)
    print(f"{len(rows)} files, {size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
