"""Tar archives: every member judged by its content. Links and devices are never followed."""

from __future__ import annotations

from inspector.artifacts.bytesource import SliceSource
from inspector.artifacts.containers.broken import BadCompression
from inspector.artifacts.containers.member_names import MemberNames, leads_inside
from inspector.artifacts.containers.torch_tar import judge_torch_tar
from inspector.artifacts.context import Context
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import MAX_REASONS, Judgement, single
from inspector.artifacts.limits import MAX_MEMBERS, OverLimit, spend_work
from inspector.provenance import Loading, plain
from inspector.sources.interface import ByteSource

_BLOCK = 512
_REGULAR = (b"0", b"\0", b"7")
_LONG_NAME, _LONG_LINK, _PAX, _PAX_SOLARIS, _PAX_GLOBAL = b"L", b"K", b"x", b"X", b"g"
_HARD_LINK, _SYMBOLIC_LINK, _FOLDER = b"1", b"2", b"5"
_WITHOUT_DATA = (_HARD_LINK, _SYMBOLIC_LINK, b"3", b"4", _FOLDER, b"6")
_ZEROS = bytes(_BLOCK)
_ASCII = bytes(range(128))
_MAX_PAX = 1 << 20
_HEADER_WORK, _RECORD_WORK = 15_000, 1400
_MAX_PADDING = 64 << 20


class _BadTar(Exception):
    """The archive cannot be walked. The message is a sentence for the reviewer."""


def is_tar_header(block: bytes) -> bool:
    """Whether 512 bytes are a tar header: their checksum is right, with its bytes signed or not."""
    if len(block) < _BLOCK or block == _ZEROS:
        return False
    try:
        stated = _number(block[148:156])
    except _BadTar:
        return False
    rest = block[:148] + block[156:_BLOCK]
    unsigned = sum(rest) + 32 * 8
    return stated in (unsigned, unsigned - 256 * len(rest.translate(None, _ASCII)))


def read_tar(source: ByteSource, context: Context) -> Artifact:
    """The verdict on a tar archive: the worst of its members."""
    if context.is_deepest:
        return single("tar", Loading.UNREADABLE, "over-limit", "Archives are nested too deeply.")
    judgement = Judgement()
    members: dict[str, ByteSource] = {}
    word = "tar"
    try:
        _walk(source, context, judgement, members)
    except _BadTar as bad:
        judgement.note(Loading.UNREADABLE, "broken-tar", str(bad))
    except BadCompression as bad:
        judgement.note(Loading.UNREADABLE, "broken-compression", str(bad))
    except OverLimit as over:
        judgement.note(Loading.UNREADABLE, "over-limit", str(over))
    judgement.facts["members"] = len(members)
    if {"pickle", "storages"} <= members.keys():
        word = "torch-tar"
        judge_torch_tar(members, judgement)
    if any(name.removeprefix("./") == "MAR-INF/MANIFEST.json" for name in members):
        word = "torchserve-archive"
        judgement.note(
            Loading.RUNS_CODE,
            "model-archive",
            "It is a TorchServe archive: the server runs the handler inside.",
        )
    return judgement.artifact(word, Loading.NO_LOADER)


class _Headers:
    """What extended headers say of the next member."""

    def __init__(self) -> None:
        self.name: str | None = None
        self.link: str | None = None


def _walk(source: ByteSource, context: Context, judgement: Judgement, members: dict[str, ByteSource]) -> None:
    """Reads the members one after the other. A name that comes twice, as where a tar was appended to, leaves
    open which of the two is meant: it counts where any member is more than data."""
    twice: list[tuple[str, str]] = []
    try:
        _walk_members(source, context, judgement, members, twice)
    finally:
        is_data = judgement.loading in (None, Loading.NO_LOADER, Loading.DATA_ONLY)
        for code, message in twice[:MAX_REASONS]:
            judgement.note(Loading.NO_LOADER if is_data else Loading.UNREADABLE, code, message)


