"""A worker process: reads one file after the other and writes what the readers say, as JSON lines.

Its parent (pool.py) gives it tasks on standard input and kills it when a file takes too long; a crash or a
bomb costs that file alone. Each part of a task is answered as soon as it is done, so that what was read
before a crash is kept:

    {"n": 7, "part": "artifact", "value": {…}}      … index, manifest, dataset, hash
    {"n": 7, "part": "index", "failed": "sentence"}
    {"n": 7, "hashed": 1048576}                      a sign of life while a large file is hashed
    {"n": 7, "done": true, "changed": false}
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
import time
from collections.abc import Callable, Mapping
from typing import IO, Any

from inspector import artifacts, datasets, dependencies, references
from inspector.artifacts.bytesource import BytesSource
from inspector.scan import limits
from inspector.sources import open_target
from inspector.sources.interface import ByteSource, Entry, EntryKind, ReadFailure, Source

_CHUNK = 1 << 20
_SIGN_OF_LIFE_SECONDS = 0.5


def main() -> int:
    """Serves tasks until standard input ends."""
    limits.apply()
    sys.setrecursionlimit(3000)
    tasks, answers = sys.stdin.buffer, sys.stdout.buffer
    # Whatever a library prints must not break the protocol.
    sys.stdout = sys.stderr
    setup = json.loads(tasks.readline())
    source = open_target(setup["target"], exclude=setup["exclude"]) if setup.get("target") else None
    for line in tasks:
        _Task(json.loads(line), source, answers).run()
    return 0


class _Task:
    """One file and the parts that are wanted of it."""

    def __init__(self, task: Mapping[str, Any], source: Source | None, answers: IO[bytes]) -> None:
        self._number: int = task["n"]
        self._path: str = task["entry"]["path"]
        self._entry = Entry(**{**task["entry"], "kind": EntryKind(task["entry"]["kind"])})
        self._parts: list[str] = task["parts"]
        self._inline: str | None = task.get("data")
        self._source = source
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
            for part in self._parts:
                self._do(part, data)
            changed = getattr(data, "changed", None)
            self._say({"done": True, "changed": bool(changed()) if changed else False})
        finally:
            data.close()

    def _open(self) -> ByteSource:
        if self._inline is not None:
            return BytesSource(base64.b64decode(self._inline))
        if self._source is None:
            raise ReadFailure("Its bytes are not here.")
        return self._source.open(self._entry)

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

    def _index(self, data: ByteSource) -> Any:
        why = references.too_large(self._path, data.size)
        if why is not None:
            raise ReadFailure(why)
        if not references.wants(self._path, data.size):
            return None
        index = references.index_file(self._path, self._all(data))
        return index and index.as_json()

    def _manifest(self, data: ByteSource) -> Any:
        # What another manifest includes is named by it; the file's own name need not tell.
        form = self._entry.attributes.get("manifest_format")
        if form is None and not dependencies.wants(self._path, 0):
            return None
        if data.size > dependencies.MAX_WANTED:
            raise ReadFailure("It is too large for a manifest.")
        manifest = dependencies.read_manifest(self._path, self._all(data), as_format=form)
        return manifest and manifest.as_json()

    def _dataset(self, data: ByteSource) -> Any:
        if not datasets.wants(self._path, data.size):
            return None
        facts = datasets.read(data, self._path)
        return facts and facts.as_json()

    def _hash(self, data: ByteSource) -> str:
        digest = hashlib.sha256()
        offset, last_sign = 0, time.monotonic()
        while offset < data.size:
            chunk = data.read_at(offset, min(_CHUNK, data.size - offset))
            digest.update(chunk)
            offset += len(chunk)
            if time.monotonic() - last_sign > _SIGN_OF_LIFE_SECONDS:
                last_sign = time.monotonic()
                self._say({"hashed": offset})
        return digest.hexdigest()

    def _all(self, data: ByteSource) -> bytes:
        if self._whole is None:
            self._whole = data.read_at(0, data.size)
        return self._whole

    def _say(self, message: dict[str, Any]) -> None:
        line = json.dumps({"n": self._number, **message}, ensure_ascii=True, separators=(",", ":"))
        self._answers.write(line.encode("ascii") + b"\n")
        self._answers.flush()


if __name__ == "__main__":
    sys.exit(main())
