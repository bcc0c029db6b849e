"""Documents that are none, hold what they should not, or are too large: left aside or refused in words."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inspector.provenance import UnreadableInput
from inspector.record.imports import proposals_of, read_document

from .bills import bom, CDXGEN, REQUESTS, SPDX_3, SPDX_JSON, SYFT  # isort: skip
from .imported import taken  # isort: skip

Build = Callable[..., Path]
HEX = "0f" * 32


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\x00\xff" * 100,
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><bom/>',
        b'{"bomFormat":"CycloneDX"}',
        b'{"bomFormat":"CycloneDX","specVersion":"9.9"}',
        b'{"bomFormat":"CycloneDX","specVersion":"1.6","specVersion":"1.5"}',
        b'{"bomFormat":"CycloneDX","specVersion":"1.6","x":NaN}',
        b'{"bomFormat":"CycloneDX","specVersion":"1.6","x":' + b"[" * 100_000,
        b'{"bomFormat":"CycloneDX","specVersion":"1.6","x":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
        b'{"spdxVersion":"SPDX-1.0"}',
        b'{"@context":"https://evil.example/context.jsonld","@graph":[]}',
        b'{"@context":{"name":"spdxId"},"@graph":[]}',
        b"SPDXVersion: SPDX-2.3\nPackageName: a\nPackageComment: <text>never ends\n",
        b"SPDXVersion: SPDX-2.3\n" + b"x" * 200_000,
        b"SPDXVersion: SPDX-2.3\n\xff\xfe",
        b'{"payload":"e30=","payloadType":"application/vnd.in-toto+json","signatures":[]}',
        b"PK\x03\x04" + bytes(100),
        b"PK\x05\x06" + bytes(18),
    ],
)
def test_what_is_no_document_is_refused_with_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "document"
    path.write_bytes(content)
    with pytest.raises(UnreadableInput) as caught:
        read_document(path)
    assert caught.value.next_step and "Traceback" not in str(caught.value)


@pytest.mark.parametrize("odd", [None, True, "x", [[]], [{}], {"a": []}, ["\ud800"], [{"name": 1}]])
def test_odd_values_in_any_place_are_left_aside(fresh: Any, tmp_path: Path, odd: Any) -> None:
    assessed = {
        **SYFT,
        "vulnerabilities": [{"id": "x", "affects": [{"ref": "x"}], "analysis": {"state": "x"}}],
    }
    path = tmp_path / "odd.json"
    found = []
    for document in (CDXGEN, SPDX_JSON, SPDX_3, assessed):
        for place in _places(document):
            if place[-1] not in ("bomFormat", "specVersion", "spdxVersion", "@context", "@graph"):
                path.write_text(json.dumps(_put(document, place, odd)))
                found.append(read_document(path))
    with fresh() as review:
        for one in found[::7]:
            proposals_of(one, review).as_json()


def _places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, item in inner for place in ((*way, key), *_places(item, (*way, key)))]


def _put(document: Any, place: tuple[Any, ...], odd: Any) -> Any:
    copy = json.loads(json.dumps(document))
    inner = copy
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = odd
    return copy


@pytest.mark.parametrize(
    ("limit", "value"),
    [
        ("reading.MOST_ITEMS", 5),
        ("reading.MOST_BYTES", 50),
        ("cyclonedx.MOST_COMPONENTS", 1),
        ("cyclonedx.MOST_JUDGEMENTS", 0),
    ],
)
def test_each_bound_is_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int) -> None:
    row = {"id": "PYSEC-1", "analysis": {}, "affects": [{"ref": "x"}]}
    path = bom(tmp_path, REQUESTS, REQUESTS, vulnerabilities=[row])
    assert read_document(path)
    monkeypatch.setattr(f"inspector.record.imports.{limit}", value)
    with pytest.raises(UnreadableInput):
        read_document(path)


def test_a_pipe_a_folder_and_nothing_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, tmp_path / "nowhere"):
        with pytest.raises(UnreadableInput):
            read_document(path)


def test_components_inside_components_cost_no_stack(tmp_path: Path, fresh: Any) -> None:
    inner: dict[str, Any] = dict(REQUESTS)
    for _ in range(200):
        inner = {"type": "library", "name": "x", "components": [inner]}
    with fresh() as review:
        assert len(taken(bom(tmp_path, inner), review).proposals) == 1


def test_texts_are_cut_and_shown_plainly(tmp_path: Path, fresh: Any) -> None:
    row = {**REQUESTS, "author": "A\u202e\x1b[2J" + "x" * 10_000}
    with fresh() as review:
        (one,) = taken(bom(tmp_path, row), review).proposals
        assert len(one.supplier) <= 2000 and one.supplier.endswith("[cut]")
        assert "\u202e" not in review.imports()[0].origin.words


def test_an_import_too_large_for_a_review_changes_nothing(
    tmp_path: Path, fresh: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspector.review.proposals.MOST_PROPOSALS", 1)
    rows = [{**REQUESTS, "author": name} for name in ("A", "B")]
    with fresh() as review:
        found = proposals_of(read_document(bom(tmp_path, *rows)), review)
        with pytest.raises(UnreadableInput, match="at most"):
            review.take_import(found)
        assert review.imports() == []


def test_imports_stand_in_the_order_in_which_they_were_taken(tmp_path: Path, fresh: Any) -> None:
    """Also within one second, and one that is taken again is the latest."""
    names = [f"maker{number}" for number in range(6)]
    with fresh() as review:
        for name in (*names, names[0]):
            taken(bom(tmp_path, {**REQUESTS, "author": name}), review)
        suppliers = [one.proposals[0].supplier for one in review.imports()]
        assert suppliers == [*names[1:], names[0]]
        offered = [proposal.supplier for _, proposal in review.proposed()["node", "package:requests"]]
        assert offered == suppliers


def test_a_review_holds_so_many_imports_and_no_more(
    tmp_path: Path, fresh: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspector.review.proposals.MOST_IMPORTS", 2)
    with fresh() as review:
        for name in ("A", "B", "B"):
            taken(bom(tmp_path, {**REQUESTS, "author": name}), review)
        with pytest.raises(UnreadableInput, match="imports already"):
            taken(bom(tmp_path, {**REQUESTS, "author": "C"}), review)
        assert len(review.imports()) == 2


def test_its_own_exports_are_read(earlier: Build, fresh: Any) -> None:
    package = earlier()
    with fresh() as review:
        for name in ("bom.cdx.json", "spdx3.json"):
            found = taken(package / name, review)
            assert (found.counts or {})["components"] >= 4
            assert all(one.about == "node" or one.word != "open" for one in found.proposals)
