"""Stores that call their files by digest: what they claim, what is missing, and no socket."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inspector.scan import ScanOptions, run_scan
from inspector.sources import Entry, EntryKind, open_target
from inspector.sources.claims import git_id
from inspector.sources.ollama import model_of

COMMIT = "a1b2c3d4" * 5


def files_of(path: Path, kind: str) -> dict[str, Entry]:
    source = open_target(str(path))
    assert source.target.kind == kind
    listed = list(source.entries())
    assert listed == list(source.entries()) == sorted(listed, key=lambda item: item.path)
    return {item.path: item for item in listed if isinstance(item, Entry)}


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


class TestOllama:
    @pytest.fixture
    def store(self, tmp_path: Path) -> Path:
        root = tmp_path / "models"
        (root / "blobs").mkdir(parents=True)
        for body in (b"GGUF weights", b'{"architecture": "amd64"}'):
            (root / "blobs" / f"sha256-{sha256(body)}").write_bytes(body)
        self.manifest(root, b"GGUF weights")
        return root

    @staticmethod
    def manifest(root: Path, *bodies: bytes, tag: str = "latest") -> None:
        def layer(kind: str, body: bytes) -> dict[str, Any]:
            media = f"application/vnd.ollama.image.{kind}"
            return {"mediaType": media, "digest": f"sha256:{sha256(body)}", "size": len(body)}

        path = root / "manifests/registry.ollama.ai/library/llama3" / tag
        path.parent.mkdir(parents=True, exist_ok=True)
        value = {"schemaVersion": 2, "config": layer("config", b'{"architecture": "amd64"}')}
        path.write_text(json.dumps({**value, "layers": [layer("model", body) for body in bodies]}))

    def test_each_blob_claims_its_digest_and_names_its_models(
        self, store: Path, no_sockets: Callable[[], int]
    ) -> None:
        files = files_of(store, "ollama-store")
        blob = files[f"blobs/sha256-{sha256(b'GGUF weights')}"]
        assert blob.kind is EntryKind.FILE and blob.claimed_sha256 == sha256(b"GGUF weights")
        (layer,) = blob.attributes["layers"]
        assert layer["model"] == "registry.ollama.ai/library/llama3:latest"
        assert layer["media_type"] == "application/vnd.ollama.image.model"
        assert no_sockets() == 0

    def test_a_layer_that_is_missing_and_one_that_was_broken_off(self, store: Path) -> None:
        self.manifest(store, b"not here", tag="8b")
        (store / "blobs" / f"sha256-{'ab' * 32}-partial").write_bytes(b"half")
        files = files_of(store, "ollama-store")
        gone = files[f"blobs/sha256-{sha256(b'not here')}"]
        assert (gone.kind, gone.size) == (EntryKind.DENIED, 8) and gone.attributes["missing"]
        assert "llama3:8b that is not here" in gone.detail
        assert files[f"blobs/sha256-{'ab' * 32}-partial"].kind is EntryKind.DENIED

    @pytest.mark.parametrize(
        "body",
        ["", "[]", "{", "[" * 100_000, '{"layers": 7, "config": 1}', '{"layers": [{"digest": "../x"}]}'],
    )
    def test_what_is_no_manifest_names_no_layer(self, store: Path, body: str) -> None:
        (store / "manifests/odd").write_text(body)
        assert not [one for one in files_of(store, "ollama-store").values() if one.attributes.get("missing")]

    def test_each_model_is_a_node_above_its_layers_at_a_name_that_moves(self, store: Path) -> None:
        self.manifest(store, b"GGUF weights", b"not here", tag="8b")
        result = run_scan(ScanOptions(str(store), audit=False, jobs=1, offline=True, use_cache=False))
        nodes = {node["id"]: node for node in result["nodes"]}
        one = nodes["model:registry.ollama.ai/library/llama3:8b"]
        manifest = store / "manifests/registry.ollama.ai/library/llama3/8b"
        assert one["pin"] == "movable"
        assert one["attributes"]["revisions"] == [f"sha256:{sha256(manifest.read_bytes())}"]
        assert one["attributes"]["problems"] == ["1 of its 3 layers are not here."]
        assert nodes["model:registry.ollama.ai/library/llama3:latest"]["attributes"]["problems"] == []
        below = {edge["target"] for edge in result["edges"] if edge["source"] == one["id"]}
        assert f"model-file:blobs/sha256-{sha256(b'GGUF weights')}" in below

    def test_what_is_no_manifest_is_no_model(self, store: Path) -> None:
        place = store / "manifests/registry.ollama.ai/library/llama3"
        for name, body in (("a", "[]"), ("b", "{}"), ("c", "{"), ("d", '{"layers": [{"digest": "x"}]}')):
            (place / name).write_text(body)
        source: Any = open_target(str(store))
        assert [one.name for one in source.stored()] == ["library/llama3:latest"]

    def test_the_home_around_a_store_is_one_and_its_blobs_are_held_against_their_names(
        self, store: Path
    ) -> None:
        home = store.parent
        (home / "id_ed25519.pub").write_text("ssh-ed25519 AAAA")
        (home / "history").write_text("hello")
        files = files_of(home, "ollama-store")
        blob = files[f"models/blobs/sha256-{sha256(b'GGUF weights')}"]
        assert blob.claimed_sha256 == sha256(b"GGUF weights")
        assert blob.attributes["snapshots"] == ["registry.ollama.ai/library/llama3:latest"]
        assert "id_ed25519.pub" in files
        (home / "app.py").write_text("")
        files_of(home, "folder")

    def test_a_folder_with_more_in_it_is_a_folder(self, store: Path) -> None:
        (store / "run.py").write_text("pass")
        assert open_target(str(store)).target.kind == "folder"

    def test_the_name_of_a_model(self) -> None:
        assert model_of("manifests/hf.co/acme/x/Q4") == "hf.co/acme/x:Q4"


class TestLocalDownload:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        self.add(tmp_path, "config.json", b"{}", git_id(b"{}"))
        self.add(tmp_path, "sub/model.bin", b"weights", sha256(b"weights"))
        (tmp_path / "train.py").write_text("pass")
        return tmp_path

    @staticmethod
    def add(root: Path, path: str, body: bytes | None, identity: str) -> None:
        note = root / ".cache/huggingface/download" / f"{path}.metadata"
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(f"{COMMIT}\n{identity}\n1700000000.0\n")
        if body is not None:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(body)

    def test_what_was_downloaded_has_the_identity_that_it_had_then(
        self, folder: Path, no_sockets: Callable[[], int]
    ) -> None:
        files = files_of(folder, "folder")
        assert files["sub/model.bin"].claimed_sha256 == sha256(b"weights")
        assert files["config.json"].attributes["blob_matches"] is True
        assert files["config.json"].attributes["commit"] == COMMIT
        assert not files["train.py"].attributes
        assert no_sockets() == 0

    def test_what_was_changed_since_is_told(self, folder: Path) -> None:
        (folder / "config.json").write_text('{"auto_map": 1}')
        assert files_of(folder, "folder")["config.json"].attributes["blob_matches"] is False

    def test_what_is_gone_and_what_never_came(self, folder: Path) -> None:
        self.add(folder, "gone.bin", None, "cd" * 32)
        trees = folder / ".cache/huggingface/trees"
        trees.mkdir()
        rows = {"far.bin": {"size": 9, "blob_id": "ab" * 20}, "config.json": {"size": 2, "blob_id": "x"}}
        (trees / f"{COMMIT}.json").write_text(json.dumps({"format_version": 1, "files": rows}))
        files = files_of(folder, "folder")
        assert files["gone.bin"].kind is EntryKind.DENIED and files["far.bin"].size == 9
        assert {path for path, one in files.items() if one.attributes.get("missing")} == {
            "gone.bin",
            "far.bin",
        }

    @pytest.mark.parametrize("note", ["", "\n\n", "main\nabc\n1", f"{COMMIT}\nW/abc\n", "\0" * 5000])
    def test_a_note_that_is_none_claims_nothing(self, folder: Path, note: str) -> None:
        (folder / ".cache/huggingface/download/config.json.metadata").write_text(note)
        assert not files_of(folder, "folder")["config.json"].attributes
