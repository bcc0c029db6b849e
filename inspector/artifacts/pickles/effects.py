"""What the pickle opcodes that import, call and give state do to the stack and to the list of imports."""

from __future__ import annotations

from inspector.artifacts.pickles.compat_names import current_name
from inspector.artifacts.pickles.joblib_array import skip_array
from inspector.artifacts.pickles.listed import Entry, Tier, entry_for
from inspector.artifacts.pickles.rules import keeps_arguments, objections_to
from inspector.artifacts.pickles.rules_attributes import (
    NESTED_AT,
    WATCHED,
    is_listed_method,
    is_unknown,
    made_with_keywords,
)
from inspector.artifacts.pickles.rules_dill import PLAIN_TYPES as DILL_TYPES
from inspector.artifacts.pickles.rules_state import (
    are_plain_pairs,
    class_of,
    judge_state,
    rule_of,
    takes_items,
)
from inspector.artifacts.pickles.stack import Stack
from inspector.artifacts.pickles.symbols import (
    Call,
    Import,
    LongText,
    Made,
    Mapped,
    Opaque,
    Series,
    Stored,
    Tup,
    shown,
)
from inspector.provenance import Loading

MAX_IMPORTS = 20_000
CALLS_PER_IMPORT = 5

_NOTHING = Opaque("a value")

# Mappings, and one like them, that keep what they hold in attributes of their own.
_WRAPPERS = frozenset(("collections.UserDict", "collections.ChainMap", "types.SimpleNamespace"))
_MAPPINGS = frozenset(("OrderedDict", "Counter", "defaultdict", "dict", "UserDict", "ChainMap"))
# Modules whose instances hand on, one after the other, what they were made of.
_HANDS_ON = frozenset(("builtins", "collections", "itertools"))


