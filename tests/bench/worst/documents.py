"""Long texts: configurations, YAML, templates, source, XML."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

Maker = Callable[[Path], None]


def _text(start: str, middle: str, count: int, end: str) -> Maker:
    def make(path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="") as file:
            file.write(start)
            whole = 100_000
            for _ in range(count // whole):
                file.write(middle * whole)
            file.write(middle * (count % whole))
            file.write(end)

    return make


SHAPES: dict[str, tuple[str, Maker]] = {
    "tokenizer_config.json of 100 MB": (
        "-tokenizer_config.json",
        _text('{"a": [', "12345, ", 14_000_000, "1]}"),
    ),
    "tokenizer_config.json of 60 MB": (
        "-tokenizer_config.json",
        _text('{"a": [', "12345, ", 8_500_000, "1]}"),
    ),
    "tokenizer_config.json of 60 MB in objects": (
        "-tokenizer_config.json",
        _text("[", '{"a": {"b": 1}}, ', 3_500_000, "1]"),
    ),
    "configuration nested a million deep": ("_config.json", _text('{"a": ', "[", 1_000_000, "")),
    "configuration of 1 million keys": (
        "_config.json",
        _text("{", '"k": "auto_map", ', 3_500_000, '"a": 1}'),
    ),
    "json of 60 MB with a trigger": (".json", _text('{"py/object": [', '{"a": 1}, ', 6_000_000, "1]}")),
    "chat template of 60 MB": (
        "-tokenizer_config.json",
        _text('{"chat_template": "', "{{ a.b }}", 6_500_000, '"}'),
    ),
    "chat template of 10 MB": (
        "-tokenizer_config.json",
        _text('{"chat_template": "', "{{ a.b }}", 1_100_000, '"}'),
    ),
    "jinja of 100 MB": (".jinja", _text("", "{% if a %}{{ b | c }}{% endif %}\n", 3_000_000, "")),
    "jinja of 16 MB": (".jinja", _text("", "{% if a %}{{ b | c }}{% endif %}\n", 480_000, "")),
    "jinja of nested brackets": (".jinja", _text("{{ ", "(", 5_000_000, " }}")),
    "yaml of 50 MB": (".yaml", _text("", "- {a: 1, b: [2, 3]}\n", 2_500_000, "")),
    "yaml of 16 MB": (".yaml", _text("", "- {a: 1, b: [2, 3]}\n", 830_000, "")),
    "yaml of 16 MB in lines": (".yaml", _text("", "key: value\n", 1_500_000, "")),
    "yaml of 16 MB with tags": (".yaml", _text("", "- !!python/name:os.system\n", 640_000, "")),
    "yaml of nested brackets": (".yaml", _text("a: ", "[", 1_000_000, "")),
    "yaml of aliases": (".yaml", _text("a: &a [1]\n", "b: *a\n", 2_000_000, "")),
    "python of 16 MB": (".py", _text("", "x = f(1)\n", 1_800_000, "")),
    "python of 100 MB": (".py", _text("", "x = f(1)\n", 11_000_000, "")),
    "python of nested brackets": (".py", _text("", "(", 5_000_000, "")),
    "prototext of 16 MB": (".pbtxt", _text("", 'layer { name: "a" }\n', 800_000, "")),
    "pmml of 100 MB": (".pmml", _text("<PMML>", "<Node a='1'/>", 7_000_000, "</PMML>")),
    "xml nested a million deep": (".xml", _text("<PMML>", "<a>", 5_000_000, "")),
    "csv of 200 MB": (".csv", _text("", "1,2,3,4\n", 25_000_000, "")),
    "jsonl of 200 MB": (".jsonl", _text("", '{"a": 1}\n', 22_000_000, "")),
    "text of 100 MB without an end of line": (".txt", _text("c", "a", 100_000_000, "")),
    "text of 200 MB that begins like an import": (".txt", _text("cos\nsystem\n", "I1\n0", 50_000_000, "")),
    "notebook of 60 MB": (".ipynb", _text('{"cells": [', '{"a": 1}, ', 6_000_000, "1]}")),
}
