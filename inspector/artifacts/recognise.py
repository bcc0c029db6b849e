"""Which format a file is, by its content. The name only helps where a format has no magic."""

from __future__ import annotations

from inspector.provenance import Loading

# Formats that are recognised and what they are worth without being read: word, verdict, reason.
Plainly = tuple[str, Loading, str]

_NOT_YET = "is recognised, but this version does not read it"


def _unread(word: str, name: str) -> Plainly:
    return word, Loading.UNREADABLE, f"{name} {_NOT_YET}; its loader can run code."


def _data(word: str, name: str) -> Plainly:
    return word, Loading.NOT_UNDERSTOOD, f"{name} {_NOT_YET}."


def _program(word: str, name: str) -> Plainly:
    return word, Loading.RUNS_CODE, f"It is a program ({name})."


def _shown(word: str) -> Plainly:
    return word, Loading.NO_LOADER, ""


# Magic bytes and where they stand.
MAGICS: tuple[tuple[int, bytes, Plainly], ...] = (
    (0, b"Rar!\x1a\x07", _unread("rar", "A rar archive")),
    (0, b"\x02\x21\x4c\x18", _unread("lz4-legacy", "The legacy form of LZ4 compression")),
    (0, b"MSCF", _unread("cab", "A cabinet archive")),
    (0, b"\x7fELF", _program("elf", "ELF")),
    (0, b"MZqFpD='", _program("llamafile", "for several systems at once, as llamafiles are")),
    (0, b"jartsr='", _program("llamafile", "for several systems at once, as llamafiles are")),
    (0, b"MZ", _program("pe", "Windows or DOS")),
    (0, b"\xfe\xed\xfa\xce", _program("mach-o", "macOS")),
    (0, b"\xfe\xed\xfa\xcf", _program("mach-o", "macOS")),
    (0, b"\xce\xfa\xed\xfe", _program("mach-o", "macOS")),
    (0, b"\xcf\xfa\xed\xfe", _program("mach-o", "macOS")),
    (0, b"\xca\xfe\xba\xbe", _program("java-class", "macOS or Java")),
    (0, b"\0asm", _program("wasm", "WebAssembly")),
    (0, b"!<arch>\n", _program("ar", "an object archive")),
    (0, b"BC\xc0\xde", _program("llvm-bitcode", "LLVM bit code")),
    (0, b"\x50\xed\x55\xba", _program("cuda-fatbin", "for graphics processors")),
    (0, b"MTLB", _program("metal-library", "for graphics processors")),
    (0, b"dex\n03", _program("dex", "Android")),
    (1, b"\x0d\x0d\x0a", _program("python-bytecode", "Python byte code")),
    (0, b"ftrt", _unread("tensorrt", "A TensorRT engine")),
    (0, b"ptrt", _unread("tensorrt", "A TensorRT engine")),
    (0, b"RKNN", _data("rknn", "A model for Rockchip processors")),
    (0, b"\x0c\xdb\x3a\x2a", _data("ocdbt", "A key-value store of TensorStore")),
    (0, b"\x0c\xdb\x20\xde", _data("ocdbt", "A key-value store of TensorStore")),
    (0, b"binf", _data("xgboost", "The old binary form of XGBoost")),
    (0, b"PARE", _data("parquet", "Parquet with an encrypted footer")),
    (0, b"FEA1", _data("feather", "Feather")),
    (0, b"Obj\x01", _data("avro", "Avro")),
    (0, b"ORC", _data("orc", "ORC")),
    (0, b"MATLAB 5.0 MAT-file", _data("matlab", "A MATLAB file")),
    (0, b"SQLite format 3\0", _data("sqlite", "SQLite")),
    (0, b"ggml", _data("ggml", "GGML")),
    (0, b"lmgg", _data("ggml", "GGML")),
    (0, b"tjgg", _data("ggml", "GGML")),
    (0, b"fmgg", _data("ggml", "GGML")),
    (0, b"\x89PNG\r\n\x1a\n", _shown("png")),
    (0, b"\xff\xd8\xff", _shown("jpeg")),
    (0, b"GIF87a", _shown("gif")),
    (0, b"GIF89a", _shown("gif")),
    (8, b"WEBP", _shown("webp")),
    (8, b"WAVE", _shown("wav")),
    (8, b"AVI ", _shown("avi")),
    (4, b"ftyp", _shown("mp4")),
    (0, b"II*\0", _shown("tiff")),
    (0, b"MM\0*", _shown("tiff")),
    (0, b"%PDF-", _shown("pdf")),
    (0, b"OggS", _shown("ogg")),
    (0, b"fLaC", _shown("flac")),
    (0, b"ID3", _shown("mp3")),
    (0, b"\xff\xfb", _shown("mp3")),
    (0, b"\x00\x00\x01\x00", _shown("ico")),
    (0, b"wOFF", _shown("font")),
    (0, b"wOF2", _shown("font")),
    (0, b"OTTO\0", _shown("font")),
    (0, b"\x00\x01\x00\x00\x00", _shown("font")),
    (0, b"\x1aE\xdf\xa3", _shown("matroska")),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _shown("office-document")),
)

