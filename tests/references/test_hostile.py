"""Input made to hurt: bounded, named, never an exception."""

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from inspector.references import FileIndex, ProjectFacts, index_file, resolve
from inspector.references.packing import pack, unpack

KEEP = "\nfrom datasets import load_dataset\nload_dataset('o/d')\n"


@pytest.mark.parametrize(
    "bad",
    [
        "x = " + "(" * 10_000 + ")" * 10_000,
        "x = " + "[" * 10_000,
        "x = " + "-" * 50_000 + "1",
        "x = a" + ".b" * 20_000,
        "x = " + " + ".join(["'a'"] * 20_000),
        "x = " + "not " * 5_000 + "y",
        "\x00\x01\x02",
        "if x:\n" * 10,
        "<<<<<<< HEAD",
        "x = 1" * 5_000,
    ],
)
@pytest.mark.bounded
def test_what_follows_a_hostile_statement_is_still_read(scan, bad):
    assert "o/d" in {r.ref for r in scan({"a.py": bad + KEEP})}


def test_a_file_that_does_not_parse_says_so():
    assert index_file("a.py", b"import torch\nx = = 1\ntorch.load('a')\n").partly


@pytest.mark.parametrize(
    "encoded",
    [
        b"\xef\xbb\xbf" + KEEP.encode(),
        KEEP.replace("\n", "\r\n").encode(),
        KEEP.encode("utf-16"),
        b"# -*- coding: nonsense -*-" + KEEP.encode(),
        b"# caf\xe9" + KEEP.encode(),
        b"x = '\xed\xa0\x80'" + KEEP.encode(),
    ],
)
def test_encodings_do_not_hide_a_reference(scan, encoded):
    assert [r.ref for r in scan({"a.py": encoded})] == ["o/d"]


@pytest.mark.bounded
def test_a_yaml_bomb_is_read_as_text(scan):
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{b}: &{b} [*{a},*{a},*{a},*{a},*{a},*{a},*{a},*{a}]\n" for a, b in zip("abcdefgh", "bcdefghi")
    )
    assert [r.ref for r in scan({"c.yaml": bomb + "base_model: o/m\n"})] == ["o/m"]


@pytest.mark.parametrize(
    "text",
    [
        "base_model: " + "[" * 20_000,
        "{" * 20_000 + "base_model: o/m",
        "!!python/object/apply:os.system [x]\nmodel: o/m",
    ],
)
def test_hostile_yaml_ends(text):
    assert index_file("c.yaml", text.encode()) is not None


def test_a_notebook_of_one_long_line(scan):
    cells = [
        {
            "cell_type": "code",
            "source": "from datasets import load_dataset\nload_dataset('o/d')",
            "outputs": [{"data": {"image/png": "A" * 2_000_000}}],
        }
    ]
    (found,) = scan({"n.ipynb": json.dumps({"cells": cells})})
    assert (found.line, len(found.text) <= 300) == (1, True)


def test_a_notebook_nested_deeply_is_named():
    assert index_file("n.ipynb", (b"[" * 100_000)).partly


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=400),
    st.sampled_from(
        ["a.py", "a.ipynb", "c.yaml", "c.json", "c.toml", "Dockerfile", "r.sh", "Makefile", ".env"]
    ),
)
def test_no_bytes_raise(data, path):
    prefix = b"from transformers import AutoModel\nmodel: x\n"
    for content in (data, prefix + data):
        index = index_file(path, content)
        if index is not None:
            resolve([FileIndex.from_json(json.loads(json.dumps(index.as_json())))], ProjectFacts())


JSONS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["g", "p", "a", "self", "transformers.AutoModel.from_pretrained"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=120, deadline=None)
@given(JSONS, JSONS)
@example(None, ["a", ["self"], None])
def test_hostile_facts_do_not_break_the_engine(one, other):
    callee = ["g", "transformers.AutoModel.from_pretrained"]
    facts = {
        "module": "m",
        "calls": [[1, 1, 1, callee, [one], [["revision", other]], "t", "w"], one],
        "functions": {"m.f": {"defaults": {}}},
        "classes": {},
        "names": {"x": one},
        "urls": [other],
    }
    assert unpack(pack(facts)) == facts
    resolve([FileIndex("m.py", "python", {"packed": pack(facts)})], ProjectFacts())
