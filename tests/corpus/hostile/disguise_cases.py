"""Hostile content under other names, files that are two formats at once, and files that are cut."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from .case import BROKEN, RUNS, Case, hostile
from .protos import graph_node, hdf5, onnx, onnx_node, saved_model
from .streams import ARGS, NEW, OLD, SYSTEM, call, framed, proto, text
from .tensor_cases import npy, torch_zip
from .wrappers import gzipped, tarred, zipped

ENDINGS = (
    ".bin",
    ".pt",
    ".ckpt",
    ".safetensors",
    ".onnx",
    ".txt",
    ".png",
    ".md",
    ".json",
    ".npy",
    ".gguf",
    ".h5",
    ".yaml",
    ".py",
    ".csv",
    ".keras",
    ".dat",
    ".pdf",
    ".zip",
    ".weights",
)
_NEW_4 = framed(text("os") + b"\x94" + text("system") + b"\x94\x93" + text("echo x") + b"\x94\x85R\x94.")
_CONTENT = {
    "pickle0": OLD,
    "pickle2": call("os", "system", protocol=2),
    "pickle4": _NEW_4,
    "inst": b"(S'echo x'\nios\nsystem\n.",
    "torchzip": torch_zip(NEW),
    "gzip": gzipped(NEW),
    "tar": tarred({"m.pkl": NEW}),
    "npy": npy("'|O'", NEW),
    "elf": b"\x7fELF\x02\x01\x01" + bytes(range(200)),
}


def cases() -> Iterator[Case]:
    yield from _wrong_endings()
    yield from _two_at_once()
    yield from _cut()


def _wrong_endings() -> Iterator[Case]:
    for name, data in _CONTENT.items():
        for ending in ENDINGS:
            path = f"{name}{ending}"
            yield hostile("wrong-extension", path, data, f"the content is {name}, the name says {ending}")
    for name in (
        "README",
        "model.tar.gz",
        "weights.part1",
        ".gitattributes",
        "a.PKL",
        "model.pt.bak",
        "x.tmp",
        "LICENSE",
    ):
        yield hostile("wrong-extension", f"named/{name}", OLD, f"a pickle called {name}")


def _two_at_once() -> Iterator[Case]:
    png = (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
        + _chunk(b"IDAT", zlib.compress(b"\0\0"))
        + _chunk(b"IEND", b"")
    )
    archive = zipped({"m/data.pkl": NEW, "m/version": b"3\n"})
    both = {
        "image_and_archive.png": (png + archive, "an image with a torch archive at its end"),
        "image_and_archive.pt": (png + archive, "an image with a torch archive at its end"),
        "document_and_archive.pdf": (b"%PDF-1.4\n%%EOF\n" + archive, "a document with an archive at its end"),
        "text_and_archive.txt": (b"hello world\n" * 9 + archive, "a text with an archive at its end"),
        "gif_and_pickle.pkl": (
            b"GIF89a\1\0\1" + b"0" + OLD,
            "the head of an image is a number to the unpickler",
        ),
        "gif_and_pickle.gif": (
            b"GIF89a\1\0\1" + b"0" + OLD,
            "the head of an image is a number to the unpickler",
        ),
        "gif_and_pickle.bin": (
            b"GIF87a\1\0\1" + b"0" + SYSTEM + ARGS + b"R.",
            "an image that is also a pickle",
        ),
        "notes_and_pickle.pkl": (b"Version: 1\n0" + OLD, "the first line is a text to the unpickler"),
        "notes_and_pickle.txt": (b"Version: 1\n0" + OLD, "the first line is a text to the unpickler"),
        "notes_and_pickle.md": (
            b"Version notes of this model\n0" + OLD,
            "the first line is a text to the unpickler",
        ),
        "comment_and_pickle.txt": (b"I1\n0V a harmless line\n0" + OLD, "numbers and texts before the call"),
        "program_and_archive.zip": (b"#!/bin/sh\nexit\n" + archive, "a script with an archive at its end"),
        "pickle_and_archive.pkl": (OLD + archive, "a pickle with an archive at its end"),
        "pickle_and_archive.zip": (OLD + archive, "a pickle with an archive at its end"),
        "pickle_and_archive.pt": (
            proto(2) + b"}." + archive,
            "a harmless pickle with a hostile archive at its end",
        ),
        "tar_and_archive.tar": (tarred({"a.txt": b"x"}) + archive, "a tar with an archive at its end"),
        "numpy_and_archive.npy": (npy("'<f8'", bytes(8)) + archive, "an array with an archive at its end"),
        "numpy_and_pickle.npy": (npy("'|O'", NEW + OLD), "two pickles in one array"),
        "blanks_and_pickle.pkl": (b"\n\n  " + OLD, "blanks before a pickle: some loaders skip them"),
        "mark_and_pickle.txt": (b"\xef\xbb\xbf" + OLD, "a byte order mark before a pickle"),
        "hdf5_and_archive.h5": (hdf5({}) + archive, "HDF5 with an archive at its end"),
        "onnx_and_archive.onnx": (onnx(onnx_node("Add")) + archive, "a model with an archive at its end"),
        "zip_in_png_chunk.png": (
            png[:-12] + _chunk(b"zTXt", archive) + png[-12:],
            "an archive inside of an image",
        ),
    }
    for name, (data, why) in both.items():
        yield hostile("polyglot", name, data, why, BROKEN if name == "blanks_and_pickle.pkl" else RUNS)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _cut() -> Iterator[Case]:
    state = torch_zip()
    whole = {
        "torch.pt": state,
        "graph.onnx": onnx(onnx_node("Add")),
        "saved_model.pb": saved_model(graph_node("Identity")),
        "array.npy": npy("'<f8'", bytes(800), "(100,)"),
        "model.h5": hdf5({"model_config": b"{}" * 50}),
        "packed.pkl.gz": gzipped(proto(2) + b"}."),
        "archive.tar": tarred({"a.txt": b"x" * 29000}),
    }
    for name, data in whole.items():
        for part in (3, 2):
            cut = data[: len(data) * (part - 1) // part]
            yield hostile(
                "truncated", f"{part - 1}_of_{part}/{name}", cut, f"{part - 1}/{part} of the file", BROKEN
            )
