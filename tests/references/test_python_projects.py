"""How names are found in other files of a project: star imports, deep packages, options, configurations."""

import pytest

from inspector.references import FileIndex, ProjectFacts, index_file, resolve
from inspector.references.packing import pack

LOAD = "from transformers import AutoModel\n"
USE = "AutoModel.from_pretrained"

PROJECTS = [
    ({"names.py": "NAME = 'o/m'\n", "m.py": LOAD + f"from names import *\n{USE}(NAME)"}, ["o/m"]),
    (
        {"load.py": LOAD + f"def load(n):\n  {USE}(n)\n", "m.py": "from load import *\nload('o/m')"},
        [None, "o/m"],
    ),
    ({"m.py": f"from transformers import *\n{USE}('o/m')"}, ["o/m"]),
    (
        {
            "base.py": LOAD + f"class B:\n  def load(self, n):\n    {USE}(n)\n",
            "m.py": "from base import *\nclass C(B):\n  def go(self):\n    super().load('o/m')\n",
        },
        [None, "o/m"],
    ),
    ({"m.py": "from transformers import *\nclass C(AutoModel):\n  pass\nC.from_pretrained('o/m')"}, ["o/m"]),
    (
        {
            "a/b/c/d/e/f/g/names.py": "NAME = 'o/m'\n",
            "a/b/c/d/e/f/g/m.py": LOAD + f"from .names import NAME\n{USE}(NAME)",
        },
        ["o/m"],
    ),
    (
        {
            "one/names.py": "NAME = 'o/one'\n",
            "two/names.py": "NAME = 'o/two'\n",
            "two/m.py": LOAD + f"from names import NAME\n{USE}(NAME)",
        },
        ["o/two"],
    ),
    (
        {
            "options.py": "import argparse\np = argparse.ArgumentParser()\n"
            "p.add_argument('--model', default='o/m')\n",
            "m.py": LOAD + f"def main(args):\n  {USE}(args.model)\n",
        },
        ["o/m"],
    ),
    (
        {
            "a.py": "import argparse\np = argparse.ArgumentParser()\n"
            "p.add_argument('--model', default='o/a')\n",
            "b.py": "import argparse\np = argparse.ArgumentParser()\n"
            "p.add_argument('--model', default='o/b')\n",
            "m.py": LOAD + f"def main(args):\n  {USE}(args.model)\n",
        },
        [None],
    ),
    (
        {
            "a.py": "from dataclasses import dataclass\n@dataclass\nclass A:\n  model: str = 'o/m'\n",
            "m.py": LOAD + f"def main(args):\n  {USE}(args.model)\n",
        },
        ["o/m"],
    ),
    (
        {
            "conf.py": "class Conf:\n  name = 'o/m'\nconf = Conf()\n",
            "m.py": LOAD + f"import conf\n{USE}(conf.conf.name)",
        },
        ["o/m"],
    ),
    (
        {"conf.py": "MODELS = {'a': 'o/m'}\n", "m.py": LOAD + f"import conf\n{USE}(conf.MODELS['a'])"},
        ["o/m"],
    ),
    (
        {
            "pkg/__init__.py": "from .inner import NAME\n",
            "pkg/inner.py": "NAME = 'o/m'\n",
            "m.py": LOAD + f"import pkg\n{USE}(pkg.NAME)",
        },
        ["o/m"],
    ),
    ({"m.py": LOAD + f"import {'a' * 400} as x\n{USE}(x.NAME)"}, [None]),
]


@pytest.mark.parametrize(("files", "refs"), PROJECTS)
def test_what_another_file_says_is_found(scan, files, refs):
    assert {r.ref for r in scan(files)} == set(refs)


def _facts(**facts):
    return FileIndex("m.py", "python", {"packed": pack({"module": "m", **facts})})


CALL = [1, 1, 1, ["g", "transformers.AutoModel.from_pretrained"], [["c", "o/m"]], [], "", "load"]


@pytest.mark.parametrize(
    ("call", "refs"),
    [
        (CALL, ["o/m"]),
        ([*CALL[:4], None, [], "", "load"], []),
        ([*CALL[:4], [["c", "o/m"]], {"a": 1}, "", "load"], []),
        ([*CALL[:3], ["a"], [["c", "o/m"]], [], "", "load"], []),
        ([*CALL[:3], [], [["c", "o/m"]], [], "", "load"], []),
        ([*CALL[:4], [["d", [[1, 2]], 1]], [], "", "load"], [None]),
        ([*CALL[:4], [], [[None, ["d"]]], "", "load"], [None]),
        ("not a call", []),
    ],
)
def test_facts_that_are_not_as_they_should_be_cost_only_themselves(call, refs):
    found = resolve([_facts(calls=[call])], ProjectFacts())
    assert [r.ref for r in found] == refs


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("no map", []),
        ({"ref": 7, "pin": "hardly", "line": "x"}, [(None, "undetermined")]),
        ({"ref": "o/m", "pin": "none"}, [("o/m", "none")]),
    ],
)
def test_facts_of_other_files_are_checked_as_well(item, expected):
    found = resolve([FileIndex("c.yaml", "yaml", {"found": [item]})], ProjectFacts())
    assert [(r.ref, r.pin.value) for r in found] == expected


def test_facts_that_are_no_map_are_named_as_unread():
    from base64 import b64encode
    from zlib import compress

    found = resolve(
        [FileIndex("m.py", "python", {"packed": b64encode(compress(b"[[], 7]")).decode()})], ProjectFacts()
    )
    assert [(r.path, r.ref, r.pin.value) for r in found] == [("m.py", None, "undetermined")]


def test_a_reference_says_all_of_the_contract():
    index = index_file("m.py", b"from transformers import AutoModel\nAutoModel.from_pretrained('o/m')\n")
    assert index is not None
    (found,) = resolve([index], ProjectFacts())
    assert found.as_json() == {
        "path": "m.py",
        "line": 2,
        "end_line": 2,
        "kind": "model",
        "call": "transformers.AutoModel.from_pretrained",
        "ref": "o/m",
        "revision": None,
        "pin": "none",
        "safe": None,
        "text": "AutoModel.from_pretrained('o/m')",
        "why": "No revision is named: whoever owns the repository can change what is loaded.",
        "hub": "hf",
        "column": 1,
    }


@pytest.mark.parametrize(
    ("required", "safe"), [("2.1.0", False), ("2.6", True), ("<2.6", False), ("!=2.0", None), ("words", None)]
)
def test_a_requirement_may_stand_without_its_sign(scan, required, safe):
    (found,) = scan({"m.py": "import torch\ntorch.load('m.pt')"}, {"torch": required})
    assert found.safe is safe
