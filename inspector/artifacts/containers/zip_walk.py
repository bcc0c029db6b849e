"""The members of a zip archive, as every reader must see them (APPNOTE.TXT 6.3.10).

The central directory and the local headers are both read and have to agree; there may be no bytes that
belong to nothing, no member twice, nothing before the first or behind the last. Where they disagree, one
unzipper finds another file than the next one, and no verdict on "the" content is possible.
"""

from __future__ import annotations

import stat
import struct
import zlib
from dataclasses import dataclass, replace

from inspector.artifacts.bytesource import tail
from inspector.artifacts.containers.member_names import MemberNames
from inspector.artifacts.limits import MAX_MEMBERS, OverLimit
from inspector.provenance import plain
from inspector.sources.interface import ByteSource, is_remote

STORED, DEFLATED, BZIP2, LZMA, ZSTD_OLD, ZSTD = 0, 8, 12, 14, 20, 93
_REMOTE_ENDS = 4  # end records of a remote file that are held against their directory: each may be a request
_END = struct.Struct("<4sHHHHIIH")
_END64 = struct.Struct("<4sQHHIIQQQQ")
_LOCATOR = struct.Struct("<4sIQI")
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_MAX_DIRECTORY = 64 << 20
_ENCRYPTED = 0x0001 | 0x0040 | 0x2000
_DESCRIPTOR = 0x0008
_EMPTY_DEFLATED = 2  # bytes that nothing is deflated to
_UNIX, _MACOS = 3, 19  # systems whose archives keep the mode of a file
_ZIP64_FIELD, _UNICODE_PATH = 0x0001, 0x7075


class BadZip(Exception):
    """No directory of members can be read. The message is a sentence for the reviewer."""


