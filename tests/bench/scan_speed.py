"""How long a scan takes and how much memory it needs, printed as tables.

    python tests/bench/scan_speed.py [FOLDER …]

Without folders: 5,000 generated files of a repository, 1,100 small model files, and two large files. Every
folder is scanned twice, first without saved results, then with those of the first time. Peak memory is the
sum over the scan and its workers, sampled from /proc every 20 ms (Linux). First event is measured from the
start of the process. CPU is user and system time of the scan and its workers.
"""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from pathlib import Path

_BLOCK = random.Random(3).randbytes(1 << 20)
# A state younger than this is not kept (inspector.scan.results).
SETTLE_SECONDS = 2.2


def main(folders: list[str]) -> None:
    with tempfile.TemporaryDirectory() as home:
        os.environ["INSPECTOR_HOME"] = home
        print(
            f"{'target':<32} {'saved':<6} {'files':>7} {'reused':>7} {'first event':>12} {'seconds':>8} "
            f"{'CPU s':>7} {'peak MB':>8} {'findings':>9}"
        )
        for folder in folders:
            rows(folder)
        if folders:
            return
        for name, make in (("repository", repository), ("model files", model_files)):
            with tempfile.TemporaryDirectory(prefix=f"{name} ") as root:
                make(Path(root))
                rows(root, name)
        with tempfile.TemporaryDirectory() as root:
            large(Path(root))


def rows(target: str, name: str = "") -> None:
    time.sleep(SETTLE_SECONDS)
    row(target, name, "cold")
    row(target, name, "saved")


def row(target: str, name: str, saved: str) -> None:
    events, watched = scan([target])
    files = sum(event == "file" for event in events.kinds)
    findings = sum(event == "finding" for event in events.kinds)
    name = (name or os.path.basename(target.rstrip("/")))[:32]
    print(
        f"{name:<32} {saved:<6} {files:>7} {events.reused:>7} {events.first:>10.2f} s {events.seconds:>8.1f} "
        f"{events.cpu:>7.1f} {watched.total / 1e6:>8.0f} {findings:>9}",
        flush=True,
    )


class Events:
    """What a scan told, and when."""

    def __init__(self) -> None:
        self.kinds: list[str] = []
        self.first = self.verdict = self.verdict_after_listing = self.seconds = self.cpu = 0.0
        self.reused = 0


class Memory:
    """The most that was held at a time by all processes together, and by one worker, in bytes."""

    def __init__(self) -> None:
        self.total = self.worker = 0

    def watch(self, pid: int) -> None:
        while True:
            try:
                workers = [resident(each) for each in children(pid)]
                self.total = max(self.total, resident(pid) + sum(workers))
                self.worker = max(self.worker, *workers, 0)
            except OSError:
                return
            time.sleep(0.02)


def scan(arguments: list[str]) -> tuple[Events, Memory]:
    events, memory = Events(), Memory()
    command = [sys.executable, "-m", "inspector", "scan", *arguments, "--format", "jsonl", "--no-audit"]
    before, start = cpu_of_children(), time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    threading.Thread(target=memory.watch, args=(process.pid,), daemon=True).start()
    listing = start
    for line in process.stdout or ():
        now = time.monotonic()
        event = json.loads(line)
        events.first = events.first or now - start
        events.kinds.append(event["event"])
        if event["event"] == "progress" and event["phase"] == "listing":
            listing = now
        if event["event"] == "verdict" and not events.verdict:
            events.verdict, events.verdict_after_listing = now - start, now - listing
        if event["event"] == "done":
            events.reused = event["run"].get("reused", 0)
            for note in event["run"].get("notes", []):
                print(note, file=sys.stderr)
    process.wait()
    events.seconds = time.monotonic() - start
    events.cpu = cpu_of_children() - before
    return events, memory


def large(root: Path) -> None:
    """Hashing against openssl, and a verdict on 2 GB."""
    small, two = root / "small.safetensors", root / "two.safetensors"
    safetensors(small, 1 << 20)
    start = median_cpu(command_for(small))
    print(f"\n{'CPU seconds, median of 3':<30} {'openssl':>8} {'scan':>8} {'ratio':>7} {'without start':>14}")
    print(f"{'1 MiB: what a start costs':<30} {'':>8} {start:>8.2f}")
    for giga, is_sparse in ((2, True), (2, False), (4, True), (8, True)):
        ratio_row(root / "one.safetensors", giga * 10**9, start, is_sparse=is_sparse)
    safetensors(two, 2 * 10**9)
    events, memory = scan([str(two), "--no-cache", "--jobs", "1"])
    print(f"\n{'2 GB safetensors':<44} {'measured':>12}")
    print(f"{'verdict, from the start of the process':<44} {events.verdict:>10.2f} s")
    print(f"{'verdict, from the listing on':<44} {events.verdict_after_listing:>10.2f} s")
    print(f"{'reading the verdict, in the worker':<44} {reading_seconds(two):>10.4f} s")
    print(f"{'peak memory of the worker that hashes it':<44} {memory.worker / 1e6:>9.0f} MB")
    print(f"{'peak memory of scan and worker together':<44} {memory.total / 1e6:>9.0f} MB")


