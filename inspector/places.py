"""The one place for paths of this program on the user's machine.

``INSPECTOR_HOME`` puts everything below one folder; otherwise the platform's own folders are used
(XDG base directories, Library, AppData).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

APP = "provenance-inspector"


def home() -> Path | None:
    """The folder INSPECTOR_HOME names, or None where it is not set."""
    value = os.environ.get("INSPECTOR_HOME", "")
    return Path(value).expanduser().absolute() if value else None


def config() -> Path:
    """Settings, keys and the trust store."""
    return _folder("XDG_CONFIG_HOME", ".config", "Library/Application Support", "APPDATA", "config")


def data() -> Path:
    """Reviews that the window autosaves, and the advisory database."""
    return _folder("XDG_DATA_HOME", ".local/share", "Library/Application Support", "APPDATA", "data")


def cache() -> Path:
    """What can be made again: scan results by digest, saved hub answers."""
    return _folder("XDG_CACHE_HOME", ".cache", "Library/Caches", "LOCALAPPDATA", "cache")


def scan_results() -> Path:
    """Results of earlier scans, by digest."""
    return cache() / "scan"


def reviews() -> Path:
    return data() / "reviews"


def keys() -> Path:
    return config() / "keys"


def trust_store() -> Path:
    return config() / "trust.txt"


def _folder(variable: str, unix: str, mac: str, windows: str, part: str) -> Path:
    chosen = home()
    if chosen is not None:
        return chosen / part
    if sys.platform == "win32":
        base = os.environ.get(windows)
        return Path(base) / APP / part if base else Path.home() / APP / part
    if sys.platform == "darwin":
        return Path.home() / mac / APP / part
    base = os.environ.get(variable, "")
    # The specification says that a relative path in these variables is to be ignored.
    return (Path(base) if base.startswith("/") else Path.home() / unix) / APP
