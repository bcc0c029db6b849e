"""Model files of many gigabytes on a hub, read by the artifact readers for a few kilobytes."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import Any

import pytest

from inspector import artifacts
from inspector.artifacts import Artifact
from inspector.provenance import Loading
from inspector.sources import Entry, ReadFailure, open_target
from inspector.sources.hub import HubSource
from inspector.sources.hub import ranged as ranged_module
from inspector.sources.hub.remote import is_read_by_parts
from inspector.sources.interface import is_remote

KIB, MIB = 1 << 10, 1 << 20


class Read:
    """One file on the hub, read to a verdict; what it cost, the redirect of the hub included."""

    def __init__(self, hub: Any, hub_standin: Any, name: str, body: tuple[int, dict[int, bytes]]) -> None:
        hub.model("acme/large", {name: hub_standin.File(hub_standin.Sparse(*body), True)})
        source = opened("hf://acme/large")
        (entry,) = source.wanted_remotely()
        before, sent = len(hub.requests), hub.sent
        data = source.open_remote(entry)
        self.artifact: Artifact = artifacts.read(data, name)
        self.requests = len(hub.requests) - before
        self.bytes = hub.sent - sent
        self.size: int = body[0]
        assert not data.changed()
        assert data.fetched == self.bytes


def opened(target: str, **options: Any) -> HubSource:
    source = open_target(target, **options)
    assert isinstance(source, HubSource)
    return source


@pytest.mark.parametrize("each", [MIB // 2, 48 * MIB], ids=["100 MB", "10 GB"])
@pytest.mark.parametrize("is_hostile", [False, True])
def test_a_torch_archive_of_any_size(
    hub: Any, hub_standin: Any, large: Any, each: int, is_hostile: bool
) -> None:
    call = large.hostile() if is_hostile else b""
    read = Read(hub, hub_standin, "pytorch_model.bin", large.torch_zip(200, each, call))
    assert read.artifact.loading is (Loading.RUNS_CODE if is_hostile else Loading.ALLOW_LISTED)
    assert read.requests <= 3 and read.bytes <= 128 * KIB


@pytest.mark.parametrize(("tensors", "requests", "size"), [(680, 3, 128 * KIB), (1_000, 3, 0), (2_000, 4, 0)])
def test_a_torch_archive_of_many_tensors(
    hub: Any, hub_standin: Any, large: Any, tensors: int, requests: int, size: int
) -> None:
    """The directory and the pickle are read whole, whatever they hold: no verdict is made without them."""
    read = Read(hub, hub_standin, "model.pt", large.torch_zip(tensors, 2 * MIB))
    assert read.artifact.loading is Loading.ALLOW_LISTED, read.artifact.reasons
    assert read.requests <= requests
    assert read.bytes <= (size or read.size // 500)


def test_an_earlier_end_record_is_seen_however_far_from_the_end_it_lies(hub: Any, hub_standin: Any) -> None:
    """Its comment holds the last record: other readers find another archive. A look at the last few kilobytes
    alone would not tell."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("model/data.pkl", b"\x80\x02}q\x00.")
        archive.writestr("model/data/0", bytes(300_000))
    plain = held.getvalue()
    (start,) = struct.unpack_from("<I", plain, len(plain) - 6)
    rest = bytearray(bytes(60 * KIB) + plain[start:])
    struct.pack_into("<I", rest, len(rest) - 6, start + 22 + 60 * KIB)
    earlier = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 0, 0, 0, start, len(rest))
    body = plain[:start] + earlier + rest
    read = Read(hub, hub_standin, "model.pt", (len(body), {0: body}))
    assert read.artifact.loading is Loading.UNREADABLE
    assert "two end records" in read.artifact.reasons[0].message


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("model.safetensors", lambda large: large.safetensors(200, 550_000)),
        ("model.gguf", lambda large: large.gguf(20, 5_100_000, tokens=2_000)),
        ("model.onnx", lambda large: large.onnx(60, 2_000_000)),
        ("model.pt", lambda large: large.torch_zip(200, MIB // 2)),
        ("legacy.pt", lambda large: large.torch_legacy(100, MIB)),
        ("forest.joblib", lambda large: large.joblib(1, 13_000_000)),
        ("array.npy", lambda large: large.npy(26_000_000)),
    ],
)
def test_a_verdict_for_a_fifth_of_a_percent_of_the_smallest_large_file(
    hub: Any, hub_standin: Any, large: Any, name: str, body: Any
) -> None:
    read = Read(hub, hub_standin, name, body(large))
    assert 100 * 10**6 < read.size < 130 * 10**6
    assert read.artifact.loading in (Loading.DATA_ONLY, Loading.ALLOW_LISTED, Loading.LIBRARY)
    assert read.bytes <= read.size * 0.002


