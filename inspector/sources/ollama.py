"""A store of Ollama as a target: ``manifests/HOST/NAMESPACE/MODEL/TAG`` and ``blobs/sha256-HEX``.

A manifest is one of the OCI (image-spec 1.1): a configuration and layers, each by digest. The layer of the
model is a GGUF file; its sha256 is that of the same file on a hub, so that where it comes from can be proven
by content. The tag is a name that moves, and the layers of template and parameters change what the model
does.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from typing import Any

from inspector.provenance.text import plain, utf8_text
from inspector.provenance.words import Pin
from inspector.sources.claims import ClaimedFolder, missing
from inspector.sources.interface import Entry, EntryKind, Target
from inspector.sources.othercaches import Stored

MANIFESTS = ("manifests/", "manifest-v2/")
MAX_LAYERS = 200
MAX_MODELS = 5_000
_HOME = "models/"
# What stands beside ``models`` in Ollama's home (docs/faq.md and docs/troubleshooting.md of Ollama).
_BESIDE = {"cache", "config.json", "history", "id_ed25519", "id_ed25519.pub", "logs", "models"}
_BLOB = re.compile(r"blobs/sha256-([0-9a-f]{64})(.*)\Z", re.DOTALL)
_DIGEST = re.compile(r"sha256[:-]([0-9a-f]{64})\Z")


def is_ollama_store(path: str) -> bool:
    """Whether the folder at ``path`` is the ``models`` folder of Ollama, and nothing else."""
    try:
        names = {name for name in os.listdir(path) if not name.startswith(".")}
    except OSError:
        return False
    folders = {name.rstrip("/") for name in MANIFESTS}
    if "blobs" not in names or not names & folders or names - folders - {"blobs"}:
        return False
    try:
        return any(name.startswith("sha256-") for name in os.listdir(os.path.join(path, "blobs")))
    except OSError:
        return False


def is_ollama_home(path: str) -> bool:
    """Whether the folder at ``path`` is Ollama's own: a store in ``models``, keys and logs beside it."""
    try:
        names = set(os.listdir(path))
    except OSError:
        return False
    return not names - _BESIDE and is_ollama_store(os.path.join(path, "models"))


class OllamaSource(ClaimedFolder):
    """The files of the store, each blob with the models it belongs to. ``stored`` are its models."""

    def __init__(self, root: str, exclude: Any = ()) -> None:
        super().__init__(root, exclude)
        name = os.path.basename(root.rstrip(os.sep)) or root
        self.target = Target(kind="ollama-store", name=utf8_text(os.fsencode(name)), root=root)
        self._top = _HOME if is_ollama_home(root) else ""

    def stored(self) -> list[Stored]:
        """Each model under its name, which is a tag and moves; its revision is the manifest's digest."""
        files = {item.path: item for item in self.entries() if isinstance(item, Entry)}
        found = []
        for path in [path for path in files if self._is_manifest(path)][:MAX_MODELS]:
            body = self.note(files[path])
            layers = self._layers(path, files[path])
            if body is None or not layers:
                continue
            host, _, name = model_of(path.removeprefix(self._top)).partition("/")
            blobs = dict.fromkeys(f"{self._top}blobs/sha256-{digest}" for digest, _ in layers)
            gone = sum(files[blob].kind is not EntryKind.FILE for blob in blobs if blob in files)
            problems = (f"{gone} of its {len(blobs)} layers are not here.",) if gone else ()
            revision = f"sha256:{hashlib.sha256(body).hexdigest()}"
            found.append(Stored("model", host, name, path, Pin.MOVABLE, revision, problems, tuple(blobs)))
        return found

    def _is_manifest(self, path: str) -> bool:
        return path.startswith(tuple(f"{self._top}{one}" for one in MANIFESTS))

    def _claims(self, files: Mapping[str, Entry]) -> dict[str, dict[str, Any]]:
        layers: dict[str, list[dict[str, Any]]] = {}
        for path, entry in files.items():
            if self._is_manifest(path):
                for digest, layer in self._layers(path, entry):
                    layers.setdefault(digest, []).append(layer)
        claims: dict[str, dict[str, Any]] = {}
        for path, entry in files.items():
            match = _BLOB.match(path.removeprefix(self._top))
            if match is None or entry.kind is not EntryKind.FILE:
                continue
            digest, rest = match.groups()
            attributes = _attributes(layers.get(digest, []))
            if rest:
                detail = "a download that was broken off; these are not the bytes of a layer"
                claims[path] = {
                    "kind": EntryKind.DENIED,
                    "detail": detail,
                    "attributes": {**attributes, "partial": True},
                }
            else:
                claims[path] = self.claim(entry, digest, attributes)
        for digest, used in layers.items():
            path = f"{self._top}blobs/sha256-{digest}"
            if path not in files:
                detail = f"a layer of {plain(used[0]['model'], 200)} that is not here"
                claims[path] = missing(used[0]["size"], detail, digest, _attributes(used))
        return claims

    def _layers(self, path: str, entry: Entry) -> list[tuple[str, dict[str, Any]]]:
        """Digest and use of every layer that one manifest names; what is no manifest names none."""
        body = self.note(entry)
        try:
            value = json.loads(body) if body is not None else None
        except (ValueError, RecursionError):
            return []
        if not isinstance(value, dict):
            return []
        rows = value.get("layers")
        found = []
        for row in [value.get("config"), *(rows[:MAX_LAYERS] if isinstance(rows, list) else [])]:
            match = _DIGEST.match(str(row.get("digest"))) if isinstance(row, dict) else None
            if match is None:
                continue
            size = row.get("size")
            found.append(
                (
                    match.group(1),
                    {
                        "model": model_of(path.removeprefix(self._top)),
                        "media_type": plain(str(row.get("mediaType")), 200),
                        "size": size if isinstance(size, int) and not isinstance(size, bool) else None,
                    },
                )
            )
        return found


def model_of(path: str) -> str:
    """``HOST/NAMESPACE/MODEL:TAG`` of a manifest's path."""
    inner = path.partition("/")[2]
    name, _, tag = inner.rpartition("/")
    return f"{name}:{tag}"


def _attributes(layers: list[dict[str, Any]]) -> dict[str, Any]:
    return {"layers": layers[:50], "snapshots": sorted({layer["model"] for layer in layers})[:50]}
