"""Has every file of a target read, and keeps what the readers say as facts.

Parsing happens in worker processes only (pool.py); what arrives here are plain values. Every entry of the
source ends as exactly one FileFact, and what could not be read says why.
"""

from __future__ import annotations

import base64
import contextlib
import itertools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from inspector import dependencies, references
from inspector.artifacts.interface import Artifact, Reason
from inspector.provenance import Loading
from inspector.rules.interface import FileFact
from inspector.scan import byname
from inspector.scan.answers import Answers, answers, believed, worth_keeping
from inspector.scan.interface import PARTS, WHOLE, Event, ScanOptions
from inspector.scan.pool import WorkerPool
from inspector.scan.results import SavedResults, saved_results
from inspector.scan.states import FileStates
from inspector.scan.work import EarlyVerdict, Outcome, Work
from inspector.sources.interface import Entry, EntryKind, LeftOut, ReadFailure, Source, reads_by_parts

if TYPE_CHECKING:
    from inspector.datasets.interface import DatasetFacts
    from inspector.dependencies.interface import Manifest
    from inspector.references.interface import FileIndex

_PROGRESS_SECONDS = 0.1
_PART_WORDS = {
    "index": "its references were not read",
    "manifest": "its requirements were not read",
    "imports": "its imports were not read",
    "dataset": "its rows were not read",
    "hash": "it was not hashed",
}
# Weights, which only the reader of artifacts wants: the other rooms need not be imported to say so. Not where
# the name may be that of a Dockerfile, a Modelfile or an environment, nor where a pointer may stand for them.
_WEIGHTS = (".bin", ".ckpt", ".gguf", ".onnx", ".pt", ".pth", ".safetensors")
_NAMES_OF_OTHERS = ("file", "env")
_SMALLEST_WEIGHTS = 1024  # bytes
_NOT_OPENED = {
    EntryKind.LINK_INSIDE: (Loading.NO_LOADER, "link", "A link inside the target"),
    EntryKind.LINK_BROKEN: (Loading.NO_LOADER, "link", "A link that leads nowhere"),
    EntryKind.LINK_OUTSIDE: (Loading.NOT_UNDERSTOOD, "link", "A link out of the target, not followed"),
    EntryKind.SPECIAL: (Loading.NOT_UNDERSTOOD, "special-file", "No regular file"),
}