def test_a_header_that_would_cost_more_is_not_read_to_its_end_and_says_so(
    hub: Any, hub_standin: Any, large: Any
) -> None:
    read = Read(hub, hub_standin, "model.gguf", large.gguf(20, 5_000_000, tokens=128_000))
    assert read.bytes <= read.size * 0.002
    assert read.artifact.loading is Loading.UNREADABLE
    assert "would have to be fetched; not inspected" in read.artifact.reasons[0].message


@pytest.mark.parametrize(
    ("name", "make", "loading"),
    [
        ("legacy.pth", "torch_legacy", Loading.ALLOW_LISTED),
        ("model.safetensors", "safetensors", Loading.DATA_ONLY),
        ("model.gguf", "gguf", Loading.DATA_ONLY),
        ("array.npy", "npy", Loading.DATA_ONLY),
        ("forest.joblib", "joblib", Loading.LIBRARY),
    ],
)
def test_a_verdict_for_a_fifth_of_a_percent(
    hub: Any, hub_standin: Any, large: Any, name: str, make: str, loading: Loading
) -> None:
    read = Read(hub, hub_standin, name, getattr(large, make)())
    assert read.artifact.loading is loading, read.artifact.reasons
    assert read.size > 1 << 30 and read.bytes <= read.size * 0.002
    assert read.requests <= 10


@pytest.mark.parametrize(("name", "make"), [("legacy.pth", "torch_legacy"), ("forest.joblib", "joblib")])
def test_what_a_large_pickle_would_run_is_found_from_its_head(
    hub: Any, hub_standin: Any, large: Any, name: str, make: str
) -> None:
    read = Read(hub, hub_standin, name, getattr(large, make)(calls=large.hostile()))
    assert read.artifact.loading is Loading.RUNS_CODE
    assert "posix.system" in read.artifact.imports
    assert read.bytes <= MIB


def test_a_keras_archive_is_known_as_one(hub: Any, hub_standin: Any, large: Any) -> None:
    read = Read(hub, hub_standin, "model.keras", large.keras())
    assert read.artifact.format == "keras-zip" and read.bytes <= read.size * 0.002


def test_a_graph_with_its_tensors_inside_stays_within_its_budget(
    hub: Any, hub_standin: Any, large: Any
) -> None:
    read = Read(hub, hub_standin, "model.onnx", large.onnx())
    assert read.artifact.format == "onnx" and read.bytes <= 8 * MIB


def test_a_small_file_is_one_range(hub: Any) -> None:
    hub.model("acme/x", {"small.bin": b"\x80\x02N." + bytes(60_000)})
    source = opened("hf://acme/x")
    (entry,) = source.wanted_remotely()
    before = len(hub.requests)
    data = source.open_remote(entry)
    assert data.read_at(50_000, 3) + data.read_at(0, 4) == b"\0\0\0\x80\x02N."
    assert len(hub.requests) - before == 2


def test_parts_that_are_here_are_said_to_be(hub: Any, hub_standin: Any) -> None:
    hub.model("acme/x", {"m.gguf": hub_standin.File(hub_standin.Sparse(1 << 32, {0: b"GGUF"}), True)})
    source = opened("hf://acme/x")
    (entry,) = source.wanted_remotely()
    data = source.open_remote(entry)
    assert is_remote(data) and not data.holds(0, 4)
    data.read_at(0, 4)
    assert data.holds(0, 4) and data.holds(100, 1000) and not data.holds(1 << 20, 1)
    assert not data.holds(-1, 2) and data.holds(0, 0)
    assert source.open_remote(entry) is data


def test_reads_in_a_row_grow_and_reads_far_apart_stay_small(hub: Any, hub_standin: Any) -> None:
    hub.model("acme/x", {"m.gguf": hub_standin.File(hub_standin.Sparse(1 << 32, {}), True)})
    source = opened("hf://acme/x")
    (entry,) = source.wanted_remotely()
    data = source.open_remote(entry)
    for at in range(0, 4 * MIB, 4 * KIB):
        data.read_at(at, 4 * KIB)
    assert data.requests <= 12
    before = data.fetched
    for at in range(1 << 30, 1 << 32, 1 << 27):
        data.read_at(at, 16)
    assert data.fetched - before <= 24 * 4 * KIB + 2 * 32 * KIB


