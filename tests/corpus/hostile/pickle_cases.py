"""Raw pickles: every gadget, every route, streams that only CPython's C unpickler reads, broken streams."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from .case import BROKEN, RUNS, UNKNOWN, UNLISTED, Case, hostile, slug
from .gadgets import rows
from .streams import (
    ARGS,
    NEW,
    OLD,
    ROUTES,
    SYSTEM,
    WORD,
    call,
    framed,
    global_,
    long_text,
    proto,
    stack_global,
    text,
)

_ROUTED = (("os", "system"), ("builtins", "exec"), ("subprocess", "Popen"))
_ENDINGS = (".pkl", ".pickle", ".pt", ".bin", ".joblib", ".ckpt", ".pth", "")


def cases() -> Iterator[Case]:
    yield from _gadgets()
    yield from _routes()
    yield from _only_the_c_unpickler()
    yield from _tricks()
    yield from _broken()
    yield from _unlisted()
    yield from _serialisers()


def _gadgets() -> Iterator[Case]:
    """Each callable once, the protocols by turns."""
    for number, (module, name, why) in enumerate(rows()):
        protocol = 4 if "." in name else (0, 2, 3, 4, 5)[number % 5]
        ending = _ENDINGS[number % len(_ENDINGS)]
        stream = call(module, name, protocol=protocol)
        if module in ("__builtin__", "urllib", "urllib2", "commands", "httplib", "cPickle"):
            stream = call(module, name, protocol=2)
        yield hostile(
            "pickle-gadget", f"{slug(f'{module} {name}')}{ending}", stream, f"{module}.{name} {why}"
        )


def _routes() -> Iterator[Case]:
    for number, (route, build) in enumerate(ROUTES.items()):
        for place, (module, name) in enumerate(_ROUTED):
            ending = _ENDINGS[(number + place) % len(_ENDINGS)]
            why = f"{module}.{name} is reached by: {route}"
            yield hostile("pickle-route", f"{slug(route)}_{name}{ending}", build(module, name), why)


# What CPython's C code reads and its own Python code (or pickletools) refuses, before the call.
_C_READS = {
    "hexadecimal number": b"I0x10\n0",
    "octal number of python 2": b"L0o17L\n0",
    "binary number": b"I0b11\n0",
    "number with underscores": b"L1_000L\n0",
    "number with blanks": b"I  12\n0",
    "number with a sign": b"I+7\n0",
    "number with a zero byte": b"I12\x00rest\n0",
    "float with a zero byte": b"F1.5\x00rest\n0",
    "float that is infinite": b"Finf\n0",
    "float in an exponent": b"F1e5\n0",
    "long with a letter": b"L12L\n0",
    "long without a letter": b"L12\n0",
    "boolean 01": b"I01\n0",
    "boolean 00": b"I00\n0",
    "number wider than 64 bits": b"I" + b"9" * 30 + b"\n0",
    "empty long": b"\x8a\x000",
    "empty long 4": b"\x8b\0\0\0\x000",
    "string with raw high bytes": b"S'\\xe9'\n0",
    "unicode with lone surrogate": b"V\\ud800\n0",
    "text with lone surrogate": b"X\x03\0\0\0\xed\xa0\x800",
    "memo with a gap": b"Nq\xff0",
    "memo with a wide gap": b"Np4000\n0",
    "protocol named twice": b"\x80\x02\x80\x04",
    "protocol named in the middle": b"N0\x80\x01",
    "carriage return before the line end": b"I7\r\n0",
}


def _only_the_c_unpickler() -> Iterator[Case]:
    for name, start in _C_READS.items():
        yield hostile("pickle-c-only", f"{slug(name)}.pkl", start + OLD, f"a stream with: {name}")
    frame = proto(4) + b"\x95" + struct.pack("<Q", 3) + b"\x8c\x04abcd0" + OLD
    yield hostile("pickle-c-only", "frame_inside_a_text.pkl", frame, "a frame ends inside of an opcode")
    lying = b"\x95\x06\0\0\0\0\0\0\0cmymodos\nsystem\n(S'echo x'\ntR."
    yield hostile("pickle-c-only", "frame_splits_a_line.pkl", lying, "a frame splits the line of an import")
    short = proto(4) + b"\x95" + struct.pack("<Q", 2) + b"N0" + OLD
    yield hostile("pickle-c-only", "stream_behind_the_frame.pkl", short, "the call stands behind the frame")
    empty = proto(4) + b"\x95" + bytes(8) + OLD
    yield hostile("pickle-c-only", "empty_frame.pkl", empty, "an empty frame before the call")


_GETATTR = proto(4) + stack_global("builtins", "getattr")
_FIELD = b"\x80\x02cnumpy\ndtype\nX\x02\0\0\0V8\x85R(K\x03X\x01\0\0\0|NX\x01\0\0\0a\x85}X\x01\0\0\0acnumpy\n"
_OBJECT = b"cnumpy\ndtype\nX\x02\0\0\0O8K\0K\x01\x87R"

_TRICKS: dict[str, tuple[bytes, str, str]] = {
    "dotted_name_through_a_module": (
        call("torch.serialization", "os.system"), RUNS, "the dotted name walks into the os module"),
    "dotted_name_through_a_library": (
        call("sklearn.utils", "os.system"), RUNS, "the dotted name walks into the os module"),
    "dotted_name_to_globals": (
        call("collections", "OrderedDict.__init__.__globals__"), RUNS, "it reaches the interpreter's inside"),
    "dotted_name_to_subclasses": (
        call("builtins", "object.__subclasses__"), RUNS, "it reaches every class of the process"),
    "dotted_name_on_a_type": (
        call("builtins", "type.__subclasses__"), RUNS, "it reaches every class of the process"),
    "getattr_of_subclasses": (
        _GETATTR + stack_global("builtins", "object") + text("__subclasses__") + b"\x86R)R.", RUNS,
        "getattr reaches every class of the process"),
    "getattr_of_globals": (
        _GETATTR + stack_global("mymodule", "thing") + text("__globals__") + b"\x86R.", RUNS,
        "getattr reaches the globals of a function"),
    "getattr_computed": (
        b"cbuiltins\ngetattr\n(ctransformers.trainer_utils\nHubStrategy\nctransformers.x\ny\ntR.", RUNS,
        "the attribute's name is not known before the load"),
    "class_by_type": (b"cbuiltins\ntype\n(S'X'\n)}tR.", RUNS, "type makes a class with any methods"),
    "state_on_a_class": (
        b"\x80\x02ccollections\nOrderedDict\n}U\x06__init__U\x01asb.".replace(b"\x06__i", b"\x08__i"), RUNS,
        "BUILD changes a class of the process"),
    "state_on_a_function": (
        b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n}U\x08__code__NsN\x86b.", RUNS,
        "BUILD changes a function of the process"),
    "object_scalar_from_bytes": (
        b"\x80\x02cnumpy.core.multiarray\nscalar\n" + _OBJECT + b"C\x08\0\0\0\0\0\0\0\0\x86R.", RUNS,
        "numpy takes the bytes for a pointer"),
    "object_array_from_bytes": (
        b"\x80\x02cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\0\x85C\x01btR(K\x01K\x01\x85"
        + _OBJECT + b"\x89C\x08\0\0\0\0\0\0\0\0tb.", RUNS, "numpy takes the bytes for a pointer"),
    "object_buffer": (
        b"\x80\x05cnumpy._core.numeric\n_frombuffer\n(C\x08\0\0\0\0\0\0\0\0cnumpy\ndtype\nX\x01\0\0\0O\x85R"
        b"K\x01\x85X\x01\0\0\0CtR.", RUNS, "numpy takes the bytes for a pointer"),
    "object_field_with_own_flags": (
        _FIELD + b"dtype\nX\x01\0\0\0O\x85RK\0\x86sK\x08K\x01K\0tb.", BROKEN,
        "the dtype hides that it holds objects"),
    "call_of_a_result": (call("builtins", "dict")[:-1] + b"(tR.", BROKEN, "what is called is not known"),
    "call_of_a_text": (proto(4) + text("os.system") + b"(tR.", BROKEN, "what is called is no import"),
    "import_by_a_computed_name": (
        proto(4) + text("os") + stack_global("builtins", "str") + text("system") + b"\x85R\x93.", BROKEN,
        "the name of the import is not in the stream"),
    "import_by_numbers": (proto(4) + b"K\x01K\x02\x93.", BROKEN, "an import needs two texts"),
    "import_by_bytes": (proto(4) + b"C\x02osC\x06system\x93.", BROKEN, "an import needs two texts"),
    "persistent_id_as_text": (b"Pos.system\n.", BROKEN, "only the loader knows what a persistent id gives"),
    "persistent_id_binary": (proto(2) + b"U\x01x\x85Q.", BROKEN, "only the loader knows what the id gives"),
    "storage_of_a_foreign_class": (
        b"\x80\x02(X\x07\0\0\0storagecmymodule\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuK\x01tQ.", BROKEN,
        "the storage is of a class that torch does not know"),
    "out_of_band_buffer": (proto(5) + b"\x97.", BROKEN, "the buffer stands outside of the file"),
    "default_factory_of_a_value": (
        b"\x80\x02ccollections\ndefaultdict\nccollections\nOrderedDict\n)R\x85R.", BROKEN,
        "the factory of defaults is no type"),
    "flood_of_imports_before_the_call": (
        proto(2) + b"".join(b"cm%d\nn\n0" % number for number in range(2500)) + OLD, RUNS,
        "thousands of imports before the one that matters"),
    "no_operations_before_the_call": (proto(2) + b"N0" * 20000 + OLD, RUNS, "forty thousand opcodes before"),
}  # fmt: skip


def _tricks() -> Iterator[Case]:
    for name, (stream, word, why) in _TRICKS.items():
        yield hostile("pickle-trick", f"{name}.pkl", stream, why, word)


_ENDS_BADLY = {
    "unknown_opcode": b"R\xff\xff", "no_stop": b"R", "empty_stack": b"R000000.", "text_behind": b"R.rest",
    "zeros_behind": b"R." + bytes(64), "cut_text": b"R\x8c\x10abc", "cut_frame": b"R\x95\xff\0\0\0\0\0\0\0N.",
    "bad_number": b"RIxyz\n.", "missing_memo": b"Rh\x77.", "negative_length": b"RT\xff\xff\xff\xffx.",
}  # fmt: skip
_BROKEN: dict[str, tuple[bytes, str]] = {
    "only_a_stop": (b".", "nothing stands on the stack"),
    "protocol_6": (proto(6) + b"N.", "no unpickler reads protocol 6"),
    "cut_in_a_text": (proto(4) + b"\x8c\x10abc", "the text ends with the file"),
    "cut_in_a_frame": (proto(4) + b"\x95\xff\0\0\0\0\0\0\0N.", "the frame ends behind the file"),
    "negative_length": (b"T\xff\xff\xff\xffx.", "a length below zero"),
    "no_number": (b"Ixyz\n.", "what stands for a number is none"),
    "index_below_zero": (b"Np-1\n.", "a memo index below zero"),
    "text_not_utf8": (proto(4) + b"\x8c\x02\xff\xfe.", "the text is not UTF-8"),
    "memo_index_of_two_milliards": (proto(2) + b"Nr\xff\xff\xff\x7f.", "the memo would take gigabytes"),
    "missing_memo": (proto(2) + b"h\x05.", "nothing stands in the memo"),
    "mark_as_value": (proto(2) + b"(R.", "a mark is no value"),
    "below_the_mark": (proto(2) + b"N(0\x85\x85(\x85.", "more is taken than stands above the mark"),
    "doubling": (proto(4) + b")" + b"2\x86" * 60 + b".", "sixty doublings: no memory is enough"),
    "unknown_opcode": (proto(2) + b"\xf0.", "no opcode has this number"),
    "bytes_behind": (proto(2) + b"}.rest", "bytes stand behind the end"),
    "newline_behind": (proto(2) + b"}.\n", "bytes stand behind the end"),
    "odd_items": (proto(2) + b"}(Nu.", "a key without a value"),
    "text_named_pickle": (b"hello, this is a text", "a text under the name of a pickle"),
    "empty": (b"", "an empty file under the name of a pickle"),
    "random": (bytes((number * 73 + 5) % 256 for number in range(500)), "no opcode stream"),
    "all_zero": (bytes(300), "no opcode stream"),
    "long_of_two_gigabytes": (proto(2) + b"\x8b\xff\xff\xff\x7f.", "a number longer than the file"),
    "int_too_long_for_python": (b"L" + b"9" * 6000 + b"L\n.", "CPython refuses numbers of so many digits"),
}


def _broken() -> Iterator[Case]:
    for name, end in _ENDS_BADLY.items():
        why = "the call runs before the stream breaks"
        yield hostile("pickle-broken", f"call_then_{name}.pkl", SYSTEM + ARGS + end, why)
    for name, (stream, why) in _BROKEN.items():
        yield hostile("pickle-broken", f"{name}.pkl", stream, why, BROKEN)
    for cut in (3, 9, 14, 20, 24):
        yield hostile(
            "truncated", f"call_cut_at_{cut}.pkl", NEW[:cut], "the stream ends before its call",
            RUNS if cut >= 15 else BROKEN,
        )  # fmt: skip


_UNLISTED = {
    "own_class": call("mymodule.layers", "Thing"),
    "own_class_protocol_0": call("mymodule.layers", "Thing", protocol=0),
    "own_class_by_inst": b"(imymodule\nThing\n.",
    "own_class_by_obj": b"(cmymodule\nThing\no.",
    "own_class_by_newobj": proto(2) + global_("mymodule", "Thing") + b")\x81}U\x01aK\x01sb.",
    "own_class_by_newobj_ex": proto(4) + stack_global("mymodule", "Thing") + b")}\x92.",
    "own_class_by_reconstructor": b"ccopy_reg\n_reconstructor\n(cmymodule\nThing\nc__builtin__\nobject\nNtR.",
    "detection_model": proto(2) + global_("ultralytics.nn.tasks", "DetectionModel") + b")\x81}b.",
    "main_class": proto(4) + stack_global("__main__", "Net") + b")\x81}b.",
    "lightning_hyperparameters": proto(2) + global_("pytorch_lightning.utilities.parsing", "AttributeDict")
    + b")\x81.",
    "omegaconf": proto(2) + global_("omegaconf.dictconfig", "DictConfig") + b")\x81}b.",
    "fairseq_dictionary": proto(2) + global_("fairseq.data.dictionary", "Dictionary") + b")\x81}b.",
    "spacy_vocab": proto(4) + stack_global("spacy.vocab", "Vocab") + b")\x81.",
    "unknown_name_of_a_known_library": call("sklearn.utils", "thing"),
    "unknown_name_of_torch": call("torch.nn.modules.mine", "Thing"),
    "print": call("builtins", "print"),
    "classmethod_of_a_type": call("builtins", "dict.fromkeys"),
    "extension_code": proto(2) + b"\x82\x05(tR.",
    "extension_code_2": proto(2) + b"\x83\x05\x01(tR.",
    "extension_code_4": proto(2) + b"\x84\x05\0\0\0(tR.",
    "very_long_name": call("a" * 250, "b"),
    "name_in_cyrillic": call("оs", "system"),
    "upper_case_module": call("OS", "System"),
    "in_a_checkpoint": proto(2) + b"}(" + long_text("model") + global_("mymodel.net", "Net") + b")\x81"
    + long_text("epoch") + b"K\x03u.",
}  # fmt: skip


def _unlisted() -> Iterator[Case]:
    for name, stream in _UNLISTED.items():
        yield Case(
            f"unknown/{name}.pkl", stream, UNKNOWN, UNLISTED, "pickle-unknown",
            "the import stands on no list; nobody knows what it does",
        )  # fmt: skip


_CODE = b"C\x10" + b"\x97\0" * 8  # sixteen bytes that stand where byte code stands


def _serialisers() -> Iterator[Case]:
    """What cloudpickle and dill write for functions: byte code that is put together on load."""
    code = (
        proto(5)
        + stack_global("cloudpickle.cloudpickle", "_builtin_type")
        + text("CodeType")
        + b"\x85R(K\x01K\0K\0"
        + b"K\x01K\x03K\x43"
        + _CODE
        + b"N\x85))"
        + text("<stdin>")
        + text("f")
        + b"K\x01C\0))tR"
    )
    function = (
        proto(5) + stack_global("cloudpickle.cloudpickle", "_make_function") + b"(" + code[2:] + b"}NNNtR."
    )
    yield hostile(
        "cloudpickle", "function.pkl", function, "cloudpickle puts a function of byte code together"
    )
    yield hostile("cloudpickle", "function.cloudpickle", framed(function[2:]), "byte code in a frame")
    module = call("cloudpickle.cloudpickle", "subimport", "os")
    yield hostile("cloudpickle", "subimport.pkl", module, "cloudpickle imports the module that it is told")
    skeleton = (
        proto(5)
        + stack_global("cloudpickle.cloudpickle", "_make_skeleton_class")
        + b"("
        + stack_global("builtins", "type")
        + text("Net")
        + b")}"
        + text("0" * 8)
        + b"NtR."
    )
    yield hostile("cloudpickle", "class.pkl", skeleton, "cloudpickle makes a class with methods of its own")
    old = proto(4) + stack_global("cloudpickle.cloudpickle", "_fill_function") + b"(N}tR."
    yield hostile("cloudpickle", "fill_function.pkl", old, "an older cloudpickle fills a function")
    for name in (
        "_create_function",
        "_create_code",
        "_import_module",
        "_create_type",
        "_get_attr",
        "_load_type",
    ):
        stream = call("dill._dill", name, protocol=4)
        yield hostile("dill", f"{name.strip('_')}.dill", stream, f"dill._dill.{name} rebuilds code or types")
    marshalled = proto(4) + stack_global("types", "FunctionType") + stack_global("marshal", "loads") + _CODE
    yield hostile("dill", "marshalled_function.pkl", marshalled + b"\x85R}\x86R)R.", "byte code by marshal")
    yield hostile("dill", "old_name.pkl", call("dill.dill", "_create_function", WORD), "dill before 0.3")
