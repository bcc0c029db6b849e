"""A repository on a hub as the target of a whole scan, against the stand-in."""

from inspector.scan import ScanOptions, scan_events


def finding(result, rule, node=None):
    (one,) = [item for item in result["findings"] if item["rule"] == rule and node in (None, item["node"])]
    return one


def rules(result):
    return {item["rule"] for item in result["findings"]}


def test_the_scan_says_that_it_has_begun_before_the_hub_is_asked(hub):
    hub.model("acme/writer")
    events = scan_events(ScanOptions("hf://acme/writer", audit=False))
    first = next(events)
    assert first["event"] == "progress" and hub.requests == []
    events.close()


def test_no_token_is_sent_unless_it_is_asked_for(hub, scan_of):
    hub.model("acme/writer", {"config.json": b"{}", "model.bin": b"x"})
    scan_of("hf://acme/writer")
    assert hub.requests and hub.authorizations() == []


def test_unread_weights_are_named_once_and_leave_the_scan_incomplete(hub, scan_of):
    hub.model("acme/writer", {"a.bin": b"a", "b.bin": b"b", "model.safetensors": b"c"})
    hub.fault(r"/resolve/", status=503)
    result = scan_of("hf://acme/writer")
    assert [item["path"] for item in result["coverage"]["not_analysed"]] == [
        "a.bin",
        "b.bin",
        "model.safetensors",
    ]
    assert "loading.unreadable" not in rules(result)
    pickles = finding(result, "loading.pickle-not-read", "model:acme/writer")
    assert [item["path"] for item in pickles["evidence"]] == ["a.bin", "b.bin"]
    assert finding(result, "loading.weights-not-read")["evidence"][0]["path"] == "model.safetensors"
    assert result["incomplete"]


def test_every_statement_of_a_disputed_lineage_stands_in_one_finding(hub, scan_of):
    hub.model("acme/base")
    hub.model("evil/base")
    hub.model(
        "acme/writer",
        {"adapter_config.json": b'{"base_model_name_or_path": "evil/base"}'},
        base_models=("finetune", ["acme/base"]),
        card={"base_model": "acme/base"},
    )
    said = finding(scan_of("hf://acme/writer"), "provenance.lineage-disagrees", "model:acme/writer")
    assert {item["text"] for item in said["evidence"]} == {
        "card: acme/base",
        "base_models: acme/base (finetune)",
        "adapter_config: evil/base (adapter)",
    }
    assert "2 parents" in said["message"]


def test_a_parent_made_again_under_the_same_name_is_a_grave_finding(hub, scan_of):
    hub.model("acme/base", createdAt="2025-01-01T00:00:00.000Z")
    hub.model("acme/writer", base_models=("finetune", ["acme/base"]))
    hub.repos["model", "acme/base"].info["_id"] = "f" * 24
    said = finding(scan_of("hf://acme/writer"), "provenance.parent-replaced", "model:acme/base")
    assert said["severity"] == "high" and "deleted and made again" in said["message"]


def test_a_parent_younger_than_its_child_is_a_finding(hub, scan_of):
    hub.model("acme/base", createdAt="2026-01-01T00:00:00.000Z")
    hub.model("acme/writer", base_models=("finetune", ["acme/base"]), createdAt="2024-01-01T00:00:00.000Z")
    said = finding(scan_of("hf://acme/writer"), "provenance.parent-replaced", "model:acme/base")
    assert said["severity"] == "medium"


def test_a_parent_or_a_dataset_that_cannot_be_reached_is_named_and_nothing_is_complete(hub, scan_of):
    hub.model("acme/writer", base_models=("finetune", ["gone/base"]), card={"datasets": ["gone/data"]})
    result = scan_of("hf://acme/writer")
    assert finding(result, "provenance.parent-unresolved", "model:gone/base")["severity"] == "high"
    assert "training data" in finding(result, "data.dead-link", "dataset:gone/data")["message"]
    assert any("gone/base" in sentence and "gone/data" in sentence for sentence in result["incomplete"])


def test_an_owner_of_whom_the_hub_says_nothing_is_not_passed_over(hub, scan_of):
    hub.model("acme/writer")
    hub.fault(r"/api/(organizations|users)/", status=503)
    assert (
        "could not be looked up"
        in finding(scan_of("hf://acme/writer"), "provenance.unverified-owner")["message"]
    )


def test_owners_are_called_by_what_they_are(hub, scan_of):
    hub.user("bob")
    hub.model("bob/m")
    assert finding(scan_of("hf://bob/m"), "provenance.unverified-owner")["message"] == (
        "bob is a user that the hub has not verified."
    )


def test_a_gated_repository_and_a_disabled_one_are_said_to_be(hub, scan_of):
    hub.model("acme/gated", {"config.json": b"{}"}, gated="manual")
    hub.model("acme/taken")
    hub.repos["model", "acme/taken"].info["disabled"] = True
    gated = scan_of("hf://acme/gated")
    assert "manual approval" in finding(gated, "provenance.gated")["message"]
    assert len(gated["nodes"][-1]["attributes"].get("notes", [])) < 2
    assert finding(scan_of("hf://acme/taken"), "provenance.disabled")["message"] == (
        "Hugging Face has disabled this repository."
    )


def test_an_answer_for_another_commit_than_the_one_asked_for_is_a_finding(hub, scan_of):
    hub.model("acme/writer", refs={"2" * 40: "1" * 40})
    hub.repos["model", "acme/writer"].info["sha"] = "1" * 40
    said = finding(scan_of(f"hf://acme/writer@{'2' * 40}"), "provenance.hub-answers")
    assert "1" * 40 in said["message"]


def test_a_renamed_target_says_both_names(hub, scan_of):
    hub.model("acme/writer")
    hub.rename("old/writer", "acme/writer")
    result = scan_of("hf://old/writer")
    assert (result["target"]["name"], result["target"]["asked"]) == ("acme/writer", "old/writer")
    assert finding(result, "provenance.renamed")["message"].startswith("old/writer is now acme/writer.")
    assert "provenance.hub-answers" not in rules(result)
