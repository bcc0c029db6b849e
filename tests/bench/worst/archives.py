"""Archives with very many members, very long headers, or very many archives inside."""

from __future__ import annotations

import io
import pickle
import struct
import tarfile
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

MANY = 49_990  # below the limit of members
Maker = Callable[[Path], None]
NPY = b"\x93NUMPY\x01\0v\0" + b"{'descr': '<f4', 'fortran_order': False, 'shape': (4,), }".ljust(117) + b"\n"


def _zip(contents: Callable[[int], tuple[str, bytes]], count: int = MANY, method: int = 0) -> Maker:
    def make(path: Path) -> None:
        warnings.simplefilter("ignore")  # a doubled name is what is wanted
        with zipfile.ZipFile(path, "w", method) as archive:
            for number in range(count):
                name, data = contents(number)
                archive.writestr(zipfile.ZipInfo(name), data, method)

    return make


def _long_comments(path: Path) -> None:
    """1,000 members, each with the longest comment that there is."""
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(1_000):
            info = zipfile.ZipInfo(f"m{number}")
            info.comment = b"PK\5\6" * 16_000
            archive.writestr(info, b"x")


def _many_ends(path: Path) -> None:
    """An archive whose comment is full of end records."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a", b"b")
        archive.comment = b"PK\5\6" * 16_000
    path.write_bytes(out.getvalue())


def _deep(path: Path) -> None:
    """Archives in archives, ten in each, four deep, with ten files at the end."""
    data = b"a text\n"
    for _ in range(4):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for number in range(10):
                archive.writestr(f"{number}.zip", data)
        data = out.getvalue()
    path.write_bytes(data)


def _tar(contents: Callable[[int], tuple[str, bytes]], count: int = MANY, **pax: str) -> Maker:
    def make(path: Path) -> None:
        with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as archive:
            for number in range(count):
                name, data = contents(number)
                info = tarfile.TarInfo(name)
                info.size = len(data)
                info.pax_headers = dict(pax)
                archive.addfile(info, io.BytesIO(data))

    return make


def _long_pax(path: Path) -> None:
    """500 members with a header of 1 MB each, of very many records."""
    records = b"".join(b"12 a%05d=b\n" % number for number in range(80_000))
    info = tarfile.TarInfo("./PaxHeaders/x")
    info.type, info.size = tarfile.XHDTYPE, len(records)
    block = info.tobuf() + records + bytes(-len(records) % 512)
    member = tarfile.TarInfo("x")
    with path.open("wb") as file:
        for number in range(200):
            member.name = f"x{number}"
            file.write(block + member.tobuf())
        file.write(bytes(1024))


def _number(value: int) -> bytes:
    """A number as 7z writes it; here always in the longest form."""
    return b"\xff" + struct.pack("<Q", value)


def seven_zip(
    packed: bytes, sizes: list[int], folders: Iterable[bytes], unpacked: list[int], names: list[str]
) -> bytes:
    """A 7z archive: one packed stream per folder, one member per folder."""
    folders = list(folders)
    header = (
        b"\x01\x04\x06" + _number(0) + _number(len(sizes)) + b"\x09" + b"".join(map(_number, sizes)) + b"\0"
    )
    header += b"\x07\x0b" + _number(len(folders)) + b"\0" + b"".join(folders)
    header += b"\x0c" + b"".join(map(_number, unpacked)) + b"\0" + b"\x08\0" + b"\0"
    texts = b"".join(name.encode("utf-16-le") + b"\0\0" for name in names)
    header += b"\x05" + _number(len(names)) + b"\x11" + _number(len(texts) + 1) + b"\0" + texts + b"\0\0"
    start = struct.pack("<QQI", len(packed), len(header), zlib.crc32(header))
    return b"7z\xbc\xaf\x27\x1c\0\x04" + struct.pack("<I", zlib.crc32(start)) + start + packed + header


def _many_folders(path: Path) -> None:
    """A 7z archive in which each member is packed by itself."""
    count = MANY
    path.write_bytes(
        seven_zip(
            b"text" * count,
            [4] * count,
            [b"\x01\x01\0"] * count,
            [4] * count,
            [f"m{n}" for n in range(count)],
        )
    )


PICKLE = pickle.dumps({"a": [1, 2.0, "three"]}, 4)
SHAPES: dict[str, tuple[str, Maker]] = {
    "zip of 50,000 texts": (".zip", _zip(lambda n: (f"f{n}.txt", b"a text\n"))),
    "zip of 50,000 pickles": (".zip", _zip(lambda n: (f"f{n}.pkl", PICKLE))),
    "zip of 50,000 unknown": (".zip", _zip(lambda n: (f"f{n}", b"\xfe\xdc" + bytes(20)))),
    "zip of 50,000 empty files": (".zip", _zip(lambda n: (f"f{n}", b""))),
    "zip of 50,000 configurations": (
        ".zip",
        _zip(lambda n: (f"{n}/config.json", b'{"auto_map": {"a": "b.c"}}')),
    ),
    "zip of 50,000 deflated": (".zip", _zip(lambda n: (f"f{n}.txt", b"a text\n"), method=8)),
    "zip of 50,000 python files": (".zip", _zip(lambda n: (f"f{n}.py", b"import os\nprint(os.name)\n"))),
    "zip of 50,000 of one name": (".zip", _zip(lambda n: ("same", b"text"))),
    "zip of 10,000 zips": (".zip", _zip(lambda n: (f"{n}.zip", _one_zip()), 10_000)),
    "zip with long comments": (".zip", _long_comments),
    "zip with many ends": (".zip", _many_ends),
    "zip of zips, four deep": (".zip", _deep),
    "torch archive of 49,000 storages": (".pt", _zip(lambda n: _torch_member(n), 49_000)),
    "npz of 50,000 arrays": (".npz", _zip(lambda n: (f"a{n}.npy", NPY + bytes(16)))),
    "tar of 50,000 texts": (".tar", _tar(lambda n: (f"f{n}.txt", b"a text\n"))),
    "tar of 50,000 pickles": (".tar", _tar(lambda n: (f"f{n}.pkl", PICKLE))),
    "tar of 50,000 with pax headers": (".tar", _tar(lambda n: (f"f{n}.txt", b"a text\n"), comment="c" * 600)),
    "tar with long pax headers": (".tar", _long_pax),
    "7z of 50,000 folders": (".7z", _many_folders),
}


def _one_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.pkl", PICKLE)
    return out.getvalue()


def _torch_member(number: int) -> tuple[str, bytes]:
    if number == 0:
        return "archive/data.pkl", b"\x80\x02}."
    if number == 1:
        return "archive/version", b"3\n"
    return f"archive/data/{number}", bytes(4)
