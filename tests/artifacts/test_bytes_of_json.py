"""JSON in other forms of Unicode, JSON that is none, and rows beyond what is read."""

from __future__ import annotations

import json

import pytest

from inspector.artifacts import read
from inspector.artifacts.bytesource import BytesSource
from inspector.artifacts.limits import MAX_JSON
from inspector.provenance import Loading
from inspector.sources.interface import ByteSource

WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "utf-16", "utf-32")
CODE = json.dumps({"auto_map": {"AutoModel": "modeling.Model"}})


@pytest.mark.parametrize("encoding", WIDE)
def test_python_reads_json_in_wide_characters_with_or_without_a_mark(encoding: str) -> None:
    assert json.loads(CODE.encode(encoding))  # the reader that is meant
    assert read(BytesSource(CODE.encode(encoding)), "config.json").loading is Loading.RUNS_CODE
    assert read(BytesSource('{"a": 1}'.encode(encoding)), "a.json").loading is Loading.NO_LOADER


@pytest.mark.parametrize("data", [b"a\0\x01\xff\x80\x02no text", b'{"a": "\x01"}', b"\x1f\0\0\0" * 40])
def test_bytes_that_are_no_text_are_not_called_data_for_the_name_json(data: bytes) -> None:
    artifact = read(BytesSource(data), "rows.json")
    assert (artifact.format, artifact.loading) == ("unknown", Loading.NOT_UNDERSTOOD)
    assert read(BytesSource(data), "config.json").loading is Loading.UNREADABLE


class _Rows(ByteSource):
    """A row, said to be as long as wished."""

    def __init__(self, size: int) -> None:
        self.size = size

    def read_at(self, offset: int, length: int) -> bytes:
        return (b'{"a": 1}\n' * (length // 9 + 1))[: min(length, self.size - offset)]


@pytest.mark.parametrize(("more", "codes"), [(0, []), (1, ["over-limit"])])
def test_rows_that_were_not_looked_at_are_named(more: int, codes: list[str]) -> None:
    artifact = read(_Rows(MAX_JSON + more), "rows.jsonl")
    assert artifact.loading is Loading.NO_LOADER
    assert [reason.code for reason in artifact.reasons] == codes
