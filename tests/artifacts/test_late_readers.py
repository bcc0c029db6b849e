"""A reader that the table names is there, takes what it is given, and is not imported before it is asked."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest

from inspector.artifacts import table
from inspector.artifacts.context import Sample

NAMED = [
    *(value for row in table.ROWS for value in (row.probe, row.read) if isinstance(value, table.Late)),
    *(value for value in vars(table).values() if isinstance(value, table.Late)),
]


@pytest.mark.parametrize("late", NAMED, ids=lambda late: late.where)
def test_it_can_be_called_with_the_fields_that_are_named(late: table.Late) -> None:
    fields = late.fields.split()
    assert all(hasattr(Sample, name) or name in Sample.__dataclass_fields__ for name in fields)
    inspect.signature(late.resolve()).bind(*fields)


def test_no_reader_is_imported_for_the_table() -> None:
    code = (
        "import sys, inspector.artifacts.dispatch;"
        "print([name for name in sys.modules if name.startswith('inspector.artifacts.pickles')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
