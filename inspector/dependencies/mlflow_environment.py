"""MLflow's python_env.yaml: what pip installs before a model is loaded (MLflow 2, made by virtualenv).

``build_dependencies`` and ``dependencies`` are lists of lines as pip takes them; the second one is nearly
always ``-r requirements.txt``, which lies beside it.
"""

from __future__ import annotations

from inspector.dependencies.bounded import rows, text_of, yaml_mapping
from inspector.dependencies.conda import for_pip, lines_of_items, listed
from inspector.dependencies.interface import Manifest

FORMAT = "python_env.yaml"
_SECTIONS = ("build_dependencies", "dependencies")


def read(path: str, data: bytes) -> Manifest:
    """The requirements of both lists, each in a section of its name, and the files that they take in."""
    text = text_of(data)
    document = yaml_mapping(text)
    lines = lines_of_items(text)
    found = [item for section in _SECTIONS for item in for_pip(rows(document.get(section)), section, lines)]
    return listed(path, FORMAT, found)
