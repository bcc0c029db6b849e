"""How a name comes to a call: options, annotations, maps, classes, star imports, odd expressions."""

import pytest

SHA = "0123456789abcdef0123456789abcdef01234567"
LOAD = "from transformers import AutoModel\n"
USE = "AutoModel.from_pretrained"
PARSER = "import argparse\np = argparse.ArgumentParser()\n"

OPTIONS = [
    (
        PARSER
        + f"p.add_argument('--m', dest='model', default='o/m')\nargs = p.parse_args()\n{USE}(args.model)",
        ["o/m"],
    ),
    (PARSER + f"p.add_argument('model', default='o/m')\nargs = p.parse_args()\n{USE}(args.model)", ["o/m"]),
    (
        PARSER + "p.add_argument('--model', choices=['o/a', 'o/b'], required=True)\n"
        f"args = p.parse_args()\n{USE}(args.model)",
        ["o/a", "o/b"],
    ),
    (PARSER + f"p.add_argument('--model', required=True)\nargs = p.parse_args()\n{USE}(args.model)", [None]),
    (PARSER + f"p.add_argument()\nargs = p.parse_args()\n{USE}(args.model)", [None]),
    (
        f"import click\n@click.command()\n@click.option('--model-name', default='o/m')\n"
        f"def f(model_name):\n  {USE}(model_name)",
        ["o/m"],
    ),
    (
        f"import click\n@click.command()\n@click.option('-m', '--x', 'name', default='o/m')\n"
        f"def f(name):\n  {USE}(name)",
        ["o/m"],
    ),
    (f"import typer\ndef f(name: str = typer.Option('o/m')):\n  {USE}(name)", ["o/m"]),
    (f"import typer\ndef f(name: str = typer.Option(default='o/m')):\n  {USE}(name)", ["o/m"]),
    (f"import typer\ndef f(name: str = typer.Option(...)):\n  {USE}(name)", [None]),
    (
        "from dataclasses import dataclass, field\n@dataclass\nclass A:\n"
        f"  name: str = field(default_factory=lambda: 'o/m')\n{USE}(A().name)",
        ["o/m"],
    ),
    (f"def f(*, name='o/m'):\n  {USE}(name)", ["o/m"]),
]

ANNOTATIONS = [
    (f"class C:\n  name = 'o/m'\ndef f(c: {note}):\n  {USE}(c.name)", ["o/m"])
    for note in ("C", "Optional[C]", "Optional['C']", "C | None", "Annotated[C, 1]", "Union[C, None]")
] + [
    (f"class C:\n  name = 'o/m'\ndef f(c: List[C]):\n  {USE}(c.name)", [None]),
]

