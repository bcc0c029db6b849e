"""The bytes that formats begin with, apart from their readers: to tell a format takes no reader."""

from __future__ import annotations

ARROW = b"ARROW1"
CATBOOST = b"CBM1"
EXECUTORCH = b"ET12"  # at 4, as every FlatBuffers mark
FASTTEXT = (793712314).to_bytes(4, "little")
GGUF = b"GGUF"
HDF5 = b"\x89HDF\r\n\x1a\n"  # at 0, or behind a user block
JOBLIB = b"ZF0x"  # joblib before 0.10
MXNET = b"\x12\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
NPY = b"\x93NUMPY"
ONNX_RUNTIME = b"ORTM"  # at 4
PARQUET = b"PAR1"
SEVENZIP = b"7z\xbc\xaf\x27\x1c"
TFLITE = b"TFL3"  # at 4
