"""Answers of mirrors, proxies and stores that say the usual thing in an unusual way."""

from __future__ import annotations

import json
from typing import Any

import pytest

from inspector.provenance.errors import InspectorError
from inspector.scan import ScanOptions, run_scan
from inspector.sources import Entry, EntryKind, ReadFailure, open_target
from inspector.sources.claims import git_id

JSON = {"content-type": "application/json"}


def error_of(target: str = "hf://acme/x", **options: Any) -> InspectorError:
    with pytest.raises(InspectorError) as caught:
        open_target(target, **options)
    return caught.value


class TestAMessageThatStandsInTheBodyAlone:
    """Proxies and mirrors pass a body on and drop headers that they do not know."""

    @pytest.mark.parametrize(
        ("status", "message", "sentence"),
        [
            (403, "Access to this resource is disabled.", "Hugging Face has disabled this repository."),
            (
                401,
                "Invalid credentials in Authorization header",
                "The hub refused your token. Sign in again or go on without one.",
            ),
            (
                401,
                "Access to model acme/x is restricted. You must be authenticated to access it.",
                "Listing is public, bytes are gated (manual approval): weights not inspected.",
            ),
            (
                403,
                "Access to model acme/x is restricted and you are not in the authorized list.",
                "Listing is public, bytes are gated (manual approval): weights not inspected.",
            ),
        ],
    )
    def test_is_understood(self, hub: Any, status: int, message: str, sentence: str) -> None:
        body = json.dumps({"error": message}).encode()
        hub.fault("/api/models/acme/x", status=status, body=body, headers=JSON)
        assert error_of().sentence == sentence

    @pytest.mark.parametrize("body", [b"{", b"[1]", b'{"error": 7}', b'{"error":' * 400, b"\xff{", b"{}"])
    def test_and_one_that_makes_no_sense_leaves_the_status(self, hub: Any, body: bytes) -> None:
        hub.fault("/api/models/acme/x", status=403, body=body, headers=JSON)
        assert error_of().sentence == "acme/x: the hub refuses access (403)."


@pytest.mark.parametrize(("gated", "how"), [("auto", "automatic approval"), ("manual", "manual approval")])
def test_a_gate_is_called_what_it_is(hub: Any, gated: str, how: str) -> None:
    hub.organization("acme")
    hub.model("acme/x", {"model.bin": b"\x80\x02N.", "config.json": b"{}"}, gated=gated)
    result = run_scan(ScanOptions("hf://acme/x", audit=False, jobs=1))
    sentence = f"Listing is public, bytes are gated ({how}): weights not inspected."
    assert {one["why"] for one in result["coverage"]["not_analysed"]} == {sentence}
    (root,) = (node for node in result["nodes"] if node["attributes"].get("root"))
    assert root["attributes"]["notes"] == [sentence]


def test_a_repository_that_was_disabled_is_so_offline_too(hub: Any) -> None:
    hub.model("acme/x", disabled=True)
    hub.fault(
        "/api/models/acme/y", status=403, headers={"x-error-message": "Access to this resource is disabled."}
    )
    for name in ("acme/x", "acme/y"):
        live = error_of(f"hf://{name}").sentence
        assert live == error_of(f"hf://{name}", offline=True).sentence
        assert live == "Hugging Face has disabled this repository."


