"""Hostile bytes in zip, tar, 7z, gzip, bzip2, xz, zlib, lz4 and Zstandard, nested and lying."""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator

from .case import BROKEN, UNKNOWN, UNLISTED, Case, hostile
from .streams import NEW, OLD, call, proto
from .wrappers import (
    DEFLATED,
    PACKERS,
    gzipped,
    seven_zip,
    tar_entry,
    tarred,
    zipped,
    zipped_by_hand,
)

_DATA = proto(2) + b"}q\0U\x01aK\x01s."
_UNLISTED = call("mymodule.layers", "Thing", protocol=2)


def cases() -> Iterator[Case]:
    yield from _zips()
    yield from _lying_zips()
    yield from _tars()
    yield from _compressed()
    yield from _nested()
    yield from _seven()


def _zips() -> Iterator[Case]:
    for method, word in ((0, "stored"), (8, "deflated"), (zipfile.ZIP_BZIP2, "bzip2"), (14, "lzma")):
        data = zipped({"readme.txt": b"hello", "model.pkl": NEW}, method)
        yield hostile("zip", f"{word}.zip", data, f"a {word} member is a pickle that calls os.system")
    for name in ("weights", "x/y/z.txt", "image.png", "data/0", ".hidden", "model.safetensors", "a.npy"):
        data = zipped({"readme.txt": b"hello", name: OLD})
        yield hostile("zip", f"member_{name.replace('/', '_')}.zip", data, f"the pickle is called {name}")
    yield hostile("zip", "many_members.zip", zipped({f"{n}.txt": b"x" for n in range(300)} | {"z": NEW}),
                  "the pickle is the last of 301 members")  # fmt: skip
    yield hostile("zip", "program_inside.zip", zipped({"lib.so": b"\x7fELF" + bytes(80)}), "a program")
    yield hostile("zip", "class_inside.zip", zipped({"A.class": b"\xca\xfe\xba\xbe\0\0\0\x34" + bytes(40)}),
                  "Java byte code")  # fmt: skip
    yield Case("zip/unknown_inside.zip", zipped({"m.pkl": _UNLISTED}), UNKNOWN, UNLISTED, "zip",
               "a pickle with an import on no list")  # fmt: skip


def _lying_zips() -> Iterator[Case]:
    text = [("a.txt", b"hello")]
    both = [("a.txt", b"hello"), ("model.pkl", NEW)]
    plain = zipped({"a.txt": b"hello", "b.txt": b"world"})
    twice = io.BytesIO()
    with zipfile.ZipFile(twice, "w") as archive:
        archive.writestr(zipfile.ZipInfo("data.pkl"), _DATA)
        archive.NameToInfo.clear()
        archive.writestr(zipfile.ZipInfo("data.pkl"), NEW)
    central = plain.index(b"PK\x01\x02")
    lies = {
        "two_members_of_one_name": (twice.getvalue(), "which member is loaded depends on the reader", None),
        "harmless_two_of_one_name": (
            zipped_by_hand([("a.pkl", _DATA), ("a.pkl", _DATA[:-1] + b".")]),
            "two members, one name",
            BROKEN,
        ),
        "names_by_case": (
            zipped_by_hand([("A.pkl", _DATA), ("a.pkl", NEW)]),
            "two names on some systems",
            None,
        ),
        "member_not_listed": (zipped_by_hand(both, listed=1), "a member stands in no directory", BROKEN),
        "other_local_name": (
            zipped_by_hand(text, local_names=["b.pkl"]),
            "directory and local header name it otherwise",
            BROKEN,
        ),
        "other_local_name_pickle": (
            zipped_by_hand([("a.txt", NEW)], local_names=["a.pkl"]),
            "the names disagree",
            None,
        ),
        "encrypted_flag": (
            zipped_by_hand([("m.pkl", _DATA)], flags=1),
            "the member says it is locked",
            BROKEN,
        ),
        "encrypted_only_in_directory": (
            zipped_by_hand([("m.pkl", NEW)], flags=1, local_flags=0),
            "torch reads it, Python does not",
            None,
        ),
        "other_local_flags": (zipped_by_hand(text, local_flags=0x800), "flags disagree", BROKEN),
        "unknown_method": (
            zipped_by_hand([("m.pkl", _DATA)], method=99),
            "no reader knows method 99",
            BROKEN,
        ),
        "wrong_size": (zipped_by_hand(text, lie=3), "the directory states another size", BROKEN),
        "gap_before_directory": (zipped_by_hand(text, gap=b"gap!"), "bytes that belong to nothing", BROKEN),
        "pickle_in_the_gap": (zipped_by_hand(text, gap=NEW), "a pickle that belongs to no member", BROKEN),
        "pickle_before": (zipped_by_hand(text, prefix=OLD), "a pickle stands before the archive", None),
        "text_before": (b"hello\n" + plain, "bytes stand before the archive", BROKEN),
        "tail": (plain + b"more", "bytes stand behind the archive", BROKEN),
        "pickle_behind": (plain + NEW, "a pickle stands behind the archive", BROKEN),
        "two_archives": (plain + zipped({"m.pkl": NEW}), "which archive is read depends on the reader", None),
        "wrong_checksum": (
            plain[: central + 16] + b"\1\2\3\4" + plain[central + 20 :],
            "the checksum disagrees",
            BROKEN,
        ),
        "name_out_of_the_archive": (zipped({"../x": b"hello"}), "the name points out of the archive", BROKEN),
        "absolute_name": (zipped({"/etc/x": b"hello"}), "the name is absolute", BROKEN),
        "windows_name": (zipped({"C:/x": b"hello"}), "the name is of another drive", BROKEN),
        "only_the_end": (plain[plain.index(b"PK\x05\x06") :], "the directory is missing", BROKEN),
        "no_directory": (plain[:central], "the directory is missing", BROKEN),
        "cut": (plain[:-9], "the end is missing", BROKEN),
        "only_the_magic": (b"PK\x03\x04", "nothing but four bytes", BROKEN),
        "bomb": (zipped({"a.pkl": bytes(90_000_000)}, DEFLATED), "ninety megabytes of zeros", BROKEN),
        "cut_deflate": (
            zipped_by_hand([("m.pkl", zlib.compress(NEW)[2:-8])], method=8),
            "the packed bytes are broken",
            BROKEN,
        ),
    }
    for name, (data, why, word) in lies.items():
        made = hostile("zip-lies", f"{name}.zip", data, why)
        yield made if word is None else made._replace(word=word)