class Effects(Stack):
    """The effect of the opcodes that import, call and give state, on top of those of the stack."""

    # imports and calls

    def import_name(self, module: str, name: str) -> Import:
        if self.protocol < 3:
            module, name = current_name(module, name)
        found = self.imports.get((module, name))
        if found is None:
            self.effects += 20 + 4 * (module.count(".") + name.count("."))
            found = Import(module, name, _entry(module, name), self.opcode_at)
            self.has_watched = self.has_watched or found.entry.rule in WATCHED
            if len(self.imports) < MAX_IMPORTS:
                self.imports[(module, name)] = found
            elif found.tier is Tier.DANGEROUS:  # past the bound only the gravest are kept
                self.imports[(module, name)] = found
                if len(self.imports) > MAX_IMPORTS + 1000:
                    self.imports.popitem()
        return found

    def call(self, callee: object, args: object) -> object:
        """What calling ``callee`` gives; the call is recorded and held against the rules."""
        if not isinstance(callee, Import):
            return self._call_of_value(callee, args)
        if not isinstance(args, Tup) and not is_unknown(args):
            self.object_to(
                Loading.UNREADABLE,
                "bad-arguments",
                f"The pickle calls {callee.dotted} with {shown(args)}, where every pickler writes a tuple: "
                "what is handed over cannot be told.",
            )
        callee.call_count += 1
        self.effects += 2
        if len(callee.calls) < CALLS_PER_IMPORT:
            items = args.items if isinstance(args, Tup) else [args]
            callee.calls.append(
                Call(callee.dotted, tuple(shown(item) for item in items[:20]), self.opcode_at)
            )
        if callee.entry.kind == "value":
            self.object_to(
                Loading.UNREADABLE,
                "call-of-a-value",
                f"The pickle calls {callee.dotted}, which a pickle only keeps and never calls.",
            )
        for objection in objections_to(callee, args.items if isinstance(args, Tup) else [args]):
            self.object_to(objection[0], objection[1], f"The pickle {objection[2]}.")
        nested = NESTED_AT.get(callee.entry.rule)
        if nested is not None and isinstance(args, Tup) and len(args.items) > nested:
            self.byte_strings.append((self.opcode_at, args.items[nested]))
        if callee.entry.rule == "enum-member" and isinstance(args, Tup) and is_listed_method(args.items):
            return args.items[0]  # calling the class method makes an instance, as calling the class does
        if callee.entry.rule == "gives-back" and isinstance(args, Tup) and args.items:
            return args.items[0]
        if callee.entry.rule == "dill-type":
            return self._dill_type(callee, args)
        kept = args if isinstance(args, Tup) and keeps_arguments(callee) else None
        made = Made(callee, kept)
        if isinstance(args, Tup) and _may_be_a_mapping(made):
            is_first_no_item = callee.entry.rule == "default-factory"
            made.has_computed_keys = not _tells_its_keys(args.items[int(is_first_no_item) :], made)
        if callee.dotted == "types.SimpleNamespace" and made.has_computed_keys:
            # Python 3.13 takes attributes from a dict or from pairs that it is called with.
            self.object_to(
                Loading.UNREADABLE,
                "computed-attribute",
                f"The pickle calls {callee.dotted} with attributes whose names are computed.",
            )
        return made

    def _dill_type(self, callee: Import, args: object) -> object:
        """dill's table of types gives the type itself, which is called next."""
        name = args.items[0] if isinstance(args, Tup) and args.items else None
        if type(name) is str and name in DILL_TYPES:
            return self.import_name("builtins", name)
        return Made(callee)

    def _call_of_value(self, callee: object, args: object) -> object:
        """A call of what is no import itself. What comes out of an unknown import is its own doing."""
        cls = made_with_keywords(callee)
        if cls is not None:
            if cls.entry.rule:
                self.object_to(
                    Loading.UNREADABLE, "bad-arguments", f"The pickle makes {cls.dotted} with odd keywords."
                )
            return Made(cls)
        if isinstance(callee, Made) and is_unknown(callee):
            return callee
        self.object_to(
            Loading.UNREADABLE,
            "call-of-a-value",
            f"The pickle calls {shown(callee)} with ({_arguments(args)}), which is not an import: "
            "what runs then cannot be told.",
        )
        return _NOTHING

    def reduce(self) -> None:
        args = self.pop()
        self.stack.append(self.call(self.pop(), args))

    def newobj(self) -> None:
        args = self.pop()
        self.stack.append(self.make(self.pop(), args))

    def newobj_ex(self) -> None:
        keywords = self.pop()
        args = self.pop()
        made = self.make(self.pop(), args)
        ruled = isinstance(made, Made) and made.callee.entry.rule
        if not isinstance(keywords, Mapped) or (ruled and keywords.weight > 1):
            self.object_to(
                Loading.UNREADABLE, "bad-arguments", "The pickle makes an instance with odd keywords."
            )
        self.stack.append(made)

    def make(self, cls: object, args: object) -> object:
        """``cls.__new__(cls, *args)``: held against the same rules as a call."""
        return self.call(cls, args)

    def obj(self) -> None:
        items = self.since_mark()
        if not items:
            raise IndexError
        self.stack.append(self.call(items[0], Tup(items[1:])))

    def inst(self, module: bytes, name: bytes) -> None:
        # The Python unpickler imports before it looks for the mark, the C one behind it.
        found = self.import_name(module.decode("utf-8", "replace"), name.decode("utf-8", "replace"))
        self.stack.append(self.call(found, Tup(self.since_mark())))

    def global_line(self, module: bytes, name: bytes) -> None:
        self.stack.append(
            self.import_name(module.decode("utf-8", "replace"), name.decode("utf-8", "replace"))
        )

    def stack_global(self) -> None:
        name = self.pop()
        module = self.pop()
        if isinstance(name, LongText):
            name = name.head + "…"
        if isinstance(module, LongText):
            module = module.head + "…"
        if type(name) is str and type(module) is str:
            self.stack.append(self.import_name(module, name))
            return
        self.object_to(
            Loading.UNREADABLE,
            "computed-import",
            f"The pickle imports a name that is no text of the stream: {shown(name)} of {shown(module)}.",
        )
        entry = Entry(Tier.UNKNOWN, "unknown", "", "its name is computed")
        self.stack.append(Import("a computed module", "name", entry, self.opcode_at))

    def extension(self, code: int) -> None:
        """EXT1, EXT2, EXT4: an import by a number that only the loading program's registry knows."""
        key = ("copyreg extension", str(code))
        entry = Entry(Tier.UNKNOWN, "unknown", "", "the loading program decides what this number imports")
        found = self.imports.setdefault(key, Import(*key, entry, self.opcode_at))
        self.stack.append(found)

    # state

    def build(self) -> None:
        state = self.pop()
        target = self.top()
        if isinstance(target, Import):
            self.object_to(
                Loading.RUNS_CODE,
                "state-on-import",
                f"The pickle sets attributes of {target.dotted} itself, not of an instance: "
                "this changes the running program.",
            )
        elif isinstance(target, Made):
            rule = rule_of(target)
            objection = judge_state(target, state)
            target.state = state if rule else None
            if _is_wrapper(target) and isinstance(state, Mapped):
                # What such a mapping holds is its state: handed on as another's state, it names attributes.
                is_told = state.is_whole and _tells_its_keys([*state.items.values()], target)
                target.has_computed_keys = target.has_computed_keys or not is_told
            if objection is not None:
                self.object_to(objection[0], objection[1], f"In the pickle, {objection[2]}.")
            if rule == "joblib-array" and self.joblib:
                self._joblib_array(target, state)
        elif state is not None:
            self.object_to(
                Loading.UNREADABLE, "state-on-value", f"The pickle gives state to {shown(target)}."
            )

    def _joblib_array(self, target: Made, state: object) -> None:
        """joblib reads an array's raw bytes from the stream here, and goes on behind them."""
        start = self.window.offset
        if self.frame_end is not None and self.frame_end != start:
            self.object_to(
                Loading.UNREADABLE, "frame-misaligned", "An array of joblib begins inside of a FRAME."
            )
        self.frame_end = None
        length = skip_array(self.window, state)
        if length is None:
            self.object_to(
                Loading.UNREADABLE,
                "joblib-array",
                f"{target.callee.dotted} does not say how many bytes of array follow it in the stream.",
            )
            return
        if length < 0:
            self.nested.append(start)
            # An object array: joblib unpickles it from here; the same machine cannot go on behind it.
            self.read_nested(start)
        else:
            self.arrays.append((start, length))
        self.horizon_base = -1

    def read_nested(self, start: int) -> None:
        """Runs another machine over the pickle at ``start`` and goes on behind it."""
        raise NotImplementedError

    def persistent(self, pid: object) -> None:
        """BINPERSID: only torch's ('storage', class, key, location, size) is known."""
        parts = pid.items if isinstance(pid, Tup) else []
        if len(parts) in (5, 6) and parts[0] == "storage" and _is_storage_class(parts[1]):
            cls, key, location, size = parts[1:5]
            assert isinstance(cls, Import)
            if type(key) is str and type(location) is str and type(size) is int and size >= 0:
                self.storages[key] = (cls.name, max(size, self.storages.get(key, ("", 0))[1]))
                self.stack.append(Stored(key))
                return
        if len(parts) == 4 and parts[0] == "module" and isinstance(parts[1], Import):
            # The oldest torch keeps a class's source text beside it, to compare and not to run.
            self.stack.append(parts[1])
            return
        self.object_to(
            Loading.UNREADABLE,
            "persistent-id",
            f"The pickle asks the loading program for {shown(pid)}; only the storages of tensors are known.",
        )
        self.stack.append(_NOTHING)

    def next_buffer(self) -> None:
        self.object_to(
            Loading.UNREADABLE,
            "out-of-band",
            "The pickle refers to a buffer outside of the stream (NEXT_BUFFER).",
        )
        self.stack.append(_NOTHING)