@dataclass(frozen=True, slots=True)
class Member:
    """One member: its name, how it is packed, and where its packed bytes lie."""

    name: str
    method: int
    is_encrypted: bool
    crc: int
    packed: int
    size: int
    header_at: int
    data_at: int
    flags: int
    unix_mode: int = 0
    unicode_name: str | None = None

    @property
    def is_folder(self) -> bool:
        return self.name.endswith("/") and self.size == 0 and self.packed <= _EMPTY_DEFLATED

    @property
    def is_link(self) -> bool:
        return stat.S_ISLNK(self.unix_mode)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Why the archive is ambiguous."""

    code: str
    message: str
    offset: int | None = None


@dataclass(frozen=True, slots=True)
class _Directory:
    start: int
    size: int
    count: int
    shift: int  # bytes before the archive's own offset 0


def ends_in_zip(source: ByteSource) -> bool:
    """Whether a file of another format ends in a zip archive, which unzippers find from its end. They do not
    agree which of several end records is the one: any that has a directory before it counts."""
    last = tail(source, 65535 + _END.size)
    at = last.rfind(b"PK\x05\x06")
    tries = _REMOTE_ENDS if is_remote(source) else len(last)
    while at >= 0 and tries:
        if len(last) - at >= _END.size:
            tries -= 1
            if _has_directory(source, last, at):
                return True
        at = last.rfind(b"PK\x05\x06", 0, at + 3)
    return False


def _has_directory(source: ByteSource, last: bytes, at: int) -> bool:
    size, place = _END.unpack_from(last, at)[5:7]
    if place + _CENTRAL.size <= source.size and source.read_at(place, 4) == b"PK\x01\x02":
        return True  # some unzippers trust its offset, whatever its length
    end = source.size - len(last) + at
    wide = end - _LOCATOR.size - _END64.size
    if wide >= 0 and source.read_at(end - _LOCATOR.size, 4) == b"PK\x06\x07":
        size = _END64.unpack(source.read_at(wide, _END64.size))[8]
        end = wide
    start = end - size
    return bool(size >= _CENTRAL.size and start >= 0 and source.read_at(start, 4) == b"PK\x01\x02")


def walk_zip(source: ByteSource, *, is_behind: bool = False) -> tuple[list[Member], list[Disagreement]]:
    """The members in the order of the directory, and all that is ambiguous. Raises BadZip, OverLimit.
    ``is_behind``: other data stands before the first member by design."""
    found: list[Disagreement] = []
    directory = _find_directory(source, found)
    found = [item for item in found if not is_behind or item.code != "zip-prefix"]
    members = _read_directory(source, directory, found)
    _check_names(members, found)
    far = _raw_and_far(source, members)
    members = [member if member.name in far else _check_local(source, member, found) for member in members]
    first = min((member.header_at for member in members), default=0)
    _check_cover(source, members, directory, found, (directory.shift or first) if is_behind else 0)
    return members, found


def located(source: ByteSource, member: Member) -> Member:
    """``member`` with the place of its data, for one whose local header was left unread. Raises BadZip
    where header and directory disagree."""
    if member.data_at >= 0:
        return member
    found: list[Disagreement] = []
    known = _check_local(source, member, found)
    if found:
        raise BadZip(found[0].message)
    return known


def _raw_and_far(source: ByteSource, members: list[Member]) -> set[str]:
    """Names of the raw numbers of a torch archive that is read over a network. torch takes their place from
    the directory and never looks for code in them, and each local header would be a request of its own:
    they are left unread, unless the header is here already or somebody wants the content."""
    if not is_remote(source):
        return set()
    roots = {member.name[: -len("data.pkl")] for member in members if member.name.endswith("data.pkl")}
    return {
        member.name
        for member in members
        if member.method == STORED
        and member.packed == member.size
        and any(
            member.name.startswith(f"{root}data/") and member.name[len(root) + 5 :].isdigit()
            for root in roots
        )
        and not source.holds(member.header_at, _LOCAL.size + len(member.name.encode()))
    }


def _find_directory(source: ByteSource, found: list[Disagreement]) -> _Directory:
    last = tail(source, 65535 + _END.size)
    base = source.size - len(last)
    at = last.rfind(b"PK\x05\x06")
    if at < 0 or len(last) - at < _END.size:
        raise BadZip("The zip archive has no end record: it is cut off or not a zip archive.")
    record = _END.unpack_from(last, at)
    disk, first_disk, here, count, size, start, comment = record[1:]
    behind = len(last) - at - _END.size - comment
    if behind:
        found.append(Disagreement("zip-tail", "Bytes follow the end of the zip archive.", base + at))
    if _other_end(last, at):
        found.append(Disagreement("zip-end", "The zip archive has two end records that fit.", base + at))
    if disk or first_disk or here != count:
        raise BadZip("The zip archive is one of several volumes.")
    end_at = base + at
    if end_at >= _LOCATOR.size:
        locator = _LOCATOR.unpack(source.read_at(end_at - _LOCATOR.size, _LOCATOR.size))
        if locator[0] == b"PK\x06\x07":
            return _directory64(source, end_at, locator[2], (count, size, start), found)
    if count == 0xFFFF or 0xFFFFFFFF in (size, start):
        raise BadZip("The zip archive says it is a zip64 archive, but has no zip64 record.")
    return _placed(size, start, count, end_at, found)


def _other_end(last: bytes, at: int) -> bool:
    """Whether there is a second end record: one whose comment holds the last one."""
    earlier = last.rfind(b"PK\x05\x06", 0, at)
    while earlier >= 0:
        comment = int.from_bytes(last[earlier + 20 : earlier + 22], "little")
        if earlier + _END.size + comment == len(last):
            return True
        earlier = last.rfind(b"PK\x05\x06", 0, earlier)
    return False


def _directory64(
    source: ByteSource, end_at: int, where: int, small: tuple[int, int, int], found: list[Disagreement]
) -> _Directory:
    record_at = end_at - _LOCATOR.size - _END64.size
    if record_at < 0:
        raise BadZip("The zip64 record is missing.")
    record = _END64.unpack(source.read_at(record_at, _END64.size))
    if record[0] != b"PK\x06\x06":
        raise BadZip("The zip64 record is not where the archive says it is.")
    count, size, start = record[7], record[8], record[9]
    if record[4] or record[5] or record[6] != count:
        raise BadZip("The zip archive is one of several volumes.")
    if where != record_at or record[1] != _END64.size - 12:
        found.append(
            Disagreement("zip-end", "The zip64 record is not where the archive says it is.", record_at)
        )
    limits = (0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
    for plain_value, wide, limit in zip(small, (count, size, start), limits, strict=True):
        if plain_value not in (wide, limit):
            found.append(Disagreement("zip-end", "The two end records of the archive disagree.", end_at))
    return _placed(size, start, count, record_at, found)


def _placed(size: int, start: int, count: int, end: int, found: list[Disagreement]) -> _Directory:
    shift = end - size - start
    if shift < 0:
        raise BadZip("The zip archive's directory does not fit before its end record.")
    if shift:
        found.append(Disagreement("zip-prefix", "Bytes stand before the zip archive or inside of it.", 0))
    if size > _MAX_DIRECTORY or count > MAX_MEMBERS:
        raise OverLimit(f"The zip archive has more than {MAX_MEMBERS} members or a directory over 64 MB.")
    return _Directory(start + shift, size, count, shift)


def _read_directory(source: ByteSource, directory: _Directory, found: list[Disagreement]) -> list[Member]:
    data = source.read_at(directory.start, directory.size)
    members: list[Member] = []
    at = 0
    while at + _CENTRAL.size <= len(data) and data[at : at + 4] == b"PK\x01\x02":
        row = _CENTRAL.unpack_from(data, at)
        flags, method, crc, packed, size = row[3], row[4], row[7], row[8], row[9]
        name_length, extra_length, comment_length, disk, header_at = (
            row[10],
            row[11],
            row[12],
            row[13],
            row[16],
        )
        body = at + _CENTRAL.size
        raw_name = data[body : body + name_length]
        extra = data[body + name_length : body + name_length + extra_length]
        at = body + name_length + extra_length + comment_length
        if at > len(data) or disk not in (0, 0xFFFF):
            raise BadZip("The directory of the zip archive is broken.")
        size, packed, header_at = _wide(extra, (size, packed, header_at))
        name = raw_name.decode("utf-8" if flags & 0x800 else "cp437", "backslashreplace")
        members.append(
            Member(
                name,
                method,
                bool(flags & _ENCRYPTED),
                crc,
                packed,
                size,
                header_at + directory.shift,
                -1,
                flags,
                row[15] >> 16 if row[1] >> 8 in (_UNIX, _MACOS) else 0,
                _unicode_name(extra, raw_name),
            )
        )
        if len(members) > MAX_MEMBERS:
            raise OverLimit(f"The zip archive has more than {MAX_MEMBERS} members.")
    if at != len(data) or len(members) != directory.count:
        found.append(
            Disagreement("zip-directory", "The directory of the zip archive does not hold what it announces.")
        )
    return members


def _unicode_name(extra: bytes, raw_name: bytes) -> str | None:
    """The name in an Info-ZIP Unicode path field, which some readers take for the member's own."""
    at = 0
    while at + 9 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        field = extra[at + 4 : at + 4 + length]
        at += 4 + length
        is_path = kind == _UNICODE_PATH and len(field) > 5 and field[0] == 1
        if is_path and int.from_bytes(field[1:5], "little") == zlib.crc32(raw_name):
            return field[5:].decode("utf-8", "backslashreplace")
    return None


