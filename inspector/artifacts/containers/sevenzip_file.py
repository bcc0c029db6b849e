"""7z archives: every member judged by its content, unpacked in memory only."""

from __future__ import annotations

import stat
import zlib
from collections.abc import Iterator

from inspector.artifacts.bytesource import BytesSource
from inspector.artifacts.containers.broken import BadCompression
from inspector.artifacts.containers.inflate import Ends, ForwardSource
from inspector.artifacts.containers.member_names import MemberNames, leads_inside
from inspector.artifacts.containers.sevenzip_folder import NotRead, unpack_folder
from inspector.artifacts.containers.sevenzip_header import read_header
from inspector.artifacts.containers.sevenzip_parts import Bad7z, Folder, Header, Member
from inspector.artifacts.context import Context
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import Judgement, single
from inspector.artifacts.limits import MAX_IN_MEMORY, OverLimit
from inspector.provenance import Loading, plain
from inspector.sources.interface import ByteSource

_FOLDER_WORK = 14_000  # its description in the header, its decoders


def read_7z(source: ByteSource, context: Context) -> Artifact:
    """The verdict on a 7z archive: the worst of its members, ``unreadable`` where a part cannot be read."""
    if context.is_deepest:
        return single("7z", Loading.UNREADABLE, "over-limit", "Archives are nested too deeply.")
    judgement = Judgement()
    try:
        header = read_header(source, lambda folder: b"".join(unpack_folder(source, folder, context.budget)))
    except NotRead as not_read:
        code = "encrypted" if not_read.is_encrypted else "7z-method"
        return single("7z", Loading.UNREADABLE, code, f"The header of the archive: {not_read}")
    except (Bad7z, BadCompression) as bad:
        return single("7z", Loading.UNREADABLE, "broken-7z", str(bad))
    except OverLimit as over:
        return single("7z", Loading.UNREADABLE, "over-limit", str(over))
    for code, message in header.remarks:
        judgement.note(Loading.UNREADABLE, code, message)
    judgement.facts["members"] = len(header.members)
    _check_entries(header, judgement)
    members = iter([member for member in header.members if member.size is not None])
    for folder in header.folders:
        inside = [next(members) for _ in folder.parts]
        try:
            context.budget.spend_work(_FOLDER_WORK)
            _read_folder(source, folder, inside, context, judgement)
        except NotRead as not_read:
            code = "encrypted" if not_read.is_encrypted else "7z-method"
            _unread(inside, code, str(not_read), judgement)
        except BadCompression as bad:
            _unread(inside, "broken-compression", str(bad), judgement)
        except OverLimit as over:
            judgement.note(Loading.UNREADABLE, "over-limit", str(over))
            break
    return judgement.artifact("7z", Loading.NO_LOADER)


def _unread(inside: list[Member], code: str, message: str, judgement: Judgement) -> None:
    member = inside[0].name if inside else None
    more = f" ({len(inside) - 1} more members with it)" if len(inside) > 1 else ""
    judgement.note(Loading.UNREADABLE, code, message.rstrip(".") + more + ".", None, member)


def _check_entries(header: Header, judgement: Judgement) -> None:
    """Names that stand there twice or lead out of the archive, links, and anti items."""
    names = MemberNames("7z")
    for member in header.members:
        for code, message in names.objections(member.name, is_folder=member.is_folder):
            judgement.note(Loading.UNREADABLE, code, message)
        kind = stat.S_IFMT(member.unix_mode)
        shown = plain(member.name, 200)
        if member.is_anti:
            judgement.note(
                Loading.UNREADABLE,
                "7z-special",
                f"The member {shown} is an order to delete a file of that name.",
            )
        elif kind not in (0, stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK):
            judgement.note(Loading.UNREADABLE, "7z-special", f"The member {shown} is a device.")


def _read_folder(
    source: ByteSource, folder: Folder, inside: list[Member], context: Context, judgement: Judgement
) -> None:
    """Judges the members of a folder, unpacking it once and forward."""
    if not inside:
        judgement.note(Loading.UNREADABLE, "7z-gap", "A part of the 7z archive belongs to no member.")
        return
    pieces = unpack_folder(source, folder, context.budget)
    start, rest = 0, b""
    for member in inside:
        size = member.size or 0
        context.budget.spend_member()
        if size <= MAX_IN_MEMORY:
            content, rest = _taken(pieces, rest, size)
            crc = zlib.crc32(content)
            part: ByteSource = BytesSource(content)
        else:
            ends = Ends()
            crc, rest = _skipped(pieces, rest, size, ends)
            part = ForwardSource(
                lambda: unpack_folder(source, folder, context.budget), size, start, ends.known
            )
        start += size
        if member.crc is not None and crc != member.crc:
            judgement.note(
                Loading.UNREADABLE,
                "7z-checksum",
                "The member does not match the checksum that the archive states.",
                None,
                member.name,
            )
        if stat.S_ISLNK(member.unix_mode):
            _judge_link(part, member, judgement)
        judgement.merge(context.read_part(part, member.name, context.inner()), member.name)
    if rest or next(pieces, b""):
        raise BadCompression("The packed data does not have the size that the 7z archive states.")


def _judge_link(part: ByteSource, member: Member, judgement: Judgement) -> None:
    target = part.read_at(0, min(part.size, 4096)).decode("utf-8", "backslashreplace")
    if part.size > 4096 or not leads_inside(member.name, target):
        judgement.note(
            Loading.UNREADABLE,
            "7z-special",
            f"The member {plain(member.name, 200)} is a link out of the archive, to {plain(target, 200)}.",
        )


def _taken(pieces: Iterator[bytes], rest: bytes, size: int) -> tuple[bytes, bytes]:
    parts, have = [rest], len(rest)
    while have < size:
        piece = next(pieces, b"")
        if not piece:
            raise BadCompression("The compressed data ends too early.")
        parts.append(piece)
        have += len(piece)
    data = b"".join(parts)
    return data[:size], data[size:]


def _skipped(pieces: Iterator[bytes], rest: bytes, size: int, ends: Ends) -> tuple[int, bytes]:
    """The checksum of the next ``size`` bytes, seen by ``ends`` and not held, and what was read beyond."""
    crc, left = 0, size
    while left:
        if not rest:
            rest = next(pieces, b"")
            if not rest:
                raise BadCompression("The compressed data ends too early.")
        piece, rest = rest[:left], rest[left:]
        crc = zlib.crc32(piece, crc)
        left -= len(piece)
        ends.see(piece)
    return crc, rest
