"""Verifying a record from the program: the gate's own ``Verification``, fed from a folder, a file or a zip.

The checks and their order are written down at ``inspector.gate.inspector_gate.Verification``. There is one
implementation, because two that refuse different records would be worse than either.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from inspector.gate.inspector_gate import (
    Check,
    FolderPackage,
    Package,
    Refusal,
    Report,
    Signer,
    TrustedKey,
    Unreadable,
    Verification,
    say,
    seconds,
)
from inspector.provenance import UnreadableInput, plain
from inspector.record.zipped import ZipPackage

__all__ = ["Check", "Report", "Signer", "Verification", "open_package", "say", "seconds_of", "verify_record"]

_ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")


def open_package(record: Path) -> Package:
    """The package at ``record``, by its content: a folder, a zip, or the record's own file."""
    if record.is_file():
        try:
            with record.open("rb") as stream:
                magic = stream.read(4)
        except OSError as error:
            raise Unreadable(f"{plain(str(record))} cannot be read: {error.strerror}.") from None
        if magic in _ZIP_MAGIC:
            return ZipPackage(record)
    return FolderPackage(str(record))


def seconds_of(report: Report) -> int:
    """When the record of a good ``report`` says it was signed, in seconds since 1970."""
    return seconds(str(report.predicate["signedAt"]))


def verify_record(
    record: Path,
    trust: Sequence[TrustedKey],
    *,
    root: Path | None = None,
    project: str | None = None,
    require: int = 1,
    roles: Sequence[str] = (),
    state: Path | None = None,
    packages: str | None = None,
    locks: Sequence[str] = (),
    now: int | None = None,
) -> Report:
    """What a verification of ``record`` comes to; ``now`` is in seconds since 1970. ``packages`` is a folder
    of installed packages to compare with ``locks`` of the record, or with all it lists.

    UnreadableInput where the record, the root or the state file cannot be read at all. Everything else is in
    the report, check by check.
    """
    try:
        package = open_package(record)
    except Refusal as refusal:
        report = Report()
        report.checks.append(Check("envelope", "failed", refusal.sentence, refusal.code))
        return report
    except Unreadable as error:
        raise UnreadableInput(
            str(error), "Name the package's folder or zip, or the review-record.dsse.json in it."
        ) from None
    try:
        return Verification(
            package,
            trust,
            root=None if root is None else str(root),
            project=project,
            require=require,
            roles=roles,
            state=None if state is None else str(state),
            packages=packages,
            locks=locks,
            now=now,
        ).run()
    except Unreadable as error:
        raise UnreadableInput(str(error)) from None
    finally:
        if isinstance(package, ZipPackage):
            package.close()
