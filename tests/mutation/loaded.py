"""Puts a mutant into the program that is loaded already."""

from __future__ import annotations

import ast
import functools
import gc
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mutants import Mutant

_CACHE = type(functools.lru_cache(len))
CACHES: list[Any] = []  # the remembering functions of the file that is changed
# Modules that may hold a table or a bound by its name.
_NEAR = ("inspector", "copied_", "tests", "test_", "conftest", "record_conftest", "gate_by_hand")


def functions_of(ending: str) -> dict[tuple[str, int], list[types.FunctionType]]:
    """The loaded functions of the files with such a path, also of a second copy that a test has loaded."""
    found: dict[tuple[str, int], list[types.FunctionType]] = {}
    CACHES.clear()
    for one in gc.get_objects():
        if isinstance(one, _CACHE) and one.__wrapped__.__code__.co_filename.endswith(ending):
            CACHES.append(one)
        if isinstance(one, types.FunctionType) and one.__code__.co_filename.endswith(ending):
            found.setdefault((one.__code__.co_qualname, one.__code__.co_firstlineno), []).append(one)
    return found


def put_in(mutant: Mutant, source: str, functions: dict[tuple[str, int], list[types.FunctionType]]) -> bool:
    """Puts the change into the loaded program; False where that cannot be done."""
    tree = mutant.tree(source)
    forget_answers()
    if mutant.function and not mutant.function.startswith("="):
        done = False
        for code in _codes(compile(tree, mutant.module, "exec", dont_inherit=True)):
            if code.co_qualname != mutant.function:
                continue
            for function in functions.get((code.co_qualname, code.co_firstlineno), ()):
                # The old name of the file: what asks where it stands must not notice.
                function.__code__ = code.replace(co_filename=function.__code__.co_filename)
                done = True
        return done
    return _put_at_top(mutant, tree, functions)


def forget_answers() -> None:
    """What functions with a cache remember was made by the code as it was, for the test before."""
    for one in CACHES:
        one.cache_clear()


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    waiting = [code]
    while waiting:
        one = waiting.pop()
        yield one
        waiting += [inner for inner in one.co_consts if isinstance(inner, types.CodeType)]


def _put_at_top(mutant: Mutant, tree: ast.Module, functions: dict[Any, list[Any]]) -> bool:
    """A table, a bound or a default value: made anew beside the module, put where the old one is known."""
    dotted = mutant.module.removesuffix(".py").replace("/", ".")
    changed = next((one for one in tree.body if one.lineno <= mutant.first <= (one.end_lineno or 0)), None)
    owners = [vars(one) for name, one in list(sys.modules.items()) if one and name.startswith(_NEAR)]
    own = [one for one in owners if Path(str(one.get("__file__"))).name == Path(mutant.module).name]
    if changed is None or dotted not in sys.modules:
        return False
    if mutant.function.startswith("="):
        for names in own:
            beside = dict(names)
            define(changed, mutant.module, beside)
            for one in gc.get_objects():
                if isinstance(one, types.FunctionType) and one.__globals__ is beside:
                    for old in functions.get((one.__qualname__, one.__code__.co_firstlineno), ()):
                        old.__defaults__, old.__kwdefaults__ = one.__defaults__, one.__kwdefaults__
        return bool(own)
    if isinstance(changed, ast.ClassDef):
        for names in [one for one in own if changed.name in one]:
            beside = dict(names)
            define(changed, mutant.module, beside)
            _put_in_class(names[changed.name], beside[changed.name])
        return bool(own)
    if not isinstance(changed, (ast.Assign, ast.AnnAssign)):
        return False
    targets = changed.targets if isinstance(changed, ast.Assign) else [changed.target]
    if not all(isinstance(one, ast.Name) for one in targets):
        return False
    for names in own or [vars(sys.modules[dotted])]:
        beside = dict(names)
        define(changed, mutant.module, beside)
        for name in (one.id for one in targets if isinstance(one, ast.Name)):
            if name not in names:  # another file of that name
                continue
            old = names[name]
            for others in owners:
                if others is names or (name in others and (others[name] is old)):
                    others[name] = beside[name]
        changed_names = {one.id for one in targets if isinstance(one, ast.Name)}
        for one in tree.body:
            if isinstance(one, ast.ClassDef) and one.name in names and changed_names & names_in_body(one):
                define(one, mutant.module, beside)
                _put_in_class(names[one.name], beside[one.name])
    return True


class NoModule(Exception):
    """The changed module cannot even be imported, which every test would notice."""


def define(statement: ast.stmt, module: str, names: dict[str, Any]) -> None:
    """Runs one statement of the top of a module beside it."""
    code = compile(ast.Module([statement], []), module, "exec")
    try:
        exec(code, names)  # noqa: S102 - our own code
    except Exception as error:  # noqa: BLE001 - whatever an import would raise
        raise NoModule(str(error)) from None


def names_in_body(of: ast.ClassDef) -> set[str]:
    """What the values in the body of a class are made of, such as default values of a dataclass."""
    values = [one.value for one in of.body if isinstance(one, (ast.Assign, ast.AnnAssign)) and one.value]
    return {one.id for value in values for one in ast.walk(value) if isinstance(one, ast.Name)}


def _put_in_class(old: type, new: type) -> None:
    """What stands in the body of a class: values, and the default values of what dataclass has written."""
    for name, value in vars(new).items():
        before = vars(old).get(name)
        if isinstance(value, staticmethod) and isinstance(before, staticmethod):  # __new__ of a NamedTuple
            value, before = value.__func__, before.__func__
        if isinstance(value, types.FunctionType) and isinstance(before, types.FunctionType):
            before.__defaults__, before.__kwdefaults__ = value.__defaults__, value.__kwdefaults__
        elif not name.startswith("__") and isinstance(value, (int, tuple)) and type(before) is type(value):
            setattr(old, name, value)
