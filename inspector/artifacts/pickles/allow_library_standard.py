"""The standard library's part of tier two: values that are rebuilt by code of its own, and kept functions.

Read from CPython 3.13. Iterators stand here because what consumes them runs as long as they do.
"""

from __future__ import annotations

from inspector.artifacts.pickles.listed import Row

_READ = "CPython 3.13"

_VALUES: tuple[tuple[str, str], ...] = (
    ("re", "_compile"),
    ("zoneinfo", "ZoneInfo"),
    (
        "collections.abc",
        "Mapping Sequence Iterable Iterator Callable Hashable Sized Container Set MutableMapping",
    ),
    ("random", "Random"),
    ("string", "Template"),
    ("statistics", "NormalDist"),
    ("calendar", "Calendar TextCalendar HTMLCalendar"),
    ("time", "struct_time"),
    ("types", "GenericAlias"),
    ("logging", "LogRecord Formatter Filter"),
    (
        "urllib.parse",
        "ParseResult SplitResult DefragResult ParseResultBytes SplitResultBytes DefragResultBytes",
    ),
    ("inspect", "Parameter Signature _empty"),
    ("decimal", "Context DecimalTuple"),
    ("collections", "_OrderedDictKeysView"),
    ("dataclasses", "_HAS_DEFAULT_FACTORY_CLASS _MISSING_TYPE"),
    ("unittest.mock", "_SentinelObject"),
    ("typing", "Any Union Optional List Dict Tuple Set Callable Literal TypeVar"),
)
_DECIMAL_SIGNALS = """Clamped DivisionByZero FloatOperation Inexact InvalidOperation Overflow Rounded
Subnormal Underflow DecimalException ConversionSyntax DivisionImpossible DivisionUndefined InvalidContext"""
_ENUMS: tuple[tuple[str, str], ...] = (
    ("http", "HTTPStatus HTTPMethod"),
    ("inspect", "_ParameterKind"),
    ("re", "RegexFlag"),
    ("signal", "Signals"),
    ("socket", "AddressFamily SocketKind"),
    ("uuid", "SafeUUID"),
)
_EXCEPTIONS = """
ArithmeticError AssertionError AttributeError BaseException BlockingIOError BrokenPipeError BufferError
BytesWarning ChildProcessError ConnectionAbortedError ConnectionError ConnectionRefusedError
ConnectionResetError DeprecationWarning EOFError EncodingWarning Exception FileExistsError FileNotFoundError
FloatingPointError FutureWarning GeneratorExit ImportError ImportWarning IndentationError IndexError
InterruptedError IsADirectoryError KeyError KeyboardInterrupt LookupError MemoryError ModuleNotFoundError
NameError NotADirectoryError NotImplementedError OSError OverflowError PendingDeprecationWarning
PermissionError ProcessLookupError RecursionError ReferenceError ResourceWarning RuntimeError RuntimeWarning
StopAsyncIteration StopIteration SyntaxError SyntaxWarning SystemError SystemExit TabError TimeoutError
TypeError UnboundLocalError UnicodeDecodeError UnicodeEncodeError UnicodeError UnicodeTranslateError
UnicodeWarning UserWarning ValueError Warning ZeroDivisionError
"""
_KEPT_BUILTINS = """abs all any ascii bin callable chr divmod format hash hex isinstance issubclass len max
min next oct ord pow repr round sorted sum"""
_OPERATORS = """abs add and_ concat contains countOf eq floordiv ge gt index indexOf inv invert le lshift lt
matmul mod mul ne neg not_ or_ pos pow rshift sub truediv truth xor is_ is_not"""
_MATHS = """acos acosh asin asinh atan atan2 atanh cbrt ceil comb copysign cos cosh degrees dist erf erfc exp
exp2 expm1 fabs factorial floor fmod frexp fsum gamma gcd hypot isclose isfinite isinf isnan isqrt lcm ldexp
lgamma log log10 log1p log2 modf perm pow prod radians remainder sin sinh sqrt sumprod tan tanh trunc ulp"""

STANDARD: tuple[Row, ...] = (
    *(
        Row(module, names, "class", "a value of the standard library that its own code rebuilds", "", _READ)
        for module, names in _VALUES
    ),
    Row("decimal", _DECIMAL_SIGNALS, "class", "a signal of decimal numbers", "", _READ),
    *(Row(module, names, "enum", "a constant by its name or number", "", _READ) for module, names in _ENUMS),
    *(
        Row(module, names, "class", "a base, and a maker of classes", "class-maker", _READ)
        for module, names in (("enum", "Enum IntEnum Flag IntFlag StrEnum auto"), ("typing", "NamedTuple"))
    ),
    Row("builtins", _EXCEPTIONS, "class", "an exception as a value", "", _READ),
    Row("builtins", _KEPT_BUILTINS, "value", "a function of the language that an object keeps", "", _READ),
    *(
        Row(module, _OPERATORS, "value", "an operator that an object keeps", "", _READ)
        for module in ("operator", "_operator")
    ),
    *(
        Row(module, "itemgetter", "class", "takes parts of values when it is called", "", _READ)
        for module in ("operator", "_operator")
    ),
    Row("math", _MATHS, "value", "a function over numbers that an object keeps", "", _READ),
    Row("builtins", "iter reversed", "function", "an iterator over values", "one-argument", _READ),
    Row("builtins", "enumerate zip", "class", "an iterator over values", "iterators", _READ),
    Row("itertools", "count cycle repeat chain islice product", "class", "an iterator", "iterators", _READ),
    Row("logging", "getLogger", "function", "names a logger", "logger", _READ),
    Row("logging", "Logger RootLogger NullHandler", "class", "a logger as a value", "", _READ),
    *(
        Row(module, "reduce", "function", "writes a union of types such as int | str", "union", _READ)
        for module in ("functools", "_functools")
    ),
    *(
        Row(module, "partial", "class", "keeps a function with arguments for later", "partial", _READ)
        for module in ("functools", "_functools")
    ),
    *(
        Row(module, "getitem", "function", "writes a type such as Optional[int]", "typing-form", _READ)
        for module in ("operator", "_operator")
    ),
    Row("builtins", "getattr", "function", "looks up a member or a method by name", "enum-member", _READ),
)