def _tars() -> Iterator[Case]:
    for form, word in (
        (tarfile.PAX_FORMAT, "pax"),
        (tarfile.GNU_FORMAT, "gnu"),
        (tarfile.USTAR_FORMAT, "ustar"),
    ):
        data = tarred({"readme.md": b"hello", "d/model.pkl": NEW}, form)
        yield hostile("tar", f"{word}.tar", data, f"a {word} archive with a pickle that calls os.system")
        long = tarred({"d/" * 60 + "model": OLD}, form)
        yield hostile("tar", f"{word}_long_name.tar", long, "a pickle behind a long name")
    yield hostile("tar", "packed.tgz", gzipped(tarred({"m": NEW})), "a packed tar")
    for name, kind, target in (
        ("link_out", tarfile.SYMTYPE, "/etc/passwd"),
        ("link_up", tarfile.SYMTYPE, "../../x"),
        ("hard_link_out", tarfile.LNKTYPE, "/etc/passwd"),
        ("device", tarfile.CHRTYPE, ""),
        ("pipe", tarfile.FIFOTYPE, ""),
    ):
        yield hostile(
            "tar", f"{name}.tar", tar_entry("m", kind, target), f"the entry is no file: {name}", BROKEN
        )
    yield hostile("tar", "name_up.tar", tarred({"../m": b"hello"}), "the name points out", BROKEN)
    yield hostile("tar", "absolute_name.tar", tarred({"/m": b"hello"}), "the name is absolute", BROKEN)
    whole = tarred({"a.pkl": NEW, "b.pkl": _DATA})
    yield hostile("tar", "cut_behind_the_pickle.tar", whole[:1100], "cut, but the pickle is there")
    yield hostile("tar", "cut.tar", tarred({"a.txt": b"x" * 3000})[:1024], "cut in a member", BROKEN)
    wrong = bytearray(tarred({"a.txt": b"hello", "b.txt": b"world"}))
    wrong[1024 + 150] ^= 1
    yield hostile("tar", "wrong_checksum.tar", bytes(wrong), "the second header's checksum is wrong", BROKEN)
    behind = tarred({"a.txt": b"hello"}).rstrip(b"\0") + bytes(1536 - 5) + NEW
    yield hostile(
        "tar", "pickle_behind_the_end.tar", behind.ljust(4096, b"\0"), "bytes behind the end", BROKEN
    )


