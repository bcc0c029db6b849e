"""How long a scan takes and how much memory it needs, printed as one table.

    python tests/bench/scan_speed.py [FOLDER …]

Without folders, a tree of 5,000 generated files is scanned. Peak memory is the sum over the scan and its
workers, sampled from /proc every 20 ms (Linux). First event is measured from the start of the process.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path


def main(folders: list[str]) -> None:
    print(f"{'target':<32} {'files':>7} {'first event':>12} {'seconds':>8} {'peak MB':>8} {'findings':>9}")
    if folders:
        for folder in folders:
            row(folder)
        return
    with tempfile.TemporaryDirectory() as root:
        generate(Path(root), 5_000)
        row(root)


def row(target: str) -> None:
    start = time.monotonic()
    command = [sys.executable, "-m", "inspector", "scan", target, "--format", "jsonl", "--no-audit"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    peak = [0]
    threading.Thread(target=watch, args=(process.pid, peak), daemon=True).start()
    first, files, findings = 0.0, 0, 0
    for line in process.stdout or ():
        first = first or time.monotonic() - start
        event = json.loads(line)["event"]
        files += event == "file"
        findings += event == "finding"
    process.wait()
    seconds = time.monotonic() - start
    name = os.path.basename(target.rstrip("/"))[:32]
    print(f"{name:<32} {files:>7} {first:>10.2f} s {seconds:>8.1f} {peak[0] / 1e6:>8.0f} {findings:>9}")


def watch(pid: int, peak: list[int]) -> None:
    while True:
        try:
            peak[0] = max(peak[0], sum(resident(each) for each in [pid, *children(pid)]))
        except OSError:
            return
        time.sleep(0.02)


def children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def generate(root: Path, count: int) -> None:
    """Python with references, configurations, text and a few small pickles, as repositories hold them."""
    dice = random.Random(5)
    for number in range(count):
        folder = root / f"package{number % 40}" / f"part{number % 7}"
        folder.mkdir(parents=True, exist_ok=True)
        if number % 50 == 0:
            (folder / f"w{number}.pkl").write_bytes(b"\x80\x04}\x94\x8c\x01aK\x01s.")
        elif number % 5 == 0:
            (folder / f"c{number}.yaml").write_text(
                f"name: run{number}\nmodel_name_or_path: acme/base-{number}\n"
            )
        else:
            body = "".join(f"def f{line}(x):\n    return x + {dice.random()}\n\n" for line in range(60))
            call = f'from transformers import AutoModel\nm = AutoModel.from_pretrained("acme/m{number}")\n'
            (folder / f"m{number}.py").write_text(call + body)


if __name__ == "__main__":
    main(sys.argv[1:])
