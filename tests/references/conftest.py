"""Small projects written inline, read the way the engine does: indexed, sent as JSON, resolved."""

import json

import pytest

from inspector.references import FileIndex, ProjectFacts, index_file, resolve


def _scan(files, requirements=None, paths=()):
    indexes = []
    for path, content in files.items():
        data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
        index = index_file(path, data)
        if index is not None:
            indexes.append(FileIndex.from_json(json.loads(json.dumps(index.as_json()))))
    facts = ProjectFacts(requirements or {}, frozenset(files) | frozenset(paths))
    return resolve(indexes, facts)


@pytest.fixture
def scan():
    """``scan(files, requirements, paths)`` gives the references of a project of ``{path: text}``."""
    return _scan


@pytest.fixture
def brief():
    """``brief(source)`` gives (line, kind, ref, pin, safe) of one Python file's references."""

    def of(source, requirements=None, paths=()):
        found = _scan({"main.py": source}, requirements, paths)
        return [(r.line, r.kind, r.ref, r.pin.value, r.safe) for r in found]

    return of
