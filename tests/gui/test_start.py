"""The window stands quickly: what it does not need at once is not imported."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

from inspector.gui import app

HEAVY = (
    "networkx",
    "cryptography",
    "huggingface_hub",
    "yaml",
    "fickling",
    "safetensors",
    "PySide6.QtNetwork",
)


def test_nothing_heavy_is_imported_before_the_window_stands(tmp_path):
    code = (
        "import sys; from pathlib import Path\n"
        "from inspector.gui.app import make_application\n"
        "application = make_application()\n"
        "from inspector.gui.main_window import MainWindow\n"
        "from inspector.gui.settings import Settings\n"
        "window = MainWindow(Settings(Path(sys.argv[1])))\n"
        "window.show(); application.processEvents()\n"
        "print(*sorted(sys.modules)); window.close()\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "window.json")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2], check=True)
    loaded = set(done.stdout.split())
    assert "inspector.gui.main_window" in loaded
    assert loaded.isdisjoint(HEAVY)


def test_what_is_warmed_up_exists_and_is_not_heavy():
    for name in app._NEEDED_SOON:
        assert importlib.import_module(name)


def test_left_over_scans_are_dropped_and_new_ones_are_not(tmp_path):
    import os
    import time

    from inspector import places

    places.cache().mkdir(parents=True)
    old, new = places.cache() / "scan-old.jsonl", places.cache() / "scan-new.jsonl"
    for path in (old, new):
        path.write_text("")
    os.utime(old, (time.time() - 200_000,) * 2)
    app._tidy()
    assert not old.exists() and new.exists()


def test_in_a_flatpak_the_window_belongs_to_the_entry_of_that_package(monkeypatch):
    from inspector.gui.app import desktop_name

    monkeypatch.delenv("FLATPAK_ID", raising=False)
    assert desktop_name() == "provenance-inspector"
    monkeypatch.setenv("FLATPAK_ID", "org.example.Inspector")
    assert desktop_name() == "org.example.Inspector"