def test_what_can_carry_code_is_read_first_and_the_smallest_first(hub: Any) -> None:
    hub.model(
        "acme/x",
        {
            "a.safetensors": b"1",
            "b.bin": b"333",
            "c.pkl": b"22",
            "d.unheard-of": b"4444",
            "config.json": b"{}",
            "vocab.txt": b"a",
            "shot.png": b"p",
            "rows.parquet": b"q",
            "LICENSE": b"l",
        },
    )
    assert [entry.path for entry in opened("hf://acme/x").wanted_remotely()] == [
        "c.pkl",
        "b.bin",
        "d.unheard-of",
        "a.safetensors",
        "LICENSE",
        "vocab.txt",
        "shot.png",
        "rows.parquet",
    ]


def test_of_what_cannot_carry_code_some_dozens_are_read(hub: Any) -> None:
    names = [*(f"{number}.png" for number in range(40)), *(f"{number}.txt" for number in range(70))]
    hub.model("acme/x", {**dict.fromkeys(names, b"p"), **{f"{n}.bin": b"b" for n in range(300)}})
    endings = [entry.path.rpartition(".")[2] for entry in opened("hf://acme/x").wanted_remotely()]
    assert {one: endings.count(one) for one in endings} == {"bin": 300, "txt": 64, "png": 32}


def test_large_tables_and_huge_texts_are_not_gone_through(hub: Any, hub_standin: Any) -> None:
    huge = hub_standin.File(hub_standin.Sparse(9 * MIB, {}), True)
    table = hub_standin.File(hub_standin.Sparse(2 * MIB, {}), True)
    hub.model("acme/x", {"tokenizer.json": huge, "rows.parquet": table, "rows.csv": table})
    assert opened("hf://acme/x").wanted_remotely() == ()


def test_texts_are_fetched_several_at_a_time_for_who_reads_them_all(hub: Any) -> None:
    hub.model("acme/x", {f"{number}.py": b"x = 1\n" for number in range(30)})
    source = opened("hf://acme/x")
    hub.delay = 0.05
    source.prefetch()
    source.prefetch()
    entries = [entry for entry in source.entries() if isinstance(entry, Entry)]
    assert all(source.open(entry).read_at(0, 5) == b"x = 1" for entry in entries)
    assert hub.count("/resolve/") == 30 and hub.most_at_once >= 3


def test_texts_of_a_gated_repository_are_asked_for_once(hub: Any) -> None:
    hub.model("acme/x", {f"{number}.py": b"x = 1\n" for number in range(9)}, gated="auto")
    source = opened("hf://acme/x")
    source.prefetch()
    for entry in source.entries():
        assert isinstance(entry, Entry)
        with pytest.raises(ReadFailure, match="bytes are gated"):
            source.open(entry)
    assert hub.count("/resolve/") == 1


@pytest.mark.parametrize("path", ["model", "weights/PYTORCH_MODEL.BIN", "x.unheard-of", "training_args.bin"])
def test_a_name_that_says_nothing_is_read(path: str) -> None:
    assert is_read_by_parts(path, 10) and not is_read_by_parts(path, None)


def test_an_excluded_file_is_not_wanted(hub: Any) -> None:
    hub.model("acme/x", {"a.bin": b"1", "b.bin": b"2"})
    source = opened("hf://acme/x", exclude=["b.bin"])
    assert [entry.path for entry in source.wanted_remotely()] == ["a.bin"]


