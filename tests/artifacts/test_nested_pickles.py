"""Byte strings that loading unpickles, library objects that keep functions, and calls by argument."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest

from inspector.artifacts import Artifact, BytesSource
from inspector.artifacts.explain import explain
from inspector.provenance import Loading

Judge = Callable[[bytes, str], Artifact]
Fixture = Callable[[str], bytes]


def text(value: str) -> bytes:
    return b"\x8c" + bytes([len(value)]) + value.encode()


def name(module: str, attribute: str) -> bytes:
    return text(module) + text(attribute) + b"\x93"


def raw(data: bytes) -> bytes:
    return b"\x8e" + struct.pack("<Q", len(data)) + data


def load(data: bytes) -> bytes:
    return b"\x80\x04" + name("torch.storage", "_load_from_bytes") + data + b"\x85R."


SYSTEM = b"\x80\x04" + name("os", "system") + text("echo x") + b"\x85R."
WRAPPER = b"cjoblib.numpy_pickle\nNumpyArrayWrapper\n"


@pytest.mark.parametrize("file", ["tensors_0.pkl", "tensors_2.pkl", "tensors_4.pkl"])
def test_pickled_tensors_are_judged_by_their_bytes(file: str, judge: Judge, fixture_file: Fixture) -> None:
    artifact = judge(fixture_file(file), file)
    assert artifact.loading is Loading.ALLOW_LISTED and not artifact.reasons
    assert "torch.storage._load_from_bytes" in artifact.imports


@pytest.mark.parametrize("file", ["boosted.pkl", "distribution.pkl", "spectral.pt", "transformer.pt"])
def test_libraries_that_keep_functions_and_hooks_stay_library(
    file: str, judge: Judge, fixture_file: Fixture
) -> None:
    artifact = judge(fixture_file(file), file)
    assert artifact.loading is Loading.LIBRARY, artifact
    assert {reason.code for reason in artifact.reasons} == {"library-class"}


def test_a_call_in_a_byte_string_is_named_with_its_place(judge: Judge) -> None:
    for data in (load(raw(SYSTEM)), load(raw(b"\x80\x04" + raw(bytes(400)) + b"0" + SYSTEM[2:]))):
        artifact = judge(data, "m.pkl")
        assert artifact.loading is Loading.RUNS_CODE
        assert artifact.reasons[0].message.startswith("Imports os.system and calls it with 'echo x'")
        assert artifact.reasons[0].member == f"the byte string at byte {len(data) - 2}"
    assert "os.system" in {call["callable"] for call in explain(BytesSource(data), "m.pkl")["calls"]}


def test_byte_strings_in_byte_strings_are_followed_and_bounded(judge: Judge) -> None:
    data = SYSTEM
    for depth in range(8):
        data = load(raw(data))
        expected = Loading.RUNS_CODE if depth < 3 else Loading.UNREADABLE
        assert judge(data, "m.pkl").loading is expected


@pytest.mark.parametrize(
    "data",
    [
        load(text("a text")),
        load(name("os", "x")),
        load(b")"),
        b"\x80\x04]" + name("torch.storage", "_load_from_bytes") + b"a.",
        b"\x80\x04" + name("torch._utils", "_rebuild_parameter") + name("torch.storage", "_load_from_bytes")
        + b"\x85R.",
        b"\x80\x04" + name("functools", "partial") + name("builtins", "getattr") + b"\x85R.",
        b"\x80\x04" + name("functools", "partial") + text("x") + b"\x85R.",
        b"\x80\x04" + name("numpy.random._pickle", "__generator_ctor") + text("x")
        + name("builtins", "getattr")
        + b"\x86R.",
        b"\x80\x04" + name("torch._tensor", "_rebuild_from_type_v2") + b"(" + name("builtins", "getattr")
        + name("torch", "Tensor") + name("torch", "Tensor") + text("x") + b"\x86NtR.",
        b"\x80\x04" + name("copyreg", "__newobj__") + b"(" + name("builtins", "type") + text("X") + b")}tR.",
    ],
)  # fmt: skip
def test_functions_that_call_what_they_are_handed_run_code(data: bytes, judge: Judge) -> None:
    assert judge(data, "m.pkl").loading is Loading.RUNS_CODE


def distribution(state: bytes, make: bytes = b")\x81") -> bytes:
    return b"\x80\x04" + name("scipy.stats._continuous_distns", "norm_gen") + make + b"}(" + state + b"ub."


TEMPLATE = """
def _parse_args(self, a, loc=0, scale=1):
    return (a, ), loc, scale

