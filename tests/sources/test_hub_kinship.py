"""What the hub's scanners say, what child and parent show together, and what a GGUF header names."""

from __future__ import annotations

import json
from typing import Any

import pytest

from inspector.sources import Entry, ReadFailure, open_target
from inspector.sources.hub import HubFacts, HubSource
from inspector.sources.hub.gguf_header import gguf_texts
from inspector.sources.hub.kinship import GATE, LICENCE, WEIGHTS, holds_weights, signals
from inspector.sources.hub.verdicts import verdict_of, warns

REAL_SCAN = {
    "status": "unsafe",
    "protectAiScan": {"status": "unsafe", "message": "This file is vulnerable", "reportLink": "https://x"},
    "avScan": {"status": "safe", "version": "1.4.1"},
    "pickleImportScan": {
        "status": "unsafe",
        "pickleImports": [
            {"module": "posix", "name": "system", "safety": "dangerous"},
            {"module": "torch", "name": "FloatStorage", "safety": "innocuous"},
        ],
    },
    "virusTotalScan": {"status": "unscanned"},
    "jFrogScan": {"status": "unscanned"},
}


def opened(target: str) -> HubSource:
    source = open_target(target)
    assert isinstance(source, HubSource)
    return source


def facts_of(target: str) -> HubFacts:
    return opened(target).facts()


class TestScanners:
    def test_their_words_stand_on_the_file(self, hub: Any, hub_standin: Any) -> None:
        body = hub_standin.File(b"x", True, scan=REAL_SCAN)
        hub.model("acme/x", {"m.bin": body, "n.bin": b"1", "config.json": b"{}"})
        files = {item.path: item for item in opened("hf://acme/x").entries() if isinstance(item, Entry)}
        said = files["m.bin"].attributes["hub_scan"]
        assert said["status"] == "unsafe"
        assert said["scanners"]["clamav"] == "safe" and said["scanners"]["virustotal"] == "unscanned"
        assert said["imports"] == ["posix.system (dangerous)", "torch.FloatStorage (innocuous)"]
        assert warns(said) == ["picklescan: unsafe", "protect-ai: unsafe"]
        assert "hub_scan" not in files["n.bin"].attributes
        json.dumps(said)

    def test_they_are_asked_once_and_only_about_what_can_carry_code(self, hub: Any) -> None:
        hub.model("acme/x", {f"{number}.bin": b"x" for number in range(200)})
        opened("hf://acme/x")
        assert hub.count("/paths-info/") == 1 and len(hub.requests) == 3
        hub.model("acme/y", {"m.safetensors": b"x", "m.gguf": b"y", "config.json": b"{}"})
        opened("hf://acme/y")
        assert hub.count("/paths-info/") == 1

    @pytest.mark.parametrize("how", [{"status": 503}, {"kind": "html"}, {"kind": "broken"}, {"status": 404}])
    def test_without_their_words_the_files_are_listed_all_the_same(
        self, hub: Any, how: dict[str, Any]
    ) -> None:
        hub.model("acme/x", {"m.bin": b"1"})
        hub.fault("/paths-info/", **how)
        assert [item.path for item in opened("hf://acme/x").entries()] == ["m.bin"]
        assert len(hub.requests) == 3

    @pytest.mark.parametrize(
        "row",
        [
            None,
            {},
            {"securityFileStatus": None},
            {"securityFileStatus": {"status": 7, "avScan": None, "pickleImportScan": []}},
            {
                "securityFileStatus": {
                    "status": "unsafe",
                    "pickleImportScan": {"pickleImports": [1, {}, None]},
                }
            },
            {"security": {"safe": False, "avScan": {"virusFound": True}}},
        ],
    )
    def test_odd_rows_are_read_as_far_as_they_go(self, row: Any) -> None:
        found = verdict_of(row)
        json.dumps(found)
        assert found is None or found["imports"] == []

    def test_safe_is_no_word_that_warns_and_unknown_is_none(self) -> None:
        assert warns({"status": "safe", "scanners": {"clamav": "safe"}}) == []
        assert warns({"status": "queued", "scanners": {}}) == [] and warns(None) == []
        assert warns({"status": "unsafe", "scanners": {}}) == ["hub: unsafe"]


