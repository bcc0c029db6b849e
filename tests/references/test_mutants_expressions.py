"""What an expression in Python can be when a model is loaded by it, one kind of expression a row."""

from __future__ import annotations

from typing import Any

import pytest

SHA = "0123456789abcdef0123456789abcdef01234567"

# The code behind "from transformers import AutoModel as M", and the (name, pin) of what it loads.
CASES: list[tuple[str, list[tuple[str | None, str]]]] = [
    ("for n, m in enumerate(['o/a','o/b']): M.from_pretrained(m)", [("o/a", "none"), ("o/b", "none")]),
    (
        "for m, r in zip(['o/a','o/b'], ['v1','v2']): M.from_pretrained(m, revision=r)",
        [("o/a", "movable"), ("o/b", "movable")],
    ),
    (
        "from tqdm import tqdm\nfor m in tqdm(['o/a','o/b']): M.from_pretrained(m)",
        [("o/a", "none"), ("o/b", "none")],
    ),
    ("for m in sorted({'o/a','o/b'}): M.from_pretrained(m)", [("o/a", "none"), ("o/b", "none")]),
    (
        "D={'x':'o/a','y':'o/b'}\nfor k, v in D.items(): M.from_pretrained(v)",
        [("o/a", "none"), ("o/b", "none")],
    ),
    ("D={'o/a':1,'o/b':2}\nfor k in D.keys(): M.from_pretrained(k)", [("o/a", "none"), ("o/b", "none")]),
    ("D={'o/a':1,'o/b':2}\nfor k in D: M.from_pretrained(k)", [("o/a", "none"), ("o/b", "none")]),
    ("D={'x':'o/a'}\nfor v in D.values(): M.from_pretrained(v)", [("o/a", "none")]),
    ("for a, (b, c) in [(1, ('o/a', 2))]: M.from_pretrained(b)", [("o/a", "none")]),
    (
        "(a, b), c = ('o/a', 'o/b'), 'o/c'\nM.from_pretrained(b)\nM.from_pretrained(c)",
        [("o/b", "none"), ("o/c", "none")],
    ),
    ("n = 'o/'\nn += 'a'\nM.from_pretrained(n)", [("o/a", "none")]),
    ("n = 'o/aa'\nn -= 1\nM.from_pretrained(n)", [(None, "undetermined")]),
    ("M.from_pretrained('o/%s' % 'a')", [("o/a", "none")]),
    ("M.from_pretrained('%s/%d' % ('o', 3))", [("o/3", "none")]),
    ("M.from_pretrained('%(a)s/x' % {'a': 'o'})", [(None, "undetermined")]),
    ("M.from_pretrained('%s/%s' % 'o')", [(None, "none")]),
    ("M.from_pretrained(b % 'a')", [(None, "undetermined")]),
    ("M.from_pretrained(f'o/{1:03d}')", [(None, "none")]),
    ("M.from_pretrained(b'o/a')", [(None, "undetermined")]),
    ("M.from_pretrained(f'o/v{1.5}')", [("o/v1.5", "none")]),
    ("kw = {'revision': 'v1'} | {'token': 1}\nM.from_pretrained('o/a', **kw)", [("o/a", "movable")]),
    (
        f"kw = dict(revision='v1')\nkw['revision'] = '{SHA}'\nM.from_pretrained('o/a', **kw)",
        [("o/a", "commit")],
    ),
    ("kw = {}\nkw.update({'revision': 'v1'})\nM.from_pretrained('o/a', **kw)", [("o/a", "movable")]),
    ("kw = {}\nkw.update(revision='v1')\nM.from_pretrained('o/a', **kw)", [("o/a", "movable")]),
    ("kw = {}\nkw.setdefault('revision', 'v1')\nM.from_pretrained('o/a', **kw)", [("o/a", "movable")]),
    (
        "kw = {'revision': 'v2'}\nkw.setdefault('revision', 'v1')\nM.from_pretrained('o/a', **kw)",
        [("o/a", "movable")],
    ),
    (f"kw = {{}}\nif x:\n    kw['revision'] = '{SHA}'\nM.from_pretrained('o/a', **kw)", [("o/a", "none")]),
    (
        "def f(kw):\n    kw.setdefault('revision', 'v1')\n    M.from_pretrained('o/a', **kw)\nf({})",
        [("o/a", "movable")],
    ),
    (
        "def f(kw):\n    kw.setdefault('revision', 'v1')\n    M.from_pretrained('o/a', **kw)\n"
        f"f({{'revision': '{SHA}'}})",
        [("o/a", "movable"), ("o/a", "commit")],
    ),
    ("import os\nM.from_pretrained(os.environ['X'])", [(None, "undetermined")]),
    ("import os\nM.from_pretrained(os.environ.get('X', 'o/a'))", [("o/a", "none")]),
    (
        "from absl import flags\nflags.DEFINE_string('m', 'o/a', '')\nM.from_pretrained(flags.FLAGS.m)",
        [("o/a", "none")],
    ),
    ("from pathlib import Path\nM.from_pretrained(Path(__file__).parent / 'w')", [("./w", "local")]),
    ("from pathlib import Path\nM.from_pretrained(Path(__file__).parents[1] / 'w')", [("../w", "local")]),
    (
        "from pathlib import Path\nM.from_pretrained(Path(__file__).parents[9] / 'w')",
        [(None, "undetermined")],
    ),
    ("M.from_pretrained(x or 'o/a')", [("o/a", "none")]),
    ("M.from_pretrained(x and 'o/a')", [("o/a", "none")]),
    ("M.from_pretrained('o/a' if x else 'o/b')", [("o/a", "none"), ("o/b", "none")]),
    ("M.from_pretrained((y := 'o/a'))", [("o/a", "none")]),
    ("M.from_pretrained([m for m in ['o/a','o/b']][0])", [(None, "undetermined")]),
    ("M.from_pretrained(['o/a','o/b'][1])", [("o/b", "none")]),
    ("M.from_pretrained({'a':'o/a'}['a'])", [("o/a", "none")]),
    ("M.from_pretrained({'a':'o/a', **{'b':'o/b'}}['b'])", [("o/b", "none")]),
    (
        "class C:\n    name = 'o/a'\n    def __init__(self): self.m = 'o/b'\n"
        "    def f(self):\n        M.from_pretrained(self.name); M.from_pretrained(self.m)",
        [("o/a", "none"), ("o/b", "none")],
    ),
    (
        "class B:\n    def load(self, n): return M.from_pretrained(n)\nclass C(B):\n"
        "    def f(self): super().load('o/a')",
        [(None, "undetermined"), ("o/a", "none")],
    ),
    (
        "from functools import partial\nload = partial(M.from_pretrained, revision='v1')\nload('o/a')",
        [("o/a", "movable")],
    ),
    ("f = M.from_pretrained if x else None\nf('o/a')", [("o/a", "none")]),
    ("import transformers as t\nL = {'m': t.AutoModel}\nL['m'].from_pretrained('o/a')", [("o/a", "none")]),
    (
        "import transformers as t\nfor c in (t.AutoModel, t.AutoTokenizer): c.from_pretrained('o/a')",
        [("o/a", "none")],
    ),
    ("def make(): return M\nmake().from_pretrained('o/a')", [("o/a", "none")]),
    ("a = M\na.from_pretrained('o/a')", [("o/a", "none")]),
    ("def f(c, n): return c.from_pretrained(n)\nf(M, 'o/a')", [(None, "undetermined"), ("o/a", "none")]),
    ("from transformers import *\nAutoModel.from_pretrained('o/a')", [("o/a", "none")]),
    ("M.from_pretrained('o/' + 'a')", [("o/a", "none")]),
    ("M.from_pretrained('/'.join(['o','a']))", [("o/a", "none")]),
    ("M.from_pretrained('{}/{}'.format('o','a'))", [("o/a", "none")]),
    ("M.from_pretrained('O/A'.lower())", [(None, "undetermined")]),
    ("M.from_pretrained(' o/a '.strip())", [("o/a", "none")]),
    ("M.from_pretrained('o/a@v1'.split('@')[0])", [(None, "undetermined")]),
    ("M.from_pretrained('x_o/a'.replace('x_',''))", [(None, "undetermined")]),
    ("import os\nM.from_pretrained(os.path.join('w','x'))", [("w/x", "none")]),
    (
        "import argparse\np = argparse.ArgumentParser()\n"
        "p.add_argument('--model', default='o/a')\nargs = p.parse_args()\n"
        "M.from_pretrained(args.model)",
        [("o/a", "none")],
    ),
    (
        "import argparse\np = argparse.ArgumentParser()\n"
        "p.add_argument('--model', default='o/a')\nargs = vars(p.parse_args())\n"
        "M.from_pretrained(args['model'])",
        [("o/a", "none")],
    ),
    (
        "from dataclasses import dataclass\n@dataclass\nclass A:\n    model: str = 'o/a'\n"
        "a = A()\nM.from_pretrained(a.model)",
        [("o/a", "none")],
    ),
    (
        "from dataclasses import dataclass, field\n@dataclass\nclass A:\n"
        "    model: str = field(default='o/a')\na = A()\nM.from_pretrained(a.model)",
        [("o/a", "none")],
    ),
    ("lam = lambda n: M.from_pretrained(n)\nlam('o/a')", [(None, "undetermined"), ("o/a", "none")]),
    ("x = M.from_pretrained\nx(*['o/a'])", [("o/a", "none")]),
    ("d = {'pretrained_model_name_or_path': 'o/a'}\nM.from_pretrained(**d)", [("o/a", "none")]),
    (
        "try:\n    n = 'o/a'\nexcept E:\n    n = 'o/b'\nM.from_pretrained(n)",
        [("o/a", "none"), ("o/b", "none")],
    ),
    (
        "match x:\n    case 1: n = 'o/a'\n    case _: n = 'o/b'\nM.from_pretrained(n)",
        [("o/a", "none"), ("o/b", "none")],
    ),
    ("while True:\n    n = 'o/a'\n    M.from_pretrained(n)", [("o/a", "none")]),
    ("def f():\n    global G\n    G = 'o/a'\nM.from_pretrained(G)", [("o/a", "none")]),
    (
        "def outer():\n    n = 'o/a'\n    def inner():\n        nonlocal n\n        M.from_pretrained(n)",
        [("o/a", "none")],
    ),
    ("del n\nM.from_pretrained(n)", [(None, "undetermined")]),
    ("async def f():\n    async for m in g(): M.from_pretrained(m)", [(None, "undetermined")]),
    ("print([M.from_pretrained(m) for m in ('o/a', 'o/b') if m])", [("o/a", "none"), ("o/b", "none")]),
    ("print({k: M.from_pretrained(v) for k, v in {'a': 'o/a'}.items()})", [("o/a", "none")]),
    ("first, *rest = ['o/a', 'o/b']\nM.from_pretrained(first)", [("o/a", "none")]),
]


@pytest.mark.parametrize(("code", "expected"), CASES, ids=[str(number) for number in range(len(CASES))])
def test_what_an_expression_can_be(scan: Any, code: str, expected: Any) -> None:
    found = scan({"main.py": f"from transformers import AutoModel as M\n{code}\n"}, paths=("w/config.json",))
    assert [(r.ref, r.pin.value) for r in found] == expected
