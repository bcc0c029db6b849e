"""A signed package in a zip, read in place: nothing is ever unpacked to the disk, every read is bounded."""

from __future__ import annotations

import stat
import struct
import unicodedata
import zipfile
import zlib
from pathlib import Path
from typing import Any

from inspector.gate.inspector_gate import MAX_RECORD, RECORD_NAME, Refusal, Unreadable, clean_name, plain

MAX_MEMBERS = 5000
MAX_ZIP = 1 << 30  # bytes of the whole archive


class ZipPackage:
    """The package in the zip at ``path``: its files stand at the top, or in one folder.

    Refusal ``zip`` for what two unpackers would read differently: a name that stands twice, names that leave
    the folder, links, encrypted members, two records, and bytes of the archive that belong to no member (a
    reader that goes from front to back would find members there that the directory does not name).
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
            is_folder = member.filename.endswith("/")  # is_dir() fails where the name is empty
            name = member.filename.rstrip("/") if is_folder else member.filename
            _refuse_member(member, name)
            same = unicodedata.normalize("NFC", name).casefold()
            if same in folded:
                raise Refusal("zip", f"The zip holds {plain(name)} twice.")
            folded.add(same)
            if not is_folder:
                self._members[name] = member
        _refuse_gaps(self._zip, members)
        places = [name for name in self._members if name.rsplit("/", 1)[-1] == RECORD_NAME]
        if not places:
            raise Unreadable(f"The zip {plain(str(path))} holds no {RECORD_NAME}.")
        if len(places) > 1 or places[0].count("/") > 1:
            raise Refusal("zip", f"The zip does not hold {RECORD_NAME} at exactly one place near its top.")
        self._prefix = places[0][: -len(RECORD_NAME)]

    def record(self) -> tuple[str, bytes]:
        raw = self.read(RECORD_NAME, MAX_RECORD)
        assert raw is not None  # a zip without it was refused when it was opened
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


_UNICODE_PATH = 0x7075  # an extra field with a second name (APPNOTE.TXT 4.6.9), which some readers prefer
_UTF8 = 0x800  # the flag of a name in UTF-8 (4.4.4)
_IN_64 = 0xFFFFFFFF  # a size that stands in the ZIP64 extra field
_ZIP64 = 0x0001  # sizes of 8 bytes (4.5.3)
_LOCAL = struct.Struct("<4s5HLLLHH")  # a local file header (APPNOTE.TXT 4.3.7)
_END = 22  # bytes of the end of the central directory, without a comment (4.3.16)


def _refuse_member(member: zipfile.ZipInfo, name: str) -> None:
    """Refusal where ``member``, called ``name``, would not come out the same everywhere."""
    odd_end = any(part.endswith((".", " ")) for part in name.split("/"))  # Windows takes those away
    if (
        not clean_name(name)
        or "\\" in name
        or ":" in name
        or odd_end
        or name != member.orig_filename.rstrip("/")
        or _UNICODE_PATH in _extra_fields(member.extra)
    ):
        raise Refusal("zip", f"The zip holds {plain(name)}, which is not put at one place by every reader.")
    if member.flag_bits & 1:
        raise Refusal("zip", f"{plain(name)} in the zip is encrypted.")
    mode = member.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise Refusal("zip", f"{plain(name)} in the zip is a link or a special file.")


def _extra_fields(extra: bytes) -> set[int]:
    found, place = set(), 0
    while place + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, place)
        found.add(kind)
        place += 4 + size
    return found


def _says_the_same(fields: tuple[Any, ...], name: bytes, member: zipfile.ZipInfo) -> bool:
    """Whether a local header (4.3.7) has the name, the flags, the method and the sizes that the directory
    has: a reader from front to back knows no other. zipfile compares the names of what is read alone."""
    try:
        same_name = name.decode("utf-8" if fields[2] & _UTF8 else "cp437") == member.orig_filename
    except UnicodeDecodeError:
        return False
    sizes = (fields[6], fields[7], fields[8])  # CRC, packed, unpacked; behind the content where bit 3 says so
    told = sizes in ((member.CRC, member.compress_size, member.file_size), (member.CRC, _IN_64, _IN_64))
    return (
        same_name
        and fields[2:4] == (member.flag_bits, member.compress_type)
        and (told or bool(fields[2] & 8))
    )


def _refuse_gaps(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> None:
    """Refusal unless the members lie one behind the other from the first byte to the central directory, and
    nothing follows the directory but its end."""
    stream = archive.fp
    assert stream is not None
    place = 0
    for member in sorted(members, key=lambda one: one.header_offset):
        if member.header_offset < 0:  # zipfile takes a directory that claims to begin before the file
            raise Refusal("zip", f"The zip says that {plain(member.filename)} lies before its beginning.")
        stream.seek(member.header_offset)
        raw = stream.read(_LOCAL.size)
        if member.header_offset != place or len(raw) < _LOCAL.size:
            raise Refusal("zip", "The zip holds bytes that belong to no member, or members that overlap.")
        fields = _LOCAL.unpack(raw)
        named = stream.read(fields[9] + fields[10])
        extra = named[fields[9] :]
        if (
            fields[0] != b"PK\x03\x04"
            or _UNICODE_PATH in _extra_fields(extra)
            or not _says_the_same(fields, named[: fields[9]], member)
        ):
            raise Refusal("zip", f"The header of {plain(member.filename)} in the zip is not as it should be.")
        place = stream.tell() + member.compress_size
        if fields[2] & 8:  # sizes behind the content: with or without a signature, of 4 or 8 bytes each
            stream.seek(place)
            place += 4 if stream.read(4) == b"PK\x07\x08" else 0
            place += 20 if _ZIP64 in _extra_fields(extra) else 12
    stream.seek(0, 2)
    size = stream.tell()
    stream.seek(max(size - _END, 0))
    end = stream.read(_END)
    if place != archive.start_dir or not end.startswith(b"PK\x05\x06") or end[20:] != b"\0\0":
        raise Refusal("zip", "The zip holds bytes before its members, between them or behind its directory.")
    directory_size, directory_place = struct.unpack_from("<LL", end, 12)
    if directory_place != place or place + directory_size + _END != size:
        raise Refusal("zip", "The directory of the zip is not where its end says.")
