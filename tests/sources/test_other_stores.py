"""Clones of a hub's repository, and the caches of ModelScope and kagglehub: what they are, offline."""

from __future__ import annotations

import contextlib
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inspector.scan import ScanOptions, run_scan
from inspector.sources import open_target

COMMIT = "ab" * 20
CONFIG = (
    '[core]\n\tbare = false\n[remote "origin"]\n\turl = {}\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n'
)


def scan(folder: Path) -> dict[str, Any]:
    return run_scan(ScanOptions(str(folder), audit=False, jobs=1, offline=True, use_cache=False))


def nodes(result: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {node["id"]: node for node in result["nodes"]}


def put(root: Path, files: dict[str, bytes | str]) -> Path:
    for name, body in files.items():
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(body.encode() if isinstance(body, str) else body)
    return root


def repositories(folder: Path) -> list[Any]:
    with contextlib.closing(open_target(str(folder))) as source:
        return list(source.repositories())  # type: ignore[attr-defined]


class TestClones:
    @pytest.mark.parametrize(
        ("url", "node"),
        [
            ("https://huggingface.co/acme/writer", "model:acme/writer"),
            ("https://huggingface.co/acme/writer.git", "model:acme/writer"),
            ("https://sam:hf_secret@huggingface.co/acme/writer", "model:acme/writer"),
            ("git@hf.co:acme/writer", "model:acme/writer"),
            ("https://huggingface.co/datasets/acme/tickets", "dataset:acme/tickets"),
            ("https://huggingface.co/gpt2", "model:gpt2"),
        ],
    )
    def test_one_of_a_hub_names_its_repository_and_commit(self, tmp_path: Path, url: str, node: str) -> None:
        git = {".git/config": CONFIG.format(url), ".git/HEAD": "ref: refs/heads/main\n"}
        put(tmp_path, {**git, ".git/refs/heads/main": f"{COMMIT}\n", "config.json": "{}"})
        (repository,) = repositories(tmp_path)
        assert f"{repository.kind}:{repository.name}" == node
        assert repository.attributes()["revisions"] == [COMMIT]
        assert "hf_secret" not in str(repository)

    def test_a_scan_of_one_has_a_node_for_it(self, tmp_path: Path) -> None:
        git = {".git/config": CONFIG.format("https://huggingface.co/acme/writer"), ".git/HEAD": COMMIT}
        result = scan(put(tmp_path, {**git, "config.json": "{}"}))
        assert nodes(result)["model:acme/writer"]["attributes"]["revisions"] == [COMMIT]
        assert result["target"]["kind"] == "folder"
        assert [file["path"] for file in result["files"]] == ["config.json"]

    @pytest.mark.parametrize(
        ("head", "refs"),
        [
            (COMMIT, {}),
            ("ref: refs/heads/a/b", {".git/packed-refs": f"# pack-refs\n{COMMIT} refs/heads/a/b\n"}),
        ],
    )
    def test_a_commit_is_found_wherever_git_keeps_it(
        self, tmp_path: Path, head: str, refs: dict[str, str]
    ) -> None:
        config = {".git/config": CONFIG.format("https://hf.co/acme/writer"), ".git/HEAD": head}
        (repository,) = repositories(put(tmp_path, {**config, **refs}))
        assert [one.commit for one in repository.revisions] == [COMMIT]

    @pytest.mark.parametrize(
        "head", ["", "ref: refs/../../../secret", "ref: /etc/passwd", "ref: refs/heads/gone", "x" * 9_000]
    )
    def test_a_head_that_leads_nowhere_is_said_to_tell_nothing(self, tmp_path: Path, head: str) -> None:
        put(tmp_path, {"a/secret": COMMIT, "a/b/.git/refs/heads/other": COMMIT})
        config = {".git/config": CONFIG.format("https://hf.co/acme/writer"), ".git/HEAD": head}
        (repository,) = repositories(put(tmp_path / "a/b", config))
        assert repository.revisions == () and repository.problems

    @pytest.mark.parametrize(
        "url",
        [
            "https://github.com/acme/writer",
            "https://huggingface.co.evil.example/a/b",
            "https://hf.co/a/b/../c",
            "",
        ],
    )
    def test_one_of_somebody_else_is_a_folder(self, tmp_path: Path, url: str) -> None:
        put(tmp_path, {".git/config": CONFIG.format(url), ".git/HEAD": COMMIT, "a.txt": "x"})
        assert repositories(tmp_path) == []

    def test_a_link_in_place_of_the_head_is_not_followed(self, tmp_path: Path) -> None:
        put(tmp_path, {"out": COMMIT, "c/.git/config": CONFIG.format("https://hf.co/a/b"), "c/x": "x"})
        (tmp_path / "c/.git/HEAD").symlink_to(tmp_path / "out")
        (repository,) = repositories(tmp_path / "c")
        assert repository.revisions == ()


class TestModelScope:
    @pytest.fixture
    def cache(self, tmp_path: Path) -> Path:
        listed = pickle.dumps([{"Path": "config.json", "Revision": "c0ffee"}])
        model = "hub/models/acme/writer___v1"
        return put(
            tmp_path / "modelscope",
            {
                f"{model}/.msc": listed,
                f"{model}/.mdl": pickle.dumps({"Model": "acme/writer.v1"}),
                f"{model}/.mv": "Revision:v1.0,CreatedAt:1718000000",
                f"{model}/config.json": "{}",
                "hub/models/._____temp/acme/other/model.bin": b"half of it",
            },
        )

    def test_its_models_have_their_names_and_revisions(
        self, cache: Path, no_sockets: Callable[[], int]
    ) -> None:
        result = scan(cache)
        node = nodes(result)["model:modelscope.cn/acme/writer.v1"]
        assert result["target"]["kind"] == "modelscope-cache"
        assert (node["pin"], node["attributes"]["revisions"]) == ("movable", ["v1.0"])
        assert no_sockets() == 0

    def test_its_own_notes_are_pickles_and_a_broken_download_is_told(self, cache: Path) -> None:
        result = scan(cache)
        files = {file["path"]: file for file in result["files"]}
        assert files["hub/models/acme/writer___v1/.msc"]["pickle"]
        unread = {item["path"] for item in result["coverage"]["not_analysed"]}
        assert unread == {"hub/models/._____temp/acme/other/model.bin"}
        assert "integrity.cache-incomplete" in {item["rule"] for item in result["findings"]}

    def test_a_note_that_would_run_code_is_found(self, cache: Path) -> None:
        (cache / "hub/models/acme/writer___v1/.mdl").write_bytes(b"cposix\nsystem\n(S'echo'\ntR.")
        files = {file["path"]: file for file in scan(cache)["files"]}
        assert files["hub/models/acme/writer___v1/.mdl"]["loading"] == "runs-code"

    def test_one_model_of_it_is_a_target_too(self, cache: Path) -> None:
        result = scan(cache / "hub/models/acme/writer___v1")
        assert "model:modelscope.cn/acme/writer.v1" in nodes(result)


class TestKagglehub:
    @pytest.fixture
    def cache(self, tmp_path: Path) -> Path:
        return put(
            tmp_path / "kagglehub",
            {
                "models/google/gemma/pyTorch/2b/2/model.ckpt": b"N.",
                "models/google/gemma/pyTorch/2b/2.complete": b"",
                "models/google/gemma/pyTorch/2b/3/model.ckpt": b"N.",
                "datasets/acme/tickets/versions/7/rows.csv": b"a,b\n1,2\n",
                "datasets/acme/tickets/versions/7.complete": b"",
            },
        )

    def test_its_models_and_datasets_stand_at_a_version(
        self, cache: Path, no_sockets: Callable[[], int]
    ) -> None:
        result = scan(cache)
        found = nodes(result)
        model = found["model:kaggle.com/google/gemma/pyTorch/2b"]
        assert model["attributes"]["revisions"] == ["2", "3"] and model["attributes"]["problems"]
        assert result["target"]["kind"] == "kagglehub-cache" and model["pin"] == "version"
        assert found["dataset:kaggle.com/acme/tickets"]["attributes"]["revisions"] == ["7"]
        assert no_sockets() == 0

    def test_two_versions_are_two_and_a_download_without_its_mark_is_told(self, cache: Path) -> None:
        source = open_target(str(cache))
        stored = {one.folder: one for one in source.stored()}  # type: ignore[attr-defined]
        assert len(stored) == 3
        assert stored["models/google/gemma/pyTorch/2b/3"].problems
        assert not stored["models/google/gemma/pyTorch/2b/2"].problems
        source.close()
        assert "integrity.cache-incomplete" in {item["rule"] for item in scan(cache)["findings"]}


@pytest.mark.parametrize(
    "files",
    [
        {"train.py": "x = 1", "models/acme/writer/.msc": b"\x80\x04N."},
        {"setup.cfg": "", "models/a/b/c/d/1.complete": b"", "datasets/x": b""},
        {"models/a/b/c/d/one.complete": b""},
        {"src/models/a/b/.mdl": b"", "README.md": "x"},
    ],
)
def test_a_project_that_has_a_cache_among_its_files_is_a_project(
    tmp_path: Path, files: dict[str, bytes | str]
) -> None:
    source = open_target(str(put(tmp_path, files)))
    assert source.target.kind == "folder"
    source.close()
