"""A hub repository as a target: what is listed, what is asked, and what is never sent."""

from __future__ import annotations

import hashlib
import json
import threading
from pathlib import Path
from typing import Any

import pytest

from inspector.provenance.errors import UnreadableInput
from inspector.provenance.words import Pin
from inspector.sources import Entry, EntryKind, LeftOut, ReadFailure, open_target
from inspector.sources.hub import HubSource
from inspector.sources.hub.facts import bounded, owner_facts, repo_facts

TOKEN = "hf_" + "secretsecret" * 3


def opened(target: str, **options: Any) -> HubSource:
    source = open_target(target, **options)
    assert isinstance(source, HubSource)
    return source


def listed(source: HubSource) -> dict[str, Entry]:
    return {item.path: item for item in source.entries() if isinstance(item, Entry)}


def read(source: HubSource, path: str) -> bytes:
    data = source.open(listed(source)[path])
    return data.read_at(0, data.size)


def test_a_model_is_listed_at_its_commit_with_the_hubs_own_digests(hub: Any) -> None:
    weights = b"\0" * 100
    repo = hub.model("acme/writer", {"sub/model.bin": weights, "config.json": b"{}", "a.txt": b"hello"})
    source = opened("hf://acme/writer")
    assert source.target.kind == "hub-model"
    assert (source.target.name, source.target.revision, source.target.asked) == (
        "acme/writer",
        repo.sha,
        None,
    )
    files = listed(source)
    assert list(files) == ["a.txt", "config.json", "sub/model.bin"]
    assert all(entry.kind is EntryKind.REMOTE for entry in files.values())
    model = files["sub/model.bin"]
    assert (model.size, model.claimed_sha256) == (100, hashlib.sha256(weights).hexdigest())
    assert files["a.txt"].claimed_sha256 is None
    assert files["a.txt"].attributes["git_oid"] == hashlib.sha1(b"blob 5\0hello").hexdigest()
    assert [entry.attributes["openable"] for entry in files.values()] == [False, True, False]


@pytest.mark.parametrize(
    ("target", "kind"), [("hf://datasets/acme/data", "hub-dataset"), ("hf://spaces/acme/app", "hub-space")]
)
def test_datasets_and_spaces_are_targets_too(hub: Any, target: str, kind: str) -> None:
    hub.dataset("acme/data")
    hub.space("acme/app")
    source = opened(target)
    assert source.target.kind == kind
    assert source.facts().kind == kind.removeprefix("hub-")


def test_a_name_of_one_part_is_a_repository_without_an_owner(hub: Any) -> None:
    hub.model("gpt2")
    facts = opened("hf://gpt2").facts()
    assert facts.id == "gpt2" and facts.owner is None


@pytest.mark.parametrize(
    ("revision", "pin"),
    [
        (None, Pin.NONE),
        ("main", Pin.MOVABLE),
        ("refs/pr/1", Pin.MOVABLE),
        ("short", Pin.MOVABLE),
        ("full", Pin.COMMIT),
    ],
)
def test_every_way_to_name_a_revision_resolves_to_the_commit(
    hub: Any, revision: str | None, pin: Pin
) -> None:
    repo = hub.model("acme/x", refs={"refs/pr/1": "ab" * 20})
    words = {"short": repo.sha[:10], "full": repo.sha}.get(revision or "", revision)
    facts = opened(f"hf://acme/x@{words}" if words else "hf://acme/x").facts()
    assert facts.sha == ("ab" * 20 if revision == "refs/pr/1" else repo.sha)
    assert (facts.pin, facts.requested_revision) == (pin, words)


def test_the_files_are_asked_for_by_commit(hub: Any) -> None:
    repo = hub.model("acme/x")
    opened("hf://acme/x")
    assert [seen.path for seen in hub.requests] == [
        "/api/models/acme/x",
        f"/api/models/acme/x/tree/{repo.sha}",
    ]


def test_twelve_hundred_files_are_two_requests(hub: Any) -> None:
    hub.model("acme/many", {f"shard/{number:04}.txt": b"x" for number in range(1200)})
    source = opened("hf://acme/many")
    assert len(listed(source)) == 1200
    assert hub.count("/tree/") == 2


def test_a_renamed_repository_is_named_by_both_names(hub: Any) -> None:
    hub.model("acme/base-7b")
    hub.rename("old-org/base-7b", "acme/base-7b")
    source = opened("hf://old-org/base-7b")
    assert (source.target.name, source.target.asked) == ("acme/base-7b", "old-org/base-7b")
    assert "old-org/base-7b is now acme/base-7b. Pin the new name and a commit." in source.facts().notes


