"""Zip archives: every member judged by its content, and the formats that are a zip with known members."""

from __future__ import annotations

import bisect
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from inspector.artifacts.bytesource import BytesSource, SliceSource, head
from inspector.artifacts.containers.broken import BadCompression
from inspector.artifacts.containers.inflate import CompressedSource, Unpacker, ZipLzma
from inspector.artifacts.containers.member_names import leads_inside
from inspector.artifacts.containers.zip_walk import (
    BZIP2,
    DEFLATED,
    LZMA,
    STORED,
    ZSTD,
    ZSTD_OLD,
    BadZip,
    Member,
    located,
    walk_zip,
)
from inspector.artifacts.context import Context
from inspector.artifacts.conversion.torch_storage import storage_bytes
from inspector.artifacts.formats.keras_config import judge_keras
from inspector.artifacts.formats.skops_schema import judge_skops
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import Judgement, single
from inspector.artifacts.limits import MAX_IN_MEMORY, MAX_JSON, OverLimit
from inspector.artifacts.magics import TFLITE
from inspector.artifacts.pickles.file import judge_whole
from inspector.artifacts.pickles.machine import PickleMachine
from inspector.artifacts.recognise import PICKLE_ENDINGS, ending
from inspector.provenance import Loading, plain
from inspector.sources.interface import ByteSource

_METHODS = {DEFLATED: "deflate", BZIP2: "bzip2", ZSTD: "zstd", ZSTD_OLD: "zstd"}
_ENDS_ITSELF = 0x0002  # flag: LZMA data marks its own end


def read_zip(source: ByteSource, path: str, context: Context) -> Artifact:
    """The verdict on a zip archive: the worst of its members, ``unreadable`` where it is ambiguous."""
    judgement = Judgement()
    if context.is_deepest:
        return single("zip", Loading.UNREADABLE, "over-limit", "Archives are nested too deeply.")
    try:
        # The files that belong to a TensorFlow Lite model are a zip archive behind it.
        is_behind = head(source, 8)[4:] == TFLITE
        members, disagreements = walk_zip(source, is_behind=is_behind)
    except BadZip as bad:
        return single("zip", Loading.UNREADABLE, "broken-zip", str(bad))
    for item in disagreements:
        judgement.note(Loading.UNREADABLE, item.code, item.message, item.offset)
    names = {member.name for member in members}
    word, root = _kind(names)
    if root is not None:
        _check_case(names, judgement)
    judgement.facts["members"] = len(members)
    unread = sum(member.data_at < 0 for member in members)
    if unread:
        judgement.note(
            Loading.ALLOW_LISTED,
            "headers-not-read",
            f"The headers of {unread} members with raw numbers were not fetched: the archive's directory is "
            "taken at its word for them, as torch does.",
        )
    if word in _BY_DESIGN:
        loading, code, message = _BY_DESIGN[word]
        judgement.note(loading, code, message)
    storages: dict[str, tuple[str, int]] = {}
    if root is not None:
        storages = _torch_pickles(source, members, root, context, judgement)
    for member in members:
        if context.budget.work < 0:
            break  # said of the member that was one too many
        if member.is_folder:
            continue
        if root is not None and member.name.startswith(root):
            inside = member.name[len(root) :]
            if inside in ("data.pkl", "constants.pkl"):
                continue
            if inside.startswith("data/") and _is_storage(member, inside[5:], storages, judgement):
                continue
        if word in _SCHEMAS and member.name == _SCHEMAS[word][0]:
            _judge_schema(source, member, context, judgement, word)
        _judge_member(source, member, context, judgement, is_raw=bool(root) and "/data/" in f"/{member.name}")
    base = Loading.NO_LOADER if root is None else Loading.ALLOW_LISTED
    if word == "npz":
        base = Loading.DATA_ONLY
    if members and word != "keras-zip" and ending(path) == ".keras":
        judgement.note(
            Loading.UNREADABLE, "no-config", "The Keras archive has no config.json: Keras cannot load it."
        )
    if not members:
        base = Loading.NO_LOADER
        if ending(path) in (*PICKLE_ENDINGS, ".keras", ".skops", ".mar"):
            judgement.note(
                Loading.UNREADABLE, "empty", "The archive is empty, where a loader expects a model."
            )
        elif ending(path) == ".npz":
            word, base = "npz", Loading.DATA_ONLY
    return judgement.artifact(word, base)


