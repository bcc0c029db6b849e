"""Tar archives: every member judged by its content. Links and devices are never followed."""

from __future__ import annotations

from inspector.artifacts.bytesource import SliceSource
from inspector.artifacts.containers.inflate import BadCompression
from inspector.artifacts.context import Context
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import Judgement, single
from inspector.artifacts.limits import MAX_MEMBERS, OverLimit
from inspector.provenance import Loading, plain
from inspector.sources.interface import ByteSource

_BLOCK = 512
_REGULAR = (b"0", b"\0", b"7")
_LONG_NAME, _PAX, _PAX_GLOBAL, _FOLDER = b"L", b"x", b"g", b"5"


class _BadTar(Exception):
    """The archive cannot be walked. The message is a sentence for the reviewer."""


def is_tar_header(block: bytes) -> bool:
    """Whether 512 bytes are a tar header: their checksum is right."""
    if len(block) < _BLOCK or not any(block):
        return False
    try:
        stated = int(block[148:156].strip(b" \0") or b"-1", 8)
    except ValueError:
        return False
    return stated == sum(block[:148]) + 32 * 8 + sum(block[156:_BLOCK])


def read_tar(source: ByteSource, context: Context) -> Artifact:
    """The verdict on a tar archive: the worst of its members."""
    if context.is_deepest:
        return single("tar", Loading.UNREADABLE, "over-limit", "Archives are nested too deeply.")
    judgement = Judgement()
    names: set[str] = set()
    word = "tar"
    try:
        word = _walk(source, context, judgement, names)
    except _BadTar as bad:
        judgement.note(Loading.UNREADABLE, "broken-tar", str(bad))
    except BadCompression as bad:
        judgement.note(Loading.UNREADABLE, "broken-compression", str(bad))
    except OverLimit as over:
        judgement.note(Loading.UNREADABLE, "over-limit", str(over))
    judgement.facts["members"] = len(names)
    if {"pickle", "storages"} <= names:
        word = "torch-tar"
        judgement.note(
            Loading.UNREADABLE,
            "format-not-read-yet",
            "The oldest torch format (tar) is recognised, but its storages are not read to the end.",
        )
    return judgement.artifact(word, Loading.NO_LOADER)


def _walk(source: ByteSource, context: Context, judgement: Judgement, names: set[str]) -> str:
    at = 0
    long_name: str | None = None
    while at + _BLOCK <= source.size:
        header = source.read_at(at, _BLOCK)
        if not any(header):
            return "tar"  # the end mark; what follows is padding
        if not is_tar_header(header):
            raise _BadTar("A header of the tar archive is broken.")
        kind = header[156:157]
        size = _octal(header[124:136])
        data_at = at + _BLOCK
        if data_at + size > source.size:
            raise _BadTar("The tar archive is cut off.")
        at = data_at + -(-size // _BLOCK) * _BLOCK
        name = long_name or _name(header)
        long_name = None
        if kind == _LONG_NAME and size <= 65536:
            long_name = source.read_at(data_at, size).rstrip(b"\0").decode("utf-8", "backslashreplace")
        elif kind == _PAX and size <= 1 << 20:
            long_name = _pax_path(source.read_at(data_at, size))
        elif kind in _REGULAR:
            _member(SliceSource(source, data_at, size), name, context, judgement, names)
        elif kind not in (_FOLDER, _PAX_GLOBAL):
            judgement.note(
                Loading.UNREADABLE,
                "tar-special",
                f"The member {plain(name, 200)} is a link, a device or of an unknown kind.",
                data_at - _BLOCK,
            )
    raise _BadTar("The tar archive has no end mark.")


def _octal(field: bytes) -> int:
    if field[:1] in (b"\x80", b"\xff"):
        value = int.from_bytes(field[1:], "big")
    else:
        try:
            value = int(field.strip(b" \0") or b"0", 8)
        except ValueError:
            raise _BadTar("A size in the tar archive is no number.") from None
    return value


def _name(header: bytes) -> str:
    name = header[:100].split(b"\0", 1)[0]
    prefix = header[345:500].split(b"\0", 1)[0] if header[257:262] == b"ustar" else b""
    return (prefix + b"/" + name if prefix else name).decode("utf-8", "backslashreplace")


def _pax_path(data: bytes) -> str | None:
    for line in data.split(b"\n"):
        _, _, field = line.partition(b" ")
        if field.startswith(b"path="):
            return field[5:].decode("utf-8", "backslashreplace")
        if field.startswith(b"size="):
            raise _BadTar("The tar archive restates the size of a member.")
    return None


def _member(part: ByteSource, name: str, context: Context, judgement: Judgement, names: set[str]) -> None:
    context.budget.spend_member()
    parts = name.replace("\\", "/").split("/")
    if name in names or ".." in parts or name.startswith("/"):
        judgement.note(
            Loading.UNREADABLE,
            "tar-member-path",
            f"The member {plain(name, 200)} stands there twice or points out of the archive.",
        )
    names.add(name)
    if len(names) > MAX_MEMBERS:
        raise OverLimit(f"The tar archive has more than {MAX_MEMBERS} members.")
    judgement.merge(context.read_part(part, name, context.inner()), name)
