"""Pickles of very many opcodes, deep nesting, and many pickles in one file."""

from __future__ import annotations

import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

Maker = Callable[[Path], None]


def _raw(*parts: bytes) -> Maker:
    return lambda path: _write(path, parts)


def _write(path: Path, parts: tuple[bytes, ...]) -> None:
    with path.open("wb") as file:
        for part in parts:
            file.write(part)


def _zip_of_pickles(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(40):
            archive.writestr(f"{number}.pkl", b"\x80\x04" + b"K\1" * 2_500_000 + b".")


def _objects(path: Path) -> None:
    one = b"ccollections\nOrderedDict\n)R0"
    path.write_bytes(b"\x80\x02" + one * 1_000_000 + b"N.")


SHAPES: dict[str, tuple[str, Maker]] = {
    "pickle of 30 million numbers": (".pkl", _raw(b"\x80\x04", b"K\1" * 30_000_000, b".")),
    "pickle of 15 million pushes and pops": (".pkl", _raw(b"\x80\x04", b"N0" * 9_990_000, b"N.")),
    "pickle of 20 million memo entries": (".pkl", _raw(b"\x80\x04N", b"\x94" * 19_900_000, b".")),
    "pickle of 1.5 million nested tuples": (".pkl", _raw(b"\x80\x04)", b"\x85" * 1_500_000, b".")),
    "pickle of 15 million nested tuples": (".pkl", _raw(b"\x80\x04)", b"\x85" * 15_000_000, b".")),
    "pickle of 1.5 million nested lists": (
        ".pkl",
        _raw(b"\x80\x04", b"]" * 1_500_000, b"a" * 1_499_999, b"."),
    ),
    "pickle of 5 million marks": (".pkl", _raw(b"\x80\x04", b"(" * 5_000_000, b"N.")),
    "pickle of 3 million mark tuples": (".pkl", _raw(b"\x80\x04", b"(t0" * 3_000_000, b"N.")),
    "pickle of 1 million objects": (".pkl", _objects),
    "pickle of 1 million imports": (
        ".pkl",
        lambda path: _write(path, (b"\x80\x02", *(b"cmod%d\nname\n0" % n for n in range(1_000_000)), b"N.")),
    ),
    "pickle of 1 million calls of one value": (
        ".pkl",
        _raw(b"\x80\x02ccollections\nOrderedDict\nq\0", b"h\0)R" * 1_000_000, b"."),
    ),
    "pickle of 10 million items": (".pkl", _raw(b"\x80\x04](", b"K\1" * 2_900_000, b"e.")),
    "pickle of 2 million dictionaries": (".pkl", _raw(b"\x80\x04", b"}K\1K\2s0" * 2_000_000, b"N.")),
    "pickle of 3 million short texts": (".pkl", _raw(b"\x80\x04](", b"\x8c\5hello" * 2_900_000, b"e.")),
    "pickle of 5 million text numbers": (".pkl", _raw(b"(", b"I1\n" * 2_900_000, b"l.")),
    "pickle of 1 million frames": (".pkl", _raw(b"\x80\x04", b"\x95\2\0\0\0\0\0\0\0N0" * 1_000_000, b"N.")),
    "4,000 pickles in a row": (".pkl", _raw(b"\x80\x04N." * 4_000)),
    "4,000 pickles of 10,000 opcodes": (".pkl", _raw((b"\x80\x04" + b"N0" * 5_000 + b"N.") * 4_000)),
    "pickle of hidden pickles": (
        ".pkl",
        _raw(
            b"\x80\x04",
            (b"B" + (400_003).to_bytes(4, "little") + b"\x80\x04" + b"N0" * 200_000 + b".0") * 32,
            b"N.",
        ),
    ),
    "zip of 40 pickles of 2.5 million numbers": (".zip", _zip_of_pickles),
    "pickle of 200 MB in floats": (
        ".pkl",
        lambda path: _write(path, (b"\x80\x04](", b"G@\x09\x21\xfb\x54\x44\x2d\x18" * 2_900_000, b"e.")),
    ),
    "pickle of a text of 60 MB": (".pkl", _raw(b"S'", b"a" * 60_000_000, b"'\n.")),
    "pickle of a number of 60 MB": (".pkl", _raw(b"I", b"1" * 60_000_000, b"\n.")),
    "pickle of a million real values": (
        ".pkl",
        lambda path: path.write_bytes(
            pickle.dumps([{"a": n, "b": str(n), "c": (n, 0.5)} for n in range(300_000)], 4)
        ),
    ),
}