class TestServersThatDoNotKeepTheirWord:
    @pytest.fixture
    def data(self, hub: Any, hub_standin: Any, large: Any) -> Any:
        hub.model(
            "acme/x", {"m.bin": hub_standin.File(hub_standin.Sparse(1 << 33, {0: b"PK\x03\x04"}), True)}
        )
        source = opened("hf://acme/x")
        (entry,) = source.wanted_remotely()
        return source.open_remote(entry)

    def test_one_that_ignores_ranges_costs_nothing_and_a_sentence(self, hub: Any, data: Any) -> None:
        hub.fault("/lfs/", "whole")
        artifact = artifacts.read(data, "m.bin")
        assert artifact.loading is Loading.UNREADABLE
        assert (
            "This server sends whole files only; file headers not inspected." in artifact.reasons[0].message
        )
        assert hub.count(origin="store") == 1 and data.fetched == 0

    def test_one_that_compresses_unasked(self, hub: Any, data: Any) -> None:
        hub.fault("/lfs/", "packed")
        with pytest.raises(ReadFailure, match="sends compressed bytes unasked; not inspected"):
            data.read_at(0, 4)

    def test_one_whose_file_is_shorter_now(self, hub: Any, data: Any) -> None:
        hub.fault("/lfs/", status=416, headers={"content-range": "bytes */10"})
        with pytest.raises(ReadFailure, match="the file changed between two answers"):
            data.read_at(1 << 32, 4)
        assert data.changed()

    def test_one_that_serves_another_file_after_the_first_part(self, hub: Any, data: Any) -> None:
        data.read_at(0, 4)
        hub.fault("/lfs/", "whole")
        with pytest.raises(ReadFailure, match="the file changed between two answers"):
            data.read_at(1 << 32, 4)
        assert data.changed()

    def test_later_parts_are_bound_to_the_first(self, hub: Any, data: Any) -> None:
        seen: list[str | None] = []
        original = data._client.get

        def get(*args: Any, **named: Any) -> Any:
            seen.append(named["headers"].get("if-range"))
            return original(*args, **named)

        data._client.get = get
        data.read_at(0, 4)
        data.read_at(1 << 32, 4)
        assert seen[0] is None and seen[1] and seen[1].strip('"') == data._claimed

    def test_one_that_sends_a_file_in_pieces_without_end(
        self, hub: Any, data: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(ranged_module, "FILE_REQUESTS", 5)
        with pytest.raises(ReadFailure, match="would have to be fetched; not inspected"):
            for at in range(0, 1 << 33, 1 << 28):
                data.read_at(at, 1)
        assert data.requests == 5

    def test_a_file_of_another_host_gets_no_token(
        self, hub: Any, hub_standin: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HF_TOKEN", "hf_known")
        hub.tokens.add("hf_known")
        hub.model("acme/g", {"m.bin": bytes(200_000)}, gated="manual")
        source = opened("hf://acme/g", use_hub_token=True)
        (entry,) = source.wanted_remotely()
        data = source.open_remote(entry)
        data.read_at(0, 10)
        data.read_at(199_000, 10)
        assert {origin for origin, _ in hub.authorizations()} == {"hub"}
        assert hub.count(origin="store") == 2


def test_a_gated_repository_refuses_once_for_all_its_files(hub: Any) -> None:
    hub.model("acme/locked", {f"{number}.bin": b"x" * 9 for number in range(5)}, gated="manual")
    source = opened("hf://acme/locked")
    for entry in source.wanted_remotely():
        with pytest.raises(ReadFailure, match=r"^Listing is public|bytes are gated"):
            source.open_remote(entry).read_at(0, 1)
    assert hub.count("/resolve/") == 1


def test_the_budget_of_a_review_is_shared(hub: Any) -> None:
    hub.model("acme/x", {"a.bin": bytes(100_000), "b.bin": bytes(100_000)})
    source = opened("hf://acme/x")
    source._ranges = ranged_module.Budget(150_000)
    first, second = (source.open_remote(entry) for entry in source.wanted_remotely())
    first.read_at(0, 1)
    with pytest.raises(ReadFailure, match="of the review"):
        second.read_at(0, 1)


def test_a_file_that_is_not_of_the_target_is_not_opened(hub: Any) -> None:
    hub.model("acme/x", {"a.bin": b"1"})
    source = opened("hf://acme/x")
    (entry,) = source.wanted_remotely()
    with pytest.raises(ReadFailure, match="is no file of this target"):
        source.open_remote(Entry("../b.bin", entry.kind, 10))


def test_transfers_that_broke_off_and_were_made_good_give_nothing_up(hub: Any) -> None:
    hub.model("acme/x", {f"{number}.bin": bytes([number]) * 300_000 for number in range(4)})
    source = opened("hf://acme/x")
    for entry in source.wanted_remotely():
        hub.fault("/lfs/", "reset", times=2)  # the client tries twice, the reader once more
        assert source.open_remote(entry).read_at(0, 1) == bytes([int(entry.path[0])])


def test_after_a_silence_no_other_file_is_asked_for_even_one_that_was_open(
    hub: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspector.sources.hub.client.TOTAL_SECONDS", 0.3)
    hub.model("acme/x", {"a.bin": bytes(300_000), "b.bin": bytes(300_000)})
    source = opened("hf://acme/x")
    first, second = (source.open_remote(entry) for entry in source.wanted_remotely())
    hub.fault("/lfs/", "hang")
    with pytest.raises(ReadFailure, match=r"a\.bin was not read: .*cannot be reached"):
        first.read_at(0, 1)
    before = len(hub.requests)
    with pytest.raises(ReadFailure, match=r"b\.bin was not read: .*cannot be reached"):
        second.read_at(0, 1)
    with pytest.raises(ReadFailure, match=r"a\.bin was not read: .*cannot be reached"):
        source.open_remote(source.wanted_remotely()[0])
    assert len(hub.requests) == before