# Formats without magic, by name; only asked when the content said nothing.
BY_NAME: dict[str, Plainly] = {
    ".h5": _unread("hdf5", "A file called .h5 that is no HDF5"),
    ".hdf5": _unread("hdf5", "A file called .hdf5 that is no HDF5"),
    ".keras": _unread("keras-zip", "A file called .keras that is no Keras archive"),
    ".tflite": _unread("tflite", "A file called .tflite that is no TensorFlow Lite"),
    ".nemo": _unread("nemo", "A file called .nemo that is no archive"),
    ".mar": _unread("torchserve-archive", "A file called .mar that is no archive"),
    ".npz": _unread("npz", "A file called .npz that is no zip archive"),
    ".npy": _unread("npy", "A file called .npy that is no numpy file"),
    ".zip": _unread("zip", "A file called .zip that is no zip archive"),
    ".tar": _unread("tar", "A file called .tar that is no tar archive"),
    ".7z": _unread("7z", "A file called .7z that is no 7z archive"),
    ".rds": _unread("r-data", "R data"),
    ".rdata": _unread("r-data", "R data"),
    ".pte": _unread("executorch", "ExecuTorch"),
    ".skops": _unread("skops", "A file called .skops that is no archive"),
    ".engine": _unread("tensorrt", "A TensorRT engine"),
    ".plan": _unread("tensorrt", "A TensorRT engine"),
    ".trt": _unread("tensorrt", "A TensorRT engine"),
    ".pdparams": _unread("paddle-pickle", "Parameters of Paddle that are no pickle"),
    ".pdopt": _unread("paddle-pickle", "Optimizer values of Paddle that are no pickle"),
    ".ort": _unread("onnxruntime", "A file called .ort that is no ONNX Runtime model"),
    ".cbm": _unread("catboost", "A file called .cbm that is no CatBoost model"),
    ".mlpackage": _unread("coreml", "A file called .mlpackage that is no folder"),
    ".weights": _data("darknet", "Numbers without a description, as Darknet writes them,"),
    ".pyc": _program("python-bytecode", "Python byte code"),
}

COMPRESSIONS: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b\x08", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x5d\0\0", "lzma"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\x04\x22\x4d\x18", "lz4"),
    *((bytes([0x50 + number]) + b"\x2a\x4d\x18", "skippable") for number in range(16)),
)

# Loaders of these run what a pickle says, so a file with such a name that is nothing known is no "unknown".
PICKLE_ENDINGS = (
    ".pkl",
    ".pickle",
    ".pk",
    ".joblib",
    ".pt",
    ".pth",
    ".ckpt",
    ".dill",
    ".cloudpickle",
    ".pt2",
)
BINARY_ENDINGS = (".bin",)


_BY_FIRST = tuple(tuple(row for row in MAGICS if row[0] or row[1][0] == first) for first in range(256))


def plainly(head: bytes) -> Plainly | None:
    """The format that the magic bytes say, where it needs no further reading."""
    for offset, magic, answer in _BY_FIRST[head[0]] if head else ():
        if head.startswith(magic, offset):
            return answer
    return None


def compression(head: bytes) -> str | None:
    """The method of a compressed stream, by its first bytes. zlib has two bytes that check each other."""
    for magic, method in COMPRESSIONS:
        if head.startswith(magic):
            return method
    if len(head) > 2 and head[0] == 0x78 and head[1] in (0x01, 0x5E, 0x9C, 0xDA):
        return "zlib"
    return None


def ending(path: str) -> str:
    """The last ending of the file name in lower case, with its dot; empty where there is none."""
    name = path.rsplit("/", 1)[-1].lower()
    dot = name.rfind(".")
    return name[dot:] if dot >= 0 else ""
