"""zstd and lz4: frames one behind the other, skipped frames, dictionaries, bombs."""

from __future__ import annotations

import pickle
import random
import struct
from collections.abc import Callable

import lz4.block
import lz4.frame
import pytest
import zstandard

from inspector.artifacts import Artifact, BytesSource
from inspector.artifacts.containers.broken import BadCompression
from inspector.artifacts.containers.inflate import Unpacker, unpacked
from inspector.artifacts.limits import Budget, OverLimit
from inspector.provenance import Loading

Judge = Callable[[bytes, str], Artifact]
SYSTEM = b"cos\nsystem\n(S'echo x'\ntR."
HARMLESS = pickle.dumps({"a": [1, 2]}, 2)


def skippable(content: bytes, number: int = 0) -> bytes:
    return struct.pack("<II", 0x184D2A50 + number, len(content)) + content


def zstd(data: bytes, **options: object) -> bytes:
    return zstandard.ZstdCompressor(**options).compress(data)  # type: ignore[arg-type]


def codes(artifact: Artifact) -> set[str]:
    return {reason.code for reason in artifact.reasons}


WRAPPED = {
    "zstd": zstd(SYSTEM),
    "zstd with a checksum": zstd(SYSTEM, write_checksum=True),
    "zstd without a size": zstd(SYSTEM, write_content_size=False),
    "two zstd frames": zstd(SYSTEM[:9]) + zstd(SYSTEM[9:]),
    "zstd behind a skippable frame": skippable(b"hello") + zstd(SYSTEM),
    "zstd around a skippable frame": zstd(SYSTEM[:9]) + skippable(b"", 15) + zstd(SYSTEM[9:]),
    "zstd behind a long skippable frame": skippable(bytes(300_000)) + zstd(SYSTEM),
    "lz4": lz4.frame.compress(SYSTEM),
    "lz4 with checksums": lz4.frame.compress(SYSTEM, content_checksum=True, block_checksum=True),
    "two lz4 frames": lz4.frame.compress(SYSTEM[:9]) + lz4.frame.compress(SYSTEM[9:]),
    "lz4 behind a skippable frame": skippable(b"hello", 3) + lz4.frame.compress(SYSTEM),
    "lz4 in zstd": zstd(lz4.frame.compress(SYSTEM)),
}


@pytest.mark.parametrize("kind", sorted(WRAPPED))
@pytest.mark.parametrize("path", ["model.joblib", "model.bin", "data.zst", "archive"])
def test_a_pickle_is_found_inside_of(kind: str, path: str, judge: Judge) -> None:
    artifact = judge(WRAPPED[kind], path)
    assert artifact.loading is Loading.RUNS_CODE, artifact
    assert artifact.is_pickle
    assert "os.system" in artifact.imports


@pytest.mark.parametrize("method", ["zstd", "lz4"])
def test_what_is_unpacked_is_what_was_packed(method: str) -> None:
    noise = random.Random(1)
    data = noise.randbytes(200_000) + bytes(500_000) + noise.randbytes(3) * 100_000
    packed = zstd(data, write_checksum=True) if method == "zstd" else lz4.frame.compress(data)
    inner, used = unpacked(BytesSource(packed), method, Budget(), several=True)
    assert inner.read_at(0, inner.size) == data
    assert used == len(packed)


def test_harmless_content_keeps_its_verdict(judge: Judge) -> None:
    for packed in (zstd(HARMLESS), lz4.frame.compress(HARMLESS)):
        assert judge(packed, "a.joblib").loading is Loading.ALLOW_LISTED
    assert judge(zstd(b"a,b\n1,2\n" * 1000), "a.csv.zst").loading is Loading.NO_LOADER


@pytest.mark.parametrize("packed", [zstd(HARMLESS, write_checksum=True), lz4.frame.compress(HARMLESS)])
def test_bytes_behind_the_end_and_cuts_are_unreadable(packed: bytes, judge: Judge) -> None:
    behind = judge(packed + b"more", "a.pkl")
    assert behind.loading is Loading.UNREADABLE
    assert codes(behind) == {"bytes-after-end"}
    for cut in range(4, len(packed)):
        assert judge(packed[:cut], "a.pkl").loading is Loading.UNREADABLE, cut


def test_a_wrong_checksum_is_broken(judge: Judge) -> None:
    packed = zstd(HARMLESS, write_checksum=True)
    assert codes(judge(packed[:-1] + bytes([packed[-1] ^ 1]), "a.pkl")) == {"broken-compression"}


def test_what_needs_a_dictionary_says_so(judge: Judge) -> None:
    samples = [b"sample %d of a dictionary that is not there" % (number % 77) for number in range(2000)]
    trained = zstandard.train_dictionary(2000, samples)
    artifact = judge(zstd(HARMLESS, dict_data=trained), "a.pkl.zst")
    assert artifact.loading is Loading.UNREADABLE
    assert "dictionary" in artifact.reasons[0].message


def test_the_legacy_form_of_lz4_is_named(judge: Judge) -> None:
    block = lz4.block.compress(SYSTEM, store_size=False)
    artifact = judge(b"\x02\x21\x4c\x18" + struct.pack("<I", len(block)) + block, "a.lz4")
    assert artifact.loading is Loading.UNREADABLE
    assert artifact.format == "lz4-legacy"


def test_a_window_of_gigabytes_is_not_asked_for(judge: Judge) -> None:
    header = b"\x28\xb5\x2f\xfd" + b"\x00" + b"\xf8"  # a window of 2 TB
    assert judge(header + b"\x01\x00\x00", "a.zst").loading is Loading.UNREADABLE


def run_length_frame(blocks: int) -> bytes:
    """Blocks of 128 kB that are one byte repeated, four bytes each."""
    frame = b"\x28\xb5\x2f\xfd\x00\x58"
    body = struct.pack("<I", (128 << 10) << 3 | 1 << 1)[:3] + b"x"
    return frame + body * blocks + b"\x01\x00\x00"


def test_a_bomb_never_unpacks_more_than_it_is_asked_for() -> None:
    unpacker = Unpacker(BytesSource(run_length_frame(100_000)), "zstd", Budget(), several=True)
    assert len(unpacker.next()) <= 1 << 20
    with pytest.raises(OverLimit):
        while unpacker.next():
            pass


@pytest.mark.bounded
def test_empty_blocks_and_empty_frames_are_bounded() -> None:
    frame = b"\x28\xb5\x2f\xfd\x00\x58"
    empty_blocks = frame + b"\x00\x00\x00" * 320_000 + b"\x01\x00\x00"
    with pytest.raises(BadCompression):
        Unpacker(BytesSource(empty_blocks), "zstd", Budget(), several=True).next()
    with pytest.raises(OverLimit):
        Unpacker(BytesSource(skippable(b"") * 60_000), "zstd", Budget(), several=True).next()