class Reading:
    """The files of one target and what was read in them, filled while ``events`` runs.

    Verdicts come first: files above ``WHOLE`` bytes are hashed when every file has been read, unless a
    reader goes through all of their bytes anyway. ``reused`` counts the files whose facts all came from
    saved results, ``notes`` are sentences about the run.
    """

    def __init__(self, source: Source, options: ScanOptions) -> None:
        self._source = source
        self._options = options
        self._unread_remote: list[tuple[Entry, str]] = []
        self._changed_remote: set[str] = set()  # fetched, and not the file that was listed
        self._saved = SavedResults(None)
        self._hashed_later: list[Outcome] = []
        self.files: list[FileFact] = []
        self.left_out: list[LeftOut] = []
        self.indexes: list[FileIndex] = []
        self.manifests: list[Manifest] = []
        self.datasets: list[DatasetFacts] = []
        self.imports: dict[str, tuple[dependencies.Import, ...]] = {}  # by path
        self.isolation: Mapping[str, Any] | None = None
        self.reused = 0
        self.notes: list[str] = []

    def events(self) -> Iterator[Event]:
        """Reads everything; gives what it finds as events, and how far it has come."""
        entries = self._list()
        root = self._source.target.root
        local = root is not None and self._options.use_cache
        pool = WorkerPool(
            {
                "target": root,
                "exclude": list(self._options.exclude),
                # A source may keep bytes of its files outside of its root (a store of blobs).
                "readable": [root, *getattr(self._source, "also_reads", ())] if root is not None else [],
            },
            jobs=min(self._options.jobs, max(1, len(entries))),
            seconds=self._options.max_seconds_per_file,
        )
        self._saved = saved_results(enabled=local)
        with contextlib.closing(pool), contextlib.closing(self._saved):
            yield from self._read(entries, pool)
            self.isolation = pool.isolation
        if self._saved.note is not None:
            self.notes.append(self._saved.note)
        self.files.sort(key=lambda file: file.path)
        self.indexes.sort(key=lambda index: index.path)
        self.manifests.sort(key=lambda manifest: manifest.path)
        self.datasets.sort(key=lambda dataset: dataset.path)

    def _list(self) -> list[Entry]:
        entries: list[Entry] = []
        for item in self._source.entries():
            if isinstance(item, LeftOut):
                self.left_out.append(item)
            else:
                entries.append(item)
        return entries

    def _read(self, entries: Sequence[Entry], pool: WorkerPool) -> Iterator[Event]:
        meter = Meter(len(entries), lambda: len(self.files), lambda: pool.hashed)
        for entry in entries:
            if entry.kind not in (EntryKind.FILE, EntryKind.REMOTE):
                yield from self._keep(_not_opened(entry))
        local = [entry for entry in entries if entry.kind is EntryKind.FILE]
        remote = [entry for entry in entries if entry.kind is EntryKind.REMOTE]
        works: list[Work] = []
        for known in self._known(local):
            if isinstance(known, Work):
                works.append(known)
            else:
                yield from self._take(known)
                yield from meter.add(known.entry.size or 0)
        for outcome in pool.run(itertools.chain(works, self._remote_works(remote))):
            if isinstance(outcome, EarlyVerdict):
                yield _early(outcome.outcome)
            elif outcome is None:
                yield from meter.add(0)
            elif outcome.entry.kind is EntryKind.FILE and outcome.left(("hash",)):
                if "artifact" in outcome.failures:
                    yield _early(outcome)
                self._hashed_later.append(outcome)
            else:
                yield from self._take(outcome)
                yield from meter.add(outcome.entry.size or 0)
        yield from self._hash_large(pool, meter)
        yield from self._read_included(local, pool)
        for entry, why in self._unread_remote:
            artifact = byname.unread(entry.path, "not-downloaded", why)
            yield from self._keep(FileFact(entry, artifact, entry.claimed_sha256, why))

    def _read_included(self, entries: Sequence[Entry], pool: WorkerPool) -> Iterator[Event]:
        """Reads what requirements files include under names that do not tell, and what those include."""
        local = {entry.path: entry for entry in entries if entry.kind is EntryKind.FILE}
        known = {manifest.path for manifest in self.manifests}
        fresh = list(self.manifests)
        while fresh:
            named = {
                path
                for manifest in fresh
                for name in manifest.includes
                if (path := dependencies.included_path(manifest.path, name)) in local and path is not None
            }
            wanted = [local[path] for path in sorted(named - known)]
            known.update(entry.path for entry in wanted)
            fresh = []
            asked = (
                Work(
                    replace(entry, attributes={**entry.attributes, "manifest_format": "requirements"}),
                    ("manifest",),
                )
                for entry in wanted
            )
            for outcome in pool.run(asked):
                if isinstance(outcome, Outcome):
                    fresh += self._take_included(outcome)
            self.manifests += fresh
            for manifest in fresh:
                yield {"event": "manifest", **dependencies.summary(manifest)}

    def _take_included(self, outcome: Outcome) -> list[Manifest]:
        manifest = believed(outcome).manifest
        why = manifest.error if manifest else f"{outcome.failures.get('manifest', 'It is empty.')}"
        if why:
            # Its fact was kept before anybody knew that it is a manifest.
            self.files = [
                replace(fact, not_analysed=fact.not_analysed or f"{why} So {_PART_WORDS['manifest']}.")
                if fact.path == outcome.entry.path
                else fact
                for fact in self.files
            ]
        return [manifest] if manifest else []

    def _known(self, entries: Sequence[Entry]) -> Iterator[Work | Outcome]:
        """What is to be read of each local file, or what an earlier scan has read of it."""
        with contextlib.closing(FileStates(self._source)) as states:
            for entry in entries:
                state = states.of(entry) if self._saved.usable else None
                sha256 = self._saved.digest(state) if state is not None else None
                parts = wanted_parts(entry)
                if sha256 is None or state is None:
                    large = (entry.size or 0) > WHOLE
                    # What a reader of rows goes through is hashed on the way.
                    later = large and "dataset" not in parts
                    yield Work(entry, parts if later else (*parts, "hash"), tells_verdict=large)
                    continue
                values = {**self._said_before(sha256, entry.path), "hash": sha256}
                if any(part not in values for part in parts):
                    yield Work(entry, parts, known=values, known_of=state)
                    continue
                self.reused += 1
                yield Outcome(entry, values, identity=state, saved=True)

    def _said_before(self, sha256: str, path: str) -> dict[str, Any]:
        """What the readers said of these bytes, if it is of the form that they use."""
        values = self._saved.values(sha256, path)
        try:
            answers(values)
        except ValueError:
            return {}
        return {part: values[part] for part in PARTS if part in values and part != "hash"}

    def _remote_works(self, entries: Sequence[Entry]) -> Iterator[Work]:
        """Small remote files travel with the task; of others the worker asks for the bytes it needs, where
        the source has a way to fetch them."""
        remote = self._source if reads_by_parts(self._source) else None
        wanted = () if remote is None else remote.wanted_remotely()
        by_parts = {entry.path for entry in wanted}
        for entry in entries:
            if entry.path in by_parts:
                continue
            try:
                with contextlib.closing(self._source.open(entry)) as data:
                    if getattr(data, "changed", bool)():
                        self._changed_remote.add(entry.path)
                    yield Work(
                        entry,
                        wanted_parts(entry),
                        base64.b64encode(data.read_at(0, data.size)).decode("ascii"),
                    )
            except ReadFailure as failure:
                self._unread_remote.append((entry, str(failure)))
        if remote is None:
            return
        for entry in wanted:
            try:
                yield Work(entry, wanted_parts(entry), remote=remote.open_remote(entry))
            except ReadFailure as failure:
                self._unread_remote.append((entry, str(failure)))

    def _hash_large(self, pool: WorkerPool, meter: Meter) -> Iterator[Event]:
        """The second look at large files. What was told of their first bytes and the hash must speak of the
        same state."""
        first = {outcome.entry.path: outcome for outcome in self._hashed_later}
        works = [
            Work(outcome.entry, ("hash",), known=outcome.values, known_of=outcome.identity)
            for outcome in self._hashed_later
        ]
        for outcome in pool.run(works):
            if isinstance(outcome, Outcome):
                outcome.failures.update(first[outcome.entry.path].failures)
                outcome.changed = outcome.changed or first[outcome.entry.path].changed
                yield from self._take(outcome)
                yield from meter.add(outcome.entry.size or 0)
            else:
                yield from meter.add(0)

    def _take(self, outcome: Outcome) -> Iterator[Event]:
        """Keeps the facts about one file, and tells them."""
        entry = outcome.entry
        told = believed(outcome)
        artifact = _verdict(outcome, told)
        why = _why_not_analysed(artifact)
        if outcome.unread is not None:
            why = why or outcome.unread
        for part, words in _PART_WORDS.items():
            if part in outcome.failures:
                why = why or f"{outcome.failures[part]} So {words}."
        if told.index is not None:
            self.indexes.append(told.index)
            why = why or told.index.partly
        if told.manifest is not None:
            self.manifests.append(told.manifest)
            why = why or told.manifest.error
        if told.imports is not None:
            self.imports[entry.path] = told.imports
        if told.dataset is not None:
            self.datasets.append(told.dataset)
            if told.dataset.format == "git-lfs-pointer":
                why = why or told.dataset.partly
        remote = entry.kind is EntryKind.REMOTE
        sha256 = entry.claimed_sha256 if remote else told.sha256
        changed = outcome.changed or entry.path in self._changed_remote
        if changed:
            why = why or "It changed while it was read: verdict and hash may speak of different bytes."
        elif sha256 is not None and outcome.identity is not None and not remote and not outcome.saved:
            self._saved.keep(outcome.identity, sha256, entry.path, worth_keeping(outcome))
        yield from self._keep(FileFact(entry, artifact, sha256, why, changed))
        if told.manifest is not None:
            yield {"event": "manifest", **dependencies.summary(told.manifest)}
        if told.dataset is not None:
            yield {"event": "dataset", **told.dataset.as_json()}

    def _keep(self, fact: FileFact) -> Iterator[Event]:
        self.files.append(fact)
        artifact = fact.artifact
        yield {
            "event": "file",
            "path": fact.path,
            "size": fact.entry.size,
            "sha256": fact.sha256,
            "format": artifact.format,
            "loading": artifact.loading.value,
            "reasons": [reason.as_json() for reason in artifact.reasons],
            "imports": list(artifact.imports),
            "pickle": artifact.is_pickle,
            "kind": fact.entry.kind.value,
        }
        if fact.not_analysed is not None:
            yield {"event": "error", "path": fact.path, "why": fact.not_analysed}


