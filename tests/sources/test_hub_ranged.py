"""Parts of a large remote file: exact, few, and never another file's bytes."""

from __future__ import annotations

import hashlib
import io
import random
import zipfile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.sources import Entry, EntryKind, ReadFailure, open_target
from inspector.sources.hub import HubSource, errors
from inspector.sources.hub import ranged as ranged_module
from inspector.sources.hub.answer import Answer
from inspector.sources.hub.errors import Ask
from inspector.sources.hub.ranged import RangeBytes

BODY = random.Random(7).randbytes(300_000)


def ranged(target: str = "hf://acme/x", path: str = "model.bin") -> RangeBytes:
    source = open_target(target)
    assert isinstance(source, HubSource)
    entry = next(item for item in source.entries() if item.path == path)
    assert isinstance(entry, Entry)
    return source.open_remote(entry)


@pytest.fixture
def model(hub: Any) -> Any:
    return hub.model("acme/x", {"model.bin": BODY})


def test_any_part_is_exact(hub: Any, model: Any) -> None:
    data = ranged()
    assert data.size == len(BODY)
    dice = random.Random(3)
    for _ in range(60):
        start = dice.randrange(len(BODY))
        length = dice.randrange(min(len(BODY) - start, 70_000) + 1)
        assert data.read_at(start, length) == BODY[start : start + length]
    assert data.read_at(0, len(BODY)) == BODY
    assert data.read_at(len(BODY), 0) == b""
    assert not data.changed()


def test_what_was_fetched_is_not_fetched_again(hub: Any, model: Any) -> None:
    data = ranged()
    data.read_at(100_000, 10)
    before = len(hub.requests)
    data.read_at(100_005, 30_000)
    assert len(hub.requests) == before
    data.read_at(0, len(BODY))
    fetched = sum(range_length(seen.range) for seen in hub.requests if seen.origin == "store")
    assert fetched == len(BODY)


def test_both_ends_of_a_torch_archive_cost_three_requests_and_a_hundred_kilobytes(hub: Any) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("archive/data.pkl", b"\x80\x02}q\x00." + b" " * 2_000)
        for number in range(200):
            archive.writestr(f"archive/data/{number}", bytes(50_000))
    hub.model("acme/x", {"model.bin": held.getvalue()})
    data = ranged()
    before = len(hub.requests)
    assert data.read_at(0, 4) == b"PK\x03\x04"
    tail = data.read_at(data.size - 65_557, 65_557)
    assert tail.rfind(b"PK\x05\x06") > 0 and b"\x80\x02}" in data.read_at(0, 100)
    assert len(hub.requests) - before == 3
    assert sum(range_length(seen.range) for seen in hub.requests if seen.origin == "store") < 128 * 1024


