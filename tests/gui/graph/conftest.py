"""Sample graphs as fixtures, a panel that is shown and filled, and a watch over the event loop."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture(scope="session")
def samples() -> ModuleType:
    """The module of sample graphs beside this file."""
    name = "graph_samples"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name("samples.py"))
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture
def make_panel(qtbot: Any) -> Any:
    """Builds a panel of a sample, shown at 1280 by 720, with all its work done."""
    from inspector.gui.graph.panel import GraphPanel

    def make(sample: Any = None, *, tokens: Any = None, size: tuple[int, int] = (1280, 720)) -> Any:
        panel = GraphPanel(tokens=tokens) if tokens is not None else GraphPanel()
        qtbot.addWidget(panel)
        panel.set_motion(False)
        panel.resize(*size)
        if sample is not None:
            panel.set_graph(*sample)
        panel.show()
        qtbot.waitExposed(panel)
        panel.flush()
        return panel

    return make
