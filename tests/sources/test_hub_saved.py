"""What a hub answered is kept, and a review reads it again without the network."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inspector import artifacts, places
from inspector.provenance.errors import InspectorError, WorkIncomplete
from inspector.sources import open_target
from inspector.sources.hub import HubSource
from inspector.sources.hub.moved import Listed, Listing, moved
from inspector.sources.hub.saved import SavedAnswers

TOKEN = "hf_" + "secretsecret" * 3


def opened(target: str, **options: Any) -> HubSource:
    source = open_target(target, **options)
    assert isinstance(source, HubSource)
    return source


def kept() -> list[Path]:
    return sorted((places.cache() / "hub-answers").rglob("*.answer"))


def test_a_review_is_read_again_without_a_socket(hub: Any, hub_standin: Any, no_sockets: Any) -> None:
    # ``no_sockets`` refuses sockets that are made from here on; those of the stand-in are open already.
    hub_standin.furnish(hub)
    with pytest.MonkeyPatch.context() as patch:
        import socket

        patch.setattr(socket, "socket", socket.socket.__mro__[1])
        live = opened("hf://acme/writer")
        facts = live.facts()
        (entry,) = live.wanted_remotely()
        verdict = artifacts.read(live.open_remote(entry), entry.path)
        asked = len(hub.requests)
    again = opened("hf://acme/writer", offline=True)
    then = again.facts()
    (entry,) = again.wanted_remotely()
    assert artifacts.read(again.open_remote(entry), entry.path) == verdict
    assert verdict.loading.value == "runs-code"
    assert (then.sha, then.lineage, then.relatives) == (facts.sha, facts.lineage, facts.relatives)
    assert list(again.entries()) == list(live.entries())
    assert len(hub.requests) == asked and no_sockets() == 0


def test_each_answer_says_whether_it_is_live_or_of_which_day(hub: Any) -> None:
    hub.organization("acme")
    hub.model("acme/x")
    facts = opened("hf://acme/x").facts()
    assert {item["from"] for item in facts.evidence} == {"live"} and facts.saved is None
    facts = opened("hf://acme/x", offline=True).facts()
    assert {item["from"] for item in facts.evidence} == {"saved"}
    assert facts.saved is not None and facts.saved == min(item["time"] for item in facts.evidence)
    assert "--offline is set: showing cached facts only." in facts.notes
    assert any(facts.saved[:10] in note for note in facts.notes)


def test_the_environment_switches_to_what_was_saved_too(hub: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.model("acme/x")
    opened("hf://acme/x").facts()
    asked = len(hub.requests)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert "HF_HUB_OFFLINE is set: showing cached facts only." in opened("hf://acme/x").facts().notes
    assert len(hub.requests) == asked


def test_what_was_not_saved_is_a_sentence_with_exit_code_three(hub: Any) -> None:
    hub.model("acme/x")
    opened("hf://acme/x")
    for target in ("hf://acme/y", "hf://acme/x@v2", "hf://datasets/acme/x"):
        with pytest.raises(WorkIncomplete, match="Nothing is saved of acme/") as caught:
            opened(target, offline=True)
        assert caught.value.exit_code == 3


def test_a_part_of_a_file_that_was_not_saved_is_not_read(hub: Any) -> None:
    hub.model("acme/x", {"m.bin": bytes(300_000)})
    opened("hf://acme/x")
    again = opened("hf://acme/x", offline=True)
    (entry,) = again.wanted_remotely()
    verdict = artifacts.read(again.open_remote(entry), entry.path)
    assert verdict.loading.value == "unreadable" and "was not saved" in verdict.reasons[0].message


def test_an_owner_that_is_missing_is_remembered_as_missing(hub: Any) -> None:
    hub.user("sam")
    hub.model("sam/x")
    live = opened("hf://sam/x").facts().owner
    then = opened("hf://sam/x", offline=True).facts().owner
    assert then == live and live is not None and live.type == "user"


def test_of_two_hubs_each_answers_for_itself(
    hub: Any, hub_standin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.model("acme/x")
    opened("hf://acme/x")
    monkeypatch.setenv("HF_ENDPOINT", "https://hub.invalid")
    with pytest.raises(WorkIncomplete, match=r"hub\.invalid"):
        opened("hf://acme/x", offline=True)


def test_a_hub_out_of_reach_offers_what_was_saved(hub: Any) -> None:
    hub.model("acme/x")
    opened("hf://acme/x")
    hub.fault("/api/", status=503)
    with pytest.raises(WorkIncomplete) as caught:
        opened("hf://acme/x")
    assert caught.value.sentence == "The hub answers 503. What was read so far is kept; retry."
    assert "is saved: --offline shows it." in str(caught.value)
    with pytest.raises(WorkIncomplete) as caught:
        opened("hf://acme/other")
    assert "--offline" not in str(caught.value)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _swapped(path: Path) -> None:
    raw = path.read_bytes()
    path.write_bytes(raw[:-2] + bytes([raw[-2] ^ 1]) + raw[-1:])


def _of_another(path: Path) -> None:
    head, _, body = path.read_bytes().partition(b"\n")
    value = json.loads(head)
    value["asked"][1] = "/api/models/evil/x"
    path.write_bytes(json.dumps(value).encode() + b"\n" + body)


@pytest.mark.parametrize(
    "harm",
    [
        _cut,
        _swapped,
        _of_another,
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"[" * 100_000),
        lambda path: path.write_bytes(b"null\n{}"),
        lambda path: path.write_bytes(b'{"version": 1}\n'),
    ],
    ids=["cut", "swapped", "another's", "empty", "deep", "null", "little"],
)
def test_a_broken_copy_is_no_copy_and_is_made_anew(hub: Any, harm: Callable[[Path], object]) -> None:
    hub.model("acme/x")
    opened("hf://acme/x")
    for path in kept():
        harm(path)
    with pytest.raises(WorkIncomplete, match="Nothing is saved"):
        opened("hf://acme/x", offline=True)
    opened("hf://acme/x")
    opened("hf://acme/x", offline=True)


def test_no_token_is_in_any_copy(hub: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    hub.tokens.add(TOKEN)
    hub.organization("acme")
    hub.model("acme/private", {"config.json": b"{}", "m.bin": bytes(200_000)}, private=True)
    source = opened("hf://acme/private", use_hub_token=True)
    source.facts()
    (entry,) = source.wanted_remotely()
    source.open_remote(entry).read_at(0, 10)
    assert len(kept()) >= 5
    for path in (places.cache() / "hub-answers").rglob("*"):
        if path.is_file():
            raw = path.read_bytes()
            assert TOKEN.encode() not in raw and b"uthorization" not in raw and b"X-Signature" not in raw


def test_what_a_token_was_answered_is_not_shown_without_one(
    hub: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    hub.tokens.add(TOKEN)
    hub.model("acme/private", private=True)
    opened("hf://acme/private", use_hub_token=True)
    with pytest.raises(InspectorError, match="Nothing is saved"):
        opened("hf://acme/private", offline=True)
    opened("hf://acme/private", offline=True, use_hub_token=True)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
def test_the_copies_are_for_their_user_alone(hub: Any) -> None:
    hub.model("acme/x")
    opened("hf://acme/x")
    for path in (*kept(), *(path.parent for path in kept())):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root writes anywhere")
def test_a_folder_that_may_not_be_written_to_costs_the_copies_only(hub: Any) -> None:
    places.cache().mkdir(parents=True)
    places.cache().chmod(0o500)
    hub.model("acme/x")
    opened("hf://acme/x").facts()
    assert kept() == []


def test_a_file_where_the_folder_should_be_costs_the_copies_only(hub: Any) -> None:
    places.cache().mkdir(parents=True)
    (places.cache() / "hub-answers").write_text("in the way")
    hub.model("acme/x")
    opened("hf://acme/x").facts()


def test_a_copy_is_whole_whoever_writes_it_at_the_same_time(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from inspector.sources.hub.saved import SavedAnswers\n"
        "one = SavedAnswers('http://h', Path(sys.argv[1]))\n"
        "for _ in range(60):\n"
        "    one.put('/a', status=200, headers={}, linked={}, time='t', body=sys.argv[2].encode() * 50_000)\n"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", script, str(tmp_path), letter]) for letter in ("a", "b")
    ]
    seen = 0
    store = SavedAnswers("http://h", tmp_path)
    while any(writer.poll() is None for writer in writers):
        found = store.get("/a")
        if found is not None:
            seen += 1
            assert found.body in (b"a" * 50_000, b"b" * 50_000)
        elif seen:
            raise AssertionError("a copy was there and is not whole")
    assert seen and [writer.returncode for writer in writers] == [0, 0]
    assert not list(tmp_path.rglob("*.part"))


class TestWhatMoved:
    A, B = "a1b2c3d4" + "0" * 32, "c3d4e5f6" + "0" * 32

    def listing(self, commit: str, *, object_id: str = "1", name: str = "acme/x", **files: str) -> Listing:
        held = {
            path.replace("_", "."): Listed(1, identity, path.endswith("bin"))
            for path, identity in files.items()
        }
        return Listing(name, "main", commit, object_id, held)

    def test_branch_files_and_pickles_in_one_sentence(self) -> None:
        before = self.listing(self.A, config_json="1", old_txt="2", a_bin="3")
        after = self.listing(self.B, config_json="9", b_bin="4", a_bin="3")
        found = moved(before, after)
        assert found.sentence == "main went from a1b2c3d4 to c3d4e5f6, 3 files changed, 1 new pickle."
        assert (found.added, found.removed, found.changed) == (("b.bin",), ("old.txt",), ("config.json",))
        assert found.new_pickles == ("b.bin",)

    def test_nothing_moved_is_no_sentence(self) -> None:
        one = self.listing(self.A, a_bin="1")
        assert moved(one, one).sentence == "" and moved(one, one).new_pickles == ()

    def test_a_commit_whose_files_changed_is_called_wrong(self) -> None:
        found = moved(self.listing(self.A, a_bin="1"), self.listing(self.A, a_bin="2"))
        assert found.sentence.startswith("1 file changed. A commit cannot hold other files")

    def test_a_repository_that_was_made_again(self) -> None:
        found = moved(self.listing(self.A), self.listing(self.B, object_id="2"))
        assert found.recreated and "was deleted and made again" in found.sentence

    def test_an_identity_that_one_side_does_not_tell_is_not_the_same(self) -> None:
        before = Listing("a/b", None, self.A, None, {"x": Listed(1, None)})
        found = moved(before, Listing("a/b", None, self.B, None, {"x": Listed(1, "1")}))
        assert found.unknown == ("x",) and found.changed == ()

    def test_a_listing_goes_through_json(self) -> None:
        one = self.listing(self.A, a_bin="1")
        assert Listing.from_json(json.loads(json.dumps(one.as_json()))) == one

    def test_the_next_look_at_a_branch_says_what_moved(self, hub: Any) -> None:
        hub.model("acme/x", {"config.json": b"{}"}, sha="ab" * 20)
        first = opened("hf://acme/x@main")
        assert first.moved() is None
        hub.model("acme/x", {"config.json": b"{ }", "m.bin": b"1"}, sha="cd" * 20)
        found = opened("hf://acme/x@main").moved()
        assert found is not None
        assert found[0].sentence == "main went from abababab to cdcdcdcd, 2 files changed, 1 new pickle."
        assert found[1].endswith("Z")
        assert opened("hf://acme/x@main").moved() is None
