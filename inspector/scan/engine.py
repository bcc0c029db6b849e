"""Runs a scan: opens the target, has its files read, joins the facts, judges them, tells it all as events.

The order is that of the house: source, readers, graph, rules.
"""

from __future__ import annotations

import contextlib
import datetime
import posixpath
import re
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector import __version__, artifacts, dependencies, places, references
from inspector.dependencies.interface import AuditResult
from inspector.provenance import Audit, Finding, NodeKind, Severity, plain
from inspector.provenance.sums import tree_digest
from inspector.provenance.words import worse_severity
from inspector.references.interface import ProjectFacts
from inspector.rules import Facts, judge, rules_digest
from inspector.scan import lineage
from inspector.scan.assemble import GraphBuilder
from inspector.scan.interface import SCHEMA, Event, ScanOptions
from inspector.scan.reading import Reading
from inspector.scan.stores import add_stored
from inspector.scan.waits import told_while_waiting
from inspector.sources import is_hub_target, open_target
from inspector.sources.interface import EntryKind, Target
from inspector.sources.origins import Origins

if TYPE_CHECKING:
    from inspector.dependencies.interface import Manifest, Package
    from inspector.sources.cachemanifest import CachedRepository
    from inspector.sources.hub.answer import Waiting
    from inspector.sources.hub.facts import HubFacts
    from inspector.sources.othercaches import Stored


NOTHING_TO_AUDIT = "There are no packages to audit."


@dataclass(slots=True)
class _Read:
    """What was open and what was read of it."""

    target: Target
    reading: Reading
    hub: HubFacts | None = None
    cached: Sequence[CachedRepository] = field(default=())
    stored: Sequence[Stored] = field(default=())
    signatures: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)