EXPRESSIONS = [
    (f"kw = dict(base, revision='main')\n{USE}('o/m', **kw)", ["o/m"]),
    (f"base = {{'a': 'o/m'}}\nkw = dict(**base)\n{USE}(kw['a'])", ["o/m"]),
    (f"kw = dict({{'a': 'o/m'}}, b=1)\n{USE}(kw['a'])", ["o/m"]),
    (f"import os\n{USE}(os.environ.get('M', default='o/m'))", ["o/m"]),
    (f"import os\n{USE}(os.environ.pop('M', 'o/m'))", ["o/m"]),
    (f"import os\n{USE}(os.getenv(key='M'))", [None]),
    (f"class C:\n  name = 'o/m'\n{USE}(getattr(C, 'name'))", ["o/m"]),
    (f"class C:\n  pass\n{USE}(getattr(C, 'name', 'o/m'))", ["o/m"]),
    (f"{USE}(getattr(thing, word))", [None]),
    (f"from pathlib import Path\n{USE}(Path('.', 'w'))", ["./w"]),
    (f"from pathlib import Path\n{USE}(Path('.').joinpath('w', 'x'))", ["./w/x"]),
    (f"{USE}('{{o}}/{{n}}'.format(o='o', n='m'))", ["o/m"]),
    (f"{USE}(text.format('m'))", [None]),
    (f"{USE}(glue.join(['o', 'm']))", [None]),
    (f"a, b = 'o/m', 1\n{USE}(a)", ["o/m"]),
    (f"pair = ('o/m', 1)\na, b = pair\n{USE}(a)", ["o/m"]),
    (f"(a, b), c = make()\n{USE}(a)", [None]),
    (f"a = b = 'o/m'\n{USE}(b)", ["o/m"]),
    (f"a = 'o/'\na += 'm'\n{USE}(a)", ["o/m"]),
    (f"a = 'o/'\na -= 'm'\n{USE}(a)", [None]),
    (f"if x:\n  a = 'o/a'\nelse:\n  a = 'o/b'\n  {USE}(a)", ["o/b"]),
    (f"if x:\n  a = 'o/a'\nelse:\n  a = 'o/b'\n{USE}(a)", ["o/a", "o/b"]),
    (f"async def f():\n  {USE}(await name())\n  {USE}(await 'o/m')", [None, "o/m"]),
    (f"names = [*['o/a'], 'o/b']\n{USE}(names[1])", ["o/b"]),
    (f"m = {{**base, 'a': 'o/m'}}\n{USE}(m['a'])", ["o/m"]),
    (f"m = {{'a': 'o/a'}} | {{'b': 'o/b'}}\n{USE}(m['b'])", ["o/b"]),
    (f"m = {{}}\nm.update(a='o/m')\n{USE}(m['a'])", ["o/m"]),
    (f"m = {{}}\nm.update(other, **more)\n{USE}(m['a'])", [None]),
    (f"c = Box()\nc.name = 'o/m'\n{USE}(c.name)", ["o/m"]),
    (f"while (a := 'o/m'):\n  {USE}(a)", ["o/m"]),
    (f"with open(x):\n  {USE}('o/m')", ["o/m"]),
    (f"k = 'a'\nm = {{k: 'o/m'}}\n{USE}(m['a'])", ["o/m"]),
    (f"m = {{unknown(): 'o/a', 'b': 'o/b'}}\n{USE}(m['b'])", ["o/b"]),
    (f"m = {{'a': 'o/a'}} if x else {{'a': 'o/b', 'c': 'o/c'}}\n{USE}(m['a'])", ["o/a", "o/b"]),
    (f"m = ['o/a', 'o/b']\n{USE}(m[i])", ["o/a", "o/b"]),
    (f"m = ['o/a', 'o/b']\n{USE}(m[-1])", ["o/a", "o/b"]),
    (f"m = ['o/a']\n{USE}(m[3])", [None]),
    (f"import os\n{USE}(os.path.dirname(name()))", [None]),
    (f"{USE}(f'{{a}}{{b}}')", [None]),
    (f"{USE}('x' * 3)", [None]),
    (f"import functools\nload = functools.partial({USE}, revision='main')\nload('o/m')", ["o/m"]),
]

CLASSES = [
    (
        f"class C:\n  def get(self):\n    return self.load('o/m')\n  def load(self, n):\n    {USE}(n)",
        [None, "o/m"],
    ),
    (
        f"class B:\n  def load(self, n):\n    {USE}(n)\nclass C(B):\n  def go(self):\n"
        f"    super().load('o/m')",
        [None, "o/m"],
    ),
    (f"class C({USE.split('.')[0]}):\n  def go(self):\n    super().from_pretrained('o/m')", ["o/m"]),
    ("class C(AutoModel):\n  pass\nC.from_pretrained('o/m')", ["o/m"]),
    (f"class C:\n  class D:\n    name = 'o/m'\n{USE}(C.D.name)", ["o/m"]),
    (f"class C:\n  def load(self, n):\n    {USE}(n)\nC().load('o/m')", [None, "o/m"]),
    (f"class C:\n  def load(self, n):\n    {USE}(n)\nc = C()\nc.load('o/m')", [None, "o/m"]),
    (f"class C:\n  def load(self, n):\n    {USE}(n)\n(C() if x else C()).load('o/m')", [None, "o/m"]),
    (
        f"class C:\n  def load(self, n):\n    {USE}(n)\nclass D:\n  def __init__(self):\n    self.c = C()\n"
        "  def go(self):\n    self.c.load('o/m')",
        [None, "o/m"],
    ),
    (
        f"class C:\n  def load(self, n):\n    {USE}(n)\nclass D:\n  def __init__(self, c: C):\n"
        f"    self.c = c\n"
        "  def go(self):\n    self.c.load('o/m')",
        [None],  # an object that is handed in is not followed; what its method loads is told there
    ),
    (f"class C:\n  def load(self, n):\n    {USE}(n)\ndef go(c: C):\n  c.load('o/m')", [None]),
    (
        f"class C:\n  def __init__(self, name='o/m'):\n    self.name = name\n  def load(self):\n"
        f"    {USE}(self.name)",
        ["o/m"],
    ),
    (f"from enum import Enum\nclass M(Enum):\n  A = 'o/a'\nfor m in M:\n  {USE}(m.value)", [None]),
]


@pytest.mark.parametrize(("source", "refs"), [*OPTIONS, *ANNOTATIONS, *EXPRESSIONS, *CLASSES])
def test_what_reaches_the_call(scan, source, refs):
    found = {r.ref for r in scan({"m.py": LOAD + source + "\n"})}
    assert found == set(refs)
