"""Graphs of TensorFlow as text (``.pbtxt``): their functions, and the files that their nodes name.

The notation is stepped through token by token (https://protobuf.dev/reference/protobuf/textformat-spec/);
what does not fit is passed over, so that no odd text hides what stands behind it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from inspector.artifacts.formats.tensorflow_paths import Node, Paths, unpacked
from inspector.artifacts.limits import spend_work

_TEXT = r"""(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
_TOKEN = re.compile(rf"({_TEXT}(?:\s*+{_TEXT})*)|([\w.]+)|([{{<])|([}}>])")
_QUOTED = re.compile(r""""((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'""")
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{1,2})|([0-7]{1,3})|(.))")
_NODES = ("node", "node_def")
_MAX_DEPTH = 1_000
_TOKEN_WORK = 300
_PAID_AT_ONCE = 1_000  # tokens


def unquoted(quoted: str) -> str:
    """Quoted texts beside each other as the one text that they are; escapes are those of C."""
    return "".join(_ESCAPE.sub(_character, first or second) for first, second in _QUOTED.findall(quoted))


def _character(hit: re.Match[str]) -> str:
    if hit.group(1):
        return chr(int(hit.group(1), 16))
    return chr(int(hit.group(2), 8) & 255) if hit.group(2) else hit.group(3)


def judge_graph_text(text: str, paths: Paths) -> set[str]:
    """Hands the nodes of a graph to ``paths``; the names of the functions that it brings."""
    functions: set[str] = set()
    node = Node()
    tensor = file = ""
    for kind, stack, value in _steps(text):
        last = stack[-1] if stack else ""
        around = stack[-2] if len(stack) > 1 else ""
        if kind == "close":
            if last in _NODES:
                paths.node(node, is_inner="function" in stack)
                node = Node()
            elif last == "function":
                paths.end_function()
            elif last == "asset_file_def":
                paths.asset(tensor, file)
                tensor = file = ""
            elif last == "meta_graphs":
                paths.end_graph()
        elif around == "signature" and last == "name":
            functions.add(value)
        elif around in _NODES:
            _field(node, last, value)
        elif last in ("s", "string_val", "tensor_content") and len(node.texts) < 100:
            node.texts.append(unpacked(value.encode("latin-1", "replace")) if last[0] == "t" else value)
        elif "asset_file_def" in stack and last in ("name", "filename"):
            tensor, file = (value, file) if last == "name" else (tensor, value)
    paths.end_graph()
    return functions


def _field(node: Node, name: str, value: str) -> None:
    if name == "name":
        node.name = value
    elif name == "op":
        node.operator = value
    elif name == "input" and len(node.inputs) < 4:
        node.inputs.append(value)


def _steps(text: str) -> Iterator[tuple[str, list[str], str]]:
    """Every quoted value with the fields around it, its own last, and every end of a message."""
    stack: list[str] = []
    name = ""
    for count, found in enumerate(_TOKEN.finditer(text)):
        if count % _PAID_AT_ONCE == _PAID_AT_ONCE - 1:
            spend_work(_PAID_AT_ONCE * _TOKEN_WORK)
        quoted, word, opening, closing = found.groups()
        if quoted:
            yield "value", [*stack[-6:], name], unquoted(quoted)
        elif word:
            name = word
        elif opening:
            if len(stack) < _MAX_DEPTH:
                stack.append(name)
        elif closing and stack:
            yield "close", stack, ""
            stack.pop()