def _compressed() -> Iterator[Case]:
    for ending, pack in PACKERS.items():
        for name, stream in (("old", OLD), ("new", NEW)):
            why = f"a pickle that calls os.system, packed as {ending}"
            yield hostile("compressed", f"{name}.pkl.{ending}", pack(stream), why)
        yield hostile("compressed", f"{ending}.bin", pack(NEW), f"packed as {ending}, named otherwise")
        yield hostile("compressed", f"{ending}.joblib", pack(OLD), f"joblib unpacks {ending} by itself")
        for name in ("notes.txt", "table.csv", "code.py"):
            why = f"a pickle that calls os.system, packed as {ending} under the name of a text"
            yield hostile("compressed", f"{ending}/{name}", pack(OLD), why)
        broken = pack(_DATA * 9)[:-6]
        yield hostile("compressed", f"cut.pkl.{ending}", broken, f"{ending}, cut at its end", BROKEN)
    for ending in ("gz", "bz2", "xz", "zst", "lz4"):
        pack = PACKERS[ending]
        two = pack(OLD[:10]) + pack(OLD[10:])
        yield hostile(
            "compressed", f"two_streams.pkl.{ending}", two, f"the pickle spans two {ending} streams"
        )
    yield hostile(
        "compressed", "bomb.pkl.gz", gzipped(bytes(90_000_000)), "ninety megabytes of zeros", BROKEN
    )
    yield hostile("compressed", "tail.pkl.gz", gzipped(_DATA) + b"tail!", "bytes behind the stream", BROKEN)
    yield hostile(
        "compressed", "bad_checksum.pkl.gz", gzipped(_DATA)[:-8] + bytes(8), "wrong checksum", BROKEN
    )
    yield Case("compressed/unknown.pkl.xz", PACKERS["xz"](_UNLISTED), UNKNOWN, UNLISTED, "compressed",
               "a pickle with an import on no list")  # fmt: skip


def _nested() -> Iterator[Case]:
    pairs = {
        "zip_in_zip.zip": zipped({"inner.zip": zipped({"m": NEW})}, DEFLATED),
        "gz_in_zip.zip": zipped({"m.gz": gzipped(NEW)}),
        "tar_in_zip.zip": zipped({"m.tar": tarred({"m": NEW})}),
        "zip_in_tar.tar": tarred({"m.zip": zipped({"m": NEW})}),
        "zip_in_gz.gz": gzipped(zipped({"m": NEW})),
        "xz_in_gz.pkl": gzipped(PACKERS["xz"](NEW)),
        "zst_in_zip.bin": zipped({"m": PACKERS["zst"](NEW)}),
        "lz4_in_tar.tar": tarred({"m": PACKERS["lz4"](NEW)}),
        "npz_in_zip.zip": zipped({"a.npz": zipped({"a.npy": NEW})}),
        "torch_in_tar.tar": tarred({"m.pt": zipped({"m/data.pkl": NEW, "m/version": b"3\n"})}),
        "four_deep.zip": zipped({"1.zip": zipped({"2.zip": zipped({"3.zip": zipped({"m": OLD})})})}),
    }
    for name, data in pairs.items():
        yield hostile("nested", name, data, "a pickle that calls os.system in an archive of an archive")
    deep = _DATA
    for _ in range(40):
        deep = gzipped(deep)
    yield hostile("nested", "forty_deep.gz", deep, "forty layers: no reader should go on", BROKEN)


def _seven() -> Iterator[Case]:
    for name in ("model.pkl", "readme.txt", "data/weights.bin"):
        data = seven_zip(name, NEW)
        yield hostile(
            "7z", f"stored_{name.replace('/', '_')}.7z", data, f"a 7z archive with a pickle as {name}"
        )
    yield hostile("7z", "as_checkpoint.pt", seven_zip("data.pkl", OLD), "7z under another name")
    whole = seven_zip("model.pkl", NEW)
    yield hostile("7z", "cut.7z", whole[:-5], "the header is cut", BROKEN)
    yield hostile("7z", "only_the_magic.7z", whole[:8], "nothing but its magic", BROKEN)
    wrong = whole[:12] + struct.pack("<Q", 1 << 60) + whole[20:]
    yield hostile("7z", "far_header.7z", wrong, "the header stands behind the end", BROKEN)
