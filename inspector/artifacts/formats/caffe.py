"""Caffe's trained networks (.caffemodel; caffe.proto): a Python layer has its module imported and run."""

from __future__ import annotations

from inspector.artifacts.formats.protobuf import BadProto, Schema, text, walk
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import Judgement
from inspector.provenance import Loading, plain
from inspector.sources.interface import ByteSource

_SCHEMA: Schema = {"network": {100: "layer", 2: "old"}, "layer": {2: "", 130: "python"}, "python": {1: ""}}


def read_caffemodel(source: ByteSource) -> Artifact:
    """The verdict on a .caffemodel file."""
    judgement = Judgement()
    layers = 0
    try:
        for item in walk(source, "network", _SCHEMA):
            if item.number == 0 and item.message in ("layer", "old"):
                layers += 1
            elif (item.message == "python" and item.number == 1) or (
                item.message == "layer" and item.number == 2 and item.value == b"Python"
            ):
                judgement.note(
                    Loading.RUNS_CODE,
                    "python-layer",
                    "The network has a Python layer: Caffe imports its module and runs it "
                    f"({plain(text(item.value), 100)}).",
                    item.offset,
                )
    except BadProto as bad:
        judgement.note(
            Loading.UNREADABLE, "broken-caffe", f"The Caffe network cannot be read to its end. {bad}"
        )
    if not layers and not judgement.has_reasons:
        judgement.note(Loading.UNREADABLE, "broken-caffe", "The Caffe file holds no layer.")
    return judgement.artifact("caffe", Loading.DATA_ONLY, {"layers": layers})
