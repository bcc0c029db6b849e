"""Streams whose calls, arguments and states are odd rather than forbidden: only listed names, put together so
that the libraries themselves do the harm, and games with the memo, the names and the frames.

Sources: numpy/_core/src/multiarray/methods.c (``array_setstate`` takes any sequence), torch/_tensor.py
(``_rebuild_from_type_v2``), sympy/core/symbol.py (``Wild``), statsmodels/base/data.py (``__setstate__``).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from .case import BROKEN, RUNS, Case, hostile
from .chained_cases import made
from .streams import NEW, OLD, SYSTEM, bytes8, call, global_, proto, stack_global, text
from .tensor_cases import _legacy, torch_zip
from .wrappers import zipped

P = proto(4)
OBJECT = made("numpy", "dtype", text("O8"), b"\x89", b"\x88")
RAW = bytes8(bytes(8))
ARRAY = made(
    "numpy._core.multiarray", "_reconstruct", stack_global("numpy", "ndarray"), b"K\0\x85", b"C\x01b"
)
MASKED = made(
    "numpy.ma.core",
    "_mareconstruct",
    stack_global("numpy.ma", "MaskedArray"),
    stack_global("numpy", "ndarray"),
    b"K\0\x85",
    text("b"),
)


def listed(*items: bytes) -> bytes:
    return b"](" + b"".join(items) + b"e"


def tupled(*items: bytes) -> bytes:
    return b"(" + b"".join(items) + b"t"


def computed(*items: bytes) -> bytes:
    """A tuple that a call makes, so that it does not stand in the stream."""
    return made("builtins", "tuple", listed(*items))


def mapped(**items: bytes) -> bytes:
    return b"}(" + b"".join(text(key) + value for key, value in items.items()) + b"u"


def cases() -> Iterator[Case]:
    yield from _arrays()
    yield from _arguments()
    yield from _tensors()
    yield from _evaluated()
    yield from _names()
    yield from _games()
    yield from _checkpoints()


def _odd(name: str, stream: bytes, why: str, word: str = RUNS) -> Case:
    return hostile("pickle-odd", f"{name}.pkl", P + stream + b".", why, word)


def _arrays() -> Iterator[Case]:
    state = (b"K\x01", b"K\x01\x85", OBJECT, b"\x89", RAW)
    masked = (*state[:1], *state[1:], RAW, b"N")
    why = "numpy takes the bytes for addresses of objects; the state is no plain tuple"
    for maker, parts in (("array", state), ("masked", masked)):
        target = ARRAY if maker == "array" else MASKED
        yield _odd(f"{maker}_state_in_a_list", target + listed(*parts) + b"b", why)
        yield _odd(f"{maker}_state_by_a_call", target + computed(*parts) + b"b", why, BROKEN)
    joined = made("collections", "deque", listed(*state))
    yield _odd("array_state_in_a_deque", ARRAY + joined + b"b", why, BROKEN)
    fields = b"}" + text("a") + tupled(made("numpy", "dtype", text("O8")), b"K\0") + b"s"
    hidden = (b"K\x03", text("|"), b"N", tupled(text("a")), fields, b"K\x08", b"K\x01", b"K\x00")
    dtype = made("numpy", "dtype", text("V8"), b"\x89", b"\x88")
    yield _odd(
        "dtype_state_by_a_call", dtype + computed(*hidden) + b"b", "the dtype hides its objects", BROKEN
    )
    buffer = (b"K\x01\x85", made("numpy", "dtype", text("O8")), RAW)
    for name in ("ndarray", "recarray", "matrix", "chararray"):
        place = {
            "ndarray": "numpy",
            "recarray": "numpy",
            "matrix": "numpy.matrixlib.defmatrix",
            "chararray": "numpy.char",
        }[name]
        cls = stack_global(place, name)
        yield _odd(f"{name}_called_with_a_made_tuple", cls + computed(*buffer) + b"R", why, BROKEN)
        yield _odd(f"{name}_made_with_a_made_tuple", cls + computed(*buffer) + b"\x81", why, BROKEN)


def _arguments() -> Iterator[Case]:
    why = "the arguments are a tuple that a call makes: nobody can tell what is handed over"
    callees = {
        "type": ("builtins", "type", (text("X"), b")", b"}")),
        "iterator": ("builtins", "iter", (stack_global("builtins", "len"), b"N")),
        "generator": (
            "numpy.random._pickle",
            "__generator_ctor",
            (text("PCG64"), stack_global("builtins", "len")),
        ),
        "figure": ("matplotlib.figure", "Figure", (text("x"),)),
        "booster": ("xgboost.core", "Booster", (b"}", b")", text("/etc/passwd"))),
        "getattr": ("builtins", "getattr", (stack_global("builtins", "object"), text("__subclasses__"))),
        "partial": ("functools", "partial", (stack_global("builtins", "len"), b"]")),
        "storage": ("torch.storage", "_load_from_bytes", (bytes8(NEW),)),
        "index": (
            "pandas.core.indexes.base",
            "_new_Index",
            (stack_global("lightgbm.basic", "Booster"), b"}"),
        ),
    }
    for name, (module, function, args) in callees.items():
        word = BROKEN if name in ("type", "iterator", "generator", "figure") else RUNS
        yield _odd(
            f"made_arguments_of_{name}", stack_global(module, function) + computed(*args) + b"R", why, word
        )
    for name, maker in (("deque", "deque"), ("userlist", "UserList")):
        args = made("collections", maker, listed(text("X"), b")", b"}"))
        yield _odd(f"{name}_as_arguments", stack_global("builtins", "type") + args + b"R", why, BROKEN)
    joined = made("builtins", "tuple", made("builtins", "list", b"](" + text("X") + b")}e"))
    yield _odd("type_of_a_tuple_of_a_list", stack_global("builtins", "type") + joined + b"R", why, BROKEN)
    keywords = stack_global("collections", "OrderedDict") + b")" + made("builtins", "dict", b"]") + b"\x92"
    yield _odd("made_keywords", keywords, "the keywords are the result of a call", BROKEN)


def _tensors() -> Iterator[Case]:
    rebuild = stack_global("torch._tensor", "_rebuild_from_type_v2")
    reconstruct = stack_global("numpy._core.multiarray", "_reconstruct")
    array = stack_global("numpy", "ndarray")
    state = tupled(b"K\x01", b"K\x01\x85", OBJECT, b"\x89", RAW)
    first = tupled(array, b"K\0\x85", b"C\x01b")
    why = "torch hands the state to the array, which takes the bytes for addresses of objects"
    yield _odd(
        "subclass_with_the_state_of_an_array",
        rebuild + tupled(reconstruct, array, first, state) + b"R",
        why,
        BROKEN,
    )
    in_list = listed(b"K\x01\x85", made("numpy", "dtype", text("O8")), RAW)
    yield _odd(
        "subclass_with_arguments_in_a_list", rebuild + tupled(array, array, in_list, b"}") + b"R", why, BROKEN
    )
    by_call = computed(b"K\x01\x85", made("numpy", "dtype", text("O8")), RAW)
    yield _odd(
        "subclass_with_made_arguments", rebuild + tupled(array, array, by_call, b"}") + b"R", why, BROKEN
    )
    booster = tupled(
        stack_global("lightgbm.basic", "Booster"), array, listed(b"}", b"N", text("/etc/passwd")), b"}"
    )
    yield _odd("subclass_by_a_constructor", rebuild + booster + b"R", "the constructor opens a file")
    kept = tupled(stack_global("torch.storage", "_load_from_bytes"), array, listed(bytes8(NEW)), b"}")
    yield _odd("subclass_from_bytes", rebuild + kept + b"R", "torch unpickles the bytes")
    dtype = tupled(
        stack_global("numpy", "dtype"),
        stack_global("numpy", "dtype"),
        tupled(text("V8")),
        tupled(
            b"K\x03",
            text("|"),
            b"N",
            tupled(text("a")),
            b"}" + text("a") + tupled(made("numpy", "dtype", text("O")), b"K\0") + b"s",
            b"K\x08",
            b"K\x01",
            b"K\0",
        ),
    )
    yield _odd(
        "subclass_with_the_state_of_a_dtype", rebuild + dtype + b"R", "the dtype hides its objects", BROKEN
    )
    formula = tupled(
        stack_global("copyreg", "__newobj__"),
        stack_global("statsmodels.base.data", "PandasData"),
        tupled(stack_global("statsmodels.base.data", "PandasData")),
        mapped(restore_design_info=b"\x88", formula=text("y ~ exit()"), frame=b"N"),
    )
    yield _odd(
        "subclass_with_the_state_of_a_formula",
        rebuild + formula + b"R",
        "statsmodels evaluates the formula",
        BROKEN,
    )


def _evaluated() -> Iterator[Case]:
    payload = text("__import__('os').getcwd()")
    why = "sympy evaluates the texts that a pattern excludes"
    wild = stack_global("sympy.core.symbol", "Wild")
    yield _odd("pattern_excludes_a_text", wild + tupled(text("a"), listed(payload)) + b"R", why)
    yield _odd("pattern_excludes_a_text_in_a_tuple", wild + tupled(text("a"), tupled(payload)) + b"R", why)
    excludes = text("a") + b"\x85" + mapped(exclude=listed(payload)) + b"\x92"
    yield _odd("pattern_excludes_by_keyword", wild + excludes, why, BROKEN)
    excludes_new = wild + text("a") + listed(payload) + b"\x86\x81"
    yield _odd("pattern_made_with_a_text", excludes_new, why)
    texts = {
        "import": "y ~ __import__('os').getcwd()",
        "method": "y ~ x.__class__",
        "call": "y ~ exit()",
        "left": "open('x') ~ y",
        "inside": "y ~ C(exec('1'))",
        "lambda": "y ~ (lambda: 1)()",
        "comprehension": "y ~ I([a for a in (1,)])",
        "index": "y ~ x[exit()]",
        "pandas": "y ~ pd.read_pickle('x')",
        "quoted": "y ~ np.load('x', None, True)",
        "hidden": "y ~ " + "x + " * 2000 + "exit()",
    }
    why = "statsmodels has the formula evaluated as Python when the data is unpickled"
    for number, (name, formula) in enumerate(texts.items()):
        key = ("restore_design_info", "restore_model_spec")[number % 2]
        raw = formula.encode()
        long = b"X" + struct.pack("<I", len(raw)) + raw
        cls = ("PandasData", "PatsyData", "ModelData", "FormulaicData")[number % 4]
        state = mapped(**{key: b"\x88", "formula": long, "frame": b"N"})
        yield _odd(
            f"formula_{name}", stack_global("statsmodels.base.data", cls) + b")\x81" + state + b"b", why
        )
    data = stack_global("statsmodels.base.data", "PandasData") + b")\x81"
    by_call = mapped(
        restore_design_info=b"\x88", formula=made("builtins", "str", text("y ~ exit()")), frame=b"N"
    )
    yield _odd("formula_by_a_call", data + by_call + b"b", why)
    many = {f"k{number}": b"N" for number in range(70)}
    late = mapped(**many, restore_design_info=b"\x88", formula=text("y ~ exit()"))
    yield _odd("formula_behind_many_keys", data + late + b"b", why)
    slots = tupled(b"N", mapped(formula=text("y ~ exit()")))
    yield _odd("formula_state_in_a_tuple", data + slots + b"b", why, BROKEN)


def _names() -> Iterator[Case]:
    why = "the name of the import is put together before it is used"
    forms = {
        "raw_escapes": b"V\\u006f\\u0073\nV\\u0073ystem\n\x93",
        "octal_escapes": b"S'\\157\\163'\nS'\\163ystem'\n\x93",
        "short_strings": b"U\x02osU\x06system\x93",
        "long_strings": b"T\x02\0\0\0osT\x06\0\0\0system\x93",
        "mixed_lengths": b"\x8d\x02\0\0\0\0\0\0\0osX\x06\0\0\0system\x93",
        "memo_overwritten": text("math")
        + b"q\0"
        + text("floor")
        + b"q\x01"
        + text("os")
        + b"q\0"
        + text("system")
        + b"q\x010000h\0h\x01\x93",
        "memo_by_line_numbers": text("os") + b"p007\n" + text("system") + b"p+8\n00g7\ng 8\n\x93",
        "memo_of_a_tuple_part": text("os") + b"\x94" + text("system") + b"\x94\x860h\0h\x01\x93",
        "duplicated": text("system") + text("os") + b"2q\x070q\x080h\x08" + text("system") + b"\x93",
        "pop_of_a_mark": b"(" + text("a") + b"1" + text("os") + text("system") + b"\x93",
        "through_a_package": text("os.path") + text("os.system") + b"\x93",
        "through_a_listed_class": text("collections") + text("abc.sys.modules") + b"\x93",
        "through_enum": text("enum") + text("sys.modules") + b"\x93",
    }
    for name, start in forms.items():
        yield hostile("pickle-odd", f"name_{name}.pkl", P + start + text("echo x") + b"\x85R.", why)
    inst = b"(S'echo x'\ni__builtin__\neval\n."
    yield hostile("pickle-odd", "inst_of_python_2.pkl", inst, "the oldest way to make an instance")
    crossed = proto(2) + b"c__builtin__\nreduce\n" + global_("os", "system") + b"](U\x06echo xU\x01ye\x86R."
    yield hostile("pickle-odd", "reduce_of_python_2.pkl", crossed, "functools.reduce calls what it is handed")
    for name, module, function in (
        ("commands", "commands", "getoutput"),
        ("file", "__builtin__", "file"),
        ("execfile", "__builtin__", "execfile"),
        ("popen", "popen2", "popen3"),
        ("raw", "__builtin__", "raw_input"),
        ("thread", "thread", "start_new_thread"),
        ("urllib", "urllib", "urlopen"),
        ("new", "new", "code"),
        ("cpickle", "cPickle", "loads"),
        ("md5", "whichdb", "whichdb"),
    ):
        yield hostile(
            "pickle-odd", f"python_2_{name}.pkl", call(module, function, protocol=2), "a name of Python 2"
        )


def _games() -> Iterator[Case]:
    yield _odd(
        "slots_replace_the_class",
        made("collections", "OrderedDict")
        + tupled(b"N", mapped(__class__=stack_global("builtins", "dict")))
        + b"b",
        "the state replaces the class",
    )
    yield _odd(
        "storage_of_a_dangerous_class",
        tupled(text("storage"), stack_global("os", "system"), text("0"), text("cpu"), b"K\x01") + b"Q",
        "the class of the storage is os.system",
    )
    yield _odd("persistent_id_by_a_call", made("os", "getcwd") + b"Q", "the id is what a call gives")
    yield _odd("set_of_a_call", b"\x8f(" + call("os", "system")[2:-1] + b"\x90", "a call inside of a set")
    yield _odd(
        "bytearray_unpickled",
        stack_global("pickle", "loads") + b"\x96" + struct.pack("<Q", len(NEW)) + NEW + b"\x85R",
        "a byte array is unpickled",
    )
    yield _odd("read_only_buffer", b"\x98", "nothing lies on the stack", BROKEN)
    for name, data in {
        "zip": torch_zip(NEW),
        "list": P + b"](" + call("os", "system")[2:-1] + b"e.",
        "old": OLD,
        "legacy": _legacy(NEW),
        "gone": b"\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\x7f",
    }.items():
        word = BROKEN if name == "gone" else RUNS
        stream = stack_global("torch.storage", "_load_from_bytes") + bytes8(data) + b"\x85R"
        yield _odd(f"storage_from_{name}", stream, "torch loads the bytes as a file", word)
    array = stack_global("torch.storage", "_load_from_bytes") + b"\x96" + struct.pack("<Q", len(OLD)) + OLD
    yield _odd("storage_from_a_byte_array", array + b"\x85R", "torch unpickles the byte array")
    later = b"](" + call("os", "system")[2:-1] + b"e0N"
    yield _odd("dropped_list", later, "the call is made before the list is dropped")
    yield hostile(
        "pickle-odd",
        "stop_in_a_mark.pkl",
        P + b"(" + call("os", "system")[2:-1] + b".",
        "the call stands above a mark that is never closed",
    )
    depth = P + b"(" * 5000 + SYSTEM + b"(S'echo x'\ntR."
    yield hostile("pickle-odd", "five_thousand_marks.pkl", depth, "the call stands above five thousand marks")
    yield hostile(
        "pickle-odd",
        "big_endian_names.pkl",
        P + b"\x8c\x02os\x8c\x06system\x93\x94" + b"h\0" * 3 + text("echo x") + b"\x85R.",
        "the import is called through the memo",
    )


def _checkpoints() -> Iterator[Case]:
    plain = proto(2) + b"}."
    bare = {"m/data.pkl": plain, "m/version": b"3\n"}
    spots = {
        "bytecode_for_phones": {**bare, "m/bytecode.pkl": proto(2) + b"K\x04\x85.", "m/constants.pkl": plain},
        "debug_pickle": {**bare, "m/code/__torch__.py.debug_pkl": NEW, "m/constants.pkl": plain},
        "second_root": {**bare, "n/data.pkl": NEW, "n/version": b"3\n"},
        "constants_without_code": {**bare, "m/constants.pkl": NEW},
        "pickle_among_the_numbers": {**bare, "m/data/0": NEW},
        "pickle_called_version": {"m/data.pkl": plain, "m/version": NEW},
        "pickle_called_byteorder": {**bare, "m/byteorder": OLD},
        "serialization_id": {**bare, "m/.data/serialization_id": OLD},
        "deep_root": {"a/b/c/data.pkl": NEW, "a/b/c/version": b"3\n"},
    }
    for name, members in spots.items():
        yield hostile(
            "torch-zip", f"odd_{name}.pt", zipped(members), f"a pickle or code in the archive: {name}"
        )
    for name, place in (("system", 2), ("object", 3)):
        parts = [b"\x80\x02}.", b"\x80\x02]."]
        data = _legacy(NEW if place == 3 else parts[0], NEW if place == 2 else parts[1])
        yield hostile("torch-legacy", f"odd_{name}.dat", data, "one of the five pickles calls os.system")
