"""7z: archives by 7-Zip, and archives that no such program would write."""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from inspector.artifacts import Artifact
from inspector.provenance import Loading

Judge = Callable[[bytes, str], Artifact]
SYSTEM = b"cos\nsystem\n(S'echo x'\ntR."
READ = ["lzma", "lzma2", "copy", "deflate", "bzip2", "bcj_lzma", "delta_lzma2", "arm_copy"]


def codes(artifact: Artifact) -> set[str]:
    return {reason.code for reason in artifact.reasons}


@pytest.mark.parametrize("word", READ)
@pytest.mark.parametrize("path", ["model.7z", "model.bin", "model.pkl"])
def test_members_of_real_archives_are_judged(
    word: str, path: str, judge: Judge, fixture_file: Callable[[str], bytes]
) -> None:
    artifact = judge(fixture_file(f"archive_{word}.7z"), path)
    assert artifact.loading is Loading.RUNS_CODE
    assert artifact.format == "7z" and artifact.is_pickle
    assert artifact.imports == ("os.system",)
    assert [(reason.code, reason.member) for reason in artifact.reasons] == [
        ("dangerous-import", "model.pkl")
    ]
    assert artifact.facts["members"] == 5


@pytest.mark.parametrize(
    ("word", "code", "named"),
    [
        ("bcj2", "7z-method", "BCJ2"),
        ("ppmd", "7z-method", "PPMd"),
        ("encrypted", "encrypted", "AES"),
        ("encrypted_names", "encrypted", "AES"),
    ],
)
def test_what_cannot_be_unpacked_is_unreadable_and_named(
    word: str, code: str, named: str, judge: Judge, fixture_file: Callable[[str], bytes]
) -> None:
    artifact = judge(fixture_file(f"archive_{word}.7z"), "a.7z")
    assert artifact.loading is Loading.UNREADABLE
    assert codes(artifact) == {code}
    assert named in artifact.reasons[0].message


def number(value: int) -> bytes:
    """A 7z number; the long form carries any value."""
    return bytes([value]) if value < 128 else b"\xff" + struct.pack("<Q", value)


@dataclass
class Written:
    """An archive of stored members in one folder. Every part can be overridden to lie."""

    members: list[tuple[str, bytes]] = field(
        default_factory=lambda: [("a.txt", b"hello"), ("b.txt", b"more")]
    )
    hollow: list[str] = field(default_factory=list)
    anti: bool = False
    coder: bytes = b"\x01\x00"
    modes: list[int] = field(default_factory=list)
    crcs: list[int] = field(default_factory=list)
    pack_at: int = 0
    sizes: list[int] = field(default_factory=list)
    extra: bytes = b""
    between: bytes = b""

    def header(self) -> bytes:
        data = b"".join(content for _, content in self.members)
        count = len(self.members)
        sizes = self.sizes or [len(content) for _, content in self.members]
        crcs = self.crcs or [zlib.crc32(content) for _, content in self.members]
        streams = b"\x06" + number(self.pack_at) + b"\x01\x09" + number(len(data)) + b"\x00"
        streams += b"\x07\x0b\x01\x00\x01" + self.coder + b"\x0c" + number(len(data)) + b"\x00"
        streams += b"\x08\x0d" + number(count)
        if count > 1:
            streams += b"\x09" + b"".join(number(size) for size in sizes[:-1])
        streams += b"\x0a\x01" + b"".join(struct.pack("<I", crc) for crc in crcs) + b"\x00\x00"
        names = [name for name, _ in self.members] + self.hollow
        text = b"\x00" + "".join(name + "\0" for name in names).encode("utf-16-le", "surrogatepass")
        files = number(len(names))
        if self.hollow:
            bits = "0" * count + "1" * len(self.hollow)
            packed = int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")
            files += b"\x0e" + number(len(packed)) + packed + b"\x0f\x01\xff"
            files += b"\x10\x01\xff" if self.anti else b""
        if self.modes:
            values = b"".join(struct.pack("<I", mode << 16 | 0x8000) for mode in self.modes)
            files += b"\x15" + number(len(values) + 2) + b"\x01\x00" + values
        files += b"\x11" + number(len(text)) + text + self.extra + b"\x00"
        return b"\x01\x04" + (streams if self.members else b"\x00") + b"\x05" + files + b"\x00"

    def pack(self) -> bytes:
        data = b"".join(content for _, content in self.members) + self.between
        return started(data, self.header())


def started(data: bytes, header: bytes) -> bytes:
    start = struct.pack("<QQI", len(data), len(header), zlib.crc32(header))
    return b"7z\xbc\xaf\x27\x1c\x00\x04" + struct.pack("<I", zlib.crc32(start)) + start + data + header


def test_an_archive_of_texts_has_no_loader(judge: Judge) -> None:
    for archive in (Written(), Written(hollow=["c.txt", "d"]), Written(members=[("a.txt", b"x")])):
        artifact = judge(archive.pack(), "a.7z")
        assert artifact.loading is Loading.NO_LOADER, artifact
    assert judge(started(b"", b""), "a.7z").loading is Loading.NO_LOADER


