"""Calls as terms: those whose result follows from their arguments, such as paths, text, maps and defaults."""

from __future__ import annotations

import ast
import re
from abc import ABC, abstractmethod
from typing import Any

from inspector.references.api import find_row
from inspector.references.python_scopes import Place

Term = list[Any]
UNKNOWN: Term = ["?"]
MAX_ITEMS = 64
# Names that parsed arguments and configuration objects go by.
ARGUMENTS = re.compile(
    r"(?:args?|opts?|options|flags|hparams|hps?|cfg|conf|config|configs|settings|params|arguments|namespace|"
    r"parsed\w*|[a-z_]*_args|[a-z_]*_?cfg|[a-z_]*_config|[a-z_]*_opts?)\Z",
    re.IGNORECASE,
)
_SAME = frozenset(
    [
        "str",
        "pathlib.Path",
        "pathlib.PurePath",
        "pathlib.PosixPath",
        "os.fspath",
        "os.path.abspath",
        "os.path.expanduser",
        "os.path.normpath",
        "os.path.realpath",
        "os.path.expandvars",
        "open",
        "io.open",
        "io.BytesIO",
        "io.BufferedReader",
        "gzip.open",
        "bz2.open",
        "lzma.open",
        "codecs.open",
        "list",
        "tuple",
        "sorted",
        "set",
        "reversed",
        "vars",
        "pathlib.Path.open",
        "pathlib.Path.resolve",
        "tf.io.gfile.GFile",
        "tensorflow.io.gfile.GFile",
        "typing.cast",
    ]
)
_SAME_METHODS = frozenset(
    [
        "strip",
        "rstrip",
        "lstrip",
        "resolve",
        "absolute",
        "expanduser",
        "as_posix",
        "open",
        "copy",
        "decode",
        "encode",
        "read",
        "read_bytes",
        "casefold",
    ]
)


