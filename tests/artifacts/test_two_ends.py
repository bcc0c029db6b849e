"""A document with an archive behind it, whose end is written in ways that unzippers read apart."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from inspector.artifacts import read
from inspector.artifacts.bytesource import BytesSource
from inspector.provenance import Loading

SYSTEM = b"\x80\x04\x8c\x02os\x8c\x06system\x93(\x8c\x06echo xtR."


def archive() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        packed.writestr("m/data.pkl", SYSTEM)
        packed.writestr("m/version", "3\n")
    return made.getvalue()


ENDS = {
    "a signature in the numbers of the end record": lambda data: (
        data[:-18] + b"PK\x05\x06" + data[-14:]  # the numbers of volumes, which zipfile does not look at
    ),
    "a signature behind": lambda data: data + b"PK\x05\x06",
    "many signatures behind": lambda data: data + b"PK\x05\x06" * 500,
    "a second end without a directory": lambda data: data + b"PK\x05\x06" + bytes(18),
}


@pytest.mark.parametrize("head", [b"%PDF-1.4\n%%EOF\n", b"\x89PNG\r\n\x1a\n", b"plain text\n"])
@pytest.mark.parametrize("how", sorted(ENDS))
def test_the_pickle_in_an_archive_behind_a_document_is_never_passed_over(head: bytes, how: str) -> None:
    data = head + ENDS[how](archive())
    for name in ("model.pdf", "model.bin", "notes.txt"):
        loading = read(BytesSource(data), name).loading
        assert loading in (Loading.UNREADABLE, Loading.RUNS_CODE), (name, loading)


def test_signatures_alone_are_no_archive() -> None:
    document = b"%PDF-1.4\n%%EOF\n" + b"PK\x05\x06" * 1000 + bytes(40)
    assert read(BytesSource(document), "a.pdf").loading is Loading.NO_LOADER


@pytest.mark.parametrize("more", [-1, 1, 1000])
def test_an_archive_whose_end_names_a_wrong_length_is_found_by_the_place_it_names(more: int) -> None:
    """Unzippers that trust the directory's offset do not need its length."""
    data = bytearray(b"\0" * 27 + archive())
    size, start = struct.unpack_from("<LL", data, len(data) - 10)
    struct.pack_into("<LL", data, len(data) - 10, size + more, start + 27)
    for name in ("model.json", "model.bin", "notes.dat"):
        loading = read(BytesSource(bytes(data)), name).loading
        assert loading in (Loading.UNREADABLE, Loading.RUNS_CODE), (name, loading)
