"""A worker process: reads one file after the other and writes what the readers say, as JSON lines.

Its parent (pool.py) gives it tasks on standard input and kills it when a file takes too long; a crash or a
bomb costs that file alone. Before the first task it confines itself: no network, no other program, no file
but those of the target. Each part of a task is answered as soon as it is done, so that what was read before a
crash is kept:

    {"ready": {"seccomp": true, …}}                  once, before the first task
    {"n": 7, "part": "artifact", "value": {…}}      … index, manifest, dataset, hash
    {"n": 7, "part": "index", "failed": "sentence"}
    {"n": 7, "hashed": 1048576}                      a sign of life while a large file is hashed
    {"n": 7, "want": [offset, length]}               bytes that are not here; on standard input comes
                                                     {"n": 7, "got": BASE64} or {"n": 7, "refused": "why"}
    {"n": 7, "holds": [offset, length]}              would that ask nobody? {"n": 7, "held": true}
    {"n": 7, "done": true, "changed": false, "identity": […]}
"""

from __future__ import annotations

# The collector finds nothing while modules are made, and its looking takes a tenth of the start. main() lets
# it go on before the first file.
import gc

if __name__ == "__main__":
    gc.disable()

import base64
import hashlib
import json
import sys
import time
from collections.abc import Callable, Mapping
from typing import IO, Any

from inspector import artifacts
from inspector.artifacts.bytesource import BytesSource
from inspector.confinement import confine
from inspector.scan.feeds import AskedBytes, HashedReads
from inspector.scan.interface import WHOLE
from inspector.sources import open_target
from inspector.sources.interface import ByteSource, Entry, EntryKind, ReadFailure, Source

_SIGN_OF_LIFE_SECONDS = 0.5


def main() -> int:
    """Serves tasks until standard input ends."""
    sys.setrecursionlimit(3000)
    tasks, answers = sys.stdin.buffer, sys.stdout.buffer
    # Whatever a library prints must not break the protocol.
    sys.stdout = sys.stderr
    setup = json.loads(tasks.readline())
    # The target is opened first: a single file is reached through its folder, which is not to be read.
    source = open_target(setup["target"], exclude=setup["exclude"]) if setup.get("target") else None
    confinement = confine(setup.get("readable") or [])
    _write(answers, {"ready": confinement.as_json()})
    if not gc.isenabled():
        _ = artifacts.read  # every file is read by it; imported here, it is frozen with the rest
        gc.freeze()
        gc.enable()
    for line in tasks:
        _Task(json.loads(line), source, tasks, answers).run()
    return 0


