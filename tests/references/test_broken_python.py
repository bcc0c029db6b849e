"""Python that no parser takes whole, and cells of notebooks: what is still read of them, and what is said."""

import json

import pytest

from inspector.references import index_file

LOAD = "from transformers import AutoModel\n"
USE = "AutoModel.from_pretrained"

SOURCES = [
    # Python 2 and consoles
    ("print 'a'\n" + f"{USE}('o/m')\n", ["o/m"]),
    ("!pip install \\\n  torch\n" + f"{USE}('o/m')\n", ["o/m"]),
    ("%load_ext a\n%cd \\\n  b\n" + f"{USE}('o/m')\n", ["o/m"]),
    (f"print ('%s'\n% 1)\n{USE}('o/m')\nx = = 1\n", ["o/m"]),
    # statements that stand around a broken one
    (f"try:\n  a = 1\nexcept X, e:\n  x = = 1\nelse:\n  b = 1\n{USE}('o/m')\n", ["o/m"]),
    (f"'''a text\nx = = 1\n'''\nx = = 1 # '''\n{USE}('o/m')\n", ["o/m"]),
    (f"@wraps\n# why\ndef f():\n  {USE}('o/m')\n  x = = 1\n", ["o/m"]),
    (f"def f():\n  x = = 1\n  {USE}('o/m')\n", ["o/m"]),
    (f"def f():\n  x = = {USE}('o/m')\n", ["o/m"]),
    (f"def f():\n  x = = {USE}(\n    'o/m')\n", ["o/m"]),
    (f"def f():\n  x = = g({USE}('o/m')\n", ["o/m"]),
    ("def f():\n  x = = 1\n  pass pass\n" + "  y = = 2\n" * 9 + f"  {USE}('o/m')\n", ["o/m"]),
    (f"def f():\n  # {USE}('o/no')\n  x = = {USE}('o/m')\n  if x:\n    y = [{USE}('o/n')\n", ["o/m", "o/n"]),
]


@pytest.mark.parametrize(("source", "refs"), SOURCES)
def test_a_break_hides_no_call_beside_it(scan, source, refs):
    assert sorted({r.ref for r in scan({"m.py": LOAD + source})}) == refs
    index = index_file("m.py", (LOAD + source).encode())
    assert index is not None and index.partly is not None


def test_of_a_very_large_source_the_first_part_is_read(scan, monkeypatch):
    monkeypatch.setattr("inspector.references.python_source.MAX_SOURCE", 200)
    source = LOAD + f"{USE}('o/m')\n" + "#\n" * 100 + f"{USE}('o/n')\n"
    index = index_file("m.py", source.encode())
    assert index is not None and index.partly == "The file is larger than 4 MB; only its first part was read."
    assert [r.ref for r in scan({"m.py": source})] == ["o/m"]


def _cell(source, kind="code"):
    return {"cell_type": kind, "source": source}


CELLS = [
    ([_cell("%%bash\nhf download o/m")], ["o/m"]),
    ([_cell("%%html\n<b>"), _cell("%%time\n" + LOAD + f"{USE}('o/m')")], ["o/m"]),
    ([_cell("%%writefile run.sh\nhf download o/m")], ["o/m"]),
    ([_cell("%%writefile m.py\n" + LOAD + f"{USE}('o/m')")], ["o/m"]),
    ([_cell("%%writefile n.ipynb\n{}")], []),
    ([_cell("out = !hf download \\\n  o/m")], ["o/m"]),
    ([_cell([LOAD, USE, "('o/m')"])], ["o/m"]),
    ([_cell([LOAD, "x = 1", "\n", f"{USE}('o/m')\nx = 2"])], ["o/m"]),
    ([_cell([LOAD + "x", " = 1\n", f"{USE}('o/m')"])], ["o/m"]),
    ([_cell(LOAD + f"{USE}('o/no')", "markdown")], []),
    ([_cell("url = 'https://huggingface.co/o/m/resolve/main/a.bin'")], ["o/m"]),
]


@pytest.mark.parametrize(("cells", "refs"), CELLS)
def test_what_the_cells_of_a_notebook_name(scan, cells, refs):
    assert [r.ref for r in scan({"n.ipynb": json.dumps({"cells": cells})})] == refs


def test_a_notebook_of_the_third_format_is_read(scan):
    cell = {"cell_type": "code", "input": LOAD + f"{USE}('o/m')"}
    assert [r.ref for r in scan({"n.ipynb": json.dumps({"worksheets": [{"cells": [cell]}]})})] == ["o/m"]


@pytest.mark.parametrize(
    ("metadata", "partly"),
    [
        ({"language_info": {"name": "R"}}, "The notebook's language is 'r'; it was not read."),
        ({"kernelspec": {"language": "julia"}}, "The notebook's language is 'julia'; it was not read."),
        ({"kernelspec": {"name": "x"}}, None),
        ({"language_info": {"name": "python"}}, None),
    ],
)
def test_a_notebook_of_another_language_is_named(metadata, partly):
    data = json.dumps({"metadata": metadata, "cells": [_cell("x = 1")]})
    index = index_file("n.ipynb", data.encode())
    assert index is not None and index.partly == partly


def test_more_cells_than_are_read_are_told(monkeypatch):
    monkeypatch.setattr("inspector.references.notebook.MAX_CELLS", 3)
    index = index_file("n.ipynb", json.dumps({"cells": [_cell("x = 1")] * 5}).encode())
    assert index is not None
    assert index.partly == "The notebook has more than 20,000 cells; the rest was left out."
