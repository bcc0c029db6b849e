"""The front of a remote archive that is worth one request."""

from __future__ import annotations

import io
import random
import struct
import zipfile

import pytest

from inspector.sources.hub.zip_front import END, directory_place, front_of


def made(*members: tuple[str, bytes], comment: bytes = b"") -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members:
            archive.writestr(name, content)
        archive.comment = comment
    return held.getvalue()


def front(body: bytes) -> int:
    place = directory_place(body[-END:], len(body))
    assert place is not None
    start, length = place
    return front_of(body[start : start + length], start)


def place_of(body: bytes, name: str) -> int:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return archive.getinfo(name).header_offset


@pytest.mark.parametrize("comment", [b"", b"made by somebody", b"x" * 65_535])
def test_the_front_of_a_torch_archive_ends_where_its_numbers_begin(comment: bytes) -> None:
    body = made(
        ("m/data.pkl", b"p" * 200_000),
        ("m/byteorder", b"little"),
        ("m/data/0", b"\0" * 64),
        ("m/data/1", b"\0" * 500_000),
        ("m/version", b"3\n"),
        comment=comment,
    )
    assert front(body) == place_of(body, "m/data/0")


def test_the_front_of_another_archive_ends_where_the_first_large_member_begins() -> None:
    body = made(("config.json", b"{}"), ("metadata.json", b"{}"), ("weights.h5", bytes(300_000)))
    assert front(body) == place_of(body, "weights.h5")


def test_an_archive_of_small_members_is_front_up_to_its_directory() -> None:
    body = made(("a", b"1"), ("b", b"2"))
    place = directory_place(body, len(body))
    assert place is not None and front(body) == place[0]


def test_wide_fields_are_read() -> None:
    far = 5 << 30
    name = b"m/data/0"
    extra = struct.pack("<HHQQQ", 1, 24, far, far, 7 << 30)
    row = struct.pack("<4sHHHHHHIII", b"PK\x01\x02", 45, 45, 0, 0, 0, 0, 0, 0xFFFFFFFF, 0xFFFFFFFF)
    row += struct.pack("<HHHHHII", len(name), len(extra), 0, 0, 0, 0, 0xFFFFFFFF) + name + extra
    first = struct.pack("<4sHHHHHHIII", b"PK\x01\x02", 45, 45, 0, 0, 0, 0, 0, 9, 9)
    first += struct.pack("<HHHHHII", 10, 0, 0, 0, 0, 0, 0) + b"m/data.pkl"
    assert front_of(first + row, 8 << 30) == 7 << 30


@pytest.mark.parametrize("end", [b"", b"PK\x05\x06", b"no end record", b"PK\x05\x06" + b"\xff" * 18])
def test_what_is_no_end_of_an_archive_has_no_directory(end: bytes) -> None:
    assert directory_place(end, max(len(end), 22)) is None


def test_anything_at_all_is_answered() -> None:
    dice = random.Random(5)
    body = made(("m/data.pkl", b"p"), ("m/data/0", b"0" * 1_000))
    for _ in range(500):
        broken = bytearray(body)
        for _ in range(8):
            broken[dice.randrange(len(broken))] = dice.randrange(256)
        place = directory_place(bytes(broken), len(broken))
        if place is not None:
            start, length = place
            assert 0 <= start <= len(body)
            assert 0 <= front_of(bytes(broken[start : start + length]), start) <= start