def test_the_store_is_sent_no_token(hub: Any, model: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_known")
    hub.tokens.add("hf_known")
    source = open_target("hf://acme/x", use_hub_token=True)
    assert isinstance(source, HubSource)
    (entry,) = source.entries()
    data = source.open_remote(entry)  # type: ignore[arg-type]
    data.read_at(0, 10)
    data.read_at(200_000, 10)
    assert hub.count(origin="store") >= 2
    assert {origin for origin, _ in hub.authorizations()} == {"hub"}
    assert not any("/lfs/" in item["url"] for item in source.evidence)


def test_a_server_that_ignores_ranges_costs_one_request_and_a_sentence(hub: Any, model: Any) -> None:
    hub.fault("/lfs/", "whole")
    with pytest.raises(ReadFailure) as caught:
        ranged().read_at(0, 10)
    assert str(caught.value) == "This server sends whole files only; file headers not inspected."
    assert hub.count(origin="store") == 1


def test_another_range_than_asked_for_is_never_used(hub: Any, model: Any) -> None:
    hub.fault("/lfs/", "wrong-range")
    data = ranged()
    with pytest.raises(ReadFailure) as caught:
        data.read_at(100_000, 10)
    assert str(caught.value) == "Transfer of model.bin broke off; not inspected."
    assert hub.count(origin="store") == 3


def test_fewer_bytes_than_the_range_has_are_never_used(hub: Any, model: Any) -> None:
    hub.fault("/lfs/", "less")
    with pytest.raises(ReadFailure, match=r"Transfer of model\.bin broke off; not inspected"):
        ranged().read_at(0, 10)


@pytest.mark.parametrize("large", [True, False], ids=["by the hub", "by the range"])
def test_another_size_than_the_listed_one_is_noticed(hub: Any, hub_standin: Any, large: bool) -> None:
    row: dict[str, Any] = {"size": 200_000}
    if large:
        row["lfs"] = {"oid": hashlib.sha256(BODY).hexdigest(), "size": 200_000}
    hub.model("acme/x", {"model.bin": hub_standin.File(BODY, large, row=row)})
    data = ranged()
    with pytest.raises(ReadFailure, match="changed between two answers"):
        data.read_at(0, 10)
    assert data.changed()


def test_a_transfer_that_breaks_off_each_time_is_given_up(hub: Any, model: Any) -> None:
    hub.fault("/lfs/", "short")
    with pytest.raises(ReadFailure) as caught:
        ranged().read_at(0, 10)
    assert str(caught.value) == "Transfer of model.bin broke off; not inspected."
    assert hub.count(origin="store") <= 4


def test_a_signed_address_that_has_run_out_is_asked_for_again(hub: Any, model: Any) -> None:
    data = ranged()
    data.read_at(0, 10)
    hub.fault("/lfs/", status=403, times=1)
    assert data.read_at(200_000, 10) == BODY[200_000:200_010]


def test_a_file_that_was_replaced_after_the_listing_is_noticed(hub: Any, model: Any) -> None:
    data = ranged()
    model.files["model.bin"].body = BODY[::-1]
    with pytest.raises(ReadFailure, match=r"model\.bin: the file changed between two answers"):
        data.read_at(0, 10)
    assert data.changed()


def test_a_file_that_is_replaced_between_two_reads_is_noticed(hub: Any, model: Any) -> None:
    data = ranged()
    data.read_at(0, 10)
    end = 200_000 + ranged_module.BLOCK
    told = {"content-range": f"bytes 200000-{end - 1}/{len(BODY)}", "etag": '"another"'}
    hub.fault("/lfs/", status=206, body=bytes(ranged_module.BLOCK), headers=told)
    with pytest.raises(ReadFailure, match="changed between two answers"):
        data.read_at(200_000, 10)


def test_a_commit_that_moved_is_noticed(hub: Any, model: Any) -> None:
    data = ranged()
    held = model.sha
    model.refs["main"] = "cd" * 20
    model.refs[held] = "cd" * 20
    with pytest.raises(ReadFailure, match="changed between two answers"):
        data.read_at(0, 10)


def test_a_budget_for_each_file_and_for_the_review(
    hub: Any, model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranged_module, "budget_for", lambda path, size: 150_000)
    data = ranged()
    data.read_at(0, 50_000)
    with pytest.raises(ReadFailure, match="would have to be fetched; not inspected"):
        data.read_at(100_000, 60_000)
    budget = ranged_module.Budget(10)
    assert budget.take(10) and not budget.take(1)
    budget = ranged_module.Budget(10, requests=2)
    assert budget.take(1) and budget.take(1) and not budget.take(1)


def test_gated_bytes_are_a_sentence(hub: Any) -> None:
    hub.model("acme/locked", {"model.bin": BODY}, gated="manual")
    with pytest.raises(ReadFailure, match="bytes are gated"):
        ranged("hf://acme/locked").read_at(0, 10)


@pytest.mark.parametrize(("offset", "length"), [(-1, 1), (0, len(BODY) + 1), (len(BODY), 1)])
def test_a_range_outside_asks_nothing(hub: Any, model: Any, offset: int, length: int) -> None:
    data = ranged()
    before = len(hub.requests)
    with pytest.raises(ReadFailure, match="lie outside"):
        data.read_at(offset, length)
    assert len(hub.requests) == before


def range_length(header: str | None) -> int:
    assert header is not None
    first, last = header.removeprefix("bytes=").split("-")
    return int(last) - int(first) + 1


@pytest.mark.parametrize("large", [True, False], ids=["by its sha256", "by its git id"])
@pytest.mark.parametrize("size", [60_000, 300_000], ids=["small", "large"])
def test_a_file_that_was_fetched_whole_is_held_against_its_digest(
    hub: Any, hub_standin: Any, large: bool, size: int
) -> None:
    row: dict[str, Any] = {} if large else {"oid": "ab" * 20}
    if large:
        row["lfs"] = {"oid": hashlib.sha256(b"another").hexdigest(), "size": size}
    one = hub_standin.File(BODY[:size], large, row=row)
    hub.model("acme/x", {"model.bin": one})
    data = ranged()
    data._check_identity = lambda answer: None  # a hub that tells no digest with the bytes
    with pytest.raises(ReadFailure, match="changed between two answers"):
        data.read_at(0, size)
    assert data.changed()
    with pytest.raises(ReadFailure):
        data.read_at(0, 1)


class Lying:
    """A client whose answers are made up."""

    offline = None

    def __init__(self, answers: list[Any]) -> None:
        self.answers = answers

    def ask(self, *_: Any) -> Ask:
        return Ask("acme/x", "h")

    def get(self, path: str, ask: Ask, *, limit: int, headers: Any, other_hosts: bool) -> Answer:
        first, last = (int(part) for part in headers["range"].removeprefix("bytes=").split("-"))
        status, shift, grow, size, etag, digest, coding = self.answers.pop(0) if self.answers else TRUTH
        body = BODY[max(first + shift, 0) : max(last + 1 + shift + grow, 0)]
        if len(body) > limit:
            raise errors.not_a_hub(ask, "more than expected")
        told = {"content-range": f"bytes {first + shift}-{last + shift}/{len(BODY) + size}", "etag": etag}
        linked = {"x-linked-etag": digest, "x-repo-commit": "c" * 40}
        if coding:
            told["content-encoding"] = coding
        return Answer("https://h/a", "https://s/a", status, told, body, linked=linked if digest else {})

    def keep_part(self, *_: Any) -> None:
        return None


DIGEST = hashlib.sha256(BODY).hexdigest()
TRUTH = (206, 0, 0, 0, '"e"', "", "")
LIES = st.tuples(
    st.sampled_from([206, 206, 206, 200, 204]),
    st.sampled_from([0, 0, 0, 1, -1, 4096]),
    st.sampled_from([0, 0, 0, 1, -1]),
    st.sampled_from([0, 0, 0, 1]),
    st.sampled_from(['"e"', '"e"', '"f"', 'W/"g"', ""]),
    st.sampled_from(["", "", DIGEST, "e" * 64]),
    st.sampled_from(["", "", "", "gzip", "identity"]),
)


@given(
    answers=st.lists(LIES, max_size=8),
    reads=st.lists(st.tuples(st.integers(0, len(BODY)), st.integers(0, 70_000)), min_size=1, max_size=6),
)
@settings(max_examples=150, deadline=None)
def test_whatever_a_server_answers_bytes_are_the_files_own_or_there_are_none(
    answers: list[Any], reads: list[tuple[int, int]]
) -> None:
    entry = Entry("m.bin", EntryKind.REMOTE, len(BODY), claimed_sha256=DIGEST)
    client: Any = Lying(list(answers))
    data = RangeBytes(client, "acme/x", "", "c" * 40, entry, ranged_module.Budget())
    for offset, length in reads:
        length = min(length, len(BODY) - offset)
        try:
            assert data.read_at(offset, length) == BODY[offset : offset + length]
        except ReadFailure:
            pass
        if data.holds(offset, length) and not data.changed():
            assert data.read_at(offset, length) == BODY[offset : offset + length]


def test_a_small_file_is_read_from_a_server_that_sends_whole_files_only(hub: Any) -> None:
    hub.model("acme/x", {"model.bin": BODY[:5_000]})
    hub.fault("/lfs/", "whole")
    assert ranged().read_at(100, 10) == BODY[100:110]


def test_a_small_file_that_is_another_one_is_noticed_by_its_digest(hub: Any) -> None:
    hub.model("acme/x", {"model.bin": BODY[:5_000]})
    hub.fault("/lfs/", status=200, body=BODY[5_000:10_000])
    data = ranged()
    with pytest.raises(ReadFailure, match="changed between two answers"):
        data.read_at(100, 10)
    assert data.changed()
