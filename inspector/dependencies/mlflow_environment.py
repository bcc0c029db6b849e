"""MLflow's python_env.yaml: what pip installs before a model is loaded (MLflow 2, ``virtualenv`` environments).

``build_dependencies`` and ``dependencies`` are lists of lines as pip takes them; the second one is nearly always
``-r requirements.txt``, beside it.
"""

from __future__ import annotations

import re

from inspector.dependencies.bounded import rows, text_of, yaml_mapping
from inspector.dependencies.interface import Manifest, Requirement
from inspector.dependencies.shapes import MAX_TEXT, requirement

FORMAT = "python_env.yaml"
_SECTIONS = ("build_dependencies", "dependencies")
_INCLUDE = re.compile(r"\A(?:-[rc][\s=]*|--(?:requirement|constraint)[\s=]+)([^\s\"']+)")


def read(path: str, data: bytes) -> Manifest:
    """The requirements of both lists, each in a section of its name, and the files that they take in."""
    text = text_of(data)
    document = yaml_mapping(text)
    lines: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        lines.setdefault(re.sub(r"\s#.*", "", line).strip().removeprefix("- ").strip(" \t\"'"), number)
    found: list[Requirement] = []
    includes: list[str] = []
    for section in _SECTIONS:
        for item in rows(document.get(section)):
            said = str(item).strip()
            line = lines.get(said)
            if said.startswith(("-e ", "--editable ")):
                link = said.partition(" ")[2].strip()
                found.append(Requirement(None, section, "editable", link[:MAX_TEXT], line, said[:MAX_TEXT]))
            elif said.startswith("-"):
                includes += _INCLUDE.findall(said)
                found.append(Requirement(None, section, "option", "", line, said[:MAX_TEXT]))
            else:
                found.append(requirement(said, section, line))
    unread = next((item for item in found if item.shape == "unread"), None)
    error = f"{unread.text!r} is no requirement that can be read." if unread else None
    return Manifest(path, FORMAT, requirements=tuple(found), includes=tuple(includes), error=error)