def test_small_texts_are_fetched_once_and_checked_against_their_git_id(hub: Any) -> None:
    hub.model("acme/x", {"config.json": b'{"a": 1}', "sub dir/modeling_ü.py": b"import os\n"})
    source = opened("hf://acme/x")
    assert read(source, "config.json") == b'{"a": 1}'
    assert read(source, "config.json") == b'{"a": 1}'
    assert read(source, "sub dir/modeling_ü.py") == b"import os\n"
    assert hub.count("/resolve/") == 2
    assert not source.open(listed(source)["config.json"]).changed()
    with pytest.raises(ReadFailure, match="lie outside"):
        source.open(listed(source)["config.json"]).read_at(0, 9)


def test_small_texts_come_by_way_of_a_redirect_on_the_hub_too(hub: Any) -> None:
    hub.small_file_redirect = True
    hub.model("acme/x", {"config.json": b"{}"})
    assert read(opened("hf://acme/x"), "config.json") == b"{}"
    assert hub.count("/resolve-cache/") == 1


def test_bytes_that_are_not_the_listed_ones_say_so(hub: Any, hub_standin: Any) -> None:
    swapped = hub_standin.File(b"{ }", False, row={"oid": "ab" * 20})
    longer = hub_standin.File(b"{ }", False, row={"size": 2})
    shorter = hub_standin.File(b"{ }", False, row={"size": 9})
    hub.model("acme/x", {"config.json": swapped, "modules.json": longer, "README.md": shorter})
    source = opened("hf://acme/x")
    assert source.open(listed(source)["config.json"]).changed()
    for path in ("modules.json", "README.md"):
        with pytest.raises(ReadFailure, match=f"{path}: the file changed between two answers"):
            read(source, path)


def test_a_text_that_is_broken_off_is_a_failure(hub: Any) -> None:
    hub.model("acme/x", {"config.json": b'{"a": 1}'})
    hub.fault("/resolve/", "short")
    source = opened("hf://acme/x")
    with pytest.raises(ReadFailure, match=r"config.json was not downloaded"):
        read(source, "config.json")


def test_weights_are_not_downloaded(hub: Any) -> None:
    hub.model(
        "acme/x", {"model.safetensors": b"\0" * 10, "big.py": b"#" * (1024 * 1024 + 1), "note.txt": b"x"}
    )
    source = opened("hf://acme/x")
    for path in listed(source):
        with pytest.raises(ReadFailure, match=f"^{path} was not downloaded.$"):
            read(source, path)
    assert hub.count("/resolve/") == 0 and hub.count(origin="store") == 0


