"""Where a model comes from: every source kept, conflicts shown, no parent lost, few requests."""

from __future__ import annotations

from typing import Any

import pytest

from inspector.sources import open_target
from inspector.sources.hub import Claim, HubFacts, HubSource, RepoFacts
from inspector.sources.hub.lineage import claims, normalised, statements


def facts_of(target: str) -> HubFacts:
    source = open_target(target)
    assert isinstance(source, HubSource)
    return source.facts()


def claims_of(info: dict[str, Any], **files: Any) -> dict[str, Claim]:
    return {claim.parent: claim for claim in claims(statements(info, "acme/x", **files), {})}


def relative(facts: HubFacts, name: str) -> RepoFacts:
    return next(one for one in facts.relatives if one.id == name)


def test_one_source_neither_agrees_nor_differs() -> None:
    (claim,) = claims_of({"cardData": {"base_model": "a/b"}}).values()
    assert claim.agree is None
    assert claim.evidence == ({"source": "card", "value": "a/b", "relation": None},)


def test_all_sources_that_say_the_same_agree() -> None:
    info = {
        "cardData": {"base_model": ["a/b"], "base_model_relation": "adapter"},
        "tags": ["base_model:a/b", "base_model:adapter:a/b", "license:mit"],
        "baseModels": {"relation": "adapter", "models": [{"_id": "1" * 24, "id": "a/b"}]},
        "gguf": {"general.base_model.0.repo_url": "https://huggingface.co/a/b"},
    }
    (claim,) = claims_of(
        info, adapter_config={"base_model_name_or_path": "a/b"}, config={"_name_or_path": "A/B"}
    ).values()
    assert claim.agree is True
    assert [(item["source"], item["relation"]) for item in claim.evidence] == [
        ("card", "adapter"),
        ("tag", "adapter"),
        ("base_models", "adapter"),
        ("adapter_config", "adapter"),
        ("gguf", None),
        ("config", None),
    ]


def test_two_sources_with_different_parents_differ_on_both_edges() -> None:
    found = claims_of({"cardData": {"base_model": "a/b"}}, adapter_config={"base_model_name_or_path": "c/d"})
    assert {name: claim.agree for name, claim in found.items()} == {"a/b": False, "c/d": False}


def test_two_sources_with_different_relations_differ() -> None:
    info = {
        "cardData": {"base_model": "a/b", "base_model_relation": "finetune"},
        "baseModels": {"relation": "quantized", "models": [{"id": "a/b"}]},
    }
    (claim,) = claims_of(info).values()
    assert claim.agree is False


def test_the_configuration_of_a_merge_names_one_parent_and_contradicts_none() -> None:
    info = {
        "cardData": {"base_model": ["a/b", "c/d"]},
        "baseModels": {"relation": "merge", "models": [{"id": "a/b"}, {"id": "c/d"}]},
    }
    found = claims_of(info, config={"_name_or_path": "a/b"})
    assert {name: claim.agree for name, claim in found.items()} == {"a/b": True, "c/d": True}


def test_the_hub_leaving_a_parent_of_the_card_out_is_a_difference() -> None:
    info = {"cardData": {"base_model": ["a/b", "c/d"]}, "baseModels": {"models": [{"id": "a/b"}]}}
    assert claims_of(info)["c/d"].agree is False


def test_an_old_and_a_new_name_of_one_repository_are_one_parent() -> None:
    said = statements(
        {"cardData": {"base_model": "old/b"}, "baseModels": {"models": [{"id": "new/b"}]}}, "x/y"
    )
    (claim,) = claims(said, {"old/b": "new/b", "new/b": "new/b"})
    assert claim.parent == "new/b" and claim.agree is True
    assert [item["value"] for item in claim.evidence] == ["old/b", "new/b"]


@pytest.mark.parametrize("path", ["/home/me/llama", "./out", "C:\\models\\x", "a/b/c/d", "output"])
def test_a_path_of_the_authors_machine_in_a_config_is_no_parent(path: str) -> None:
    assert claims_of({}, config={"_name_or_path": path}) == {}


def test_a_path_that_the_card_claims_stays_visible() -> None:
    assert list(claims_of({"cardData": {"base_model": "/home/me/llama"}})) == ["/home/me/llama"]


def test_a_model_that_names_itself_in_its_config_claims_nothing() -> None:
    assert claims_of({}, config={"_name_or_path": "Acme/X"}) == {}


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("a/b", "a/b"),
        (" gpt2 ", "gpt2"),
        ("https://huggingface.co/a/b", "a/b"),
        ("https://huggingface.co/a/b/tree/main?x#y", "a/b"),
        ("http://hf.co/a/b/", "a/b"),
        ("huggingface.co/a/b", "a/b"),
        ("hf://a/b@main", "a/b"),
        ("https://evil.example/a/b", None),
        ("/a/b", None),
        ("../a", None),
        ("a/b/c", None),
        ("", None),
    ],
)
def test_which_texts_are_names(value: str, name: str | None) -> None:
    assert normalised(value) == name


