"""Several workers at once, each a process of its own, with a limit of time for every file.

Threads here only carry lines and fetch bytes; nothing of a reviewed file is parsed in this process, and what
a worker says is believed no further than its form. A worker that is silent for too long is killed and
replaced, and so is one that crashes or answers nonsense. The part of the file it was at is given up with a
sentence, the other parts of that file and the files that waited behind it are done by the next worker.
"""

from __future__ import annotations

import collections
import queue
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from inspector.scan.process import Line, Nonsense, WorkerProcess
from inspector.scan.work import EarlyVerdict, Outcome, Task, Work

WORKER = (sys.executable, "-I", "-m", "inspector.scan.worker")
_AHEAD = 2  # one at work, one ready behind it; more could fill the pipe and block us
_TICK_SECONDS = 0.2
_START_SECONDS = 60.0  # for Python and its libraries, on a machine that has much else to do


class WorkerPool:
    """Runs readers over files in ``jobs`` processes; ``seconds`` is the patience with one file.

    The processes start with the first file. ``isolation`` is what the first of them said of its limits, None
    before that. ``command`` starts a worker; it is another one only in tests.
    """

    def __init__(
        self, setup: Mapping[str, Any], *, jobs: int, seconds: float, command: Sequence[str] = WORKER
    ) -> None:
        self._setup = dict(setup)
        self._jobs = max(1, jobs)
        self._seconds = seconds
        self._command = list(command)
        self._answers: queue.Queue[tuple[WorkerProcess, Line]] = queue.Queue()
        self._workers: list[WorkerProcess] = []
        self._count = 0
        self.isolation: Mapping[str, Any] | None = None

    @property
    def hashed(self) -> int:
        """Bytes that were hashed of the files at work now."""
        return sum(task.hashed for worker in self._workers for task in worker.tasks)

    def run(self, works: Iterable[Work]) -> Iterator[Outcome | EarlyVerdict | None]:
        """Outcomes in the order in which they are ready; None now and then, so that the caller can report
        progress. May be called again once it has come to its end."""
        waiting: collections.deque[Task] = collections.deque()
        coming = iter(works)
        while True:
            if not self._fill(waiting, coming) and not any(worker.tasks for worker in self._workers):
                return
            yield from self._take(waiting)

    def close(self) -> None:
        for worker in self._workers:
            worker.kill()
        self._workers = []

    def _fill(self, waiting: collections.deque[Task], coming: Iterator[Work]) -> bool:
        """Gives files to the workers that have room; False where nothing is left to give."""
        while True:
            if not waiting:
                work = next(coming, None)
                if work is None:
                    return False
                self._count += 1
                waiting.append(Task(self._count, work, Outcome(work.entry, dict(work.known))))
            if not self._workers:
                self._workers = [self._start() for _ in range(self._jobs)]
            room = [worker for worker in self._workers if _may_have(worker, waiting[0])]
            if not room:
                return True
            min(room, key=lambda worker: len(worker.tasks)).give(waiting.popleft())

    def _start(self) -> WorkerProcess:
        return WorkerProcess(self._command, self._setup, self._answers)

    def _take(self, waiting: collections.deque[Task]) -> Iterator[Outcome | EarlyVerdict | None]:
        try:
            worker, line = self._answers.get(timeout=_TICK_SECONDS)
        except queue.Empty:
            yield from self._kill_the_silent(waiting)
            yield None
            return
        worker.taken()
        if worker not in self._workers:
            return
        if line is None:
            yield from self._replace(worker, waiting, "The reader crashed on it.")
            return
        try:
            finished = worker.hear(line)
        except Nonsense as nonsense:
            yield from self._replace(worker, waiting, str(nonsense))
            return
        self.isolation = self.isolation or worker.isolation
        if finished is not None:
            yield finished
        if self._answers.empty():
            yield from self._kill_the_silent(waiting)

    def _kill_the_silent(self, waiting: collections.deque[Task]) -> Iterator[Outcome]:
        now = time.monotonic()
        for worker in list(self._workers):
            patience = self._seconds if worker.isolation is not None else max(self._seconds, _START_SECONDS)
            if worker.tasks and not worker.fetching and now - worker.heard > patience:
                sentence = f"Reading it took longer than {self._seconds:g} seconds."
                yield from self._replace(worker, waiting, sentence)

    def _replace(
        self, worker: WorkerProcess, waiting: collections.deque[Task], why: str
    ) -> Iterator[Outcome]:
        worker.kill()
        self._workers[self._workers.index(worker)] = self._start()
        tasks = list(worker.tasks)
        if not tasks:
            return
        head, behind = tasks[0], tasks[1:]
        left = head.left()
        if left:
            head.outcome.failures[left[0]] = why
        head.hashed = 0
        waiting.extendleft(reversed(behind))
        if head.left():
            waiting.appendleft(head)
        else:
            yield head.outcome


def _may_have(worker: WorkerProcess, task: Task) -> bool:
    """Bytes that travel in the task, or are asked for by it, go to an idle worker: it reads them at once,
    while one that hangs would leave us blocked on its pipe. Nothing is put behind those that are asked for:
    task and answer would meet."""
    if not worker.tasks:
        return True
    if len(worker.tasks) >= _AHEAD or worker.tasks[0].work.remote is not None:
        return False
    return task.work.data is None and task.work.remote is None
