"""What a scan tells of the tree of packages, of imports, and of an index that it is let ask."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from inspector.scan import Collected, ScanOptions, run_scan, scan_events

ANSWERS = {
    "/simple/old-thing/": {
        "name": "old-thing",
        "project-status": {"status": "archived", "reason": "moved"},
        "files": [
            {
                "filename": "old_thing-1.0.tar.gz",
                "yanked": "broken build",
                "upload-time": "2024-01-02T03:04:05.123456Z",
                "provenance": None,
            }
        ],
    }
}


class _Index(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        answer = ANSWERS.get(self.path)
        self.send_response(200 if answer else 404)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_words: Any) -> None:
        pass


@pytest.fixture
def index() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _Index) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/simple"
        server.shutdown()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    (root / "requirements.txt").write_text("old-thing==1.0\nredis==4.0.0\nrich\n")
    (root / "package.json").write_text('{"dependencies": {"redis": "4.0.0"}}')
    (root / "main.py").write_text("import old_thing, redis\nimport yaml\n")
    (root / "a.ipynb").write_text('{"cells": [{"source": [\n"import helper\\n"\n]}]}')
    return root


def scanned(root: Path, **more: Any) -> dict[str, Any]:
    collected = Collected()
    for event in scan_events(ScanOptions(str(root), audit=False, use_cache=False, jobs=1, **more)):
        collected.add(event)
    return collected.result()


def test_the_projects_node_has_the_tree_in_numbers(project: Path) -> None:
    result = scanned(project, offline=True)
    (root,) = (node for node in result["nodes"] if node["attributes"].get("root"))
    facts = root["attributes"]["dependencies"]
    assert (facts["packages"], facts["direct"], facts["depth"]) == (4, 4, 1)
    assert facts["by_ecosystem"] == {"PyPI": 3, "npm": 1}
    packages = {node["id"]: node["attributes"] for node in result["nodes"] if node["kind"] == "package"}
    assert set(packages) == {
        "package:old-thing==1.0", "package:redis==4.0.0", "package:npm:redis==4.0.0", "package:rich",
    }  # fmt: skip
    assert packages["package:npm:redis==4.0.0"]["ecosystem"] == "npm"
    assert packages["package:rich"]["depth"] == 1 and packages["package:rich"]["way"] == ["rich"]


def test_imports_are_held_against_the_manifests(project: Path) -> None:
    found = {one["rule"]: one for one in scanned(project, offline=True)["findings"]}
    assert found["dependencies.undeclared"]["message"].endswith("provides them: helper and yaml.")
    assert found["dependencies.unused"]["message"].endswith("imported nowhere: rich.")


def test_an_index_is_asked_where_its_address_is_given(project: Path, index: str) -> None:
    result = scanned(project, index_url=index)
    by_name = {(one["ecosystem"], one["name"]): one["index"] for one in result["packages"]}
    said = by_name[("PyPI", "old-thing")]
    assert said["yanked"] and said["yanked_reason"] == "broken build" and said["status"] == "archived"
    assert said["uploaded"] == "2024-01-02T03:04:05.123456Z"
    assert by_name[("npm", "redis")] is None and by_name[("PyPI", "rich")] is None
    rules = {one["rule"] for one in result["findings"]}
    assert {"dependencies.yanked", "dependencies.archived", "dependencies.not-on-index"} <= rules
    assert result["incomplete"] == []


def test_an_index_that_is_not_reached_is_said_and_keeps_the_scan_from_being_complete(project: Path) -> None:
    result = scanned(project, index_url="http://127.0.0.1:9/simple")
    assert any("The package index said nothing of 2 releases" in one for one in result["incomplete"])
    assert not any(one["rule"] == "dependencies.yanked" for one in result["findings"])


def test_a_package_that_a_pickle_needs_is_not_called_unused(tmp_path):
    (tmp_path / "requirements.txt").write_text("scikit-learn==1.5.0\npeft==0.10\nfastapi==0.110.0\n")
    (tmp_path / "app.py").write_text("import fastapi\n")
    # protocol 0: the class sklearn.preprocessing._data.StandardScaler, called without arguments
    (tmp_path / "scaler.pkl").write_bytes(b"csklearn.preprocessing._data\nStandardScaler\n)R.")
    scan = run_scan(ScanOptions(str(tmp_path), audit=False, use_cache=False, jobs=1))
    (unused,) = [item for item in scan["findings"] if item["rule"] == "dependencies.unused"]
    assert "peft" in unused["message"] and "scikit-learn" not in unused["message"]
