"""The lists name by name, where a change of the code that reads them went unseen."""

from __future__ import annotations

import json

import pytest

from inspector.artifacts.pickles.listed import MAX_STEPS, Row, Tier, canonical_table, entry_for, rows_of

HANDS_OUT = "it hands out the module {}"
ENDS_IN = "the dotted name ends in a known dangerous function"
WALKS = "the dotted name walks through the attribute '{}'"
UNLISTED = "it is on no list"
LONG = f"the name has more than {MAX_STEPS} parts"


def test_the_tiers_stand_in_the_order_of_what_they_are_worth() -> None:
    assert [tier.name for tier in sorted(Tier)] == ["PLAIN", "LIBRARY", "UNKNOWN", "DANGEROUS"]
    assert len(set(Tier)) == 4


@pytest.mark.parametrize(
    ("module", "name", "reason"),
    [
        # A name alone: a module that others hand out, or any other name.
        *(("their", "os", HANDS_OUT.format("os")), ("their", "_os", HANDS_OUT.format("_os"))),
        *(("their", "__builtin__", HANDS_OUT.format("__builtin__")), ("their", "code", UNLISTED)),
        ("their", "__globals__", "it reaches into the interpreter"),
        # A dotted name may end in what is called like a dangerous module, and may not walk through it.
        *(("their", "x.code", UNLISTED), ("their", "code.x", WALKS.format("code"))),
        *(("their", "a.code.x", WALKS.format("code")), ("their", "a.x.code", UNLISTED)),
        *(("their", "x.os", WALKS.format("os")), ("their", "x.__globals__", WALKS.format("__globals__"))),
        # A dangerous module or function on the way, wherever the way begins.
        *(("their", "torch.hub.x", ENDS_IN), ("their", "torch.hub", ENDS_IN), ("torch", "load.x", ENDS_IN)),
        *(("their", "a.torch.load", ENDS_IN), ("their", "a.torch.load.x", ENDS_IN)),
        *(("their", "a.torch.hub.x.y", ENDS_IN), ("torch.load", "a.b", UNLISTED)),
        *(("a.torch.load", "x.y", UNLISTED), ("their", "collections.OrderedDict", UNLISTED)),
        # Bounds: so many parts, empty ones counted apart.
        ("their", ".".join("a" * MAX_STEPS), LONG),
        (".".join("a" * MAX_STEPS), "b", LONG),
        *(("their", "a" + "." * 20, UNLISTED), ("their", "torch.load" + "." * 14, ENDS_IN)),
        ("their", "torch.load" + "." * 15, UNLISTED),
        (".".join("a" * MAX_STEPS), "torch.load.", ENDS_IN),
        (".".join("a" * (MAX_STEPS + 1)), "torch.load.", UNLISTED),
    ],
)
def test_what_is_said_of_a_name_that_is_on_no_list(module: str, name: str, reason: str) -> None:
    entry = entry_for(module, name)
    assert entry.reason == reason
    assert entry.tier is (Tier.UNKNOWN if reason == UNLISTED else Tier.DANGEROUS)
    assert (entry.kind, entry.rule) == ("unknown" if reason == UNLISTED else "function", "")


def test_the_longest_dangerous_module_around_a_name_gives_the_reason() -> None:
    from inspector.artifacts.pickles.danger import DANGEROUS_MODULES

    for module, reason in DANGEROUS_MODULES.items():
        assert entry_for(f"{module}.inner.most", "nothing").reason == reason
    deep = "os" + ".a" * (MAX_STEPS + 3)
    assert entry_for(deep, "nothing").reason == DANGEROUS_MODULES["os"]


def test_a_table_is_read_line_by_line() -> None:
    text = "\none: a b\ntwo.three: c\n    d e\n"
    assert list(rows_of(text, "class", "why", "lib 1", "rule")) == [
        Row("one", "a b", "class", "why", "rule", "lib 1"),
        Row("two.three", "c d e", "class", "why", "rule", "lib 1"),
    ]


def test_the_table_behind_the_digest_is_canonical() -> None:
    text = canonical_table()
    assert text.isascii()
    assert json.dumps(json.loads(text), sort_keys=True, separators=(",", ":")) == text


def test_a_class_of_torchscript_s_own_code_is_told_apart() -> None:
    assert "TorchScript" in entry_for("__torch__.a", "B").reason
    assert entry_for("__torch__.a", "B").tier is Tier.UNKNOWN
    assert "TorchScript" not in entry_for("their", "__torch__").reason