class _Task:
    """One file and the parts that are wanted of it."""

    def __init__(
        self, task: Mapping[str, Any], source: Source | None, tasks: IO[bytes], answers: IO[bytes]
    ) -> None:
        self._number: int = task["n"]
        self._path: str = task["entry"]["path"]
        self._entry = Entry(**{**task["entry"], "kind": EntryKind(task["entry"]["kind"])})
        self._parts: list[str] = task["parts"]
        self._inline: str | None = task.get("data")
        self._chunk: int | None = task.get("ask")  # None: nothing is asked for
        self._source = source
        self._tasks = tasks
        self._answers = answers
        self._whole: bytes | None = None

    def run(self) -> None:
        try:
            data = self._open()
        except ReadFailure as failure:
            for part in self._parts:
                self._say({"part": part, "failed": str(failure)})
            self._say({"done": True, "changed": False})
            return
        try:
            identity = getattr(data, "identity", None)
            known = identity() if identity else None
            self._read(data)
            changed = getattr(data, "changed", None)
            self._say({"done": True, "changed": bool(changed()) if changed else False, "identity": known})
        finally:
            data.close()

    def _read(self, data: ByteSource) -> None:
        reads: ByteSource = data
        if self._inline is None and "hash" in self._parts:
            try:
                if data.size <= WHOLE:
                    self._whole = data.read_at(0, data.size)
                    reads = BytesSource(self._whole)
                else:
                    reads = HashedReads(data)
            except ReadFailure as failure:
                for part in self._parts:
                    self._say({"part": part, "failed": str(failure)})
                return
        for part in self._parts:
            self._do(part, reads)

    def _open(self) -> ByteSource:
        if self._inline is not None:
            return BytesSource(base64.b64decode(self._inline))
        if self._chunk is not None:
            return AskedBytes(self._entry, self._chunk, self._fetch, self._holds)
        if self._source is None:
            raise ReadFailure("Its bytes are not here.")
        return self._source.open(self._entry)

    def _fetch(self, offset: int, length: int) -> bytes:
        answer = self._ask({"want": [offset, length]})
        if "got" not in answer:
            raise ReadFailure(answer["refused"])
        return base64.b64decode(answer["got"])

    def _holds(self, offset: int, length: int) -> bool:
        return bool(self._ask({"holds": [offset, length]})["held"])

    def _ask(self, question: dict[str, Any]) -> Any:
        """Asks the parent. Nothing else stands on the pipe meanwhile."""
        self._say(question)
        return json.loads(self._tasks.readline())

    def _do(self, part: str, data: ByteSource) -> None:
        read: Callable[[ByteSource], Any] = getattr(self, f"_{part}")
        try:
            value = read(data)
        except ReadFailure as failure:
            self._say({"part": part, "failed": str(failure)})
        except MemoryError:
            self._whole = None
            self._say({"part": part, "failed": "Reading it needs more memory than a reader is given."})
        except RecursionError:
            self._say({"part": part, "failed": "It is nested too deeply."})
        except Exception as error:  # noqa: BLE001 - a defect in one reader costs one part of one file
            self._say({"part": part, "failed": f"The reader failed on it ({type(error).__name__})."})
        else:
            self._say({"part": part, "value": value})

    def _artifact(self, data: ByteSource) -> Any:
        return artifacts.read(data, self._path).as_json()

    # Each of the other readers costs time to import, and a folder of weights needs none of them.

    def _index(self, data: ByteSource) -> Any:
        from inspector import references

        why = references.too_large(self._path, data.size)
        if why is not None:
            raise ReadFailure(why)
        if not references.wants(self._path, data.size):
            return None
        index = references.index_file(self._path, self._all(data))
        return index and index.as_json()

    def _manifest(self, data: ByteSource) -> Any:
        from inspector import dependencies

        # What another manifest includes is named by it; the file's own name need not tell.
        form = self._entry.attributes.get("manifest_format")
        if form is None and not dependencies.wants(self._path, 0):
            return None
        if data.size > dependencies.MAX_WANTED:
            raise ReadFailure("It is too large for a manifest.")
        manifest = dependencies.read_manifest(self._path, self._all(data), as_format=form)
        return manifest and manifest.as_json()

    def _imports(self, data: ByteSource) -> Any:
        from inspector import dependencies

        if not dependencies.may_import(self._path) or data.size > dependencies.MAX_SOURCE_WANTED:
            return None
        return dependencies.imports_of(self._all(data), self._path)

    def _dataset(self, data: ByteSource) -> Any:
        from inspector import datasets

        if not datasets.wants(self._path, data.size):
            return None
        facts = datasets.read(data, self._path)
        return facts and facts.as_json()

    def _hash(self, data: ByteSource) -> str:
        if isinstance(data, BytesSource):
            return hashlib.sha256(data.data).hexdigest()
        hashed = data if isinstance(data, HashedReads) else HashedReads(data)
        last_sign = time.monotonic()
        for offset in hashed.rest():
            if time.monotonic() - last_sign > _SIGN_OF_LIFE_SECONDS:
                last_sign = time.monotonic()
                self._say({"hashed": offset})
        return hashed.hexdigest()

    def _all(self, data: ByteSource) -> bytes:
        if self._whole is None:
            self._whole = data.read_at(0, data.size)
        return self._whole

    def _say(self, message: dict[str, Any]) -> None:
        _write(self._answers, {"n": self._number, **message})


def _write(answers: IO[bytes], message: Mapping[str, Any]) -> None:
    line = json.dumps(message, ensure_ascii=True, separators=(",", ":"))
    answers.write(line.encode("ascii") + b"\n")
    answers.flush()


if __name__ == "__main__":
    sys.exit(main())