def test_a_proxy_that_wants_a_password_of_a_plain_request_is_the_proxy(
    hub: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.fault("acme/x", status=407, headers={"proxy-authenticate": "Basic"})
    monkeypatch.setenv("http_proxy", hub.endpoint)
    monkeypatch.setenv("HF_ENDPOINT", "http://hub.example")
    error = error_of()
    proxy = hub.endpoint.removeprefix("http://")
    assert error.sentence == f"The proxy at {proxy} refused the connection."
    assert error.exit_code == 3


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_store_that_refuses_is_not_taken_for_the_hub(hub: Any, status: int) -> None:
    hub.model("acme/x", {"model.bin": b"\x80\x02N." + b"\0" * 400_000})
    hub.fault("^/lfs/", status=status, body=b"<Error/>", headers={"content-type": "application/xml"})
    source: Any = open_target("hf://acme/x")
    with pytest.raises(ReadFailure) as caught:
        source.open_remote(source.wanted_remotely()[0]).read_at(0, 8)
    assert str(caught.value) == (
        f"model.bin was not read: The store that the hub names for its files does not give them ({status})."
    )


class TestARowThatMakesNoSense:
    """A file may hide behind it, so the list does not count as read to its end."""

    @staticmethod
    def denied(hub: Any, rows: list[Any]) -> dict[str, str]:
        hub.model("acme/x")
        hub.fault("/tree/", status=200, body=json.dumps(rows).encode(), headers=JSON)
        entries = [one for one in open_target("hf://acme/x").entries() if isinstance(one, Entry)]
        return {one.path: one.detail for one in entries if one.kind is EntryKind.DENIED}

    @pytest.mark.parametrize("odd", ["a", 7, None, [], {}, {"path": None}, {"path": ["x"]}, {"path": ""}])
    def test_and_names_no_path_is_listed_by_its_number(self, hub: Any, odd: Any) -> None:
        denied = self.denied(hub, [row("a.txt"), odd, row("b.txt")])
        assert list(denied) == ["(row 2 of the list)"]

    def test_and_calls_a_large_file_a_folder_is_that_file(self, hub: Any) -> None:
        hub.model("acme/x")
        odd = {**row("model.bin"), "type": "directory", "lfs": {"oid": "a" * 64, "size": 9}}
        folder = {"type": "directory", "path": "sub", "size": 0, "oid": "b" * 40}
        hub.fault("/tree/", status=200, body=json.dumps([folder, odd]).encode(), headers=JSON)
        assert [one.path for one in open_target("hf://acme/x").entries()] == ["model.bin"]

    @pytest.mark.parametrize("lfs", [None, {"oid": "a" * 64, "size": 0}])
    def test_and_calls_a_file_empty_that_is_not_is_not_believed(self, hub: Any, lfs: Any) -> None:
        odd = {**row("model.bin"), "size": 0, **({"lfs": lfs} if lfs else {})}
        empty = {**row("__init__.py"), "size": 0, "oid": "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"}
        assert list(self.denied(hub, [odd, empty])) == ["model.bin"]

    def test_leaves_the_scan_incomplete(self, hub: Any) -> None:
        hub.model("acme/x", {"README.md": b"hello\n"})
        hub.organization("acme")
        rows = [{**row("README.md"), "size": 6, "oid": git_id(b"hello\n")}, {}]
        hub.fault("/tree/", status=200, body=json.dumps(rows).encode(), headers=JSON)
        result = run_scan(ScanOptions("hf://acme/x", audit=False, jobs=1))
        assert [one["path"] for one in result["coverage"]["not_analysed"]] == ["(row 2 of the list)"]
        assert result["incomplete"]


class TestAStoreThatTagsNothing:
    BODY = bytes(range(256)) * 4_000

    def opened(self, hub: Any) -> tuple[Any, Any]:
        hub.store_tags = False
        repo = hub.model("acme/x", {"model.bin": self.BODY})
        source: Any = open_target("hf://acme/x")
        return repo, source.open_remote(source.wanted_remotely()[0])

    def test_is_read_all_the_same(self, hub: Any) -> None:
        _, data = self.opened(hub)
        for at in (0, 500_000, 900_000):
            assert data.read_at(at, 1_000) == self.BODY[at : at + 1_000]

    @pytest.mark.parametrize("keeps_the_old_address", [False, True])
    def test_does_not_give_parts_of_two_files_for_one(
        self, hub: Any, hub_standin: Any, keeps_the_old_address: bool
    ) -> None:
        repo, data = self.opened(hub)
        data.read_at(0, 8)
        other = hub_standin.File(b"\1" * len(self.BODY), True)
        if keeps_the_old_address:
            repo.files["old.bin"] = repo.files["model.bin"]
        repo.files["model.bin"] = other
        with pytest.raises(ReadFailure, match="the file changed between two answers"):
            data.read_at(900_000, 8)
        assert data.changed()


def pages(hub: Any, rows_of: Any) -> list[str]:
    """The stand-in's list of files, made to go on for ever; gives the pages that were asked for."""
    asked: list[str] = []

    def another(seen: Any) -> None:
        if "/tree/" in seen.path:
            asked.append(seen.query)
            hub.faults.clear()
            link = {"link": f'<{hub.endpoint}{seen.path}?cursor={len(asked)}>; rel="next"', **JSON}
            hub.fault("/tree/", status=200, body=json.dumps(rows_of(len(asked))).encode(), headers=link)

    hub.react = another
    return asked


def row(path: str) -> dict[str, Any]:
    return {"type": "file", "path": path, "size": 1, "oid": "a" * 40}


class TestAListOfFilesWithoutEnd:
    ENDLESS = "The answer is not from a Hugging Face hub (got a list of files that never ends)."

    def test_of_pages_with_a_row_each_is_left_soon(self, hub: Any) -> None:
        hub.model("acme/x")
        asked = pages(hub, lambda number: [row(f"a{number}")])
        assert error_of().sentence == self.ENDLESS and len(asked) <= 40

    def test_that_says_the_same_again_and_again_is_left_at_once(self, hub: Any) -> None:
        hub.model("acme/x")
        asked = pages(hub, lambda number: [row(f"a{each}") for each in range(50)])
        assert error_of().sentence == self.ENDLESS and len(asked) == 2

    def test_is_not_seen_in_one_of_a_hundred_full_pages(self, hub: Any) -> None:
        hub.model("acme/x", {f"f{number:04}.txt": b"x" for number in range(2_000)})
        hub.page = 20
        assert len(list(open_target("hf://acme/x").entries())) == 2_000