class TestSignals:
    def test_an_ungated_child_of_a_gated_parent(self, hub: Any) -> None:
        hub.model("acme/base", {"m.safetensors": b"1"}, gated="manual")
        hub.model("sam/free", {"m.safetensors": b"1"}, base_models=("finetune", ["acme/base"]))
        (claim,) = facts_of("hf://sam/free").lineage
        assert [one.code for one in claim.signals] == [GATE]
        assert claim.signals[0].sentence.startswith("acme/base is gated, sam/free is not")

    def test_a_gate_of_which_nothing_is_known_is_no_signal(self) -> None:
        for gates in ((None, "manual"), ("auto", "manual"), (False, False), (False, None)):
            assert signals("a/b", "c/d", gates=gates, licences=(None, None)) == ()

    @pytest.mark.parametrize(
        ("child", "parent", "differs"),
        [
            ("apache-2.0", "llama3.1", True),
            ("mit", "cc-by-nc-4.0", True),
            ("mit", "other (qwen-research)", True),
            ("apache-2.0", "gpl-3.0", True),
            ("apache-2.0", "mit", False),
            ("llama3.1", "llama3", False),
            ("other", "other", False),
            (None, "llama3", False),
            ("mit", None, False),
            ("cc-by-nc-4.0", "apache-2.0", False),
        ],
    )
    def test_a_licence_that_gives_away_what_the_parent_keeps(
        self, child: str | None, parent: str | None, differs: bool
    ) -> None:
        found = signals("a/b", "c/d", gates=(None, None), licences=(child, parent))
        assert [one.code for one in found] == ([LICENCE] if differs else [])
        if differs:
            assert child and parent and child in found[0].sentence and parent in found[0].sentence

    def test_a_base_model_claimed_without_weights(self, hub: Any) -> None:
        hub.model("acme/base", {"m.safetensors": b"1"})
        hub.model("acme/claim", {"README.md": b"#"}, base_models=("finetune", ["acme/base"]))
        hub.model("acme/child", {"m.gguf": b"1"}, base_models=("quantized", ["acme/claim"]))
        facts = facts_of("hf://acme/claim")
        assert [one.code for one in facts.signals] == [WEIGHTS]
        assert facts.attributes()["weights"] is False
        facts = facts_of("hf://acme/child")
        assert facts.signals == () and [one.code for one in facts.relatives[0].signals] == [WEIGHTS]
        assert facts.relatives[1].signals == ()

    def test_no_list_of_files_says_nothing(self) -> None:
        assert holds_weights(None) is None and holds_weights(()) is False
        assert holds_weights(("a/b/pytorch_model.BIN",)) is True


class TestGgufHeader:
    def test_the_parent_that_the_file_names_is_a_source_of_its_own(
        self, hub: Any, hub_standin: Any, large: Any
    ) -> None:
        size, pieces = large.gguf(base="https://huggingface.co/acme/other", tensors=20)
        hub.model(
            "acme/q",
            {"m.gguf": hub_standin.File(hub_standin.Sparse(size, pieces), True)},
            base_models=("quantized", ["acme/base"]),
        )
        hub.model("acme/base")
        hub.model("acme/other")
        before = hub.sent
        found = {claim.parent: claim for claim in facts_of("hf://acme/q").lineage}
        assert found["acme/other"].evidence[0]["source"] == "gguf"
        assert found["acme/other"].agree is False and found["acme/base"].agree is False
        assert hub.sent - before <= 64 * 1024 + 10

    def test_a_file_that_is_none_or_broken_names_nothing(self, hub: Any) -> None:
        for body in (b"", b"GGUF", b"GGUF" + b"\xff" * 40, b"GGUF\3\0\0\0" + b"\xff" * 400, b"PK\3\4" * 99):
            assert gguf_texts(Held(body)) == {}

    def test_bytes_that_cannot_be_had_cost_the_source_only(self, hub: Any) -> None:
        hub.model("acme/q", {"m.gguf": b"GGUF" * 99}, base_models=("quantized", ["acme/base"]))
        hub.model("acme/base")
        hub.fault("/resolve/", status=503)
        (claim,) = facts_of("hf://acme/q").lineage
        assert claim.parent == "acme/base" and claim.agree is None


def test_what_uses_the_model_is_told(hub: Any) -> None:
    hub.model("acme/x", spaces=["a/one", "b/two", 7], childrenModelCount={"finetune": 3, "adapter": "x"})
    facts = facts_of("hf://acme/x")
    assert facts.spaces == ("a/one", "b/two") and facts.children == {"finetune": 3}


class Held:
    def __init__(self, body: bytes) -> None:
        self.body = body
        self.size = len(body)

    def read_at(self, offset: int, length: int) -> bytes:
        if offset + length > self.size:
            raise ReadFailure("outside")
        return self.body[offset : offset + length]

    def close(self) -> None:
        return None