def test_a_chain_of_nine_is_walked_to_its_end_in_few_requests(hub: Any) -> None:
    hub.organization("acme", isVerified=True)
    for step in range(9):
        parent = ("finetune", [f"acme/m{step + 1}"]) if step < 8 else None
        hub.model(f"acme/m{step}", base_models=parent)
    facts = facts_of("hf://acme/m0")
    assert [(one.id, one.depth) for one in facts.relatives] == [
        (f"acme/m{step}", step) for step in range(1, 9)
    ]
    assert all(one.owner and one.owner.verified for one in facts.relatives)
    assert facts.relatives[0].lineage[0].parent == "acme/m2"
    assert len(hub.requests) <= 30
    for step in range(9):
        assert (
            sum(seen.path.rstrip("/").split("/tree")[0].endswith(f"/m{step}") for seen in hub.requests) <= 3
        )
    assert hub.count("/overview") == 1


def test_a_family_of_thirty_four_is_asked_for_several_at_a_time(hub: Any) -> None:
    hub.delay = 0.1
    hub.model("acme/root", base_models=("merge", [f"org{n}/m{n}" for n in range(33)]))
    for number in range(33):
        hub.organization(f"org{number}")
        hub.model(f"org{number}/m{number}")
    facts = facts_of("hf://acme/root")
    assert hub.most_at_once >= 3
    assert sum(not one.problem for one in facts.relatives) == 33
    assert len(hub.requests) <= 120


def test_cycles_are_edges_and_each_repository_is_asked_once(hub: Any) -> None:
    hub.model("acme/a", base_models=("finetune", ["acme/b"]))
    hub.model("acme/b", base_models=("finetune", ["acme/a", "acme/b"]))
    facts = facts_of("hf://acme/a")
    assert [one.id for one in facts.relatives] == ["acme/b"]
    assert {claim.parent for claim in facts.relatives[0].lineage} == {"acme/a", "acme/b"}
    assert sum(seen.path == "/api/models/acme/b" for seen in hub.requests) == 1


def test_a_family_without_end_is_cut_and_the_rest_stays_visible(hub: Any) -> None:
    for step in range(20):
        hub.model(f"acme/m{step}", base_models=("finetune", [f"acme/m{step + 1}"]))
    facts = facts_of("hf://acme/m0")
    last = facts.relatives[-1]
    assert len(facts.relatives) >= 8
    assert last.problem.startswith("Not asked for") and not any(one.problem for one in facts.relatives[:-1])


def test_a_wide_family_is_cut_and_the_rest_stays_visible(hub: Any) -> None:
    hub.model("acme/x", card={"base_model": [f"acme/p{n}" for n in range(100)]})
    facts = facts_of("hf://acme/x")
    asked = [seen for seen in hub.requests if "/models/acme/p" in seen.path]
    assert len(asked) <= 64 and len(facts.relatives) == len(facts.lineage) >= 64


def test_a_parent_that_cannot_be_had_stays_with_the_reason(hub: Any) -> None:
    hub.model("acme/locked", gated="auto")
    hub.model("acme/gone", disabled=True)
    hub.model("acme/x", card={"base_model": ["acme/locked", "acme/gone", "acme/nope", "./local/path"]})
    facts = facts_of("hf://acme/x")
    problems = {one.id: one.problem for one in facts.relatives}
    assert problems == {
        "acme/locked": "",
        "acme/gone": "Hugging Face has disabled this repository.",
        "acme/nope": "acme/nope: not found, or private. The hub does not say which without a token.",
        "./local/path": "'./local/path' is no name of a repository on the hub: it cannot be looked up.",
    }
    assert relative(facts, "acme/locked").gated == "auto"
    assert len(facts.lineage) == 4


def test_a_renamed_parent_is_one_parent_under_its_new_name(hub: Any) -> None:
    hub.model("new/base")
    hub.rename("old/base", "new/base")
    hub.model("acme/x", card={"base_model": "old/base"}, base_models=("finetune", ["new/base"]))
    facts = facts_of("hf://acme/x")
    assert [claim.parent for claim in facts.lineage] == ["new/base"]
    assert facts.lineage[0].agree is True
    (parent,) = facts.relatives
    assert "old/base is now new/base. Pin the new name and a commit." in parent.notes


def test_adapter_and_config_files_are_read_for_the_target(hub: Any) -> None:
    hub.model("acme/base")
    hub.model("acme/other")
    hub.model(
        "acme/x",
        {"adapter_config.json": b'{"base_model_name_or_path": "acme/other"}', "config.json": b"{broken"},
        card={"base_model": "acme/base"},
    )
    facts = facts_of("hf://acme/x")
    assert {claim.parent: claim.agree for claim in facts.lineage} == {"acme/base": False, "acme/other": False}
    assert "config.json is not readable as JSON." in facts.notes


