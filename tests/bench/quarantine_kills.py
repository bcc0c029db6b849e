"""Kills a quarantine at work, again and again, and looks for a lost, doubled or unreviewed row.

    python tests/bench/quarantine_kills.py [KILLS] [FOLDER] [SEED]

Then the two intakes that nobody watches are killed, a fifth as often each: the webhook under three senders
that repeat a request until it is acknowledged, and the watched folder while files come into it.

A child adds rows, approves the even ones, rejects the odd ones and promotes, in an endless round; it says
through a pipe what has been acknowledged. At a random moment it is killed with SIGKILL. Then the store is
opened as the next command would open it, and everything is looked at (`check`). Needs a system with fork.
"""

from __future__ import annotations

import json
import os
import random
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from inspector.datasets.quarantine import RowState, Selection, Store, Verdict
from inspector.datasets.quarantine.serving import sign
from inspector.provenance import Refused

KEY = b"0123456789abcdef0123456789abcdef"
ROWS = 400  # of one addition; every tenth row is one of the addition before
STEPS = ("added", "reviewed", "promoted")


class Broken(AssertionError):
    """What must hold does not."""


def write_part(folder: Path, part: int) -> Path:
    """Part ``part`` of the rows: ROWS of them, the first tenth known from the part before."""
    path = folder / f"part-{part}.jsonl"
    if not path.exists():
        beside = path.with_suffix(".new")
        first = max(part * ROWS - ROWS // 10, 0)
        lines = (f'{{"n": {number}, "text": "row {number}"}}\n' for number in range(first, (part + 1) * ROWS))
        beside.write_text("".join(lines))
        beside.rename(path)
    return path


def work(folder: Path, tell: Callable[[str], None]) -> None:
    """One process's work, from where the last one was killed; ends only by being killed."""
    while True:
        with Store.open(folder / "store") as store:
            part = sum(store.states().values()) // ROWS
            store.add(str(write_part(folder, part)), actor="ivan", source=f"part {part}")
            tell(f"added {part}")
            waiting = store.rows(state=RowState.STAGED, most=10 * ROWS)
            even = frozenset(one["row"] for one in waiting if one["value"]["n"] % 2 == 0)
            odd = frozenset(one["row"] for one in waiting if one["value"]["n"] % 2)
            if even:
                store.review(Selection(rows=even), Verdict.APPROVE, actor="alice", why="even")
            if odd:
                store.review(Selection(rows=odd), Verdict.REJECT, actor="bob", why="odd")
            tell(f"reviewed {part}")
            store.promote(actor="carol")
            tell(f"promoted {part}")


def check(folder: Path, told: set[str]) -> dict[str, int]:
    """What must hold after any kill; raises Broken. ``told`` is what was acknowledged."""
    with Store.open(folder / "store") as store:
        try:
            store.verify()
        except Refused as error:
            raise Broken(f"verification: {error}") from None
        states = store.states()
        rows = store.rows(most=10**9)
        sets = [Path(store.path) / "sets" / one["id"] for one in store.sets()]
        on_disk = sorted(one for one in (store.path / "sets").iterdir())
    numbers = [one["value"]["n"] for one in rows]
    if len(set(numbers)) != len(numbers):
        raise Broken("a row is there twice")
    present = set(numbers)
    for word, part in (one.split() for one in told):
        expected = range(int(part) * ROWS, (int(part) + 1) * ROWS)
        by_number = {one["value"]["n"]: one["state"] for one in rows}
        if not present.issuperset(expected):
            raise Broken(f"rows of the acknowledged part {part} are gone")
        if word == "reviewed" and any(
            by_number[n] not in ("approved", "promoted") for n in expected if n % 2 == 0
        ):
            raise Broken(f"approvals of the part {part} are gone")
        if word == "reviewed" and any(by_number[n] != "rejected" for n in expected if n % 2):
            raise Broken(f"rejections of the part {part} are gone")
        if word == "promoted" and any(by_number[n] != "promoted" for n in expected if n % 2 == 0):
            raise Broken(f"promotions of the part {part} are gone")
    promoted = [
        json.loads(line)["n"] for one in sets for line in (one / "train.jsonl").read_bytes().splitlines()
    ]
    if len(set(promoted)) != len(promoted):
        raise Broken("a row was promoted twice")
    if any(number % 2 for number in promoted):
        raise Broken("a row was promoted that nobody approved")
    if sorted(promoted) != sorted(one["value"]["n"] for one in rows if one["state"] == "promoted"):
        raise Broken("the sets do not hold what is promoted")
    if on_disk != sorted(sets):
        raise Broken(f"folders are left over: {[one.name for one in on_disk]}")
    return {state.value: count for state, count in states.items() if count}


def kill_once(folder: Path, step: str, share: float, usual: dict[str, float]) -> set[str]:
    """Starts the work and kills it within ``step`` (added, reviewed, promoted), after the ``share`` of the
    time that the step took last; gives what had been acknowledged. ``usual`` keeps those times."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        try:
            work(folder, lambda line: os.write(writer, line.encode() + b"\n") and None)
        finally:
            os._exit(3)
    os.close(writer)
    before = {"added": "", "reviewed": "added", "promoted": "reviewed"}[step]
    said, since, end = b"", time.monotonic(), None
    word = "start"
    while True:
        if end is None and word == (before or "start"):
            end = time.monotonic() + share * usual.get(step, 0.5)
        left = 30.0 if end is None else end - time.monotonic()
        if left <= 0 or not select.select([reader], [], [], left)[0]:
            break
        data = os.read(reader, 1 << 16)
        if not data:
            break
        said += data
        word = said.decode().splitlines()[-1].split()[0]
        usual[word] = time.monotonic() - since
        since = time.monotonic()
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    while data := os.read(reader, 1 << 16):
        said += data
    os.close(reader)
    if not os.WIFSIGNALED(status):
        raise Broken("the work ended by itself: something in it failed")
    return set(said.decode().splitlines())


def command(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """An action of ``inspector quarantine`` on the store, as a process of its own."""
    action, *rest = arguments
    whole = [sys.executable, "-m", "inspector", "quarantine", action, str(folder / "store"), *rest]
    whole += ["--actor", "intake", "--source", "app"]
    return subprocess.Popen(whole, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


class Senders:
    """Three programs that each send one request after the other, and each until it is acknowledged."""

    def __init__(self, address: str) -> None:
        self.sent = [0, 0, 0]
        self.statuses: dict[int, int] = {}
        self._address = address
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(one,)) for one in range(3)]
        for one in self._threads:
            one.start()

    def end(self) -> None:
        self._ended.set()
        for one in self._threads:
            one.join()

    def _run(self, number: int) -> None:
        while not self._ended.is_set():
            first = self.sent[number] * 5
            rows = [{"sender": number, "n": first + one} for one in range(5)]
            body = "".join(json.dumps(row) + "\n" for row in rows).encode()
            while not self._acknowledged(f"{number}-{first}", body):
                self._ended.wait(0.02)
            self.sent[number] += 1

    def _acknowledged(self, name: str, body: bytes) -> bool:
        request = urllib.request.Request(self._address, body, sign(KEY, name, int(time.time()), body))
        try:
            with self._opener.open(request, timeout=10) as answer:
                status = answer.status
        except urllib.error.HTTPError as error:
            status = error.code
        except OSError:
            return False
        self.statuses[status] = self.statuses.get(status, 0) + 1
        return status in (200, 202)


def kill_webhook(folder: Path, kills: int, dice: random.Random) -> str:
    """Kills the webhook; every acknowledged request must be one entry of the log and its rows there once."""
    (folder / "key").write_bytes(KEY)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    serve = ("serve", "--hmac-key-file", str(folder / "key"), "--port", port, "--rate", "1000")
    server = command(folder, *serve)
    senders = None
    for _ in range(kills):
        assert server.stdout is not None
        server.stdout.readline()
        senders = senders or Senders(f"http://127.0.0.1:{port}/rows")
        time.sleep(dice.random() / 2)
        server.kill()
        server.wait()
        server = command(folder, *serve)
    assert senders is not None
    senders.end()
    server.terminate()
    server.wait()
    _check_intake(folder, sum(senders.sent), 5)
    return f"{kills} kills of the webhook; {sum(senders.sent)} requests, answers {senders.statuses}"


def kill_watch(folder: Path, kills: int, dice: random.Random) -> str:
    """Kills the watch while files come; every file must be one entry of the log and lie in taken/."""
    drop = folder / "drop"
    drop.mkdir()
    count = 0
    for _ in range(kills):
        child = command(folder, "watch", str(drop), "--settle", "0", "--interval", "0.01")
        end = time.monotonic() + 0.4 + dice.random() / 2
        while time.monotonic() < end:
            beside = drop / "next.part"
            beside.write_text("".join(f'{{"file": {count}, "n": {one}}}\n' for one in range(50)))
            beside.rename(drop / f"{count}.jsonl")
            count += 1
            time.sleep(dice.random() / 50)
        child.kill()
        child.wait()
    last = command(folder, "watch", str(drop), "--settle", "0", "--once")
    last.communicate()
    if [one.name for one in drop.iterdir()] != ["taken"] or len(list((drop / "taken").iterdir())) != count:
        raise Broken("files are left, or lie in the wrong place")
    _check_intake(folder, count, 50)
    return f"{kills} kills of the watched folder; {count} files"


def _check_intake(folder: Path, sources: int, rows: int) -> None:
    with Store.open(folder / "store") as store:
        store.verify()
        entries = [one["n"] for one in store.log_entries() if one["type"] == "add"]
        there = sum(store.states().values())
    if entries != [rows] * sources or there != rows * sources:
        raise Broken(f"{sources} sources of {rows} rows made {len(entries)} entries and {there} rows")


def main() -> None:
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    place = sys.argv[2] if len(sys.argv) > 2 else None
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else int(time.time())
    folder = Path(tempfile.mkdtemp(dir=place))
    dice = random.Random(seed)
    told: set[str] = set()
    usual: dict[str, float] = {}
    killed_in: dict[str, int] = {}
    in_flight = 0
    try:
        Store.create(folder / "store").close()
        kill_once(folder, "promoted", 3.0, usual)
        for number in range(1, kills + 1):
            told |= kill_once(folder, STEPS[number % 3], dice.choice((1.1, 1.1, 5.0)) * dice.random(), usual)
            with Store.open(folder / "store", read_only=True) as before:
                kinds = [one["type"] for one in before.log_entries()]
            in_flight += kinds.count("promotion-prepared") > sum(
                kinds.count(one) for one in ("promotion-finished", "promotion-abandoned")
            )
            states = check(folder, told)
            killed_in[STEPS[number % 3]] = killed_in.get(STEPS[number % 3], 0) + 1
            if number % 10 == 0:
                print(f"{number} kills, {in_flight} in a promotion, {states}", flush=True)
        with Store.open(folder / "store", read_only=True) as store:
            kinds = [one["type"] for one in store.log_entries()]
        print(
            f"seed {seed}: {kills} kills {killed_in}; {kinds.count('promotion-finished')} finished, "
            f"{kinds.count('promotion-abandoned')} abandoned; no row lost, doubled, unreviewed"
        )
        for intake in (kill_webhook, kill_watch):
            own = folder / intake.__name__
            own.mkdir()
            Store.create(own / "store").close()
            print(f"{intake(own, max(kills // 5, 1), dice)}; no row lost or doubled")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
