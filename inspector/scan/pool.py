"""Several workers at once, each a process of its own, with a limit of time for every file.

Threads here only carry lines; nothing of a reviewed file is parsed in this process. A worker that is
silent for too long is killed and replaced. The part of the file it was at is given up with a sentence, the
other parts of that file and the files that waited behind it are done by the next worker.
"""

from __future__ import annotations

import collections
import contextlib
import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from inspector.scan.interface import PARTS
from inspector.sources.interface import Entry

WORKER = (sys.executable, "-I", "-m", "inspector.scan.worker")
_AHEAD = 2  # one at work, one ready behind it; more could fill the pipe and block us
_TICK_SECONDS = 0.2


@dataclass(slots=True)
class Outcome:
    """What came of one file: values and failures (sentences) by part, both JSON values."""

    entry: Entry
    values: dict[str, Any] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    changed: bool = False


@dataclass(slots=True)
class _Task:
    number: int
    outcome: Outcome
    data: str | None
    parts: Sequence[str]

    def left(self) -> list[str]:
        done = self.outcome.values.keys() | self.outcome.failures.keys()
        return [part for part in self.parts if part not in done]


class WorkerPool:
    """Runs readers over entries in ``jobs`` processes; ``seconds`` is the patience with one file.

    ``command`` starts a worker; it is another one only in tests.
    """

    def __init__(
        self, setup: Mapping[str, Any], *, jobs: int, seconds: float, command: Sequence[str] = WORKER
    ) -> None:
        self._setup = dict(setup)
        self._seconds = seconds
        self._command = list(command)
        self._answers: queue.Queue[tuple[_Worker, bytes | None]] = queue.Queue()
        self._workers = [self._start() for _ in range(max(1, jobs))]

    def run(
        self, entries: Iterable[tuple[Entry, str | None]], parts: Sequence[str] = PARTS
    ) -> Iterator[Outcome | None]:
        """Outcomes in the order in which they are ready; None now and then, so that the caller can report
        progress. ``entries`` are pairs of the entry and its bytes in base64 where they are not on disk.
        ``parts`` are what is wanted of each. May be called again once it has come to its end."""
        waiting: collections.deque[_Task] = collections.deque()
        coming = iter(entries)
        counter = 0
        exhausted = False
        while True:
            for worker in self._workers:
                while len(worker.tasks) < _AHEAD:
                    if not waiting and not exhausted:
                        pair = next(coming, None)
                        if pair is None:
                            exhausted = True
                        else:
                            counter += 1
                            waiting.append(_Task(counter, Outcome(pair[0]), pair[1], parts))
                    if not waiting or (waiting[0].data is not None and worker.tasks):
                        # Bytes that travel in the task go to an idle worker: it reads them at once, while
                        # one that hangs would leave us blocked on its pipe.
                        break
                    worker.give(waiting.popleft())
            if exhausted and not any(worker.tasks for worker in self._workers):
                return
            yield from self._take(waiting)

    def close(self) -> None:
        for worker in self._workers:
            worker.kill()
        self._workers = []

    def _start(self) -> _Worker:
        return _Worker(self._command, self._setup, self._answers)

    def _take(self, waiting: collections.deque[_Task]) -> Iterator[Outcome | None]:
        try:
            worker, line = self._answers.get(timeout=_TICK_SECONDS)
        except queue.Empty:
            yield from self._kill_the_silent(waiting)
            yield None
            return
        if worker not in self._workers:
            return
        if line is None:
            yield from self._replace(worker, waiting, "The reader crashed on it.")
            return
        finished = worker.hear(json.loads(line))
        if finished is not None:
            yield finished
        if self._answers.empty():
            yield from self._kill_the_silent(waiting)

    def _kill_the_silent(self, waiting: collections.deque[_Task]) -> Iterator[Outcome]:
        now = time.monotonic()
        for worker in list(self._workers):
            if worker.tasks and now - worker.heard > self._seconds:
                sentence = f"Reading it took longer than {self._seconds:g} seconds."
                yield from self._replace(worker, waiting, sentence)

    def _replace(self, worker: _Worker, waiting: collections.deque[_Task], why: str) -> Iterator[Outcome]:
        worker.kill()
        self._workers[self._workers.index(worker)] = self._start()
        tasks = list(worker.tasks)
        if not tasks:
            return
        head, behind = tasks[0], tasks[1:]
        left = head.left()
        if left:
            head.outcome.failures[left[0]] = why
        waiting.extendleft(reversed(behind))
        if head.left():
            waiting.appendleft(head)
        else:
            yield head.outcome


class _Worker:
    """One process, the tasks it was given in order, and when it was last heard."""

    def __init__(
        self,
        command: Sequence[str],
        setup: Mapping[str, Any],
        answers: queue.Queue[tuple[_Worker, bytes | None]],
    ) -> None:
        self.tasks: collections.deque[_Task] = collections.deque()
        self.heard = time.monotonic()
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._send(setup)
        threading.Thread(target=self._listen, args=(answers,), daemon=True).start()

    def give(self, task: _Task) -> None:
        if not self.tasks:
            self.heard = time.monotonic()
        self.tasks.append(task)
        entry = task.outcome.entry
        self._send(
            {
                "n": task.number,
                "entry": {
                    "path": entry.path,
                    "kind": entry.kind.value,
                    "size": entry.size,
                    "undecodable": entry.undecodable,
                    "attributes": dict(entry.attributes),
                },
                "parts": task.left(),
                "data": task.data,
            }
        )

    def hear(self, message: Mapping[str, Any]) -> Outcome | None:
        """Takes in one message; gives the outcome when its file is done."""
        self.heard = time.monotonic()
        task = self.tasks[0]
        if "part" in message:
            if "failed" in message:
                task.outcome.failures[message["part"]] = message["failed"]
            else:
                task.outcome.values[message["part"]] = message["value"]
        if not message.get("done"):
            return None
        task.outcome.changed = message["changed"]
        self.tasks.popleft()
        return task.outcome

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def _send(self, value: Mapping[str, Any]) -> None:
        line = json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n"
        if self._process.stdin is not None:
            # A worker that has died is noticed where its output ends.
            with contextlib.suppress(OSError, ValueError):
                self._process.stdin.write(line)
                self._process.stdin.flush()

    def _listen(self, answers: queue.Queue[tuple[_Worker, bytes | None]]) -> None:
        stdout = self._process.stdout
        if stdout is not None:
            with contextlib.suppress(OSError, ValueError):
                for line in stdout:
                    answers.put((self, line))
        answers.put((self, None))
