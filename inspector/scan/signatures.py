"""What files of a target say of the model beside them: OpenSSF signatures, held against the files that were
read, and where MLflow says that a model comes from. Both are put on the model's node.

A signature speaks of the folder that it lies in. Digests that the scan computed are used; only where a
signature lists others (parts of files, BLAKE2) the local files are read once more.
"""

from __future__ import annotations

import contextlib
import hashlib
import posixpath
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from inspector import places
from inspector.provenance import Edge, EdgeKind, Node, NodeKind, Pin, ProvenanceGraph, node_id, plain
from inspector.rules.interface import FileFact
from inspector.sources.interface import (
    ByteSource,
    EntryKind,
    LeftOut,
    ReadFailure,
    Source,
    reads_by_parts,
)
from inspector.sources.mlflow import MAX_FILE, mlflow_facts
from inspector.sources.model_signature import (
    MAX_BYTES,
    Checked,
    KnownKey,
    NotASignature,
    Resource,
    Signature,
    check,
    ignored_by,
    parse,
)

NAME = "model.sig"
_CHUNK = 1 << 20
_SMALL = 128 << 10  # a remote file that was fetched in one go
_HASHES: dict[str, Callable[[], Any]] = {
    "sha256": hashlib.sha256,
    "blake2b": hashlib.blake2b,
    "blake2": hashlib.blake2b,
}
_MOST = 200  # signatures of one target
_MOST_BYTES = 8 << 20  # of all signatures of one target: they are parsed in this process
_MOST_NAMES = 200_000  # files that all signatures of one target say something of
_READ_AGAIN = 2  # how often the bytes of one file are read again for all signatures together


def model_signatures(
    source: Source, files: Sequence[FileFact], left_out: Sequence[LeftOut]
) -> dict[str, list[dict[str, Any]]]:
    """By folder ("" is the target itself), what ``attributes.signatures`` of its model is to hold, and at
    most one item ``{"mlflow": …}`` for its ``attributes.mlflow``."""
    found: dict[str, list[dict[str, Any]]] = {}
    for folder, facts in _mlflow(source, files).items():
        found[folder] = [{"mlflow": facts}]
    signed = [file for file in files if posixpath.basename(file.path) == NAME]
    if not signed:
        return found
    known = _known_keys()
    spent = _Spent()
    for number, file in enumerate(signed):
        folder = posixpath.dirname(file.path)
        spent.body += file.entry.size or 0
        if number >= _MOST or spent.body > _MOST_BYTES or spent.names > _MOST_NAMES:
            item = _item(file.path, None, Checked("not-checked", why="This target has too many signatures."))
        else:
            item = _Folder(source, folder, files, left_out, spent).judged(file, known)
        spent.names += sum(len(item[word]) for word in ("changed", "missing", "unlisted", "ignored"))
        found.setdefault(folder, []).append(item)
    return found


def attach(graph: ProvenanceGraph, root: str, name: str, found: Mapping[str, list[dict[str, Any]]]) -> None:
    """Puts each folder's signatures on its model: the node of the folder, the target where that is a model,
    else a node of its own, because what is signed as a model is one."""
    for folder, signatures in found.items():
        top = graph.node(root)
        key = root if not folder and top is not None and top.kind is NodeKind.MODEL else ""
        key = key or node_id(NodeKind.MODEL, folder or name)
        node = graph.node(key)
        if node is None:
            shown = folder or name
            node = Node(key, NodeKind.MODEL, shown, pin=Pin.LOCAL, attributes={"local": True})
            graph.add_node(node)
            graph.add_edge(Edge(root, key, EdgeKind.CONTAINS))
        attributes = dict(node.attributes)
        for item in signatures:
            attributes.update(item if "mlflow" in item else {})
        of_files = [item for item in signatures if "mlflow" not in item]
        if of_files:
            attributes["signatures"] = of_files
        graph.replace_node(replace(node, attributes=attributes))


def _mlflow(source: Source, files: Sequence[FileFact]) -> dict[str, dict[str, Any]]:
    """What MLflow says of local models, by folder."""
    entries = {file.path: file.entry for file in files if file.entry.kind is EntryKind.FILE}

    def read(path: str) -> bytes | None:
        try:
            with contextlib.closing(source.open(entries[path])) as data:
                return data.read_at(0, data.size) if data.size <= MAX_FILE else None
        except ReadFailure:
            return None

    return mlflow_facts(entries, read)


def _known_keys() -> list[KnownKey]:
    """The keys of this user's trust store; none where there is no store or it cannot be read."""
    from inspector.gate.inspector_gate import Unreadable, read_trust, why_not_trusted

    place = places.trust_store()
    if not place.is_file():
        return []
    try:
        keys = read_trust(str(place))
    except Unreadable:
        return []
    now = int(time.time())
    return [KnownKey(key.principal, key.spki, why_not_trusted(key, now) is None) for key in keys]


@dataclass(slots=True)
class _Spent:
    """What the signatures of one target have cost: bytes of their own, names told, and bytes of each file
    that were read again."""

    body: int = 0
    names: int = 0
    again: dict[str, int] = field(default_factory=dict)

    def may_read(self, path: str, size: int) -> bool:
        """Takes one more reading of a file; False where it was read often enough."""
        self.again[path] = self.again.get(path, 0) + 1
        return self.again[path] <= _READ_AGAIN or size <= _SMALL