def test_all_texts_together_stay_below_their_budget(hub: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inspector.sources.hub.source.MAX_TEXT_BYTES", 10)
    hub.model("acme/x", {"a.py": b"123456", "b.py": b"123456"})
    source = opened("hf://acme/x")
    read(source, "a.py")
    with pytest.raises(ReadFailure, match=r"b.py was not downloaded"):
        read(source, "b.py")


def test_a_gated_repository_is_listed_and_asked_for_bytes_once(hub: Any) -> None:
    hub.model("acme/locked", {"config.json": b"{}", "a.py": b"x", "model.bin": b"y"}, gated="manual")
    source = opened("hf://acme/locked")
    assert len(listed(source)) == 3
    sentence = "Listing is public, bytes are gated (manual approval): weights not inspected."
    for path in ("config.json", "a.py"):
        with pytest.raises(ReadFailure) as caught:
            read(source, path)
        assert str(caught.value) == sentence
    assert hub.count("/resolve/") == 1
    assert sentence in source.facts().notes and source.facts().gated == "manual"


def test_excluded_files_are_left_out_by_name(hub: Any) -> None:
    hub.model("acme/x", {"a/b.txt": b"1", "c.txt": b"2"})
    found = list(opened("hf://acme/x", exclude=["a/**"]).entries())
    assert found[0] == LeftOut("a/b.txt", "exclude: a/**") and len(found) == 2


@pytest.mark.parametrize(
    "path", ["../up.py", "/abs.py", "a//b.py", "a/./b.py", "a\\b.py", "nul\0.py", "lone\ud800.py"]
)
def test_a_path_that_no_repository_can_hold_is_named_and_never_asked_for(
    hub: Any, hub_standin: Any, path: str
) -> None:
    hub.model("acme/x", {"a.py": hub_standin.File(b"x", False, row={"path": path})})
    source = opened("hf://acme/x")
    (entry,) = listed(source).values()
    entry.path.encode()
    assert entry.kind is EntryKind.DENIED
    with pytest.raises(ReadFailure):
        source.open(entry)
    assert hub.count("/resolve/") == 0


def test_one_path_with_two_contents_is_not_believed(hub: Any, hub_standin: Any) -> None:
    hub.model(
        "acme/x",
        {"a.bin": b"good", "b.bin": hub_standin.File(b"evil", True, row={"path": "a.bin"})},
    )
    (entry,) = listed(opened("hf://acme/x")).values()
    assert entry.kind is EntryKind.DENIED and entry.claimed_sha256 is None


@pytest.mark.parametrize(
    "row",
    [
        {"size": None},
        {"size": "12"},
        {"size": -1},
        {"size": True},
        {"oid": None},
        {"oid": 7},
        {"lfs": "yes"},
        {"lfs": {}},
        {"lfs": {"oid": "no digest", "size": "x"}},
        {"lfs": {"sha256": "AB" * 32, "size": 4}},
        {"type": None},
    ],
)
def test_odd_rows_are_listed_with_what_they_say(hub: Any, hub_standin: Any, row: dict[str, Any]) -> None:
    hub.model("acme/x", {"m.bin": hub_standin.File(b"1234", True, row=row)})
    (entry,) = listed(opened("hf://acme/x")).values()
    assert entry.size is None or entry.size >= 0
    assert entry.claimed_sha256 is None or len(entry.claimed_sha256) == 64


def test_a_real_row_without_the_pointer_size_is_listed(hub: Any, hub_standin: Any) -> None:
    digest = hashlib.sha256(b"1234").hexdigest()
    hub.model("acme/x", {"m.bin": hub_standin.File(b"1234", True, row={"lfs": {"oid": digest, "size": 4}})})
    (entry,) = listed(opened("hf://acme/x")).values()
    assert entry.claimed_sha256 == digest


def test_without_a_commit_in_the_answer_the_source_says_that_it_can_change(hub: Any) -> None:
    hub.model("acme/x", omit=("sha", "_id", "gated", "tags", "createdAt", "author"))
    source = opened("hf://acme/x")
    assert source.target.revision is None and len(listed(source)) == 1
    assert any("can change" in note for note in source.facts().notes)


def test_another_commit_than_the_pinned_one_is_noticed(hub: Any) -> None:
    repo = hub.model("acme/x", sha="ab" * 20)
    repo.info["sha"] = "cd" * 20
    source = opened(f"hf://acme/x@{'ab' * 20}")
    assert source.target.revision == "ab" * 20
    assert any("the hub answered with cdcd" in note for note in source.facts().notes)


def test_every_answer_is_kept_as_evidence(hub: Any) -> None:
    hub.organization("acme")
    hub.model("acme/x")
    evidence = opened("hf://acme/x").facts().evidence
    assert len(evidence) == len(hub.requests)
    for item in evidence:
        assert set(item) == {"url", "status", "sha256", "time", "from"}
        assert item["url"].startswith(hub.endpoint) and len(item["sha256"]) == 64
    json.dumps(evidence)


def test_the_attributes_of_all_facts_are_json(hub: Any, hub_standin: Any) -> None:
    hub_standin.furnish(hub)
    facts = opened("hf://acme/writer").facts()
    json.dumps([one.attributes() for one in (facts, *facts.relatives)])
    json.dumps([one.owner.attributes() for one in (facts, *facts.relatives) if one.owner])


class TestToken:
    def test_none_is_sent_unless_the_reviewer_says_so(
        self, hub: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        hub.tokens.add(TOKEN)
        hub.model("acme/x")
        read(opened("hf://acme/x"), "config.json")
        assert hub.authorizations() == []

    def test_it_goes_to_the_endpoint_and_not_to_the_store_of_files(
        self, hub: Any, hub_standin: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        hub.tokens.add(TOKEN)
        hub.organization("acme")
        text = hub_standin.File(b"x = 1\n", True)
        repo = hub.model("acme/private", {"a.py": text}, private=True)
        source = opened("hf://acme/private", use_hub_token=True)
        client = source._client  # the one way to ask for a file that is not small text
        path = f"/acme/private/resolve/{repo.sha}/a.py"
        answer = client.get(path, client.ask("acme/private"), limit=100, other_hosts=True)
        assert answer.body == b"x = 1\n"
        assert hub.count(origin="store") == 1
        assert {origin for origin, _ in hub.authorizations()} == {"hub"}

    def test_it_stands_in_no_message_and_no_representation(
        self, hub: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        with pytest.raises(UnreadableInput) as caught:
            opened("hf://acme/x", use_hub_token=True)
        assert "refused your token" in str(caught.value)
        hub.tokens.add(TOKEN)
        hub.model("acme/x")
        source = opened("hf://acme/x", use_hub_token=True)
        shown = f"{caught.value!r}{caught.value.__cause__!r}{vars(source._client)}{source.facts()}"
        assert TOKEN not in shown

    def test_asked_for_and_not_there_is_a_sentence(
        self, hub: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "none"))
        monkeypatch.setattr("huggingface_hub.constants.HF_STORED_TOKENS_PATH", str(tmp_path / "none2"))
        hub.model("acme/x")
        with pytest.raises(UnreadableInput, match=r"No token for 127.0.0.1"):
            opened("hf://acme/x", use_hub_token=True)
        assert hub.requests == []

    def test_over_plain_http_it_goes_to_this_machine_only(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        monkeypatch.setenv("HF_ENDPOINT", "http://hub.invalid")
        with pytest.raises(UnreadableInput, match=r"is not sent to hub\.invalid"):
            opened("hf://acme/x", use_hub_token=True)

    def test_another_port_of_the_same_host_gets_none(self, hub: Any) -> None:
        from inspector.sources.hub.endpoint import Token, origin_of

        origin = origin_of("https://hub.example")
        assert origin is not None
        token = Token(TOKEN, origin)
        assert token.headers_for("https://hub.example:443/x") == {"authorization": f"Bearer {TOKEN}"}
        for url in ("http://hub.example/", "https://hub.example:444/", "https://x.hub.example/", "nonsense"):
            assert token.headers_for(url) == {}


def test_no_telemetry_and_no_cookie_is_sent(hub: Any) -> None:
    hub.model("acme/x")
    opened("hf://acme/x").facts()
    assert hub.count("agent-harnesses") == 0
    assert all("agent/" not in seen.user_agent for seen in hub.requests)
    assert all("provenance-inspector/" in seen.user_agent for seen in hub.requests)


def test_closing_ends_a_request_that_hangs(hub: Any) -> None:
    hub.organization("acme")
    hub.model("acme/x")
    source = opened("hf://acme/x")
    hub.fault("/overview", "hang")
    threading.Timer(0.2, source.close).start()
    facts = source.facts()
    assert facts.owner is not None and facts.owner.problem == "The look-up was cancelled."


JUNK: list[Any] = [
    None,
    7,
    -1.5,
    True,
    "",
    "  ",
    "text",
    [],
    [None, 1, "a", {}],
    {},
    {"a": 1},
    "\ud800",
    "x" * 9999,
]


@pytest.mark.parametrize("junk", JUNK, ids=lambda value: repr(value)[:12])
def test_no_value_of_any_key_makes_reading_fail(junk: Any) -> None:
    from inspector.sources.hub.lineage import claims, statements

    keys = ["id", "modelId", "_id", "sha", "gated", "private", "disabled", "createdAt", "lastModified"]
    keys += ["tags", "library_name", "pipeline_tag", "sdk", "cardData", "siblings", "datasets", "models"]
    keys += ["baseModels", "config", "gguf"]
    card_keys = ["license", "license_name", "base_model", "base_model_relation", "datasets", "models"]
    raws: list[Any] = [
        junk,
        *({key: junk} for key in keys),
        *({"cardData": {key: junk}} for key in card_keys),
    ]
    raws += [
        {"baseModels": {"relation": junk, "models": junk}},
        {"baseModels": {"models": [junk, {"id": junk}]}},
    ]
    raws += [{"config": {"peft": junk, "_name_or_path": junk}}, {"siblings": [junk, {"rfilename": junk}]}]
    for kind in ("model", "dataset", "space"):
        for raw in raws:
            facts = repo_facts(kind, "acme/x", raw)
            json.dumps(facts.attributes()).encode()
            assert facts.id
            if isinstance(raw, dict):
                said = statements(raw, "acme/x", junk, junk)
                claims(said, {})
    json.dumps(owner_facts("acme", "user", junk).attributes()).encode()
    json.dumps(bounded(junk)).encode()


def test_a_card_is_kept_within_bounds() -> None:
    deep: Any = "end"
    for _ in range(100):
        deep = [deep]
    card = bounded({"deep": deep, "long": "x" * 100_000, "many": list(range(10_000)), "inf": float("inf")})
    assert len(json.dumps(card)) < 20_000 and card["inf"] is None


def test_a_hub_without_a_list_of_files_is_asked_for_the_one_in_its_facts(hub: Any) -> None:
    hub.model("acme/x", {"config.json": b"{}", "sub/model.safetensors": b"\0" * 300})
    usual = listed(opened("hf://acme/x"))
    hub.fault(
        "/tree/", status=404, headers={"content-type": "application/json"}, body=b'{"error": "Not Found"}'
    )
    assert listed(opened("hf://acme/x")) == usual


def test_facts_without_sizes_are_no_list_of_files(hub: Any) -> None:
    hub.model("acme/x", siblings="none")
    hub.fault("/tree/", status=404)
    with pytest.raises(UnreadableInput, match="not found, or private"):
        opened("hf://acme/x")
