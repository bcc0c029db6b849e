"""Binary files in forms that real loaders take and hand-written readers forget: headers with options, values
in other places of a message, archives inside of archives, arrays in nested types.

Sources: RFC 1952 (gzip), the xz file format 1.2, zlib's FDICT, numpy.lib.format, onnx.proto of ONNX 1.23,
framework.proto of Paddle 3, R internals (serialisation formats A, B and X).
"""

from __future__ import annotations

import bz2
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator

from .case import BROKEN, Case, hostile
from .graph_cases import _PROMISE
from .protos import field, graph_function, graph_node, number_field, onnx, onnx_node, saved_model
from .streams import NEW, OLD, call, proto
from .tensor_cases import gguf, npy, string, torch_zip
from .text_cases import TEMPLATES
from .wrappers import PACKERS, gzipped, tarred, zipped, zstd_frame

REACH = TEMPLATES["cycler"]


def cases() -> Iterator[Case]:
    yield from _compressed()
    yield from _archives()
    yield from _arrays()
    yield from _graphs()
    yield from _headers()
    yield from _r()


def _compressed() -> Iterator[Case]:
    deflated = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = deflated.compress(OLD) + deflated.flush()
    end = struct.pack("<II", zlib.crc32(OLD), len(OLD))
    head = b"\x1f\x8b\x08%c" + bytes(5) + b"\xff"
    named = head % 0x08 + b"x.txt\0"
    both = head % 0x1C + b"\x04\0abcd" + b"x\0" + b"comment\0"
    checked = head % 0x02
    skippable = b"\x50\x2a\x4d\x18" + struct.pack("<I", 5) + b"hello"
    packed = {
        "gzip_with_a_name.pkl": named + body + end,
        "gzip_with_everything.txt": both + body + end,
        "gzip_with_a_header_sum.bin": checked + struct.pack("<H", zlib.crc32(checked) & 0xFFFF) + body + end,
        "gzip_with_zeros.pkl": gzipped(OLD) + bytes(64),
        "gzip_empty_first.pkl.gz": gzipped(b"") + gzipped(OLD),
        "bzip2_empty_first.pkl": bz2.compress(b"") + bz2.compress(OLD),
        "bzip2_small_blocks.dat": bz2.compress(OLD, 1),
        "xz_padded.pkl": lzma.compress(OLD) + bytes(8),
        "xz_by_sha.pkl": lzma.compress(OLD, check=lzma.CHECK_SHA256),
        "xz_unchecked.bin": lzma.compress(OLD, check=lzma.CHECK_NONE),
        "xz_delta.pkl": lzma.compress(
            OLD, filters=[{"id": lzma.FILTER_DELTA, "dist": 2}, {"id": lzma.FILTER_LZMA2, "preset": 6}]
        ),
        "xz_two.pkl.xz": lzma.compress(OLD[:7]) + bytes(4) + lzma.compress(OLD[7:]),
        "zstd_behind_a_skip.pkl": skippable + zstd_frame(OLD),
        "zstd_between_skips.bin": skippable + zstd_frame(OLD) + skippable,
        "zlib_fastest.pkl": zlib.compress(OLD, 1),
        "gzip_of_zlib.bin": gzipped(zlib.compress(OLD)),
        "bzip2_of_xz.txt": bz2.compress(lzma.compress(OLD)),
        "zlib_of_torch.pt": zlib.compress(torch_zip(NEW)),
        "gzip_of_numpy.npy.gz": gzipped(npy("'|O'", NEW)),
        "gzip_of_yaml.yaml.gz": gzipped(b"a: !!python/object/apply:os.system [x]\n"),
        "gzip_of_config.json.gz": gzipped(b'{"auto_map": {"AutoModel": "a.B"}}'),
        "gzip_of_program.gz": gzipped(b"\x7fELF\x02\x01\x01" + bytes(200)),
    }
    for name, data in packed.items():
        yield hostile("compressed", f"odd/{name}", data, f"a payload in an unusual stream: {name}")
    yield hostile("compressed", "odd/gzip_reserved.pkl", head % 0xE0 + body + end, "reserved flags", BROKEN)
    yield hostile(
        "compressed", "odd/xz_sum_wrong.pkl", _flipped(lzma.compress(OLD), -20), "a sum is wrong", BROKEN
    )
    yield hostile(
        "compressed", "odd/zlib_dictionary.pkl", b"\x78\xf9" + b"abcd" + body, "a preset dictionary", BROKEN
    )


def _flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 if at != -1 else len(data) :]


