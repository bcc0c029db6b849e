"""One worker process seen from its parent: the pipe, the tasks it was given, and what it may say.

A worker has read hostile bytes. Its lines are bounded in length and in number, must be JSON of the form that
``worker`` describes, and may speak of the file it was given only: everything else is Nonsense.
"""

from __future__ import annotations

import base64
import collections
import contextlib
import json
import queue
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

from inspector.provenance.errors import InspectorError
from inspector.scan.work import EarlyVerdict, Outcome, Task
from inspector.sources.interface import ByteSource, ReadFailure

LONGEST_LINE = 64 << 20  # bytes; the index of a large notebook has a few million
LARGEST_WANT = 8 << 20  # bytes that may be asked for at a time
_MOST_QUESTIONS = 50_000  # about one file
_USUAL_CHUNK = 32 << 10
_UNHEARD = 4  # lines of one worker that may wait here

Line = bytes | None  # None at the end of a worker's output


class Nonsense(Exception):
    """A worker said what no worker says. The message is the sentence for the file it was at."""


_NONSENSE = "The reader's answer made no sense."


class WorkerProcess:
    """One process, the tasks it was given in order, and when it was last heard."""

    def __init__(
        self,
        command: Sequence[str],
        setup: Mapping[str, Any],
        answers: queue.Queue[tuple[WorkerProcess, Line]],
    ) -> None:
        self.tasks: collections.deque[Task] = collections.deque()
        self.heard = time.monotonic()
        self.fetching = False  # it waits for us, not we for it
        self.isolation: Mapping[str, Any] | None = None
        self._killed = False
        self._room = threading.BoundedSemaphore(_UNHEARD)
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._send(setup)
        threading.Thread(target=self._listen, args=(answers,), daemon=True).start()

    def give(self, task: Task) -> None:
        if not self.tasks:
            self.heard = time.monotonic()
        self.tasks.append(task)
        entry = task.work.entry
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
                "data": task.work.data,
                "ask": _chunk(task.work.remote),
            }
        )

    def taken(self) -> None:
        """One of its lines was taken from the queue."""
        with contextlib.suppress(ValueError):
            self._room.release()

    def hear(self, line: bytes) -> Outcome | EarlyVerdict | None:
        """Takes in one line; gives the outcome when its file is done. Raises Nonsense."""
        self.heard = time.monotonic()
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            raise Nonsense(_NONSENSE) from None
        if not isinstance(message, dict):
            raise Nonsense(_NONSENSE)
        if "ready" in message and self.isolation is None and isinstance(message["ready"], dict):
            self.isolation = message["ready"]
            return None
        if not self.tasks or message.get("n") != self.tasks[0].number:
            raise Nonsense(_NONSENSE)
        try:
            return self._understand(self.tasks[0], message)
        except (KeyError, TypeError, ValueError):
            raise Nonsense(_NONSENSE) from None

    def _understand(self, task: Task, message: Mapping[str, Any]) -> Outcome | EarlyVerdict | None:
        outcome = task.outcome
        if "want" in message or "holds" in message:
            self._answer(task, message)
            return None
        if "hashed" in message:
            if not task.hashed < message["hashed"] <= (task.work.entry.size or 0):
                raise Nonsense(_NONSENSE)
            task.hashed = message["hashed"]
        if "part" in message:
            if message["part"] not in task.left():
                raise Nonsense(_NONSENSE)
            if "failed" in message:
                outcome.failures[message["part"]] = str(message["failed"])[:1000]
            else:
                outcome.values[message["part"]] = message["value"]
                if message["part"] == "artifact" and task.work.tells_verdict:
                    return EarlyVerdict(outcome)
        if not message.get("done"):
            return None
        outcome.changed = outcome.changed or bool(message["changed"]) or _changed(task.work.remote)
        outcome.identity = tuple(int(one) for one in message.get("identity") or ()) or None
        if task.work.known_of is not None and outcome.identity != task.work.known_of:
            outcome.changed = True
        for part in task.left():
            outcome.failures[part] = _NONSENSE
        self.tasks.popleft()
        return outcome

    def kill(self) -> None:
        self._killed = True
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def _answer(self, task: Task, message: Mapping[str, Any]) -> None:
        """Has the bytes fetched in a thread: a hub may take its time, and the others go on."""
        offset, length = (int(number) for number in message.get("want") or message["holds"])
        task.asked += 1
        remote = task.work.remote
        if remote is None or self.fetching or task.asked > _MOST_QUESTIONS:
            raise Nonsense(_NONSENSE)
        if "holds" in message:
            holds = getattr(remote, "holds", None)
            held = holds is not None and min(offset, length) >= 0 and bool(holds(offset, length))
            self._send({"n": task.number, "held": held})
            return
        self.fetching = True
        threading.Thread(
            target=self._fetch_and_send, args=(task, remote, offset, length), daemon=True
        ).start()

    def _fetch_and_send(self, task: Task, remote: ByteSource, offset: int, length: int) -> None:
        answer: dict[str, Any]
        try:
            if not 0 < length <= LARGEST_WANT:
                raise ReadFailure("More was asked for at a time than is fetched.")
            answer = {"got": base64.b64encode(remote.read_at(offset, length)).decode("ascii")}
        except ReadFailure as failure:
            answer = {"refused": str(failure)}
        except InspectorError as error:
            answer = {"refused": error.sentence}
        except Exception as error:  # noqa: BLE001 - a thread that ends without an answer would hang a worker
            answer = {"refused": f"Its bytes could not be fetched ({type(error).__name__})."}
        if "refused" in answer:
            task.outcome.unread = task.outcome.unread or answer["refused"]
        self.heard = time.monotonic()
        self.fetching = False
        self._send({"n": task.number, **answer})

    def _send(self, value: Mapping[str, Any]) -> None:
        line = json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n"
        if self._process.stdin is not None:
            # A worker that has died is noticed where its output ends.
            with contextlib.suppress(OSError, ValueError):
                self._process.stdin.write(line)
                self._process.stdin.flush()

    def _listen(self, answers: queue.Queue[tuple[WorkerProcess, Line]]) -> None:
        stdout = self._process.stdout
        if stdout is not None:
            with contextlib.suppress(OSError, ValueError):
                while line := stdout.readline(LONGEST_LINE):
                    while not self._room.acquire(timeout=0.5):
                        if self._killed:
                            return
                    answers.put((self, line))
        answers.put((self, None))


def _chunk(source: ByteSource | None) -> int | None:
    return None if source is None else int(getattr(source, "chunk", _USUAL_CHUNK))


def _changed(source: ByteSource | None) -> bool:
    changed = getattr(source, "changed", None)
    return bool(changed()) if changed is not None else False