@pytest.mark.parametrize(
    ("archive", "code"),
    [
        (Written(crcs=[1, 2]), "7z-checksum"),
        (Written(members=[("a.txt", b"x"), ("a.txt", b"y")]), "7z-duplicate"),
        (Written(members=[("d/a.txt", b"x"), ("d\\a.txt", b"y")]), "7z-duplicate"),
        (Written(members=[("../a.txt", b"x")]), "7z-member-path"),
        (Written(members=[("/etc/a", b"x")]), "7z-member-path"),
        (Written(members=[("C:/a", b"x")]), "7z-member-path"),
        (Written(hollow=["a.pkl"], anti=True), "7z-special"),
        (Written(modes=[0o120777, 0o100644], members=[("l", b"/etc/passwd"), ("b", b"x")]), "7z-special"),
        (Written(modes=[0o120777, 0o100644], members=[("l", b"../x"), ("b", b"x")]), "7z-special"),
        (Written(modes=[0o020666, 0o100644]), "7z-special"),
        (Written(between=b"between"), "7z-gap"),
        (Written(pack_at=1), "7z-overlap"),
        (Written(coder=b"\x02\x7f\x01"), "7z-method"),
        (Written(coder=b"\x11\x00\x02\x01"), "broken-7z"),
        (Written(coder=b"\x43\x03\x01\x01"), "broken-7z"),
        (Written(sizes=[100, 1]), "broken-7z"),
        (Written(extra=b"\x77\x01x"), "7z-property"),
        (Written(pack_at=10_000), "broken-7z"),
    ],
)
def test_what_is_broken_or_ambiguous_is_unreadable(archive: Written, code: str, judge: Judge) -> None:
    artifact = judge(archive.pack(), "a.7z")
    assert artifact.loading is Loading.UNREADABLE
    assert code in codes(artifact)


def test_a_link_within_the_archive_is_no_objection(judge: Judge) -> None:
    archive = Written(modes=[0o120777, 0o100644], members=[("d/l", b"../b.txt"), ("b.txt", b"x")])
    assert judge(archive.pack(), "a.7z").loading is Loading.NO_LOADER


def test_bytes_behind_the_end_and_cuts_are_unreadable(judge: Judge) -> None:
    data = Written().pack()
    assert codes(judge(data + b"x", "a.7z")) == {"bytes-after-end"}
    for cut in range(6, len(data)):
        assert judge(data[:cut], "a.7z").loading is Loading.UNREADABLE, cut


def test_no_byte_of_a_header_can_change_unseen(judge: Judge) -> None:
    data = Written(members=[("model.pkl", SYSTEM)]).pack()
    for at in range(8, len(data)):
        changed = data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :]
        assert judge(changed, "a.7z").loading in (Loading.UNREADABLE, Loading.RUNS_CODE), at


def test_any_header_with_a_right_checksum_ends_in_a_verdict(judge: Judge) -> None:
    noise = random.Random(3)
    for archive in (Written(), Written(hollow=["c", "d"], modes=[0o100644] * 4)):
        header = archive.header()
        for _ in range(1500):
            changed = bytearray(header)
            for _ in range(noise.choice((1, 2, 4))):
                changed[noise.randrange(len(changed))] = noise.choice((0, 1, 0xFF, noise.randrange(256)))
            artifact = judge(started(b"hellomore", bytes(changed)), "a.7z")
            assert "reader-failed" not in codes(artifact), bytes(changed)


def test_a_folder_that_states_too_much_is_bounded(judge: Judge) -> None:
    folders = b"\x01\x04\x06\x00\x00\x00\x07\x0b" + number(1 << 40) + b"\x00"
    members = b"\x01\x05" + number(1 << 40)
    for header in (folders, members):
        artifact = judge(started(b"", header), "a.7z")
        assert codes(artifact) == {"over-limit"}


def test_a_solid_bomb_is_bounded(judge: Judge) -> None:
    import lzma

    raw = bytes(300_000_000)
    chain = [{"id": lzma.FILTER_LZMA2, "preset": 0}]
    packed = lzma.compress(raw, lzma.FORMAT_RAW, filters=chain)
    streams = b"\x06\x00\x01\x09" + number(len(packed)) + b"\x00\x07\x0b\x01\x00\x01\x21\x21\x01\x18"
    streams += b"\x0c" + number(len(raw)) + b"\x00\x00"
    name = "a.pkl\0".encode("utf-16-le")
    header = b"\x01\x04" + streams + b"\x05\x01\x11" + number(len(name) + 1) + b"\x00" + name + b"\x00\x00"
    artifact = judge(started(packed, header), "a.7z")
    assert artifact.loading is Loading.UNREADABLE
    assert "bomb" in artifact.reasons[0].message