class Scan:
    """One scan of one target. ``events`` runs it; it is used once. ``command`` is kept in the result."""

    def __init__(self, options: ScanOptions, command: Sequence[str] = ()) -> None:
        self._options = options
        self._command = list(command)
        self._started = datetime.datetime.now(datetime.UTC)
        self._clock = time.monotonic()
        self._incomplete: list[str] = []

    def events(self) -> Generator[Event, None, None]:
        """All events of the scan, ``done`` last. Raises InspectorError where the target cannot be opened."""
        read: list[_Read] = []
        if is_hub_target(self._options.target):
            cancelled = threading.Event()
            yield from told_while_waiting(lambda on_wait: self._read(read, on_wait, cancelled), cancelled)
        else:
            yield from self._read(read)
        (one,) = read
        yield from self._join(one)

    def _read(
        self,
        read: list[_Read],
        on_wait: Callable[[Waiting], None] | None = None,
        cancelled: threading.Event | None = None,
    ) -> Generator[Event, None, None]:
        """Opens the target, reads it to its end and asks a hub for its family; adds that to ``read``."""
        options = self._options
        if on_wait is not None:
            # A hub may take seconds to answer; a folder is open at once and says what it is below.
            yield _progress("opening")
        source = open_target(
            options.target,
            exclude=options.exclude,
            offline=options.offline,
            use_hub_token=options.use_hub_token,
            tokens=options.hub_tokens,
            on_wait=on_wait,
            patience=options.hub_patience,
            cancelled=cancelled,
        )
        with contextlib.closing(source):
            yield _progress("listing", target=_target_json(source.target, None))
            reading = Reading(source, options)
            getattr(source, "prefetch", bool)()
            yield from reading.events()
            one = _Read(source.target, reading, cached=tuple(getattr(source, "repositories", tuple)()))
            hub_facts = getattr(source, "facts", None)
            if hub_facts is not None:
                yield _progress("lineage")
                one.hub = hub_facts()
            one.stored = tuple(getattr(source, "stored", tuple)())
            # Every other folder is spared the import; the names are judged there.
            if any(file.path.endswith(("model.sig", "MLmodel", "meta.yaml")) for file in reading.files):
                from inspector.scan.signatures import model_signatures

                one.signatures = model_signatures(source, reading.files, reading.left_out)
            read.append(one)

    def _join(self, one: _Read) -> Iterator[Event]:
        """From what the readers said to references, packages, graph, findings and the end."""
        target, reading, hub = one.target, one.reading, one.hub
        yield _progress("joining")
        project = ProjectFacts(_requirements(reading.manifests), frozenset(f.path for f in reading.files))
        found = references.resolve(reading.indexes, project) if reading.indexes else []
        for reference in found:
            yield {"event": "reference", **reference.as_json()}
        yield _progress("auditing")
        packages, audit = self._audit(dependencies.packages(reading.manifests) if reading.manifests else [])
        packages = self._asked_of_index(packages)
        for package in packages:
            yield {"event": "package", **package.as_json()}
        influences = references.influence(reading.indexes) if reading.indexes else []

        root = lineage.root_node(target, hub)
        builder = GraphBuilder(root)
        builder.add_files(reading.files, reading.datasets)
        builder.add_references(found)
        builder.add_influences(influences)
        builder.add_dependencies(reading.manifests, packages)
        if hub is not None:
            lineage.add_to(builder, hub)
        lineage.add_cached(builder, one.cached)
        add_stored(builder.graph, builder.root, one.stored)
        if one.signatures:
            from inspector.scan import signatures

            signatures.attach(builder.graph, builder.root, _shown_name(target), one.signatures)
        facts = Facts(
            target=target,
            graph=builder.graph,
            root=builder.root,
            files=reading.files,
            references=found,
            manifests=reading.manifests,
            packages=packages,
            audit=audit,
            datasets=reading.datasets,
            influences=influences,
            usage=_usage(reading, packages) if packages or reading.manifests else None,
            hub=hub,
        )
        findings = judge(facts)
        _grade(facts, findings)
        for node in builder.graph.nodes():
            yield {"event": "node", **node.as_json()}
        for edge in builder.graph.edges():
            yield {"event": "edge", **edge.as_json()}
        for finding in findings:
            yield {"event": "finding", **finding.as_json()}
        yield self._done(target, reading, audit, hub)

    def _audit(self, packages: Sequence[Package]) -> tuple[list[Package], AuditResult]:
        database = self._advisories(any_packages=bool(packages))
        if not self._options.audit and database is None:
            off = "The audit was switched off."
            asked = [replace(package, audit=Audit.NOT_AUDITED, why=off) for package in packages]
            return asked, AuditResult("none", None, not packages, tuple(asked), off)
        if not packages and database is None:
            # What ``dependencies.audit`` says then, without its imports.
            return [], AuditResult("none", None, True, (), NOTHING_TO_AUDIT)
        offline = self._options.offline or not self._options.audit
        result = dependencies.audit(packages, offline=offline, advisories=database)
        # --no-audit waives what no audit says; a database that was named for this scan is asked in earnest.
        wanted = self._options.audit or self._options.advisories is not None
        if wanted and (why := dependencies.shortfall(result)):
            self._incomplete.append(why)
        return list(result.packages), result

    def _asked_of_index(self, packages: list[Package]) -> list[Package]:
        """The packages with what the index of ``index_url`` says of each, where one is to be asked."""
        if self._options.index_url is None:
            return packages
        from inspector.dependencies.index_facts import silence, with_index_facts

        asked = with_index_facts(packages, self._options.index_url)
        if why := silence(asked):
            self._incomplete.append(why)
        return asked

    def _advisories(self, *, any_packages: bool) -> Path | None:
        """The folder of the offline database: the one that was named, or the imported one if there is one."""
        if self._options.advisories is not None:
            return Path(self._options.advisories)
        if not any_packages and not (places.data() / "advisories").is_dir():
            return None  # as below, without the imports
        from inspector.dependencies.advisories import default_folder, path_of

        return default_folder() if path_of(default_folder()).is_file() else None

    def _done(self, target: Target, reading: Reading, audit: AuditResult, hub: HubFacts | None) -> Event:
        not_analysed = [
            {"path": file.path, "why": file.not_analysed} for file in reading.files if file.not_analysed
        ]
        if not_analysed:
            number = len(not_analysed)
            self._incomplete.append(f"{number} file{'s were' if number > 1 else ' was'} not analysed.")
        unknown = [one.id for one in hub.relatives if one.problem] if hub is not None else []
        if unknown:
            named = ", ".join(plain(name, 100) for name in unknown[:5]) + (" …" if len(unknown) > 5 else "")
            self._incomplete.append(f"Of what it comes from, this could not be looked up: {named}.")
        if not reading.files:
            self._incomplete.append("The target holds no files, so there was nothing to review.")
        finished = datetime.datetime.now(datetime.UTC)
        import platform

        return {
            "event": "done",
            "schema": SCHEMA,
            "tool": {
                "name": "Provenance Inspector",
                "version": __version__,
                "rules_digest": rules_digest(),
                "allow_list_digest": artifacts.allow_list_digest(),
            },
            "target": _target_json(target, _manifest_digest(reading)),
            "audit": audit.as_json(),
            "coverage": {
                "files": len(reading.files),
                "analysed": len(reading.files) - len(not_analysed),
                "left_out": [{"path": item.path, "rule": item.rule} for item in reading.left_out],
                "not_analysed": not_analysed,
            },
            "incomplete": self._incomplete,
            "run": {
                "started": self._started.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "finished": finished.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "seconds": round(time.monotonic() - self._clock, 3),
                "root": plain(target.root) if target.root else None,
                "command": [plain(word) for word in self._command],
                "reused": reading.reused,
                "isolation": None if reading.isolation is None else dict(reading.isolation),
                "notes": [*reading.notes, *([audit.warning] if audit.warning else [])],
                "origins": _origins(target, reading),
                "hub_answers": [dict(item) for item in hub.evidence] if hub is not None else [],
                "platform": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
            },
        }