def wanted_parts(entry: Entry) -> tuple[str, ...]:
    """The parts that a file of this name and size is read for, its hash aside."""
    path, size = entry.path, entry.size or 0
    name = path.rpartition("/")[2].lower()
    if size >= _SMALLEST_WEIGHTS and name.endswith(_WEIGHTS) and not any(w in name for w in _NAMES_OF_OTHERS):
        return ("artifact",)
    from inspector import datasets

    wanted = {
        "artifact": True,
        "index": references.wants(path, size) or references.too_large(path, size) is not None,
        "manifest": dependencies.wants(path, 0),
        "imports": dependencies.may_import(path) and size <= dependencies.MAX_SOURCE_WANTED,
        "dataset": datasets.wants(path, size),
    }
    return tuple(part for part in PARTS if wanted.get(part))


class Meter:
    """Tells now and then how far reading has come. ``hashed`` gives the bytes of files still at work."""

    def __init__(self, total: int, done: Callable[[], int], hashed: Callable[[], int]) -> None:
        self._total = total
        self._done = done
        self._hashed = hashed
        self._size = 0
        self._last = 0.0

    def add(self, size: int) -> Iterator[Event]:
        """``size`` bytes more are done."""
        self._size += size
        if time.monotonic() - self._last > _PROGRESS_SECONDS:
            self._last = time.monotonic()
            yield {
                "event": "progress",
                "phase": "reading",
                "done": self._done(),
                "total": self._total,
                "bytes": self._size + self._hashed(),
            }


