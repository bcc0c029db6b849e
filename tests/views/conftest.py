"""The sample graphs of the graph room and the measures of a view, as fixtures."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from inspector.provenance import ProvenanceGraph


def _module(name: str, path: Path) -> ModuleType:
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture(scope="session")
def samples() -> ModuleType:
    """One set of sample graphs for this room and for the graph in the window."""
    return _module("graph_samples", Path(__file__).parents[1] / "gui" / "graph" / "samples.py")


@pytest.fixture(scope="session")
def geometry() -> ModuleType:
    return _module("views_geometry", Path(__file__).with_name("geometry.py"))


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