def _check_case(names: set[str], judgement: Judgement) -> None:
    """torch's own reader takes the first of two names that differ in capital letters alone."""
    seen: dict[str, str] = {}
    for name in sorted(names):
        other = seen.setdefault(name.casefold(), name)
        if other != name:
            judgement.note(
                Loading.UNREADABLE,
                "zip-duplicate",
                f"The archive holds the member {plain(name, 200)} twice, but for capital letters.",
            )


_BY_DESIGN = {
    "torchscript": (
        Loading.RUNS_CODE,
        "torchscript",
        "It is a TorchScript archive: its code folder is run by torch's own interpreter when it is used.",
    ),
    "torch-package": (
        Loading.RUNS_CODE,
        "torch-package",
        "It is a torch package: loading it imports the Python code inside.",
    ),
    "torchserve-archive": (
        Loading.RUNS_CODE,
        "model-archive",
        "It is a TorchServe archive: the server runs the handler inside.",
    ),
}


# The member that says what loading the archive imports, and its judge.
_SCHEMAS = {"keras-zip": ("config.json", judge_keras), "skops": ("schema.json", judge_skops)}


def _judge_schema(
    source: ByteSource, member: Member, context: Context, judgement: Judgement, word: str
) -> None:
    inner = Judgement()
    part = member_content(source, member, context, inner)
    if part is not None and part.size <= MAX_JSON:
        _SCHEMAS[word][1](part.read_at(0, part.size), inner)
    elif part is not None:
        inner.note(Loading.UNREADABLE, "over-limit", "The description of the model is longer than 64 MB.")
    judgement.merge(inner.artifact("json", Loading.DATA_ONLY), member.name)


def _kind(names: set[str]) -> tuple[str, str | None]:
    """The format's word, and the root folder where it is a torch archive."""
    ordered = sorted(names)

    def has_folder(prefix: str) -> bool:
        place = bisect.bisect_left(ordered, prefix)
        return place < len(ordered) and ordered[place].startswith(prefix)

    for name in ordered:
        folder, _, last = name.rpartition("/")
        root = f"{folder}/" if folder else ""
        if last == "data.pkl" and f"{root}.data/extern_modules" in names:
            return "torch-package", None
        if last in ("data.pkl", "constants.pkl"):
            if has_folder(f"{root}code/") or f"{root}bytecode.pkl" in names:
                return "torchscript", root
            marks = ("version", "byteorder", ".format_version")
            if last == "data.pkl" and (
                any(root + mark in names for mark in marks) or has_folder(f"{root}data/")
            ):
                return "torch-zip", root
    for name in ordered:
        root, found, last = name.rpartition("archive_format")
        if found and not last and (not root or root.endswith("/")) and has_folder(f"{root}models/"):
            return "torch-export", root
    if any(name.startswith(".data/extern_modules") or "/.data/extern_modules" in name for name in names):
        return "torch-package", None
    if names and all(name.endswith(".npy") for name in names):
        return "npz", None
    if "MAR-INF/MANIFEST.json" in names:
        return "torchserve-archive", None
    if "config.json" in names and ("model.weights.h5" in names or "metadata.json" in names):
        return "keras-zip", None
    if "schema.json" in names:
        return "skops", None
    return "zip", None


def _torch_pickles(
    source: ByteSource, members: list[Member], root: str, context: Context, judgement: Judgement
) -> dict[str, tuple[str, int]]:
    """Runs the machine over the archive's pickles; the storages they name."""
    storages: dict[str, tuple[str, int]] = {}
    names = {member.name for member in members}
    for member in members:
        if member.name not in (f"{root}data.pkl", f"{root}constants.pkl"):
            continue
        inner = Judgement()
        part = member_content(source, member, context, inner)
        if part is not None:
            machine = PickleMachine(part)
            machine.run()
            judge_whole(machine, part, inner)
            storages.update(machine.storages)
            folder = f"{root}data/" if member.name.endswith("data.pkl") else f"{root}constants/"
            missing = [key for key in machine.storages if f"{folder}{key}" not in names]
            if missing:
                inner.note(
                    Loading.UNREADABLE,
                    "storage-missing",
                    f"The archive lacks storages that the pickle names ({len(missing)}), such as "
                    f"{plain(missing[0], 100)!r}.",
                )
        judgement.merge(inner.artifact("pickle", Loading.ALLOW_LISTED), member.name)
    judgement.facts["storages"] = len(storages)
    return storages