def _wide(extra: bytes, values: tuple[int, int, int]) -> tuple[int, int, int]:
    """Sizes and offset with those that stand in a zip64 extra field filled in."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == _ZIP64_FIELD:
            field = extra[at + 4 : at + 4 + length]
            widened = []
            for value in values:
                if value == 0xFFFFFFFF and len(field) >= 8:
                    value, field = int.from_bytes(field[:8], "little"), field[8:]
                widened.append(value)
            return widened[0], widened[1], widened[2]
        at += 4 + length
    return values


def _check_names(members: list[Member], found: list[Disagreement]) -> None:
    names, others = MemberNames("zip"), MemberNames("zip")
    has_others = any(member.unicode_name is not None for member in members)
    for member in members:
        for code, message in names.objections(member.name, is_folder=member.is_folder):
            found.append(Disagreement(code, message))
        other = member.unicode_name
        if other is not None and other != member.name and member.name.isascii() and "?" not in member.name:
            found.append(
                Disagreement(
                    "zip-headers-disagree",
                    f"The member {plain(member.name, 200)} has the second name {plain(other, 200)}.",
                )
            )
        if not has_others:
            continue
        for code, message in others.objections(other or member.name, is_folder=member.is_folder):
            if other is not None:
                found.append(Disagreement(code, message))


def _check_local(source: ByteSource, member: Member, found: list[Disagreement]) -> Member:
    """The member with the place of its data, after its local header was held against the directory."""
    shown = plain(member.name, 200)
    at = member.header_at
    if at < 0 or at + _LOCAL.size > source.size:
        raise BadZip(f"The member {shown} lies outside of the archive.")
    row = _LOCAL.unpack(source.read_at(at, _LOCAL.size))
    if row[0] != b"PK\x03\x04":
        raise BadZip(f"The member {shown} has no local header where the directory says.")
    flags, method, crc, packed, size, name_length, extra_length = row[2], row[3], *row[6:]
    data_at = at + _LOCAL.size + name_length + extra_length
    if data_at + member.packed > source.size:
        raise BadZip(f"The member {shown} is longer than the archive.")
    rest = source.read_at(at + _LOCAL.size, name_length + extra_length)
    size, packed, _ = _wide(rest[name_length:], (size, packed, 0))
    name = rest[:name_length].decode("utf-8" if flags & 0x800 else "cp437", "backslashreplace")
    same = name == member.name and method == member.method and flags == member.flags
    told = (crc, packed, size)
    wanted = (member.crc, member.packed, member.size)
    if not flags & _DESCRIPTOR:
        same = same and told == wanted
    else:
        same = same and all(
            value in (0, right, 0xFFFFFFFF) for value, right in zip(told, wanted, strict=True)
        )
    if not same or (member.method == STORED and member.packed != member.size):
        found.append(
            Disagreement(
                "zip-headers-disagree", f"Directory and local header disagree on the member {shown}.", at
            )
        )
    return replace(member, header_at=at, data_at=data_at)


def _check_cover(
    source: ByteSource, members: list[Member], directory: _Directory, found: list[Disagreement], expected: int
) -> None:
    """Members, one behind the other, have to fill the archive from ``expected`` up to its directory."""
    for member in sorted(members, key=lambda item: item.header_at):
        if member.header_at != expected and expected >= 0:
            word = "overlap" if member.header_at < expected else "gap"
            found.append(
                Disagreement(
                    f"zip-{word}",
                    f"There is a {word} before the member {plain(member.name, 200)}.",
                    member.header_at,
                )
            )
        if member.data_at < 0:
            expected = -1  # its header is not here, so neither is its end
            continue
        expected = member.data_at + member.packed
        if member.flags & _DESCRIPTOR:
            expected += _descriptor_length(source, member, expected)
    if expected not in (directory.start, -1):
        found.append(
            Disagreement(
                "zip-gap", "Bytes between the members and the directory belong to no member.", expected
            )
        )


def _descriptor_length(source: ByteSource, member: Member, at: int) -> int:
    """The length of the data descriptor behind a member: 12 to 24 bytes, with or without its signature."""
    data = source.read_at(at, min(24, source.size - at))
    for signature in (b"PK\x07\x08", b""):
        for shape in ("<III", "<IQQ"):
            body = struct.pack(
                shape,
                member.crc,
                member.packed & (1 << 32) - 1 if shape == "<III" else member.packed,
                member.size & (1 << 32) - 1 if shape == "<III" else member.size,
            )
            if data.startswith(signature + body):
                return len(signature) + len(body)
    return 0