def _entry(module: str, name: str) -> Entry:
    """The lists' word on a name. A Python 2 name that CPython 3 would not find is judged by what it was."""
    entry = entry_for(module, name)
    if entry.tier is Tier.UNKNOWN:
        older = entry_for(*current_name(module, name))
        return older if older.tier is Tier.DANGEROUS else entry
    return entry


def _is_storage_class(value: object) -> bool:
    return isinstance(value, Import) and value.tier is Tier.PLAIN and value.name.endswith("Storage")


def _arguments(args: object) -> str:
    items = args.items if isinstance(args, Tup) else [args]
    return ", ".join(shown(item, 80) for item in items[:5])


def _is_wrapper(made: Made) -> bool:
    """Whether ``made`` is a mapping, or like one, that is filled by its state."""
    return class_of(made).dotted in _WRAPPERS


def _may_be_a_mapping(made: Made) -> bool:
    """Whether ``made`` may be one of dict's kind, or of a library's class that may be."""
    return _is_wrapper(made) or takes_items(made, keyed=True)


def _tells_its_keys(args: list[object], made: Made) -> bool:
    """Whether every key that ``made`` gets out of ``args`` stands in the stream, and none is a hook: pairs
    in lists and tuples, dicts, mappings that tell theirs. What comes out of an unknown import is its doing.

    A mapping that is given as state names attributes, and an instance that gets an attribute
    ``__setstate__`` calls it with the state that it is given next."""
    if not are_plain_pairs(args):
        return False
    is_plain = class_of(made).tier is Tier.PLAIN
    for arg in args:
        held = arg.items if isinstance(arg, (Tup, Series)) else ()
        if isinstance(arg, Series) and not _is_whole(arg):
            return False
        if _hides_keys(arg, is_plain) or any(_hides_keys(pair, is_plain) for pair in held):
            return False
        # The order of a set is not that of the stream: either of the two may be the key.
        if any(isinstance(pair, Series) and pair.what != "list" and pair.items for pair in held):
            return False
    return True


def _is_whole(series: Series) -> bool:
    """Whether all that ``series`` holds is kept, and was so when it was put there."""
    held = (item.weight if isinstance(item, (Tup, Series, Mapped)) else 0 for item in series.items)
    return series.weight == 1 + len(series.items) + sum(held)


def _hides_keys(value: object, is_plain: bool) -> bool:
    """Whether ``value`` is the result of a call that may hand on a key nobody has seen. A class of a library
    is made of results of its own, which are no pairs."""
    if not isinstance(value, Made) or is_unknown(value):
        return False
    if class_of(value).name in _MAPPINGS and class_of(value).tier is Tier.PLAIN:
        return value.has_computed_keys
    return is_plain or value.callee.module in _HANDS_ON
