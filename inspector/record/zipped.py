"""A signed package in a zip, read in place: nothing is ever unpacked to the disk, every read is bounded."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

from inspector.gate.inspector_gate import MAX_RECORD, RECORD_NAME, Refusal, Unreadable, clean_name, plain

MAX_MEMBERS = 5000
MAX_ZIP = 1 << 30  # bytes of the whole archive


class ZipPackage:
    """The package in the zip at ``path``: its files stand at the top, or in one folder.

    Refusal ``zip`` for what two unpackers would read differently: a name that stands twice, names that leave
    the folder, encrypted members, two records.
    """

    def __init__(self, path: Path) -> None:
        try:
            if path.stat().st_size > MAX_ZIP:
                raise Refusal("too-large", f"{plain(str(path))} is larger than {MAX_ZIP >> 20} MiB.")
            self._zip = zipfile.ZipFile(path)
        except OSError as error:
            raise Unreadable(f"{plain(str(path))} cannot be read: {error.strerror}.") from None
        except (zipfile.BadZipFile, ValueError, NotImplementedError):
            raise Unreadable(f"{plain(str(path))} is not a zip that can be read.") from None
        members = self._zip.infolist()
        if len(members) > MAX_MEMBERS:
            raise Refusal("zip", f"The zip has more than {MAX_MEMBERS} members.")
        self._members: dict[str, zipfile.ZipInfo] = {}
        folded: set[str] = set()
        for member in members:
            name = member.filename
            if member.is_dir():
                name = name.rstrip("/")
            if (
                not clean_name(name)
                or "\\" in name
                or ":" in name
                or name != member.orig_filename.rstrip("/")
            ):
                raise Refusal("zip", f"The zip holds {plain(name)}, which leaves its folder.")
            if name.casefold() in folded:
                raise Refusal("zip", f"The zip holds {plain(name)} twice.")
            if member.flag_bits & 1:
                raise Refusal("zip", f"{plain(name)} in the zip is encrypted.")
            folded.add(name.casefold())
            if not member.is_dir():
                self._members[name] = member
        places = [name for name in self._members if name.rsplit("/", 1)[-1] == RECORD_NAME]
        if not places:
            raise Unreadable(f"The zip {plain(str(path))} holds no {RECORD_NAME}.")
        if len(places) > 1 or places[0].count("/") > 1:
            raise Refusal("zip", f"The zip does not hold {RECORD_NAME} at exactly one place near its top.")
        self._prefix = places[0][: -len(RECORD_NAME)]

    def record(self) -> tuple[str, bytes]:
        raw = self.read(RECORD_NAME, MAX_RECORD)
        if raw is None:
            raise Unreadable(f"The zip holds no {RECORD_NAME}.")
        return RECORD_NAME, raw

    def names(self) -> list[str]:
        inside = (name.removeprefix(self._prefix) for name in self._members if name.startswith(self._prefix))
        return sorted({name.split("/")[0] for name in inside})

    def read(self, name: str, limit: int) -> bytes | None:
        member = self._members.get(self._prefix + name)
        if member is None:
            return None
        if member.file_size > limit:
            raise Refusal("too-large", f"{plain(name)} is larger than {limit >> 20} MiB.")
        try:
            with self._zip.open(member) as stream:
                raw = stream.read(limit + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError):
            raise Refusal("zip", f"{plain(name)} in the zip is damaged.") from None
        if len(raw) > limit:
            raise Refusal("too-large", f"{plain(name)} is larger than {limit >> 20} MiB.")
        return raw

    def is_whole(self) -> bool:
        return True

    def close(self) -> None:
        self._zip.close()
