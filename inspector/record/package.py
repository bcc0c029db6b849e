"""The signed package on disk: written beside its place, flushed, and renamed there in one step.

A kill at any moment leaves the whole package or none; what a killed run leaves behind is a hidden folder
``.NAME.*.new`` that nothing reads.
"""

from __future__ import annotations

import os
import secrets
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from inspector.gate.inspector_gate import RECORD_NAME
from inspector.provenance import UnreadableInput, plain
from inspector.record.interface import Attachment
from inspector.resources import path as resource

_ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can state: a package's time stands in its record


def instructions(predicate: Mapping[str, Any]) -> list[Attachment]:
    """VERIFY.md and verify.sh: how a third party checks the package with openssl, jq and coreutils."""
    text = resource("record", "VERIFY.md").read_text(encoding="utf-8")
    keyid = str(predicate["reviewers"][0].get("keyid") or "")
    filled = (
        text.replace("{PROJECT}", plain(str(predicate["project"]["id"]), 200))
        .replace("{RECORD_ID}", plain(str(predicate["recordId"]), 100))
        .replace("{KEYID}", keyid)
        .replace("{KEYID8}", keyid[:8])
        .replace("{PREDICATE_TYPE}", "https://provenance-inspector.org/review/v1")
    )
    script = resource("record", "verify.sh").read_bytes()
    return [
        Attachment("VERIFY.md", "text/markdown", filled.encode()),
        Attachment("verify.sh", "application/x-sh", script),
    ]


def refuse_existing(folder: Path) -> None:
    """UnreadableInput where something stands at ``folder``: a package is never written over."""
    if os.path.lexists(folder):
        raise UnreadableInput(
            f"{plain(str(folder))} exists already.",
            "Name a folder that does not exist yet; nothing was written.",
        )


def write_package(folder: Path, files: Sequence[Attachment]) -> None:
    """Writes all of ``files`` into the new folder ``folder``, or nothing."""
    refuse_existing(folder)
    folder = folder.absolute()
    fresh = folder.parent / f".{folder.name}.{secrets.token_hex(4)}.new"
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh.mkdir()
        try:
            for one in files:
                path = fresh.joinpath(*one.name.split("/"))
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("xb") as stream:
                    stream.write(one.content)
                    stream.flush()
                    os.fsync(stream.fileno())
                if one.name.endswith(".sh"):
                    path.chmod(0o755)
            for inner in sorted({fresh, *(path.parent for path in fresh.rglob("*"))}):
                flush_folder(inner)
            refuse_existing(folder)
            fresh.rename(folder)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise
        flush_folder(folder.parent)
    except OSError as error:
        raise UnreadableInput(
            f"The package {plain(str(folder))} cannot be written: {error.strerror}.",
            "Nothing was left behind.",
        ) from None


def flush_folder(folder: Path) -> None:
    """Makes the names in ``folder`` outlast a power cut, where the system can do that for folders."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_zip(folder: Path, out: Path) -> None:
    """The package ``folder`` as one zip, the same bytes for the same files, in the place of no other file."""
    refuse_existing(out)
    fresh = out.with_name(f".{out.name}.{secrets.token_hex(4)}.new")
    try:
        with fresh.open("xb") as stream:
            with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
                for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                    name = path.relative_to(folder).as_posix()
                    member = zipfile.ZipInfo(f"{out.stem}/{name}", _ZIP_TIME)
                    member.compress_type = zipfile.ZIP_DEFLATED
                    member.external_attr = (0o755 if name.endswith(".sh") else 0o644) << 16
                    archive.writestr(member, path.read_bytes())
            stream.flush()
            os.fsync(stream.fileno())
        fresh.rename(out)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise UnreadableInput(f"{plain(str(out))} cannot be written: {error.strerror}.") from None


def record_folder(record: Path) -> Path:
    """The package folder that ``record`` names: itself, or the folder of the record in it."""
    folder = record if record.is_dir() else record.parent
    if not (folder / RECORD_NAME).is_file():
        raise UnreadableInput(f"{plain(str(record))} is no review package.", f"It must hold {RECORD_NAME}.")
    return folder
