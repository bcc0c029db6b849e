"""Has every file of a target read, and keeps what the readers say as facts.

Parsing happens in worker processes only (pool.py); what arrives here are plain values. Every entry of the
source ends as exactly one FileFact, and what could not be read says why.
"""

from __future__ import annotations

import base64
import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from inspector import dependencies
from inspector.artifacts.interface import Artifact, Reason
from inspector.datasets.interface import DatasetFacts
from inspector.dependencies.interface import Manifest
from inspector.provenance import Loading
from inspector.references.interface import FileIndex
from inspector.rules.interface import FileFact
from inspector.scan import byname
from inspector.scan.interface import Event, ScanOptions
from inspector.scan.pool import Outcome, WorkerPool
from inspector.sources.interface import Entry, EntryKind, LeftOut, ReadFailure, Source

_PROGRESS_SECONDS = 0.1
_PART_WORDS = {
    "index": "its references were not read",
    "manifest": "its requirements were not read",
    "dataset": "its rows were not read",
    "hash": "it was not hashed",
}
_NOT_OPENED = {
    EntryKind.LINK_INSIDE: (Loading.NO_LOADER, "link", "A link inside the target"),
    EntryKind.LINK_BROKEN: (Loading.NO_LOADER, "link", "A link that leads nowhere"),
    EntryKind.LINK_OUTSIDE: (Loading.NOT_UNDERSTOOD, "link", "A link out of the target, not followed"),
    EntryKind.SPECIAL: (Loading.NOT_UNDERSTOOD, "special-file", "No regular file"),
}


class Reading:
    """The files of one target and what was read in them, filled while ``events`` runs."""

    def __init__(self, source: Source, options: ScanOptions) -> None:
        self._source = source
        self._options = options
        self._unread_remote: list[tuple[Entry, str]] = []
        self._changed_remote: set[str] = set()  # fetched, and not the file that was listed
        self.files: list[FileFact] = []
        self.left_out: list[LeftOut] = []
        self.indexes: list[FileIndex] = []
        self.manifests: list[Manifest] = []
        self.datasets: list[DatasetFacts] = []

    def events(self) -> Iterator[Event]:
        """Reads everything; gives file, manifest, dataset, error and progress events as they come."""
        entries = self._list()
        pool = WorkerPool(
            {"target": self._source.target.root, "exclude": list(self._options.exclude)},
            jobs=min(self._options.jobs, max(1, len(entries))),
            seconds=self._options.max_seconds_per_file,
        )
        with contextlib.closing(pool):
            yield from self._read(entries, pool)
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
        size, last = 0, 0.0
        openable = [entry for entry in entries if entry.kind in (EntryKind.FILE, EntryKind.REMOTE)]
        for entry in entries:
            if entry.kind not in (EntryKind.FILE, EntryKind.REMOTE):
                yield from self._keep(_not_opened(entry))
        for outcome in pool.run(self._with_bytes(openable)):
            if outcome is not None:
                size += outcome.entry.size or 0
                yield from self._take(outcome)
            if time.monotonic() - last > _PROGRESS_SECONDS:
                last = time.monotonic()
                yield {
                    "event": "progress",
                    "phase": "reading",
                    "done": len(self.files),
                    "total": len(entries),
                    "bytes": size,
                }
        yield from self._read_included(openable, pool)
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
                (replace(entry, attributes={**entry.attributes, "manifest_format": "requirements"}), None)
                for entry in wanted
            )
            for outcome in pool.run(asked, ("manifest",)):
                if outcome is not None:
                    fresh += self._take_included(outcome)
            self.manifests += fresh
            for manifest in fresh:
                yield {"event": "manifest", **dependencies.summary(manifest)}

    def _take_included(self, outcome: Outcome) -> list[Manifest]:
        value = outcome.values.get("manifest")
        manifest = Manifest.from_json(value) if value else None
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

    def _with_bytes(self, entries: Sequence[Entry]) -> Iterator[tuple[Entry, str | None]]:
        """Local files are opened by the worker itself; small remote ones travel with the task."""
        for entry in entries:
            if entry.kind is EntryKind.FILE:
                yield entry, None
                continue
            try:
                with contextlib.closing(self._source.open(entry)) as data:
                    if getattr(data, "changed", bool)():
                        self._changed_remote.add(entry.path)
                    yield entry, base64.b64encode(data.read_at(0, data.size)).decode("ascii")
            except ReadFailure as failure:
                self._unread_remote.append((entry, str(failure)))

    def _take(self, outcome: Outcome) -> Iterator[Event]:
        entry = outcome.entry
        if "artifact" in outcome.failures:
            artifact = _unread_content(entry.path, outcome.failures["artifact"])
        else:
            artifact = Artifact.from_json(outcome.values["artifact"])
        why = _why_not_analysed(artifact)
        for part, words in _PART_WORDS.items():
            if part in outcome.failures:
                why = why or f"{outcome.failures[part]} So {words}."
        index, manifest, dataset = (outcome.values.get(part) for part in ("index", "manifest", "dataset"))
        if index:
            self.indexes.append(FileIndex.from_json(index))
            why = why or self.indexes[-1].partly
        if manifest:
            self.manifests.append(Manifest.from_json(manifest))
            why = why or self.manifests[-1].error
        if dataset:
            self.datasets.append(DatasetFacts.from_json(dataset))
            if self.datasets[-1].format == "git-lfs-pointer":
                why = why or self.datasets[-1].partly
        remote = entry.kind is EntryKind.REMOTE
        sha256 = entry.claimed_sha256 if remote else outcome.values.get("hash")
        changed = outcome.changed or entry.path in self._changed_remote
        if changed:
            why = why or "It changed while it was read: verdict and hash may speak of different bytes."
        yield from self._keep(FileFact(entry, artifact, sha256, why, changed))
        if manifest:
            yield {"event": "manifest", **dependencies.summary(self.manifests[-1])}
        if dataset:
            yield {"event": "dataset", **self.datasets[-1].as_json()}

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
