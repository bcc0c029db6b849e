"""Code that is spoken of beside a model: rows of jsonpickle, unpacked archives, calls kept in R data."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable

import pytest

from inspector.artifacts import Artifact
from inspector.provenance import Loading

Judge = Callable[[bytes, str], Artifact]


@pytest.mark.parametrize(
    "row",
    [
        b'{"a": 1, "b": {"py/object": "os.system"}}',
        b'{"py/reduce": [{"py/type": "os.system"}, {"py/tuple": ["echo x"]}]}',
        b'{"py\\/object": "os.system"}',
        b'{"p\\u0079/object": "os.system"}',
    ],
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_row_that_is_a_jsonpickle_is_told_with_its_place(row: bytes, place: int, judge: Judge) -> None:
    rows = [b'{"text": "a"}', b'{"text": "b"}']
    rows.insert(place, row)
    artifact = judge(b"\n".join(rows), "train.jsonl")
    assert artifact.loading is Loading.RUNS_CODE and artifact.format == "jsonl"
    assert {reason.code for reason in artifact.reasons} == {"jsonpickle"}
    assert artifact.reasons[0].offset == 14 * place


@pytest.mark.parametrize(
    "row",
    [
        {"text": 'decode {"py/object": "os.system"} with care'},
        {"chat_template": "{{ ''.__class__ }}", "_target_": "os.system"},
        {"path": "py/object.py"},
    ],
)
def test_rows_that_speak_of_code_are_data(row: object, judge: Judge) -> None:
    artifact = judge(json.dumps(row).encode() + b"\n", "train.jsonl")
    assert artifact.loading is Loading.NO_LOADER and not artifact.reasons


def test_rows_longer_than_a_piece_are_read_whole(judge: Judge) -> None:
    long = b'{"text": "' + b"a" * 1_500_000 + b'", "b": {"py/object": "os.system"}}'
    assert judge(b'{"a": 1}\n' + long + b'\n{"a": 2}\n', "rows.jsonl").loading is Loading.RUNS_CODE


@pytest.mark.parametrize(
    ("handler", "loading"),
    [
        ("handler.py", Loading.RUNS_CODE),
        ("acme:handle", Loading.RUNS_CODE),
        ("image_classifier", Loading.NO_LOADER),
        (None, Loading.NO_LOADER),
    ],
)
def test_an_unpacked_archive_of_torchserve_names_what_the_server_runs(
    handler: str | None, loading: Loading, judge: Judge
) -> None:
    manifest = {"runtime": "python", "model": {"modelName": "m", "handler": handler}}
    data = json.dumps(manifest).encode()
    assert judge(data, "store/m/MAR-INF/MANIFEST.json").loading is loading
    assert judge(data, "MANIFEST.json").loading is Loading.NO_LOADER


def _call(name: bytes) -> bytes:
    def integer(*values: int) -> bytes:
        return struct.pack(f">{len(values)}i", *values)

    def chars(text: bytes) -> bytes:
        return integer(9, len(text)) + text

    head = b"X\n" + integer(2, 0x40302, 0x20300)
    return head + integer(6, 1) + chars(name) + integer(2, 16, 1) + chars(b"echo x") + integer(254)


def test_a_call_of_r_that_is_kept_as_data_is_told_where_it_would_reach_out(judge: Judge) -> None:
    artifact = judge(_call(b"system"), "call.rds")
    assert artifact.loading is Loading.UNKNOWN_IMPORT
    assert [reason.code for reason in artifact.reasons] == ["r-call"]
    assert judge(_call(b"lm"), "fit.rds").loading is Loading.DATA_ONLY
