"""Large projects, and projects made to be large: steps grow with the files, and what is given up is named."""

import base64
import contextlib
import json
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.references import FileIndex, ProjectFacts, index_file, project, resolve
from inspector.references.packing import MAX_UNPACKED, pack, unpack
from inspector.references.project import Modules

LOAD = "from transformers import AutoModel\n"


def _indexes(files):
    return [index_file(path, text.encode()) for path, text in sorted(files.items())]


def _diamond(levels, stars, bottom):
    """Each module of a level imports everything from all of the next level; the last has ``bottom``."""
    files = {}
    for level in range(levels):
        for number in range(stars):
            path = f"pkg/level{level}_{number}.py"
            if level + 1 < levels:
                files[path] = "# model\n" + "".join(
                    f"from .level{level + 1}_{n} import *\n" for n in range(stars)
                )
            else:
                files[path] = "# model\n" + (bottom if number == stars - 1 else "")
    return files


def _steps(files, names, near="pkg/level0_0.py"):
    modules = Modules(_indexes(files))
    found = [modules.find(name, near) for name in names]
    return modules.steps, found


def test_a_name_behind_diamonds_of_stars_is_found(scan):
    files = _diamond(12, 8, "MODEL = 'o/m'\n")
    files["run.py"] = LOAD + "from pkg.level0_0 import *\nAutoModel.from_pretrained(MODEL)\n"
    assert [(r.path, r.ref, r.pin.value) for r in scan(files)] == [("run.py", "o/m", "none")]


@pytest.mark.parametrize("defined", [True, False])
def test_diamonds_of_stars_take_steps_by_their_modules(defined):
    names = [f"pkg.level0_0.N{n}" for n in range(20)]
    bottom = "".join(f"N{n} = 'o/m{n}'\n" for n in range(20))
    elsewhere = {"other.py": bottom}  # known names, which the stars do not bring
    short, _ = _steps({**_diamond(6, 8, bottom if defined else ""), **elsewhere}, names)
    long, found = _steps({**_diamond(12, 8, bottom if defined else ""), **elsewhere}, names)
    assert all((meaning is not None) is defined for meaning in found)
    assert long < 2.5 * short
    assert long < 20 * 12 * 8 * 2


def test_stars_that_go_in_circles_end_and_lead_to_what_is_there(scan):
    files = {
        f"pkg/m{n}.py": f"# model\nfrom .m{(n + 1) % 30} import *\nfrom .m{(n + 7) % 30} import *\n"
        for n in range(30)
    }
    files["pkg/m17.py"] += "NAME = 'o/m'\n"
    files["pkg/use.py"] = (
        LOAD + "from .m0 import *\nAutoModel.from_pretrained(NAME)\nAutoModel.from_pretrained(NO)\n"
    )
    assert [(r.line, r.ref) for r in scan(files)] == [(3, "o/m"), (4, None)]
    steps, _ = _steps(files, ["pkg.m0.NAME", "pkg.m0.NO", "pkg.m3.NO", "pkg.m4.NO"], "pkg/use.py")
    assert steps < 4 * 31 * 3


def test_names_that_no_module_defines_are_not_searched_for():
    files = _diamond(12, 8, "")
    steps, found = _steps(files, [f"pkg.level0_0.N{n}" for n in range(20)])
    assert (found, steps) == ([None] * 20, 40)


def test_names_do_not_grow_from_star_to_star():
    files = {"x/__init__.py": "from x.x import *\n# model\n", "x/x/__init__.py": "from x import *\n# model\n"}
    steps, found = _steps(files, ["x.x.a.b.c", "x.x.x.x.d"], "x/__init__.py")
    assert found == [None, None]
    assert steps < 60


def test_a_chain_of_wrappers_is_followed_to_its_end(scan):
    chain = "".join(f"def f{n}(name):\n    return f{n + 1}(name)\n" for n in range(9))
    text = LOAD + chain + "def f9(name):\n    return AutoModel.from_pretrained(name)\nf0('o/m')\n"
    assert [(r.ref, r.call) for r in scan({"a.py": text}) if r.ref] == [("o/m", "f0")]


def test_a_chain_too_long_is_named(scan):
    chain = "".join(f"def f{n}(name):\n    return f{n + 1}(name)\n" for n in range(20))
    text = LOAD + chain + "def f20(name):\n    return AutoModel.from_pretrained(name)\nf0('o/m')\n"
    (told,) = [r for r in scan({"a.py": text}) if "not told" in r.why]
    assert (told.path, told.ref, told.pin.value) == ("a.py", None, "undetermined")


def test_functions_that_call_each_other_end(scan):
    text = LOAD + (
        "def a(name, other='o/x'):\n    b(name)\n    a(other, name)\n"
        "    return AutoModel.from_pretrained(name)\n"
        "def b(name):\n    c(name)\n    return a('x' + name)\n"
        "def c(name):\n    return b(name)\n"
        "c('o/m')\n"
    )
    found = {r.ref for r in scan({"a.py": text}) if r.ref}
    assert {"o/x", "xo/m"} <= found
    assert len(found) < 16