def _archives() -> Iterator[Case]:
    yaml = b"m: {_target_: os.system}\n"
    forms = {
        "wheel.whl": zipped({"a-1.dist-info/METADATA": b"Name: a\n", "a.pth": b"import os\n"}),
        "egg.egg": zipped({"a/__init__.pyc": b"\xa7\r\r\n" + bytes(40)}),
        "model.mlpackage.zip": zipped({"Data/com.apple.CoreML/model.mlmodel": NEW}),
        "office.docx": zipped({"word/document.xml": b"<x/>", "word/vba.bin": NEW}),
        "jar.jar": zipped({"A.class": b"\xca\xfe\xba\xbe\0\0\0\x34" + bytes(40)}),
        "numbers.npz": zipped({"a.npy": npy("'<f4'", bytes(4)), "b": NEW}),
        "sparse.npz": zipped({"format.npy": npy("'|O'", NEW)}),
        "dataset.tar": tarred({"0.cls": b"1", "0.pyd": NEW}),
        "nemo.nemo": tarred({"./model_config.yaml": yaml}),
        "nemo_deep.nemo": gzipped(tarred({"a/model_config.yaml": b"cfg: {_target_: builtins.exec}\n"})),
        "skops.skops": zipped(
            {
                "schema.json": b'{"__class__": "dict", "__module__": "builtins", "content": '
                b'{"__class__": "system", "__module__": "os"}}'
            }
        ),
        "keras_in_tar.tar": tarred(
            {
                "m.keras": zipped(
                    {"config.json": b'{"class_name": "Lambda", "config": {}}', "metadata.json": b"{}"}
                )
            }
        ),
        "fastai.pkl": torch_zip(call("fastai.learner", "load_learner")),
        "flair.pt": torch_zip(call("torch", "load")),
        "paddle.pdparams": call("paddle.utils.cpp_extension", "load", protocol=2),
        "mmengine.pth": torch_zip(call("mmengine.config", "Config.fromfile")),
        "pyannote.ckpt": torch_zip(call("importlib", "import_module", "x")),
        "spacy.spacy": zipped({"x": NEW}),
        "pickle_in_7z_name.7z.pkl": OLD,
        "spark.tar.gz": gzipped(tarred({"metadata/part-0": b"{}", "stages/0/data": NEW})),
    }
    for name, data in forms.items():
        yield hostile("nested", f"odd_{name}", data, f"a payload inside of an archive of this sort: {name}")
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("a.txt")
        info.size, info.pax_headers = len(NEW), {"path": "model.pkl", "comment": "x"}
        archive.addfile(info, io.BytesIO(NEW))
    yield hostile("tar", "odd_pax_path.tar", out.getvalue(), "the real name stands in an extended header")
    members = io.BytesIO()
    with zipfile.ZipFile(members, "w") as archive:
        for number, method in enumerate((0, 8, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)):
            archive.writestr(zipfile.ZipInfo(f"{number}.txt"), b"hello" * 9, method)
        archive.writestr(zipfile.ZipInfo("last"), NEW, zipfile.ZIP_LZMA)
    yield hostile("zip", "odd_all_methods.zip", members.getvalue(), "the last of five methods has the pickle")
    streamed = io.BytesIO()
    with zipfile.ZipFile(_Unseekable(streamed), "w") as archive:
        archive.writestr(zipfile.ZipInfo("m.pkl"), NEW)
    yield hostile("zip", "odd_streamed.zip", streamed.getvalue(), "sizes stand behind the member")
    comment = io.BytesIO()
    with zipfile.ZipFile(comment, "w") as archive:
        archive.comment = b"PK\x05\x06" + bytes(18)
        archive.writestr(zipfile.ZipInfo("m.pkl"), NEW)
    yield hostile(
        "zip", "odd_comment.zip", comment.getvalue(), "the comment looks like an end of its own", BROKEN
    )


class _Unseekable(io.RawIOBase):
    """A place that zipfile can only write to from front to back."""

    def __init__(self, inner: io.BytesIO) -> None:
        super().__init__()
        self.inner = inner

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        return self.inner.write(data)


