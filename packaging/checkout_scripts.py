"""The scripts of this repository as modules, by their path.

``packaging`` is the name of a library, so its folders are no packages and what lies in them cannot be
imported by name. A script appends this file's folder to ``sys.path`` (last: it holds a ``build.py`` too) and
loads the others from here.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

CHECKOUT = Path(__file__).resolve().parents[1]


def load(path: str) -> ModuleType:
    """The script at ``path`` from the root of the repository, run once. FileNotFoundError without one."""
    name = path.removesuffix(".py").replace("/", "_") + "_script"
    if name not in sys.modules:
        if not (CHECKOUT / path).is_file():
            raise FileNotFoundError(path)
        spec = importlib.util.spec_from_file_location(name, CHECKOUT / path)
        assert spec is not None and spec.loader is not None  # the name ends in .py
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[name]
            raise
    return sys.modules[name]
