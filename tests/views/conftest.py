"""The sample graphs of the graph room and the measures of a view, as fixtures."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from inspector.provenance import ProvenanceGraph


@pytest.fixture(scope="session")
def samples(script: Callable[[str], ModuleType]) -> ModuleType:
    """One set of sample graphs for this room and for the graph in the window."""
    return script("tests/gui/graph/samples.py")


@pytest.fixture(scope="session")
def geometry(script: Callable[[str], ModuleType]) -> ModuleType:
    return script("tests/views/geometry.py")


@pytest.fixture(scope="session")
def project(samples: ModuleType) -> tuple[ProvenanceGraph, Any]:
    """A project of the usual size and its findings."""
    nodes, edges, findings = samples.project()
    return ProvenanceGraph(nodes, edges), findings


@pytest.fixture(scope="session")
def large(samples: ModuleType) -> tuple[ProvenanceGraph, Any]:
    """Two thousand nodes and their findings."""
    nodes, edges, findings = samples.random_graph(2000)
    return ProvenanceGraph(nodes, edges), findings
