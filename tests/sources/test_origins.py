"""Where bytes come from is proven by content, without a network, and never by a name."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import pytest

from inspector import places
from inspector.scan import ScanOptions, run_scan
from inspector.sources import open_target
from inspector.sources.origins import MAX_FOUND, Origins

BODY = b"\x08\0\0\0\0\0\0\0{}      "


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSPECTOR_HOME", str(tmp_path / "home"))


def origins(folder: Path) -> list[dict[str, Any]]:
    result = run_scan(ScanOptions(str(folder), audit=False, jobs=1, offline=True))
    found: list[dict[str, Any]] = result["run"]["origins"]
    return found


def test_what_a_hub_lists_is_remembered(hub: Any, tmp_path: Path) -> None:
    model = hub.model("acme/x", {"model.safetensors": BODY, "config.json": b"{}"})
    open_target("hf://acme/x").close()
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "renamed.safetensors").write_bytes(BODY)
    (folder / "model.safetensors").write_bytes(BODY + b"\0")  # the name alone proves nothing
    (folder / "config.json").write_bytes(b"{}")
    before = len(hub.requests)
    assert origins(folder) == [
        {
            "path": "renamed.safetensors",
            "places": [
                {
                    "host": hub.endpoint.partition("//")[2],
                    "kind": "model",
                    "name": "acme/x",
                    "path": "model.safetensors",
                    "revision": model.sha,
                }
            ],
        }
    ]
    assert len(hub.requests) == before
    if os.name == "posix":
        assert (places.cache() / "hub-origins.sqlite3").stat().st_mode & 0o077 == 0


def test_the_same_scan_has_the_same_bytes_outside_of_run(hub: Any, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "m.safetensors").write_bytes(BODY)
    options = ScanOptions(str(folder), audit=False, jobs=1, offline=True)
    before = run_scan(options)
    hub.model("acme/x", {"model.safetensors": BODY})
    open_target("hf://acme/x").close()
    after = run_scan(options)
    assert after["run"]["origins"] and not before["run"]["origins"]
    assert {**before, "run": 0} == {**after, "run": 0}


def test_a_damaged_store_costs_itself_only(tmp_path: Path) -> None:
    place = tmp_path / "o.sqlite3"
    place.write_bytes(b"no database at all, whatever its name says" * 100)
    store = Origins(place)
    assert store.of(["ab" * 32]) == {} and not place.exists()
    store.remember("h", "model", "a/b", "c" * 40, {"m.bin": "ab" * 32})
    assert store.of(["ab" * 32])
    blocked = Origins(tmp_path / "o.sqlite3" / "below")
    blocked.remember("h", "model", "a/b", "c" * 40, {"m.bin": "ab" * 32})
    assert blocked.of(["ab" * 32]) == {}


def test_the_oldest_go_first_and_few_places_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspector.sources.origins.MAX_ROWS", 8)
    store = Origins(tmp_path / "o.sqlite3")
    digests = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(12)]
    for number, digest in enumerate(digests):
        store.remember("h", "model", "a/b", "c" * 40, {f"{number}.bin": digest})
    assert len(store.of(digests)) == 8 and digests[0] not in store.of(digests)
    monkeypatch.setattr("inspector.sources.origins.MAX_ROWS", 100)
    for number in range(MAX_FOUND + 2):
        store.remember("h", "model", f"a/{number}", "c" * 40, {"m.bin": "ab" * 32})
    assert len(store.of(["ab" * 32])["ab" * 32]) == MAX_FOUND
    assert store.of(["no digest", ""]) == {}