def _is_storage(member: Member, key: str, storages: dict[str, tuple[str, int]], judgement: Judgement) -> bool:
    """Whether the pickle names this member as the numbers of a tensor; then it is raw data."""
    named = storages.get(key)
    if named is None:
        return False
    needed = storage_bytes(*named)
    if member.size != needed:
        judgement.note(
            Loading.UNREADABLE,
            "storage-size",
            f"The pickle says that this storage has {needed} bytes, but it has {member.size}.",
            None,
            member.name,
        )
    if member.is_encrypted:
        judgement.note(Loading.UNREADABLE, "encrypted", "The member is encrypted.", None, member.name)
    return True


def _judge_member(
    source: ByteSource, member: Member, context: Context, judgement: Judgement, *, is_raw: bool
) -> None:
    """``is_raw``: the member lies where torch keeps raw numbers, so unknown bytes are no news."""
    inner = Judgement()
    try:
        context.budget.spend_member()
        part = member_content(source, member, context, inner)
        if part is None:
            _judge_as_stored(source, member, context, judgement)
        elif member.is_link:
            _judge_link(part, member, inner)
        if part is not None:
            artifact = context.read_part(part, member.name, context.inner())
            if not (is_raw and artifact.loading is Loading.NOT_UNDERSTOOD):
                judgement.merge(artifact, member.name)
    except BadCompression as bad:
        inner.note(Loading.UNREADABLE, "broken-compression", str(bad))
    except OverLimit as over:
        inner.note(Loading.UNREADABLE, "over-limit", str(over))
    if inner.has_reasons:
        judgement.merge(inner.artifact("zip", Loading.NO_LOADER), member.name)


def _judge_as_stored(source: ByteSource, member: Member, context: Context, judgement: Judgement) -> None:
    """A member that states encryption or an unknown method: a reader that ignores the statement runs what
    stands there, so that is looked at as well. It only ever makes the verdict worse."""
    if member.size > MAX_IN_MEMORY:
        return
    known = member.method if member.method in (DEFLATED, BZIP2) else STORED
    bare = replace(member, is_encrypted=False, method=known)
    part = member_content(source, bare, context, Judgement())
    if part is not None:
        artifact = context.read_part(part, member.name, context.inner())
        if artifact.loading is Loading.RUNS_CODE:
            judgement.merge(artifact, member.name)


def _judge_link(part: ByteSource, member: Member, judgement: Judgement) -> None:
    target = part.read_at(0, min(part.size, 4096)).decode("utf-8", "backslashreplace")
    if part.size > 4096 or not leads_inside(member.name, target):
        judgement.note(
            Loading.UNREADABLE,
            "zip-special",
            f"The member is a link out of the archive, to {plain(target, 200)}.",
        )


def member_content(
    source: ByteSource, member: Member, context: Context, judgement: Judgement
) -> ByteSource | None:
    """The unpacked bytes of a member; None where they cannot be had, with the reason stated."""
    if member.is_encrypted:
        judgement.note(Loading.UNREADABLE, "encrypted", "The member is encrypted.")
        return None
    try:
        member = located(source, member)
    except BadZip as bad:
        judgement.note(Loading.UNREADABLE, "zip-headers-disagree", str(bad))
        return None
    packed = SliceSource(source, member.data_at, member.packed)
    if member.method == STORED:
        return packed
    method: str | Callable[[], ZipLzma] | None = _METHODS.get(member.method)
    if member.method == LZMA:
        method = partial(ZipLzma, None if member.flags & _ENDS_ITSELF else member.size)
    if method is None:
        judgement.note(
            Loading.UNREADABLE,
            "zip-method",
            f"The member is packed by method {member.method}, which is not read.",
        )
        return None
    if member.size > MAX_IN_MEMORY:
        return CompressedSource(packed, method, member.size, context.budget, several=False)
    unpacker = Unpacker(packed, method, context.budget, several=False)
    parts: list[bytes] = []
    total = 0
    try:
        while data := unpacker.next():
            total += len(data)
            if total > member.size:
                break
            parts.append(data)
    except BadCompression as bad:
        judgement.note(Loading.UNREADABLE, "broken-compression", str(bad))
        return None
    except OverLimit as over:
        judgement.note(Loading.UNREADABLE, "over-limit", str(over))
        return None
    content = b"".join(parts)
    if total != member.size or unpacker.consumed != member.packed or zlib.crc32(content) != member.crc:
        judgement.note(
            Loading.UNREADABLE,
            "zip-headers-disagree",
            "The member does not unpack to the size and checksum that the archive states.",
        )
    return BytesSource(content)