def ratio_row(path: Path, size: int, start: float, *, is_sparse: bool) -> None:
    """CPU of a whole scan beside ``openssl dgst -sha256``, as it is and less what every start costs."""
    openssl = shutil.which("openssl")
    if openssl is None:
        return
    safetensors(path, size)
    if not is_sparse:
        with path.open("r+b") as file:
            file.seek(1 << 20)
            for _ in range(size // (1 << 20) - 1):
                file.write(_BLOCK)
    reference, whole = median_cpu([openssl, "dgst", "-sha256", str(path)]), median_cpu(command_for(path))
    name = f"{size // 10**9} GB, {'all holes' if is_sparse else 'written'}"
    print(
        f"{name:<30} {reference:>8.2f} {whole:>8.2f} {whole / reference:>6.2f}x "
        f"{(whole - start) / reference:>13.2f}x",
        flush=True,
    )
    path.unlink()


def reading_seconds(path: Path) -> float:
    """The verdict alone, in a process that has started."""
    code = (
        "import sys, time; from inspector import artifacts; from inspector.sources import open_target\n"
        "source = open_target(sys.argv[1]); (entry,) = source.entries(); start = time.perf_counter()\n"
        "artifacts.read(source.open(entry), entry.path); print(time.perf_counter() - start)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, check=True)
    return float(done.stdout)


def command_for(path: Path) -> list[str]:
    return [sys.executable, "-m", "inspector", "scan", str(path), "--no-audit", "--no-cache", "--jobs", "1"]


def median_cpu(command: list[str]) -> float:
    taken = []
    for _ in range(3):
        before = cpu_of_children()
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        taken.append(cpu_of_children() - before)
    return sorted(taken)[1]


def cpu_of_children() -> float:
    """Of those that have ended, and of theirs."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def repository(root: Path, count: int = 5_000) -> None:
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


def model_files(root: Path, count: int = 1_100) -> None:
    """Small files of the common formats: pickles, archives of them, arrays, safetensors, GGUF, text."""
    dice = random.Random(7)
    numbers = b"".join(b"M" + dice.randbytes(2) for _ in range(1_000))
    pickled = b"\x80\x04ccollections\nOrderedDict\n)R(" + b"(" + numbers + b"l0u."
    array = (
        b"\x93NUMPY\x01\x00v\x00"
        + b"{'descr': '<f4', 'fortran_order': False, 'shape': (256,), }".ljust(117)
        + b"\n"
    )
    for number in range(count):
        path = root / f"run{number % 25}" / f"m{number}"
        path.parent.mkdir(exist_ok=True)
        kind = number % 6
        if kind == 0:
            path.with_suffix(".pkl").write_bytes(pickled)
        elif kind == 1:
            with zipfile.ZipFile(path.with_suffix(".pt"), "w") as archive:
                archive.writestr("archive/data.pkl", pickled)
                for storage in range(8):
                    archive.writestr(f"archive/data/{storage}", dice.randbytes(2_000))
        elif kind == 2:
            path.with_suffix(".npy").write_bytes(array + dice.randbytes(1_024))
        elif kind == 3:
            safetensors(path.with_suffix(".safetensors"), 8_192)
        elif kind == 4:
            key = b"general.architecture"
            value = len(key).to_bytes(8, "little") + key + (8).to_bytes(4, "little")
            value += (5).to_bytes(8, "little") + b"llama"
            header = b"GGUF" + (3).to_bytes(4, "little") + bytes(8) + (1).to_bytes(8, "little")
            path.with_suffix(".gguf").write_bytes(header + value)
        else:
            path.with_suffix(".json").write_text(json.dumps({"architectures": ["A"], "n": number}))


def safetensors(path: Path, size: int) -> None:
    """A file of one tensor of ``size`` bytes, all holes."""
    tensor = {"dtype": "U8", "shape": [size], "data_offsets": [0, size]}
    header = json.dumps({"weight": tensor}).encode()
    with path.open("wb") as file:
        file.write(len(header).to_bytes(8, "little") + header)
        file.truncate(8 + len(header) + size)


if __name__ == "__main__":
    main(sys.argv[1:])