def _arrays() -> Iterator[Case]:
    descriptions = {
        "tuple": "('|O', (1,))",
        "joined": "'|' 'O'",
        "escaped": "'\\x7cO'",
        "unicode": "u'|O'",
        "old": "'O8'",
        "small": "'<O'",
        "big": "'>O4'",
        "title": "[(('t', 'a'), '|O')]",
        "deep": "[('a', [('b', [('c', '|O', (2,))])])]",
        "second": "[('a', '<f4'), ('b', 'O')]",
        "triple": "'''|O'''",
        "bracket": "('|O')",
    }
    for name, descr in descriptions.items():
        yield hostile("npy", f"odd_{name}.npy", npy(descr, NEW), f"an array of objects described as: {descr}")
        data = zipped({"good.npy": npy("'<f4'", bytes(4)), "bad.npy": npy(descr, OLD)})
        if len(name) % 2:
            yield hostile("npz", f"odd_{name}.npz", data, f"an array of objects described as: {descr}")
    whole = npy("'|O'", NEW)
    at = whole.index(b"{")
    twice = whole[:at] + whole[at:].replace(b"{'descr': '|O', ", b"{'descr': '<f4', 'descr': '|O', ", 1)
    twice = twice[:8] + struct.pack("<H", len(whole) - len(NEW) - 10 + 16) + twice[10:]
    yield hostile("npy", "odd_key_twice.npy", twice, "the last of two descriptions counts")
    for name, descr in {
        "set": "{'|O'}",
        "call": "dict('O')",
        "bytes": "b'|O'",
        "strings": "'T'",
        "flag": "True",
    }.items():
        yield hostile(
            "npy", f"odd_{name}.npy", npy(descr, NEW), f"no description of an array: {descr}", BROKEN
        )


def _graphs() -> Iterator[Case]:
    entry = field(13, field(1, "location") + field(2, "../../x"))
    tensor = number_field(1, 1) + number_field(2, 1) + field(8, "w") + entry + number_field(14, 1)
    node = field(4, "Constant") + field(5, field(1, "value") + field(5, tensor))
    sparse = field(15, field(1, tensor) + field(2, tensor))
    places = {
        "in_an_attribute": onnx(field(1, node)),
        "in_a_list_of_tensors": onnx(field(1, field(4, "X") + field(5, field(10, tensor)))),
        "in_a_sparse_tensor": onnx(onnx_node("Add") + sparse),
        "in_a_branch": onnx(onnx_node("If", "", field(5, field(6, field(5, tensor))))),
        "in_a_function": onnx(onnx_node("Add"), field(25, field(1, "F") + field(10, "l") + field(7, node))),
        "in_training": onnx(onnx_node("Add"), field(20, field(1, field(5, tensor)))),
        "in_a_default": onnx(onnx_node("Add"), field(25, field(1, "F") + field(11, field(5, tensor)))),
        "link": onnx(field(5, tensor.replace(b"../../x", b"a/../.."))),
        "share": onnx(field(5, tensor.replace(b"../../x", b"\\\\s\\d\\x"))),
        "home": onnx(field(5, tensor.replace(b"../../x", b"~root/x"))),
        "scheme": onnx(field(5, tensor.replace(b"../../x", b"file:/x"))),
    }
    for name, data in places.items():
        yield hostile(
            "onnx", f"odd_external_{name}.onnx", data, f"weights outside of the folder: {name}", BROKEN
        )
    context = onnx(
        onnx_node("EPContext", "com.microsoft", field(5, field(1, "ep_cache_context") + field(4, "../x.bin")))
    )
    yield hostile("onnx", "odd_compiled.onnx", context, "a graph that was compiled for a device", BROKEN)
    for name, operator in {"python": "PythonOp", "contrib": "PyCustomOp"}.items():
        training = onnx(onnx_node("Add"), field(20, field(2, onnx_node(operator, "com.microsoft"))))
        yield hostile("onnx", f"odd_{name}_in_training.onnx", training, "an operator that calls Python")
    nested = field(2, field(1, field(1, field(1, "f")) + field(3, field(1, "n") + field(2, "EagerPyFunc"))))
    graphs = {
        "nested_function": saved_model(graph_node("StatefulPartitionedCall") + nested),
        "second_meta": saved_model(graph_node("Const")) + field(2, field(2, graph_node("ReadFile"))),
        "files": saved_model(graph_node("MatchingFiles")),
        "sql": saved_model(graph_node("SqlDataset")),
        "summary": saved_model(graph_function("CreateSummaryFileWriter")),
        "remote": saved_model(graph_node("RemoteCall")),
        "debug": saved_model(graph_node("DebugIdentityV3")),
        "stateless": saved_model(graph_function("PyFuncStateless")),
    }
    for name, data in graphs.items():
        yield hostile(
            "saved-model", f"odd_{name}/saved_model.pb", data, f"an operator with side effects: {name}"
        )
    own = saved_model(graph_node("Const") + graph_node("MyOwnKernel"))
    yield hostile("saved-model", "odd_own/saved_model.pb", own, "an operator of a native library", BROKEN)
    text = b"node {\n  op: 'Py' \"Func\"\n}\n"
    yield hostile("saved-model", "odd_joined.pbtxt", text, "an operator whose name is two texts")
    escaped = b'node { name: "n" op: "Py\\x46unc" }\n'
    yield hostile("saved-model", "odd_escaped.pbtxt", escaped, "an operator whose name is written by escapes")
    block = field(1, number_field(1, 0) + number_field(2, 0) + field(4, field(3, "py_func")))
    yield hostile("paddle", "py_func.pdmodel", block, "the program has an operator that calls Python")


