"""A family that is left out because nothing concerns it would have found nothing."""

from __future__ import annotations

import importlib
from dataclasses import replace

import pytest

from inspector import rules
from inspector.provenance import Edge, EdgeKind, Loading, Node, NodeKind
from inspector.rules import Facts, judge
from inspector.sources.interface import EntryKind


def _by_all(facts: Facts) -> set[str]:
    modules = [importlib.import_module(f"inspector.rules.{name}") for name in rules._FAMILIES]
    return {one.id for module in modules for judgement in module.RULES for one in judgement(facts)}


@pytest.mark.parametrize("kind", [EntryKind.FILE, EntryKind.REMOTE, EntryKind.LINK_OUTSIDE])
@pytest.mark.parametrize("is_pickle", [True, False])
@pytest.mark.parametrize("loading", list(Loading))
def test_every_verdict_is_judged(facts, file, loading, is_pickle, kind):
    one = facts(files=[file("a.json", loading, pickle=is_pickle, kind=kind, code="not-downloaded")])
    assert {found.id for found in judge(one)} == _by_all(one)


@pytest.mark.parametrize(
    "attributes",
    [
        {"partial": True},
        {"snapshots": ["a"], "missing": True},
        {"blob": "b", "blob_matches": False},
        {"repository": "r", "listed_as": "c"},
    ],
)
def test_every_word_of_a_cache_is_judged(facts, file, attributes):
    plain = file("model.safetensors", Loading.DATA_ONLY, pickle=False)
    one = facts(files=[replace(plain, entry=replace(plain.entry, attributes=attributes))])
    assert {found.id for found in judge(one)} == _by_all(one) != set()


def test_owners_signatures_lineage_and_references_are_judged(facts, reference):
    signature = {
        "path": "model.sig",
        "signature": "invalid",
        "why": "No.",
        "method": "key",
        "content": "same",
    }
    owner = Node("owner:hf/metallama", NodeKind.OWNER, "meta-IIama", attributes={"problem": "gone"})
    child = Node("model:a", NodeKind.MODEL, "a", attributes={"signatures": [signature]})
    other = Node("model-file:b", NodeKind.MODEL_FILE, "b")
    derived = Edge(other.id, "project:p", EdgeKind.DERIVED_FROM, agree=False)
    for parts in (
        {"nodes": [owner]},
        {"nodes": [child]},
        {"nodes": [other], "edges": [derived]},
        {"references": [reference()]},
        {"references": [reference(kind="load-call", call="torch.load", safe=False)]},
        {"references": [reference(kind="remote-code")]},
    ):
        one = facts(**parts)
        assert {found.id for found in judge(one)} == _by_all(one) != set(), parts


def test_a_folder_of_weights_is_judged_by_few(facts, file):
    one = facts(files=[file("model.safetensors", Loading.DATA_ONLY, pickle=False)])
    names = [module.__name__.rpartition(".")[2] for module in rules._families(one)]
    assert names == ["data", "integrity"]
    assert judge(one) == [] and _by_all(one) == set()