class CallTerms(ABC):
    """The part of ``Terms`` that reads calls."""

    @abstractmethod
    def _term(self, node: ast.AST | None, place: Place, depth: int) -> Term:
        """The term of any expression."""

    def _call(self, node: ast.Call, place: Place, depth: int, callee: Term) -> Term:
        dotted = callee[1] if callee[0] in ("g", "s") else ""
        if dotted in _SAME and node.args:
            first = node.args[-1] if dotted == "typing.cast" else node.args[0]
            if dotted == "pathlib.Path" and len(node.args) > 1:
                return ["f", *(self._term(part, place, depth) for part in node.args[:8])]
            return self._term(first, place, depth)
        if dotted == "os.path.dirname" and len(node.args) == 1:
            return ["u", self._term(node.args[0], place, depth)]
        if dotted in ("os.path.join", "posixpath.join"):
            return ["f", *(self._term(part, place, depth) for part in node.args[:8])]
        if dotted in (
            "os.getenv",
            "os.environ.get",
            "environ.get",
            "os.environ.setdefault",
            "decouple.config",
        ):
            return self._environment(node, place, depth)
        if dotted == "dict":
            return self._dict_call(node, place, depth)
        if dotted in ("functools.partial", "partial") and node.args:
            return [
                "partial",
                self._term(node.args[0], place, depth),
                *self._arguments(node, place, depth, 1),
            ]
        if dotted == "getattr" and len(node.args) >= 2:
            return self._getattr(node, place, depth)
        if isinstance(node.func, ast.Attribute):
            term = self._method(node, node.func, place, depth)
            if term is not None:
                return term
        if depth > 2 and not _keeps_arguments(callee):
            return ["k", callee, [], []]
        return ["k", callee, *self._arguments(node, place, depth, 0)]

    def _environment(self, node: ast.Call, place: Place, depth: int) -> Term:
        name = self._term(node.args[0], place, depth) if node.args else UNKNOWN
        other = node.args[1] if len(node.args) > 1 else None
        for keyword in node.keywords:
            if keyword.arg == "default":
                other = keyword.value
        default = self._term(other, place, depth) if other is not None else None
        return ["e", name[1] if name[0] == "c" else None, default]

    def _dict_call(self, node: ast.Call, place: Place, depth: int) -> Term:
        pairs: list[list[Any]] = []
        whole = not node.args
        for keyword in node.keywords[:MAX_ITEMS]:
            if keyword.arg:
                pairs.append([["c", keyword.arg], self._term(keyword.value, place, depth)])
            else:
                inner = self._term(keyword.value, place, depth)
                if inner[0] == "d":
                    pairs.extend(inner[1])
                    whole = whole and inner[2]
                else:
                    whole = False
        if len(node.args) == 1:
            inner = self._term(node.args[0], place, depth)
            if inner[0] == "d":
                return ["d", [*inner[1], *pairs], inner[2]]
        return ["d", pairs, whole]

    def _getattr(self, node: ast.Call, place: Place, depth: int) -> Term:
        base = self._term(node.args[0], place, depth)
        name = self._term(node.args[1], place, depth)
        if name[0] == "c" and isinstance(name[1], str):
            attribute = ast.Attribute(value=node.args[0], attr=name[1], ctx=ast.Load())
            term = self._term(attribute, place, depth)
            if len(node.args) > 2:
                return ["o", term, self._term(node.args[2], place, depth)]
            return term
        return ["g", f"{base[1]}.?"] if base[0] == "g" else UNKNOWN

    def _method(self, node: ast.Call, function: ast.Attribute, place: Place, depth: int) -> Term | None:
        """Methods of text, paths and maps whose result follows from their receiver."""
        name = function.attr
        if name in ("get", "pop") and 1 <= len(node.args) <= 2:
            base = self._term(function.value, place, depth)
            if base[0] == "g" and base[1].endswith("environ"):
                return self._environment(node, place, depth)
            key = self._term(node.args[0], place, depth)
            other = self._term(node.args[1], place, depth) if len(node.args) == 2 else ["c", None]
            term: Term = ["x", base, key, other]
            inner = function.value.attr if isinstance(function.value, ast.Attribute) else ""
            holder = getattr(function.value, "id", inner)
            if key[0] == "c" and isinstance(key[1], str) and ARGUMENTS.match(holder):
                return ["r", key[1], term]
            return term
        if name == "join" and len(node.args) == 1:
            return self._joined(function, node.args[0], place, depth)
        if name == "joinpath":
            parts = [function.value, *node.args[:8]]
            return ["f", *(self._term(part, place, depth) for part in parts)]
        if name == "format" and len(node.args) + len(node.keywords) <= 12:
            return self._format(node, function, place, depth)
        if name in _SAME_METHODS and len(node.args) <= 2:
            return self._term(function.value, place, depth)
        return None

    def _joined(self, function: ast.Attribute, items: ast.expr, place: Place, depth: int) -> Term | None:
        """``"/".join([owner, name])``."""
        glue = self._term(function.value, place, depth)
        parts = self._term(items, place, depth)
        if glue[0] != "c" or not isinstance(glue[1], str) or parts[0] != "l" or len(parts) > 12:
            return None
        pieces: list[Term] = []
        for part in parts[1:]:
            pieces += [glue, part] if pieces else [part]
        return ["j", *pieces]

    def _format(self, node: ast.Call, function: ast.Attribute, place: Place, depth: int) -> Term:
        base = self._term(function.value, place, depth)
        if base[0] != "c" or not isinstance(base[1], str):
            return UNKNOWN
        values = [self._term(part, place, depth) for part in node.args]
        named = {k.arg: self._term(k.value, place, depth) for k in node.keywords if k.arg}
        parts: list[Term] = []
        place_number = 0
        for piece in re.split(r"(\{[^{}]*\})", base[1])[:40]:
            if piece.startswith("{") and piece.endswith("}"):
                key = re.split(r"[!:.\[]", piece[1:-1])[0]
                number = int(key) if key.isdecimal() and len(key) < 4 else place_number
                place_number += key == ""
                if key and not key.isdecimal():
                    parts.append(named.get(key, UNKNOWN))
                else:
                    parts.append(values[number] if number < len(values) else UNKNOWN)
            elif piece:
                parts.append(["c", piece.replace("{{", "{").replace("}}", "}")])
        return ["j", *parts]

    def _arguments(
        self, node: ast.Call, place: Place, depth: int, skip: int
    ) -> tuple[list[Term], list[list[Any]]]:
        args: list[Term] = []
        for part in node.args[skip : skip + 12]:
            if isinstance(part, ast.Starred):
                inner = self._term(part.value, place, depth)
                args.extend(inner[1:] if inner[0] == "l" else [UNKNOWN])
            else:
                args.append(self._term(part, place, depth))
        keywords = [[k.arg, self._term(k.value, place, depth)] for k in node.keywords[:MAX_ITEMS]]
        return args, keywords


def _keeps_arguments(callee: Term) -> bool:
    """Whether the arguments of an inner call can matter: it downloads something, or makes an object."""
    if callee[0] != "g":
        return bool(callee[0] == "o")
    dotted = str(callee[1])
    return dotted.rsplit(".", 1)[-1][:1].isupper() or find_row(dotted) is not None
