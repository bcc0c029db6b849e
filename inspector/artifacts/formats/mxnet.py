"""MXNet's parameter files (.params; NDArray::Save of MXNet 1.9): arrays and their names, read to the end."""

from __future__ import annotations

from math import prod

from inspector.artifacts.bytesource import EndOfData, Window
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import single
from inspector.provenance import Loading
from inspector.sources.interface import ByteSource

_MAX_ARRAYS = 200_000
_ELEMENTS = {0: 4, 1: 8, 2: 2, 3: 1, 4: 4, 5: 1, 6: 8, 7: 1, 8: 2, 9: 2, 10: 4, 11: 8, 12: 2}
_VERSION_1, _VERSION_2, _VERSION_3 = 0xF993FAC8, 0xF993FAC9, 0xF993FACA


def read_params(source: ByteSource) -> Artifact:
    """The verdict on one file."""
    window = Window(source)
    try:
        window.skip(16)
        count = window.number(8)
        if count > _MAX_ARRAYS:
            raise EndOfData
        for _ in range(count):
            _array(window)
        names = window.number(8)
        if names not in (0, count):
            raise EndOfData
        for _ in range(names):
            window.skip(window.number(8))
        if window.remaining:
            raise EndOfData
    except (EndOfData, KeyError):
        return single(
            "mxnet", Loading.UNREADABLE, "broken-mxnet", "The MXNet parameters cannot be read to their end."
        )
    return Artifact("mxnet", Loading.DATA_ONLY, facts={"tensors": count})


def _array(window: Window) -> None:
    version = window.number(4)
    if version in (_VERSION_2, _VERSION_3):
        if window.number(4):
            raise EndOfData  # sparse
    elif version != _VERSION_1:
        raise EndOfData
    dimensions = window.number(4, signed=True)
    if dimensions > 64:
        raise EndOfData
    if dimensions <= 0 and not (version == _VERSION_3 and dimensions == 0):
        return  # no array
    shape = [window.number(8) for _ in range(dimensions)]
    window.skip(8)  # the device
    window.skip(_ELEMENTS[window.number(4)] * prod(shape))
