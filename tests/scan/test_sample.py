"""What a reviewer must see in the sample project."""

import pytest


def node(scan, key):
    (found,) = [item for item in scan["nodes"] if item["id"] == key]
    return found


def rules_at(scan, key):
    return {finding["rule"] for finding in scan["findings"] if finding["node"] == key}


def test_the_base_model_is_unpinned_and_runs_remote_code(sample_scan):
    model = node(sample_scan, "model:quillworks/quill-1b")
    assert model["pin"] in ("none", "movable")
    assert "provenance.unpinned-model" in rules_at(sample_scan, model["id"])
    assert "loading.remote-code" in rules_at(sample_scan, "code:app/serve.py")
    assert any(edge["target"] == "owner:quillworks" for edge in sample_scan["edges"])


def test_the_pinned_model_is_no_finding(sample_scan):
    model = node(sample_scan, "model:cardinal-nlp/tone-judge")
    assert model["pin"] == "commit"
    assert rules_at(sample_scan, model["id"]) == set()


@pytest.mark.parametrize(
    ("path", "loading", "pickle"),
    [
        ("models/reranker/model.safetensors", "data-only", False),
        ("models/reranker/pytorch_model.bin", "allow-listed", True),
        ("models/tone_scaler.pkl", "library", True),
        ("models/vendor/spam_filter.pkl", "runs-code", True),
    ],
)
def test_each_model_file_has_its_verdict(sample_scan, path, loading, pickle):
    found = node(sample_scan, f"model-file:{path}")
    assert found["loading"] == loading
    assert found["attributes"]["pickle"] is pickle


def test_the_unsafe_load_calls_are_found(sample_scan):
    assert "loading.unsafe-call" in rules_at(sample_scan, "code:app/serve.py")
    assert "loading.unsafe-call" in rules_at(sample_scan, "code:app/filters.py")


def test_user_corrections_reach_training(sample_scan):
    assert "data.user-influence" in rules_at(sample_scan, "code:app/feedback.py")


def test_the_year_that_is_gone_is_a_dead_link(sample_scan):
    assert "data.dead-link" in rules_at(sample_scan, "dataset-file:data/tickets-2023.jsonl")


def test_the_download_by_url_is_a_model_at_a_moving_name(sample_scan):
    model = node(sample_scan, "model:quillworks/reranker-head")
    assert model["pin"] == "movable"
    assert "provenance.unpinned-model" in rules_at(sample_scan, model["id"])


def test_requirements_float_but_for_one(sample_scan):
    (manifest,) = [item for item in sample_scan["manifests"] if item["path"] == "requirements.txt"]
    assert manifest["sections"]["requirements"]["exact"] == 1
    assert manifest["sections"]["requirements"]["total"] == 12
    assert "dependencies.unpinned" in rules_at(sample_scan, "manifest:requirements.txt")


def test_no_package_is_called_audited_when_nobody_asked(sample_scan):
    assert {package["audit"] for package in sample_scan["packages"]} == {"not-audited"}
    assert sample_scan["audit"]["complete"] is False


def test_the_unpinned_image_and_dataset_are_marked(sample_scan):
    assert node(sample_scan, "container-image:python")["pin"] == "movable"
    assert node(sample_scan, "dataset:openletters/business-style")["pin"] == "none"


def test_what_reads_as_a_folder_becomes_no_model_of_a_hub(scan_of, tmp_path):
    (tmp_path / "run.py").write_text(
        "from transformers import AutoModel\n"
        "AutoModel.from_pretrained('resume')\n"
        "AutoModel.from_pretrained('outputs/final')\n"
        "AutoModel.from_pretrained('gpt2')\n"
    )
    scan = scan_of(tmp_path)
    assert {item["id"] for item in scan["nodes"] if item["kind"] == "model"} == {"model:gpt2"}
    told = [item for item in scan["findings"] if item["rule"] == "provenance.undetermined-reference"]
    assert {place["line"] for item in told for place in item["evidence"]} == {2, 3}