def test_an_adapter_among_the_parents_tells_its_base_by_the_api(hub: Any) -> None:
    hub.model("acme/base")
    hub.model("acme/adapter", config={"peft": {"base_model_name_or_path": "acme/base"}})
    hub.model("acme/x", card={"base_model": "acme/adapter"})
    adapter = relative(facts_of("hf://acme/x"), "acme/adapter")
    assert adapter.lineage[0].evidence[0]["source"] == "adapter_config"


def test_a_name_used_again_is_noticed_by_identity_and_date(hub: Any) -> None:
    parent = hub.model("acme/base")
    hub.model("acme/x", base_models=("finetune", ["acme/base"]), createdAt="2024-01-01T00:00:00.000Z")
    parent.info["_id"] = "f" * 24
    (claim,) = facts_of("hf://acme/x").lineage
    assert len(claim.notes) == 2
    assert "deleted and made again" in claim.notes[0] and "made after" in claim.notes[1]


def test_a_hub_that_wants_silence_in_mid_walk_is_asked_no_more(hub: Any) -> None:
    hub.model("acme/x", card={"base_model": [f"acme/p{n}" for n in range(30)]})
    hub.fault("/api/models/acme/p", status=429, headers={"retry-after": "55"})
    facts = facts_of("hf://acme/x")
    assert len(facts.relatives) == 30
    assert all(one.problem.startswith("Hub limit reached; continues in 55 s") for one in facts.relatives)
    assert hub.count("/models/acme/p") <= 6
    assert facts.owner is not None and "Hub limit reached" in facts.owner.problem


def test_named_datasets_are_asked_for_once_each(hub: Any) -> None:
    hub.organization("acme")
    hub.user("sam", isPro=True)
    hub.dataset("acme/data", card={"license": "mit"})
    hub.dataset("sam/chat")
    hub.model(
        "acme/x",
        card={"datasets": ["acme/data", "our own tickets"]},
        tags=["dataset:acme/data", "dataset:sam/chat", "dataset:gone/away"],
    )
    facts = facts_of("hf://acme/x")
    assert [(named.name, named.source) for named in facts.datasets] == [
        ("acme/data", "card"),
        ("our own tickets", "card"),
        ("sam/chat", "tag"),
        ("gone/away", "tag"),
    ]
    found = {one.id: one for one in facts.relatives}
    assert found["acme/data"].kind == "dataset" and found["acme/data"].license == "mit"
    assert "cannot be looked up" in found["our own tickets"].problem
    assert "not found, or private" in found["gone/away"].problem
    owner = found["sam/chat"].owner
    assert owner is not None and (owner.type, owner.verified, owner.plan) == ("user", False, "pro")
    assert hub.count("/api/datasets/acme/data") == 1


def test_a_renamed_dataset_is_named_as_it_answers(hub: Any) -> None:
    hub.dataset("new/data")
    hub.rename("old/data", "new/data", "dataset")
    hub.model("acme/x", card={"datasets": ["old/data"]})
    facts = facts_of("hf://acme/x")
    assert [(named.name, named.value) for named in facts.datasets] == [("new/data", "old/data")]
    assert [one.id for one in facts.relatives] == ["new/data"]


def test_what_a_space_uses_is_walked(hub: Any) -> None:
    hub.model("acme/base")
    hub.model("acme/m", base_models=("finetune", ["acme/base"]))
    hub.space("acme/app", models=["acme/m"], datasets=["acme/none"])
    facts = facts_of("hf://spaces/acme/app")
    assert [named.name for named in facts.models] == ["acme/m"] and facts.lineage == ()
    assert [one.id for one in facts.relatives] == ["acme/m", "acme/base", "acme/none"]


class TestOwners:
    def test_an_organisation_is_one_request_and_a_user_two(self, hub: Any) -> None:
        hub.organization("acme", isVerified=True, plan="team", createdAt="2023-01-02T00:00:00.000Z")
        hub.user("sam")
        hub.model("acme/x")
        hub.model("sam/y")
        owner = facts_of("hf://acme/x").owner
        assert owner is not None
        assert (owner.type, owner.verified, owner.plan) == ("organization", True, "team")
        assert hub.count("/overview") == 1
        owner = facts_of("hf://sam/y").owner
        assert owner is not None and (owner.type, owner.verified) == ("user", False)
        assert hub.count("/overview") == 3

    def test_one_that_is_gone_or_cannot_be_asked_is_unknown_with_the_reason(self, hub: Any) -> None:
        hub.model("ghost/x")
        owner = facts_of("hf://ghost/x").owner
        assert owner is not None and (owner.type, owner.verified) == (None, None)
        assert owner.problem == "ghost: no organisation or user of this name is known to the hub."
        hub.fault("/overview", status=500)
        owner = facts_of("hf://ghost/x").owner
        assert owner is not None and owner.problem.startswith("The hub answers 500.")
