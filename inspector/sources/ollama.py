"""A store of Ollama as a target: ``manifests/HOST/NAMESPACE/MODEL/TAG`` and ``blobs/sha256-HEX``.

A manifest is one of the OCI (image-spec 1.1): a configuration and layers, each by digest. The layer of the
model is a GGUF file; its sha256 is that of the same file on a hub, so that where it comes from can be proven
by content. The tag is a name that moves, and the layers of template and parameters change what the model
does.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from typing import Any

from inspector.provenance.text import plain, utf8_text
from inspector.sources.claims import ClaimedFolder, missing
from inspector.sources.interface import Entry, EntryKind, Target

MANIFESTS = ("manifests/", "manifest-v2/")
MAX_LAYERS = 200
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


class OllamaSource(ClaimedFolder):
    """The files of the store, each blob with the models it belongs to."""

    def __init__(self, root: str, exclude: Any = ()) -> None:
        super().__init__(root, exclude)
        name = os.path.basename(root.rstrip(os.sep)) or root
        self.target = Target(kind="ollama-store", name=utf8_text(os.fsencode(name)), root=root)

    def _claims(self, files: Mapping[str, Entry]) -> dict[str, dict[str, Any]]:
        layers: dict[str, list[dict[str, Any]]] = {}
        for path, entry in files.items():
            if path.startswith(MANIFESTS):
                for digest, layer in self._layers(path, entry):
                    layers.setdefault(digest, []).append(layer)
        claims: dict[str, dict[str, Any]] = {}
        for path, entry in files.items():
            match = _BLOB.match(path)
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
            path = f"blobs/sha256-{digest}"
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
                        "model": model_of(path),
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