def _walk_members(
    source: ByteSource,
    context: Context,
    judgement: Judgement,
    members: dict[str, ByteSource],
    twice: list[tuple[str, str]],
) -> None:
    at = 0
    names = MemberNames("tar")
    ahead = _Headers()
    while at + _BLOCK <= source.size:
        header = source.read_at(at, _BLOCK)
        if header == _ZEROS:
            behind = _behind_padding(source, at)
            if behind is None:
                return
            judgement.note(
                Loading.UNREADABLE, "bytes-after-end", "Bytes follow the end of the tar archive.", behind
            )
            if behind + _BLOCK > source.size or not is_tar_header(source.read_at(behind, _BLOCK)):
                return
            at = behind
            continue
        if not is_tar_header(header):
            raise _BadTar("A header of the tar archive is broken.")
        kind = header[156:157]
        size = _number(header[124:136])
        name = ahead.name or _name(header)
        data_at = at + _BLOCK
        if size and (kind in _WITHOUT_DATA or (kind == b"\0" and name.endswith("/"))):
            # Some readers step over these bytes, others read the next header there.
            judgement.note(
                Loading.UNREADABLE,
                "tar-ambiguous",
                f"The member {plain(name, 200)} is no file, but states {size} bytes.",
                at,
            )
            size = 0
        if size < 0 or data_at + size > source.size:
            raise _BadTar("The tar archive is cut off.")
        at = data_at + -(-size // _BLOCK) * _BLOCK
        part = SliceSource(source, data_at, size)
        if _extended(kind, part, ahead, judgement):
            continue
        link, ahead = ahead.link, _Headers()
        is_folder = kind == _FOLDER or (kind == b"\0" and name.endswith("/"))
        context.budget.spend_member()
        for code, message in names.objections(name, is_folder=is_folder):
            if code == "tar-duplicate":
                twice.append((code, message))
            else:
                judgement.note(Loading.UNREADABLE, code, message)
        if is_folder:
            continue
        if kind in _WITHOUT_DATA:
            _judge_link(kind, name, link or _text(header[157:257]), judgement)
            continue
        if kind not in _REGULAR:
            judgement.note(
                Loading.UNREADABLE,
                "tar-special",
                f"The member {plain(name, 200)} is of an unknown kind.",
                data_at - _BLOCK,
            )
        if len(members) >= MAX_MEMBERS:
            raise OverLimit(f"The tar archive has more than {MAX_MEMBERS} members.")
        members[name] = part
        judgement.merge(context.read_part(part, name, context.inner()), name)
    raise _BadTar("The tar archive has no end mark.")


def _behind_padding(source: ByteSource, at: int) -> int | None:
    """The block behind the zeros at ``at`` in which something stands again; None where nothing does."""
    end = min(source.size, at + _MAX_PADDING)
    while at < end:
        data = source.read_at(at, min(1 << 16, source.size - at))
        rest = data.lstrip(b"\0")
        if rest:
            return at + (len(data) - len(rest)) // _BLOCK * _BLOCK
        at += len(data)
    return None if at >= source.size else at


def _extended(kind: bytes, part: ByteSource, ahead: _Headers, judgement: Judgement) -> bool:
    """Whether the member only describes the next one (or all that follow); then it is taken in."""
    if kind not in (_LONG_NAME, _LONG_LINK, _PAX, _PAX_SOLARIS, _PAX_GLOBAL):
        return False
    if part.size > _MAX_PAX:
        raise OverLimit("A header of the tar archive is longer than 1 MB.")
    spend_work(_HEADER_WORK)
    data = part.read_at(0, part.size)
    if kind == _LONG_NAME:
        ahead.name = _text(data)
    elif kind == _LONG_LINK:
        ahead.link = _text(data)
    else:
        records = _pax_records(data)
        if kind == _PAX_GLOBAL and records.keys() & {b"path", b"linkpath"}:
            judgement.note(
                Loading.UNREADABLE, "tar-ambiguous", "The tar archive gives all its members one name."
            )
        if b"size" in records or any(key.startswith(b"GNU.sparse") for key in records):
            raise _BadTar("The tar archive restates the size of a member.")
        if kind != _PAX_GLOBAL:
            ahead.name = _decoded(records.get(b"path")) or ahead.name
            ahead.link = _decoded(records.get(b"linkpath")) or ahead.link
    return True


def _pax_records(data: bytes) -> dict[bytes, bytes]:
    """The records "length key=value", a line feed behind each (POSIX pax). The last of two counts."""
    records: dict[bytes, bytes] = {}
    at = 0
    while at < len(data) and data[at]:
        spend_work(_RECORD_WORK)
        space = data.find(b" ", at, at + 20)
        digits = data[at:space]
        if space < 0 or not digits.isdigit() or at + int(digits) > len(data) or int(digits) < 5:
            raise _BadTar("An extended header of the tar archive is broken.")
        end = at + int(digits)
        key, equals, value = data[space + 1 : end - 1].partition(b"=")
        if not equals or data[end - 1 : end] != b"\n":
            raise _BadTar("An extended header of the tar archive is broken.")
        records[key] = value
        at = end
    return records


def _judge_link(kind: bytes, name: str, target: str, judgement: Judgement) -> None:
    if kind == _HARD_LINK and leads_inside("", target):
        return
    if kind == _SYMBOLIC_LINK and leads_inside(name, target):
        return
    is_link = kind in (_HARD_LINK, _SYMBOLIC_LINK)
    what = f"a link out of the archive, to {plain(target, 200)}" if is_link else "a device"
    judgement.note(Loading.UNREADABLE, "tar-special", f"The member {plain(name, 200)} is {what}.")


def _number(field: bytes) -> int:
    """A number of a header: octal digits up to a zero, or binary where the first bit is set (GNU)."""
    if field[:1] in (b"\x80", b"\xff"):
        value = int.from_bytes(field[1:], "big")
        return value if field[0] == 0x80 else value - (1 << 8 * (len(field) - 1))
    try:
        return int(field.split(b"\0", 1)[0].strip() or b"0", 8)
    except ValueError:
        raise _BadTar("A number in the tar archive is none.") from None


def _name(header: bytes) -> str:
    name = header[:100].split(b"\0", 1)[0]
    prefix = header[345:500].split(b"\0", 1)[0] if header[257:262] == b"ustar" else b""
    if header[257:265] == b"ustar  \0":
        prefix = b""  # GNU keeps times and offsets there
    return (prefix + b"/" + name if prefix else name).decode("utf-8", "backslashreplace")


def _text(field: bytes) -> str:
    return field.split(b"\0", 1)[0].decode("utf-8", "backslashreplace")


def _decoded(value: bytes | None) -> str | None:
    return None if value is None else value.decode("utf-8", "backslashreplace")