def _verdict(outcome: Outcome, told: Answers) -> Artifact:
    """The verdict on a file. One that was read by parts, and not all of those it needed, was not read; only
    code that was found stays found."""
    entry = outcome.entry
    if told.artifact is None:
        return _unread_content(entry.path, outcome.failures.get("artifact", "It was not read."))
    if outcome.unread is not None and told.artifact.loading is not Loading.RUNS_CODE:
        return byname.unread(entry.path, "not-downloaded", outcome.unread)
    return told.artifact


def _early(outcome: Outcome) -> Event:
    """What is known of a large file before it is hashed. Its ``file`` event follows."""
    artifact = _verdict(outcome, believed(outcome))
    return {
        "event": "verdict",
        "path": outcome.entry.path,
        "size": outcome.entry.size,
        "format": artifact.format,
        "loading": artifact.loading.value,
        "reasons": [reason.as_json() for reason in artifact.reasons],
    }


def _not_opened(entry: Entry) -> FileFact:
    """The fact about an entry that has no bytes to read: a link, a device, a file denied to us."""
    if entry.kind is EntryKind.DENIED:
        why = _sentence(entry.detail) or "It could not be opened."
        return FileFact(entry, _unread_content(entry.path, why), None, why)
    loading, format_word, words = _NOT_OPENED[entry.kind]
    reason = Reason(entry.kind.value, f"{words}: {entry.detail}." if entry.detail else f"{words}.")
    not_analysed = reason.message if loading is Loading.NOT_UNDERSTOOD else None
    return FileFact(entry, Artifact(format_word, loading, (reason,)), None, not_analysed)


def _unread_content(path: str, why: str) -> Artifact:
    """A file that is here and could not be read is never called text because of its name."""
    artifact = byname.unread(path, "not-read", why)
    if artifact.loading is Loading.NO_LOADER:
        return Artifact(artifact.format, Loading.NOT_UNDERSTOOD, artifact.reasons)
    return artifact


def _why_not_analysed(artifact: Artifact) -> str | None:
    if artifact.loading not in (Loading.UNREADABLE, Loading.NOT_UNDERSTOOD):
        return None
    return artifact.reasons[0].message if artifact.reasons else f"Format {artifact.format} is not understood."


def _sentence(detail: str) -> str:
    """A detail of the sources as a sentence: they write half ones, to go on from other words."""
    detail = detail.rstrip(".")
    return f"{detail[0].upper()}{detail[1:]}." if detail else ""
