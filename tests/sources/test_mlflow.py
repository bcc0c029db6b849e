"""Models that MLflow has logged or registered: the run and the address they name stand on their node."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest

from inspector.artifacts.interface import Artifact
from inspector.provenance import Loading, Node, NodeKind, ProvenanceGraph
from inspector.rules.interface import FileFact
from inspector.scan import ScanOptions, run_scan
from inspector.scan.signatures import attach, model_signatures
from inspector.sources import Entry, open_target

RUN = "0123456789abcdef0123456789abcdef"
FOLDER = f"mlruns/1/{RUN}/artifacts/model"
MLMODEL = f"""artifact_path: model
flavors:
  python_function:
    code: code
    loader_module: mlflow.pyfunc.model
    python_model: python_model.pkl
    python_version: 3.11.4
  sklearn:
    code: null
    pickled_model: model.pkl
mlflow_version: 2.14.1
model_uuid: aa00
run_id: {RUN}
utc_time_created: '2026-01-02 03:04:05.000000'
"""
VERSION = f"""name: fraud
version: 3
run_id: {RUN}
source: s3://bucket/1/{RUN}/artifacts/model
current_stage: Production
"""


def facts(root: Path, files: dict[str, str]) -> dict[str, Any]:
    """What the nodes of the models say of MLflow, by their ids."""
    for name, body in files.items():
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(body)
    graph = ProvenanceGraph()
    graph.add_node(Node("project:p", NodeKind.PROJECT, "p"))
    with contextlib.closing(open_target(str(root))) as source:
        unread = Artifact("text", Loading.NO_LOADER, ())
        read = [FileFact(one, unread, None) for one in source.entries() if isinstance(one, Entry)]
        attach(graph, "project:p", "p", model_signatures(source, read, ()))
    return {one.id: one.attributes["mlflow"] for one in graph.nodes() if "mlflow" in one.attributes}


def test_a_logged_model_names_its_run_its_flavours_and_its_code(tmp_path: Path) -> None:
    told = facts(tmp_path, {f"{FOLDER}/MLmodel": MLMODEL, f"{FOLDER}/code/x.py": "print('x')\n"})
    told = told[f"model:{FOLDER}"]
    assert told["run_id"] == RUN and told["flavors"] == ["python_function", "sklearn"]
    assert (told["loader_module"], told["python_model"]) == ("mlflow.pyfunc.model", "python_model.pkl")
    assert told["code"] == ["code"] and "registered" not in told


def test_a_project_with_a_logged_model_is_a_folder_whose_model_runs_code(tmp_path: Path) -> None:
    facts(tmp_path, {f"{FOLDER}/MLmodel": MLMODEL})
    result = run_scan(ScanOptions(str(tmp_path), audit=False, jobs=1, offline=True, use_cache=False))
    assert result["target"]["kind"] == "folder"
    (file,) = [one for one in result["files"] if one["path"].endswith("MLmodel")]
    assert file["loading"] == "runs-code"


def test_a_registered_version_stands_with_the_model_it_was_made_of(tmp_path: Path) -> None:
    place = "mlruns/models/fraud/version-3/meta.yaml"
    told = facts(tmp_path, {f"{FOLDER}/MLmodel": MLMODEL, place: VERSION})
    (version,) = told[f"model:{FOLDER}"]["registered"]
    assert len(told) == 1
    assert version["source"] == f"s3://bucket/1/{RUN}/artifacts/model"
    assert (version["name"], version["version"], version["path"]) == ("fraud", "3", place)


def test_a_version_of_what_is_not_here_has_a_node_that_says_so(tmp_path: Path) -> None:
    told = facts(tmp_path, {"mlruns/models/fraud/version-3/meta.yaml": VERSION})
    one = told["model:mlruns/models/fraud/version-3"]
    assert one["is_here"] is False and one["registered"][0]["run_id"] == RUN


def test_a_version_of_mlflow_3_names_the_model_by_its_id(tmp_path: Path) -> None:
    model = f"flavors: {{}}\nmodel_id: m-77\nrun_id: {RUN}\n"
    version = "name: fraud\nversion: 1\nrun_id: other\nsource: models:/m-77\n"
    folder = "mlruns/1/models/m-77/artifacts"
    told = facts(tmp_path, {f"{folder}/MLmodel": model, "mlruns/models/fraud/version-1/meta.yaml": version})
    assert told[f"model:{folder}"]["registered"][0]["source"] == "models:/m-77"


def test_a_model_folder_that_is_the_target_has_its_facts_on_a_node(tmp_path: Path) -> None:
    (told,) = facts(tmp_path / "fraud", {"MLmodel": MLMODEL}).values()
    assert told["run_id"] == RUN


@pytest.mark.parametrize(
    "body",
    ["[" * 60_000, "a: &x [1]\nflavors: *x\n", "!!python/name:os.system x", "run_id: [", "x" * 70_000, "- 1"],
    ids=["deep", "alias", "tag", "cut", "large", "list"],
)
def test_a_hostile_description_costs_its_own_facts_only(tmp_path: Path, body: str) -> None:
    told = facts(tmp_path, {"a/MLmodel": body, f"{FOLDER}/MLmodel": MLMODEL})
    assert "cannot be read" in told["model:a"]["problem"] and told[f"model:{FOLDER}"]["run_id"] == RUN


def test_values_that_are_no_texts_are_left_out(tmp_path: Path) -> None:
    told = facts(tmp_path, {"a/MLmodel": "run_id: {x: 1}\nflavors: [1]\nmodel_uuid: null\n"})
    assert told["model:a"] == {"path": "a/MLmodel", "flavors": []}