def _progress(phase: str, **more: Any) -> Event:
    return {"event": "progress", "phase": phase, "done": 0, "total": None, "bytes": 0, **more}


def _target_json(target: Target, manifest_digest: str | None) -> dict[str, Any]:
    value: dict[str, Any] = {
        "kind": target.kind,
        "name": plain(target.name),
        "revision": target.revision,
        "manifest_sha256": manifest_digest,
    }
    if target.asked is not None:
        value["asked"] = target.asked
    return value


def _origins(target: Target, reading: Reading) -> list[dict[str, Any]]:
    """Where a hub has listed the very bytes of local files. It depends on what this machine has seen."""
    if target.root is None:
        return []
    known = Origins().of(file.sha256 for file in reading.files if file.sha256 is not None)
    return [
        {"path": file.path, "places": [one.as_json() for one in known[file.sha256]]}
        for file in reading.files
        if file.sha256 in known
    ]


def _shown_name(target: Target) -> str:
    return plain(posixpath.basename(target.name.rstrip("/")) or target.name)


def _manifest_digest(reading: Reading) -> str | None:
    """The digest of the list of all regular files; None where one of them could not be hashed."""
    regular = [f for f in reading.files if f.entry.kind in (EntryKind.FILE, EntryKind.DENIED)]
    if not regular or any(f.sha256 is None or f.entry.undecodable for f in regular):
        return None
    return tree_digest((f.path, f.sha256) for f in regular if f.sha256 is not None)


def _requirements(manifests: Sequence[Manifest]) -> dict[str, str]:
    """What is asked of each package, every different statement of the target divided by ``||``.

    Nobody but the project knows which manifest an install follows, so a promise holds only where all of
    them make it. A project file is answered by the lock file beside it, not by one in another folder, and a
    requirements file by none: pip does not look at it. An address or a path promises no version at all.
    """
    asked: dict[str, set[str]] = {}
    resolved: set[tuple[str, str | None]] = set()  # folder and name
    for manifest in manifests:
        for entry in manifest.locked:
            resolved.add((posixpath.dirname(manifest.path), entry.name))
            asked.setdefault(entry.name, set()).add(f"=={entry.version}" if entry.version else "")
    for manifest in manifests:
        for item in manifest.requirements:
            answered = (posixpath.dirname(manifest.path), item.name) in resolved
            if item.name and not (answered and manifest.format != "requirements"):
                versioned = item.shape in ("exact", "wildcard", "range", "bare")
                specifier = _ONE_EQUALS.sub(r"==\1.*", item.specifier) if versioned else ""
                asked.setdefault(_FROM_CONDA.get(item.name, item.name), set()).add(specifier)
    return {name: "||".join(sorted(statements)) for name, statements in asked.items()}


# Conda's own names of what the readers of code ask about, and its `=1.13`, which means 1.13 and what follows.
_FROM_CONDA = {"pytorch": "torch", "pytorch-cpu": "torch", "pytorch-gpu": "torch"}
_ONE_EQUALS = re.compile(r"\A=([\w.!+]+?)(?:\.?\*)?\Z")


def _usage(reading: Reading, packages: Sequence[Package]) -> dict[str, Any]:
    """What the code imports against what the manifests declare."""
    folders = {part for file in reading.files for part in file.path.split("/")[:-1]}
    loaded = {name.partition(".")[0] for file in reading.files for name in file.artifact.imports}
    return dependencies.imported_against_declared(
        reading.imports, packages, manifests=reading.manifests, folders=folders, loaded=loaded
    )


def _grade(facts: Facts, findings: Sequence[Finding]) -> None:
    """Gives each node the severity of its worst finding, and the folder models the worst of their files."""
    worst: dict[str, Severity | None] = {}
    for finding in findings:
        worst[finding.node] = worse_severity(worst.get(finding.node), finding.severity)
    for key, severity in worst.items():
        node = facts.graph.node(key)
        if node is not None:
            facts.graph.replace_node(replace(node, severity=severity))
    for edge in list(facts.graph.edges()):
        outer, inner = facts.graph.node(edge.source), facts.graph.node(edge.target)
        if outer is None or inner is None or edge.kind.value != "contains":
            continue
        if outer.kind is NodeKind.MODEL and inner.severity is not None:
            facts.graph.replace_node(replace(outer, severity=worse_severity(outer.severity, inner.severity)))
