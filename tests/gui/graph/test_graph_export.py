"""Pictures of the graph: SVG, PNG and PDF at full extent, and images for screenshots."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from PySide6.QtGui import QImage

from inspector.provenance import InspectorError

HEAD = 52


@pytest.mark.parametrize("form", ["svg", "png", "pdf"])
@pytest.mark.parametrize("view", ["story", "focus", "paths", "map", "lineage"])
def test_every_view_is_written_in_every_format(
    make_panel: Any, samples: ModuleType, tmp_path: Path, form: str, view: str
) -> None:
    panel = make_panel(samples.small())
    panel.show_view(view, "model:acme/support-7b-instruct" if view != "map" else None)
    path = tmp_path / f"graph.{form}"
    panel.export(path, form)
    assert path.stat().st_size > 2000
    start = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}[form]
    assert path.read_bytes().startswith(start)
    assert [item.name for item in tmp_path.iterdir()] == [path.name]


def _texts(path: Path) -> str:
    root = ElementTree.parse(path).getroot()
    return "\n".join(
        "".join(item.itertext()).strip() for item in root.iter("{http://www.w3.org/2000/svg}text")
    )


def test_an_svg_has_its_labels_as_text(make_panel: Any, samples: ModuleType, tmp_path: Path) -> None:
    panel = make_panel(samples.small())
    panel.export(tmp_path / "graph.svg", "svg")
    texts = _texts(tmp_path / "graph.svg")
    for word in (
        "support-assistant",
        "scaler.pkl",
        "serve.py",
        "pickle-based",
        "unpinned",
        "runs code",
        "critical",
    ):
        assert word in texts
    assert panel.view.heading in texts


def test_hostile_names_stand_in_an_svg_as_text(make_panel: Any, samples: ModuleType, tmp_path: Path) -> None:
    panel = make_panel(samples.hostile())
    panel.export(tmp_path / "graph.svg", "svg")
    raw = (tmp_path / "graph.svg").read_text(encoding="utf-8")
    assert "<i>proj</i>" not in raw
    assert "<i…/i>\\u202e\\x1b" in _texts(tmp_path / "graph.svg")
    assert "\u202e" not in raw and "\x1b" not in raw


def test_a_png_has_the_full_extent_times_the_scale(
    make_panel: Any, samples: ModuleType, tmp_path: Path
) -> None:
    panel = make_panel(samples.project(), size=(500, 400))
    panel.export(tmp_path / "graph.png", "png", scale=2.0)
    image = QImage(str(tmp_path / "graph.png"))
    assert image.width() == round(panel.view.width * 2)
    assert image.height() == round((panel.view.height + HEAD) * 2)


def test_a_huge_map_is_written_in_a_size_that_opens(
    make_panel: Any, samples: ModuleType, tmp_path: Path
) -> None:
    panel = make_panel(samples.random_graph(400))
    panel.show_view("map")
    panel.flush()
    panel.export(tmp_path / "map.png", "png", scale=4.0)
    image = QImage(str(tmp_path / "map.png"))
    assert 3000 < max(image.width(), image.height()) <= 16_000
    assert image.width() * image.height() <= 33_000_000


def test_an_unwritable_place_is_told_in_a_sentence(
    make_panel: Any, samples: ModuleType, tmp_path: Path
) -> None:
    panel = make_panel(samples.small())
    for form in ("svg", "png", "pdf"):
        with pytest.raises(InspectorError, match="could not be written"):
            panel.export(tmp_path / "missing" / f"graph.{form}", form)


def test_another_format_is_refused(make_panel: Any, samples: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(InspectorError, match="not as gif"):
        make_panel(samples.small()).export(tmp_path / "graph.gif", "gif")
