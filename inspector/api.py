"""The program as a library: the commands of the contract as functions, importable from ``inspector``.

>>> import inspector
>>> result = inspector.scan("project")            # the contract's object for ``scan --format json``
>>> report = inspector.verify("record", trust="trust.json", root="project")
>>> report.ok, report.refusals

Every function opens no more than it says, and heavy libraries are imported by the function that needs them.
What a user can mend is raised as ``inspector.InspectorError`` with a sentence and a next step.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from inspector.provenance.errors import InspectorError, UnreadableInput
from inspector.provenance.text import plain

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from inspector.gate.inspector_gate import Report
    from inspector.review.file import Review
    from inspector.sources.interface import ByteSource

__all__ = [
    "InspectorError",
    "compare",
    "convert",
    "explain",
    "guard",
    "new_review",
    "open_review",
    "open_verified",
    "scan",
    "scan_events",
    "screen",
    "verify",
]

StrPath = str | os.PathLike[str]


def scan(target: StrPath, *, offline: bool = True, audit: bool = False, **options: Any) -> dict[str, Any]:
    """Scans ``target`` (folder, file, archive, store or ``hf://`` id) to its end.

    Gives the object of ``scan --format json``. Without ``offline=False`` and ``audit=True`` nothing leaves
    the machine. ``options`` are those of ``inspector.scan.ScanOptions``: advisories, jobs, exclude and so on.
    UnreadableInput where the target cannot be opened; what could not be read is in ``coverage``.
    """
    from inspector.scan import Collected

    collected = Collected()
    with contextlib.closing(scan_events(target, offline=offline, audit=audit, **options)) as events:
        for event in events:
            collected.add(event)
    return collected.result()


def scan_events(
    target: StrPath, *, offline: bool = True, audit: bool = False, **options: Any
) -> Generator[dict[str, Any], None, None]:
    """The same scan as the events of ``scan --format jsonl``, as they happen; close it to stop early."""
    from inspector.scan import ScanOptions
    from inspector.scan import scan_events as events

    try:
        asked = ScanOptions(os.fspath(target), offline=offline, audit=audit, **options)
    except TypeError as error:
        raise UnreadableInput(f"A scan takes no such option: {error}.") from error
    return events(asked)


def explain(file: StrPath) -> dict[str, Any]:
    """What loading ``file`` would do: the object of ``explain --format json``. Nothing is run."""
    from inspector.artifacts.explain import explain as explained

    with _opened(file) as (data, name):
        return explained(data, name)


def convert(file: StrPath, out: StrPath, *, skip_refused: bool = False) -> dict[str, Any]:
    """Writes the tensors of a pickle checkpoint to ``out`` as safetensors, without unpickling.

    Gives ``{"tensors", "bytes", "shared", "refused", "written"}``. Where something is refused nothing is
    written, unless ``skip_refused`` is set.
    """
    from inspector.artifacts.conversion.convert import plan_conversion, write_safetensors

    to = Path(out)
    if to.exists() and Path(file).exists() and to.samefile(file):
        raise UnreadableInput("The output is the input itself.", "Name another file for the output.")
    with _opened(file) as (data, _name):
        plan = plan_conversion(data)
        written = not plan.refused or (skip_refused and not plan.checkpoint.doubtful)
        if written:
            write_safetensors(plan, to)
    return {
        "tensors": len(plan.tensors),
        "bytes": plan.size,
        "shared": [[plain(name, 500) for name in group] for group in plan.shared()],
        "refused": [{"name": plain(name, 500), "why": why} for name, why in sorted(plan.refused.items())],
        "written": written,
    }


def new_review(target: StrPath, out: StrPath, *, project: str | None = None, **options: Any) -> Review:
    """Scans a folder or file, offline, and puts the result into a new review file at ``out``.

    Gives the open review; close it, or use it in a ``with`` statement. An existing file is left alone.
    """
    from inspector.review import Review

    result = scan(target, **options)
    kept = {"exclude": list(options.get("exclude") or ()), "offline": True, "no_audit": True}
    about = {**result["target"], "root": result["run"].get("root")}
    review = Review.create(Path(out), about, project=project, options=kept)
    try:
        review.take_scan(result)
    except BaseException:
        review.close()
        raise
    return review


def open_review(file: StrPath, *, read_only: bool = False) -> Review:
    """An existing review file: its findings, decisions, questions and history."""
    from inspector.review import Review

    return Review.open(Path(file), read_only=read_only)


def compare(before: StrPath, after: StrPath) -> dict[str, Any]:
    """What changed between two reviews or record packages: the object of ``review compare``. Signatures are
    not checked here; ``verify`` does that."""
    from inspector.review import comparable
    from inspector.review.compare import compare as compared

    old, new = comparable.read(Path(before)), comparable.read(Path(after))
    return compared(old.scan, new.scan, old.decisions)


def verify(
    record: StrPath,
    *,
    trust: StrPath,
    root: StrPath | None = None,
    project: str | None = None,
    require: int = 1,
    roles: Sequence[str] = (),
) -> Report:
    """Checks a signed record (package folder, zip or record file) against the trust store ``trust``.

    ``report.ok`` says whether it stands: trusted, approved, complete, in force; with ``root`` that the folder
    holds exactly the bytes it lists. ``report.checks`` names every check. UnreadableInput where the record,
    the store or the root cannot be read at all.
    """
    from inspector.gate.inspector_gate import Unreadable, read_trust
    from inspector.record.verify import verify_record

    try:
        trusted = read_trust(os.fspath(trust))
    except Unreadable as error:
        raise UnreadableInput(str(error)) from None
    folder = None if root is None else Path(root)
    return verify_record(
        Path(record), trusted, root=folder, project=project, require=require, roles=tuple(roles)
    )


def open_verified(path: StrPath, *, record: StrPath, trust: StrPath, root: StrPath | None = None) -> BinaryIO:
    """A binary file with the approved bytes of ``path``; raises before the first byte otherwise."""
    from inspector.gate.guard import open_verified as opened

    return opened(path, record=record, trust=trust, root=root)


def guard(*, record: StrPath, trust: StrPath, root: StrPath) -> AbstractContextManager[None]:
    """A block in which torch, safetensors, joblib, numpy and pickle load approved bytes or raise."""
    from inspector.gate.guard import guard as guarded

    return guarded(record=record, trust=trust, root=root)


def screen(file: StrPath) -> dict[str, Any]:
    """Suspicions in a file of training data: the object of ``dataset screen``. Needs the extra ``data``.
    An association in the data is no verdict, and no suspicion does not mean clean."""
    from inspector.datasets.screening.process import screen_file

    return screen_file(os.fspath(file)).result


@contextlib.contextmanager
def _opened(file: StrPath) -> Iterator[tuple[ByteSource, str]]:
    from inspector.sources import open_target
    from inspector.sources.interface import Entry, EntryKind, ReadFailure

    with contextlib.closing(open_target(os.fspath(file), offline=True)) as source:
        if source.target.kind != "file":
            raise UnreadableInput(f"{plain(os.fspath(file))} is not a file.", "Name one file.")
        entry = next(item for item in source.entries() if isinstance(item, Entry))
        if entry.kind is not EntryKind.FILE:
            raise UnreadableInput(f"{plain(os.fspath(file))} cannot be opened: {entry.detail or entry.kind}.")
        try:
            with contextlib.closing(source.open(entry)) as data:
                yield data, entry.path
        except ReadFailure as failure:
            raise UnreadableInput(str(failure)) from failure
