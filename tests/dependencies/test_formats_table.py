"""A reader of manifests that the table names is there and takes a path and bytes."""

from __future__ import annotations

import pytest

from inspector.dependencies.bounded import Unreadable
from inspector.dependencies.formats import FORMATS, Format


@pytest.mark.parametrize("row", FORMATS, ids=lambda row: row.reader)
def test_the_reader_is_there_and_finds_nothing_in_nothing(row: Format) -> None:
    try:
        manifest = row.read(f"x/{row.name}", b"")
    except Unreadable as unread:
        assert str(unread).endswith(".")
    else:
        assert manifest is None or (manifest.path == f"x/{row.name}" and not manifest.requirements)