def test_three_thousand_modules_take_steps_by_their_number():
    def steps(count):
        files = {
            f"p{n % 20}/m{n}.py": f"from p{(n + 1) % 20}.m{n + 1} import load\nload('o/m{n}')\n"
            for n in range(count)
        }
        files[f"p{count % 20}/m{count}.py"] = (
            LOAD + "def load(name):\n    return AutoModel.from_pretrained(name)\n"
        )
        modules = Modules(_indexes(files))
        for n in range(count):
            modules.find(f"p{(n + 1) % 20}.m{n + 1}.load", f"p{n % 20}/m{n}.py")
        return modules.steps

    assert steps(3_000) < 2.5 * steps(1_500)


def test_exhausted_look_ups_are_named(monkeypatch):
    monkeypatch.setattr(project, "MAX_LOOK_UPS", 4)
    files = _diamond(6, 4, "MODEL = 'o/m'\n")
    files["run.py"] = LOAD + "from pkg.level0_0 import *\nload(MODEL)\nAutoModel.from_pretrained(MODEL)\n"
    found = resolve(_indexes(files), ProjectFacts())
    assert {(r.path, r.ref, r.pin.value) for r in found} == {("run.py", None, "undetermined")}
    assert any("not told" in r.why for r in found)


def test_facts_that_did_not_arrive_whole_are_named():
    found = resolve([FileIndex("a.py", "python", {"packed": "nonsense"})], ProjectFacts())
    assert [(r.path, r.ref, r.pin.value) for r in found] == [("a.py", None, "undetermined")]


TENSORS = (
    "import torch\nfrom torch import nn\n"
    "class Block{n}(nn.Module):\n"
    "    def __init__(self, width: int, heads: int = 8, dropout: float = 0.0, bias: bool = True):\n"
    "        super().__init__()\n"
    "        self.norm = nn.LayerNorm(width)\n"
    "        self.inner = nn.Linear(width, 4 * width, bias=bias)\n"
    "        self.outer = nn.Linear(4 * width, width)\n"
    "        self.heads = heads\n"
    "    def forward(self, x: torch.Tensor, mask: torch.Tensor | None = None):\n"
    "        y = self.inner(self.norm(x)).reshape(x.shape[0], -1, self.heads)\n"
    "        y = torch.nn.functional.gelu(y).transpose(1, 2)\n"
    "        y = y.to(x.device, dtype=x.dtype)\n"
    "        if mask is not None:\n"
    "            y = y.masked_fill(mask, float('-inf'))\n"
    "        return self.outer(y.flatten(1)) + x\n"
)


def test_files_that_name_nothing_give_small_indexes():
    text = "".join(TENSORS.replace("{n}", str(n)) for n in range(60))
    index = index_file("net.py", text.encode())
    assert len(json.dumps(index.as_json())) < len(text) / 12
    facts = unpack(index.facts["packed"])
    assert facts["calls"] == []
    assert not any(info.get("params") for info in facts["functions"].values())


def test_text_alone_gives_no_facts():
    index = index_file("words.py", b"'''The model loads.'''\n# torch\n")
    assert index.facts == {}


@pytest.mark.parametrize(
    "passed",
    [
        "'o/m'",
        "name='o/m'",
        "*['o/m']",
        "**{'name': 'o/m'}",
        "Config('o/m').name",
        "NAME",
        "'o/' + 'm'",
        "f'o/{M}'",
    ],
)
def test_what_carries_a_name_is_kept(scan, passed):
    text = LOAD + (
        "NAME = 'o/m'\nM = 'm'\n"
        "class Config:\n    def __init__(self, name):\n        self.name = name\n"
        "def get(name):\n    return AutoModel.from_pretrained(name)\n"
        f"get({passed})\n"
    )
    assert [r.ref for r in scan({"a.py": text}) if r.line == 9] == ["o/m"]


@pytest.mark.parametrize("passed", ["False", "weights_only=False"])
def test_a_switch_alone_that_is_handed_on_is_kept(scan, passed):
    text = (
        "import torch\ndef get(weights_only=True, path='w.pt'):\n"
        f"    return torch.load(path, weights_only=weights_only)\nget({passed})\n"
    )
    assert [(r.line, r.ref, r.safe) for r in scan({"a.py": text})] == [(3, "w.pt", True), (4, "w.pt", False)]


def test_a_number_that_becomes_part_of_a_name_is_kept(scan):
    text = "import torch\ndef get(size):\n    return torch.load(f'net{size}.pt')\nget(32)\n"
    assert "net32.pt" in {r.ref for r in scan({"a.py": text})}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.text(max_size=5), JSON, max_size=4))
def test_packed_facts_come_back_as_they_were(facts):
    again = unpack(pack(facts))
    assert json.dumps(again) == json.dumps(facts)


BASE64 = st.binary(max_size=60).map(lambda raw: base64.b64encode(raw).decode())


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=40) | BASE64)
def test_unpacking_raises_nothing_but_value_error(text):
    with contextlib.suppress(ValueError):
        unpack(text)


def test_a_bomb_is_not_unpacked():
    bomb = base64.b64encode(zlib.compress(b" " * (MAX_UNPACKED + 1))).decode()
    with pytest.raises(ValueError, match="large"):
        unpack(bomb)