def _parse_args_rvs(self, a, loc=0, scale=1, size=None):
    return self._argcheck_rvs(a, loc, scale, size=size)

def _parse_args_stats(self, a, loc=0, scale=1, moments='mv'):
    return (a, ), loc, scale, moments
"""


def long_text(value: str) -> bytes:
    return b"X" + struct.pack("<I", len(value)) + value.encode()


def test_scipys_own_parser_is_no_news(judge: Judge) -> None:
    state = text("_parse_arg_template") + long_text(TEMPLATE)
    assert judge(distribution(state), "m.pkl").loading is Loading.LIBRARY


@pytest.mark.parametrize(
    "state",
    [
        text("_parse_arg_template") + long_text(TEMPLATE + "print(1)"),
        text("_parse_arg_template") + long_text(TEMPLATE.replace("scale=1", "scale=print()", 1)),
        text("_parse_arg_template") + long_text(TEMPLATE.replace("(a, )", "(a(), )")),
        text("_parse_arg_template") + long_text("print(1)"),
        text("_parse_arg_template") + long_text("#" * 5000),
        text("_attach_methods") + name("builtins", "print"),
        b"".join(text(f"k{i}") + b"N" for i in range(70)) + text("_parse_arg_template") + text("print(1)"),
    ],
)
def test_a_distribution_with_source_text_of_its_own_is_no_library(state: bytes, judge: Judge) -> None:
    assert judge(distribution(state), "m.pkl").loading in (Loading.RUNS_CODE, Loading.UNREADABLE)


@pytest.mark.parametrize(
    "make",
    [
        b"ccopy_reg\n_reconstructor\n" + WRAPPER + b"c__builtin__\nobject\nN\x87R",
        b"ccopy_reg\n__newobj__\n" + WRAPPER + b"\x85R",
        WRAPPER + b")\x81",
        b"cpandas.core.indexes.base\n_new_Index\n" + WRAPPER + b"}\x86R",
        b"csklearn.neighbors._kd_tree\nnewObj\n" + WRAPPER + b"\x85R",
        b"ctorch._tensor\n_rebuild_from_type_v2\n(" + WRAPPER + b"ctorch\nTensor\n)NtR",
    ],
)
def test_an_array_of_joblib_is_one_however_it_was_made(make: bytes, judge: Judge) -> None:
    """The bytes of the array are a PROTO-like opcode that swallows the call behind them."""
    call = b"cos\nsystem\nU\x01x\x85R0"
    state = (
        b"}(X\x05\0\0\0shapeK\x02\x85X\x05\0\0\0dtypecnumpy\ndtype\nU\x02u1\x85RX\x05\0\0\0orderX\x01\0\0\0Cu"
    )
    data = b"\x80\x02" + make + state + b"bC" + bytes([len(call)]) + call + b"."
    assert judge(data, "m.joblib").loading in (Loading.RUNS_CODE, Loading.UNREADABLE)


@pytest.mark.parametrize(
    ("file", "loading"),
    [
        ("m.pkl_01.npy", Loading.LIBRARY),
        ("../x.npy", Loading.UNREADABLE),
        ("/tmp/x.npy", Loading.UNREADABLE),
        ("", Loading.UNREADABLE),
    ],
)
def test_old_joblib_arrays_lie_beside_their_pickle(file: str, loading: Loading, judge: Judge) -> None:
    state = b"}" + text("filename") + text(file) + b"s"
    data = b"\x80\x04" + name("joblib.numpy_pickle", "NDArrayWrapper") + b")\x81" + state + b"b."
    assert judge(data, "m.pkl").loading is loading
