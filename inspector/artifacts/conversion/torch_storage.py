"""How many bytes a torch storage takes (torch 2.13.0, ``torch/storage.py``)."""

from __future__ import annotations

_ELEMENT_SIZES = {
    "BFloat16Storage": 2,
    "BoolStorage": 1,
    "ByteStorage": 1,
    "CharStorage": 1,
    "ComplexDoubleStorage": 16,
    "ComplexFloatStorage": 8,
    "DoubleStorage": 8,
    "FloatStorage": 4,
    "HalfStorage": 2,
    "IntStorage": 4,
    "LongStorage": 8,
    "ShortStorage": 2,
    "QInt32Storage": 4,
    "QInt8Storage": 1,
    "QUInt8Storage": 1,
    "QUInt2x4Storage": 1,
    "QUInt4x2Storage": 1,
    "UntypedStorage": 1,
    "TypedStorage": 1,
}


def storage_bytes(storage_class: str, elements: int) -> int:
    """The bytes of ``elements`` numbers of a storage class; an untyped storage counts in bytes itself."""
    return _ELEMENT_SIZES.get(storage_class, 1) * elements