def _headers() -> Iterator[Case]:
    pairs = {
        "default": ("tokenizer.chat_template.default", REACH),
        "rag": ("tokenizer.chat_template.rag", REACH),
        "spelled": ("tokenizer.chat_template", "{{ messages['class'.center(9, '_')] }}"),
        "late": ("tokenizer.chat_template", "x" * 100_000 + REACH),
    }
    for name, (key, template) in pairs.items():
        data = gguf([("tokenizer.ggml.model", 8, string("llama")), (key, 8, string(template))])
        yield hostile("gguf", f"odd_{name}.gguf", data, f"a template reaches into Python: {name}")
        yield hostile("gguf", f"odd_{name}.zip", zipped({"m.gguf": data}), f"in an archive: {name}")
    second = gguf([("tokenizer.chat_template", 8, string("{{ messages }}"))], version=2)
    second += b""
    yield hostile(
        "gguf", "odd_tail.gguf", second + NEW.ljust(64, b"\0"), "a pickle behind the header", BROKEN
    )
    big = (
        b"GGUF"
        + struct.pack(">IQQ", 3, 0, 1)
        + _big("tokenizer.chat_template")
        + struct.pack(">I", 8)
        + _big(REACH)
    )
    yield hostile("gguf", "odd_big_endian.gguf", big, "numbers have their high byte first")
    old = (
        b"GGUF"
        + struct.pack("<III", 1, 0, 1)
        + _short("tokenizer.chat_template")
        + struct.pack("<I", 8)
        + _short(REACH)
    )
    yield hostile("gguf", "odd_first_version.gguf", old, "the first version of the format")
    tensor = b'{"dtype":"U8","shape":[1],"data_offsets":[0,1]}'
    escaped = b'{"a":' + tensor + b',"\\u0061":' + tensor + b"}"
    for name, header in {
        "name_twice_by_escape": escaped,
        "mark": b"\xef\xbb\xbf{}",
        "infinite": b'{"a":{"dtype":"U8","shape":[1e400],"data_offsets":[0,1]}}',
        "true_for_one": b'{"a":{"dtype":"U8","shape":[true],"data_offsets":[0,1]}}',
        "single_quotes": b"{'a': 1}",
        "comment": b"{/* */}",
        "two_objects": b"{}{}",
    }.items():
        data = struct.pack("<Q", len(header)) + header + b"x"
        yield hostile("safetensors", f"odd_{name}.safetensors", data, f"a malformed header: {name}", BROKEN)


def _big(value: str) -> bytes:
    return struct.pack(">Q", len(value.encode())) + value.encode()


def _short(value: str) -> bytes:
    return struct.pack("<I", len(value.encode())) + value.encode()


def _r() -> Iterator[Case]:
    head = struct.pack(">III", 3, 0x00040200, 0x00030500) + struct.pack(">I", 5) + b"UTF-8"
    pair = struct.pack(">I", 0x402) + struct.pack(">III", 1, 0x00040009, 1) + b"x" + _PROMISE
    data = b"RDX3\nX\n" + head + pair + struct.pack(">I", 254)
    for ending, pack in (("", bytes), (".gz", gzipped), (".xz", PACKERS["xz"])):
        yield hostile("r-data", f"odd_promise.rda{ending}", pack(data), "R evaluates a promise")
    ascii_ = "A\n3\n262656\n197888\n5\nUTF-8\n1029\n253\n252\n6\n1\n262153\n6\nsystem\n"
    ascii_ += "2\n16\n1\n262153\n6\necho\\040x\n254\n"
    yield hostile("r-data", "odd_text_form.rds", ascii_.encode(), "a promise in the text form of the format")
    native = b"B\n" + struct.pack("<III", 3, 0x00040200, 0x00030500) + struct.pack("<I", 5) + b"UTF-8"
    native += b"".join(struct.pack("<I", n) for n in (0x405, 253, 252, 6, 1, 0x00040009, 6)) + b"system"
    native += (
        b"".join(struct.pack("<I", n) for n in (2, 16, 1, 0x00040009, 6)) + b"echo x" + struct.pack("<I", 254)
    )
    yield hostile("r-data", "odd_native_form.rds", native, "a promise in the machine's own order")
    yield hostile("r-data", "odd_pickle.rds", proto(2) + NEW[2:], "a pickle under the name of R")
