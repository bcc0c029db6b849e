"""Where in a project a file stands, as far as its path tells."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

_TEST_FOLDERS = frozenset({"test", "tests", "testing", "unit_tests", "integration_tests"})
_TEST_NAME = re.compile(r"(?:test_.*|.*_test|conftest)\.(?:py|ipynb)\Z", re.IGNORECASE)


def is_test_code(path: str) -> bool:
    """Whether ``path`` (relative, with "/") is that of a test by the habits of pytest and unittest."""
    folder, name = posixpath.split(path)
    return bool(_TEST_FOLDERS & set(folder.lower().split("/"))) or _TEST_NAME.match(name) is not None


def only_in_tests(paths: Iterable[str]) -> bool:
    """True where every one of ``paths`` is a test: it runs on the machines of developers and of the build,
    and is not what is deployed."""
    return all(is_test_code(path) for path in paths)
