"""Package URLs of the bill of materials: each package under the type of its own index."""

from __future__ import annotations

from typing import Any

import pytest

from inspector.provenance import Node, NodeKind
from inspector.record.statement import purl_of


@pytest.mark.parametrize(
    ("attributes", "purl"),
    [
        ({"package": "Requests_X", "version": "1.0"}, "pkg:pypi/requests-x@1.0"),
        ({"package": "@scope/Thing_x", "version": "1.0", "ecosystem": "npm"}, "pkg:npm/%40scope/Thing_x@1.0"),
        ({"package": "py_lib", "version": "1.0", "ecosystem": "conda"}, "pkg:conda/py_lib@1.0"),
        ({"version": "1.0"}, "pkg:pypi/old@1.0"),
        ({"package": "bare", "version": None}, "pkg:pypi/bare"),
    ],
)
def test_a_package_url_is_that_of_its_ecosystem(attributes: dict[str, Any], purl: str) -> None:
    node = Node("package:x", NodeKind.PACKAGE, "old 1.0", attributes=attributes)
    assert purl_of(node) == purl