class _Folder:
    """The files below one folder, by their paths in it."""

    def __init__(
        self,
        source: Source,
        folder: str,
        files: Sequence[FileFact],
        left_out: Sequence[LeftOut],
        spent: _Spent,
    ) -> None:
        self._spent = spent
        start = f"{folder}/" if folder else ""
        self._source = source
        self._files = {file.path[len(start) :]: file for file in files if file.path.startswith(start)}
        self._left_out = [one.path[len(start) :] for one in left_out if one.path.startswith(start)]

    def judged(self, file: FileFact, known: Sequence[KnownKey]) -> dict[str, Any]:
        """One item of ``attributes.signatures``."""
        own = posixpath.basename(file.path)
        try:
            body = self._bytes(file)
        except ReadFailure as failure:
            return _item(file.path, None, Checked("not-checked", why=str(failure)))
        try:
            signed = parse(body)
        except NotASignature as error:
            return _item(file.path, None, Checked("invalid", why=str(error)))
        changed, missing, unknown = self._compared(signed)
        listed = {one.name for one in signed.resources}
        extra = [path for path in sorted(self._files) if path not in listed and path != own]
        # A folder that a rule leaves out and the signed list too; signers never look into git's own.
        is_aside = ignored_by((*signed.ignore, ".git"))
        is_ignored = ignored_by(signed.ignore)
        ignored = [path for path in extra if is_ignored(path)]
        ignored += [path for path in self._left_out if is_aside(path)]
        unlisted = [path for path in extra if not is_ignored(path)]
        unlisted += [path for path in self._left_out if not is_aside(path)]
        differs = bool(changed or missing or unlisted)
        checked = check(signed, known)
        if unknown:
            checked = replace(checked, why=f"{checked.why} {_not_compared(signed, unknown)}".strip())
        return {
            **_item(file.path, signed, checked),
            "content": "differs" if differs else "not-checked" if unknown else "matches",
            "changed": changed,
            "missing": missing,
            "unlisted": sorted(unlisted),
            "ignored": sorted(ignored),
        }

    def _compared(self, signed: Signature) -> tuple[list[str], list[str], list[str]]:
        """Names whose bytes are others, that are not here, and of which nothing can be told."""
        by_name: dict[str, list[Resource]] = {}
        for one in signed.resources:
            by_name.setdefault(one.name, []).append(one)
        changed, missing, unknown = [], [], []
        for name, parts in sorted(by_name.items()):
            file = self._files.get(name)
            if file is None or file.entry.attributes.get("missing"):
                missing.append(name)
                continue
            same = self._is_same(file, parts)
            if same is None:
                unknown.append(name)
            elif not same:
                changed.append(name)
        return changed, missing, unknown

    def _is_same(self, file: FileFact, parts: Sequence[Resource]) -> bool | None:
        whole = parts[0] if len(parts) == 1 and parts[0].end is None else None
        remote = file.entry.kind is EntryKind.REMOTE
        if whole is not None and whole.algorithm == "sha256" and file.sha256 is not None:
            if whole.digest != file.sha256:
                return False
            if not remote:
                return True
        # A hub's word for a digest is no proof; small files were fetched whole.
        if any(part.algorithm not in _HASHES for part in parts):
            # Nothing here computes such a digest; that parts end elsewhere than the file can be told.
            cut = parts[0].end is not None and not remote and not _covers(parts, file.entry.size or 0)
            return False if cut else None
        if file.entry.kind is not EntryKind.FILE and not (remote and (file.entry.size or 0) <= _SMALL):
            return None
        try:
            with contextlib.closing(self._opened(file)) as data:
                if not self._spent.may_read(file.path, data.size):
                    return None
                return _covers(parts, data.size) and all(_digest(data, part) == part.digest for part in parts)
        except ReadFailure:
            return None

    def _bytes(self, file: FileFact) -> bytes:
        if (file.entry.size or 0) > MAX_BYTES:
            raise ReadFailure("It is too large for a signature.")
        with contextlib.closing(self._opened(file)) as data:
            return data.read_at(0, data.size)

    def _opened(self, file: FileFact) -> ByteSource:
        if file.entry.attributes.get("parts") and reads_by_parts(self._source):
            return self._source.open_remote(file.entry)
        return self._source.open(file.entry)


def _not_compared(signed: Signature, unknown: Sequence[str]) -> str:
    """The sentence about files of which nothing can be told, ``unknown`` by name."""
    names = set(unknown)
    strange = sorted({one.algorithm for one in signed.resources if one.name in names} - set(_HASHES))
    number = f"{len(names)} of its files {'was' if len(names) == 1 else 'were'} not compared"
    if not strange:
        return f"{number}: their bytes are not here, or were read often enough."
    listed = ", ".join(plain(one, 20) for one in strange[:3])
    return f"{number}: no digest of this kind ({listed}) is computed here."


def _covers(parts: Sequence[Resource], size: int) -> bool:
    """Whether the parts, one behind the other, are all of a file of ``size`` bytes."""
    at = 0
    for part in sorted(parts, key=lambda one: one.start):
        if part.start != at:
            return False
        at = size if part.end is None else part.end
    return at == size


def _digest(data: ByteSource, part: Resource) -> str:
    digest = _HASHES[part.algorithm]()
    end = data.size if part.end is None else part.end
    for piece in _pieces(data, part.start, end):
        digest.update(piece)
    return str(digest.hexdigest())


def _pieces(data: ByteSource, start: int, end: int) -> Iterator[bytes]:
    for at in range(start, end, _CHUNK):
        yield data.read_at(at, min(_CHUNK, end - at))


def _item(path: str, signed: Signature | None, checked: Checked) -> dict[str, Any]:
    return {
        "path": path,
        "format": "openssf-model-signing",
        "method": signed.method if signed is not None else "unknown",
        "signature": checked.signature,
        "signer": {
            "subject": plain(checked.subject, 500) if checked.subject is not None else None,
            "keyid": checked.keyid,
        },
        "trusted": checked.trusted,
        "why": checked.why,
        "content": "not-checked",
        "changed": [],
        "missing": [],
        "unlisted": [],
        "ignored": [],
    }
