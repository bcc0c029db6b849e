"""Zip archives: every member judged by its content, and the formats that are a zip with known members."""

from __future__ import annotations

import zlib

from inspector.artifacts.bytesource import BytesSource, SliceSource
from inspector.artifacts.containers.inflate import BadCompression, CompressedSource, Unpacker
from inspector.artifacts.containers.zip_walk import BZIP2, DEFLATED, STORED, BadZip, Member, walk_zip
from inspector.artifacts.context import Context
from inspector.artifacts.conversion.torch_storage import storage_bytes
from inspector.artifacts.formats.keras_config import judge_keras
from inspector.artifacts.formats.skops_schema import judge_skops
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import Judgement, single
from inspector.artifacts.limits import MAX_IN_MEMORY, MAX_JSON, OverLimit
from inspector.artifacts.pickles.file import judge_whole
from inspector.artifacts.pickles.machine import PickleMachine
from inspector.artifacts.recognise import PICKLE_ENDINGS, ending
from inspector.provenance import Loading
from inspector.sources.interface import ByteSource

_METHODS = {DEFLATED: "deflate", BZIP2: "bzip2"}


def read_zip(source: ByteSource, path: str, context: Context) -> Artifact:
    """The verdict on a zip archive: the worst of its members, ``unreadable`` where it is ambiguous."""
    judgement = Judgement()
    if context.is_deepest:
        return single("zip", Loading.UNREADABLE, "over-limit", "Archives are nested too deeply.")
    try:
        members, disagreements = walk_zip(source)
    except BadZip as bad:
        return single("zip", Loading.UNREADABLE, "broken-zip", str(bad))
    for item in disagreements:
        judgement.note(Loading.UNREADABLE, item.code, item.message, item.offset)
    names = {member.name for member in members}
    word, root = _kind(names)
    judgement.facts["members"] = len(members)
    if word in _BY_DESIGN:
        loading, code, message = _BY_DESIGN[word]
        judgement.note(loading, code, message)
    storages: dict[str, tuple[str, int]] = {}
    if root is not None:
        storages = _torch_pickles(source, members, root, context, judgement)
    for member in members:
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
    if not members:
        base = Loading.NO_LOADER
        if ending(path) in (*PICKLE_ENDINGS, ".keras", ".skops", ".mar"):
            judgement.note(
                Loading.UNREADABLE, "empty", "The archive is empty, where a loader expects a model."
            )
        elif ending(path) == ".npz":
            word, base = "npz", Loading.DATA_ONLY
    return judgement.artifact(word, base)


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
    "coreml": (
        Loading.UNREADABLE,
        "format-not-read-yet",
        "A Core ML package is recognised, but this version does not read it.",
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
    for name in sorted(names):
        folder, _, last = name.rpartition("/")
        root = f"{folder}/" if folder else ""
        if last == "data.pkl" and f"{root}.data/extern_modules" in names:
            return "torch-package", None
        if last in ("data.pkl", "constants.pkl"):
            if any(other.startswith(f"{root}code/") for other in names):
                return "torchscript", root
            marks = ("version", "byteorder", ".format_version")
            if last == "data.pkl" and (
                any(root + mark in names for mark in marks)
                or any(other.startswith(f"{root}data/") for other in names)
            ):
                return "torch-zip", root
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
    if any(name.endswith(".mlmodel") for name in names):
        return "coreml", None
    return "zip", None


def _torch_pickles(
    source: ByteSource, members: list[Member], root: str, context: Context, judgement: Judgement
) -> dict[str, tuple[str, int]]:
    """Runs the machine over the archive's pickles; the storages they name."""
    storages: dict[str, tuple[str, int]] = {}
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


def member_content(
    source: ByteSource, member: Member, context: Context, judgement: Judgement
) -> ByteSource | None:
    """The unpacked bytes of a member; None where they cannot be had, with the reason stated."""
    if member.is_encrypted:
        judgement.note(Loading.UNREADABLE, "encrypted", "The member is encrypted.")
        return None
    packed = SliceSource(source, member.data_at, member.packed)
    if member.method == STORED:
        return packed
    method = _METHODS.get(member.method)
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
