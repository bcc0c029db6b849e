"""Where a model that MLflow has logged says it comes from (MLflow 2 and 3, "MLflow Models" and file store).

``MLmodel`` names the run, the flavours and what Python imports to load them; a file store keeps registered
versions in ``models/NAME/version-N/meta.yaml`` with the run and the address (``source``) that they were made
of. All of it is a claim: MLflow keeps no digest, so nothing here proves where bytes come from. What loading
the folder runs is the artifact reader's to judge.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable
from typing import Any

from inspector.provenance.text import plain
from inspector.sources.blockyaml import Broken, read_block_yaml

MAX_FILE = 64 << 10
MAX_BYTES = 4 << 20  # of all such files of a target: they are parsed in this process
_MOST = 50  # flavours, code folders, registered versions of one model
_VERSION = re.compile(r"version-\d{1,9}\Z")
_TEXTS = ("run_id", "model_id", "model_uuid", "artifact_path", "mlflow_version", "utc_time_created")
_SOURCES = ("source_model_name", "source_model_revision")  # of the transformers flavour


def is_description(path: str) -> bool:
    """Whether MLflow describes a model, or a registered version of one, in a file of this path."""
    folder, name = posixpath.split(path)
    return name == "MLmodel" or (name == "meta.yaml" and bool(_VERSION.match(posixpath.basename(folder))))


def mlflow_facts(paths: Iterable[str], read: Callable[[str], bytes | None]) -> dict[str, dict[str, Any]]:
    """By folder what MLflow says of the model in it. ``read`` gives the bytes of a small file, None where
    they cannot be had. A registered version stands with the model that it was made of, or, where that is not
    among the files, alone in its own folder."""
    found: dict[str, dict[str, Any]] = {}
    versions: list[tuple[str, dict[str, Any]]] = []
    left = MAX_BYTES
    for path in sorted(filter(is_description, paths)):
        body = read(path) if left > 0 else None
        left -= len(body or b"")
        folder = posixpath.dirname(path)
        try:
            if body is None or len(body) > MAX_FILE:
                raise Broken("too large")
            value = read_block_yaml(body.decode("utf-8", "replace"))
            if not isinstance(value, dict):
                raise Broken("no map")
        except Broken:
            found[folder] = {"path": path, "problem": "It cannot be read as what MLflow writes."}
            continue
        if posixpath.basename(path) == "MLmodel":
            found[folder] = {"path": path, **_of_model(value)}
        else:
            versions.append(
                (folder, {"path": path, **_texts(value, ("name", "version", "run_id", "source"))})
            )
    for folder, version in versions:
        made_of = [facts for facts in found.values() if _is_made_of(version, facts)]
        for facts in made_of:
            facts.setdefault("registered", []).append(version)
            del facts["registered"][_MOST:]
        if not made_of:
            found[folder] = {"path": version["path"], "registered": [version], "is_here": False}
    return found


def _of_model(value: dict[str, Any]) -> dict[str, Any]:
    flavours = value.get("flavors")
    flavours = flavours if isinstance(flavours, dict) else {}
    facts: dict[str, Any] = {
        **_texts(value, _TEXTS),
        "flavors": [plain(one, 100) for one in flavours][:_MOST],
    }
    for flavour in list(flavours.values())[:_MOST]:
        if not isinstance(flavour, dict):
            continue
        facts.update(_texts(flavour, ("loader_module", "python_model", "model_code_path", *_SOURCES)))
        code = flavour.get("code")
        for one in code if isinstance(code, list) else [code]:
            if isinstance(one, str) and one not in ("", "null", "~"):
                facts.setdefault("code", []).append(plain(one, 300))
    if "code" in facts:
        facts["code"] = sorted(set(facts["code"]))[:_MOST]
    return facts


def _texts(value: dict[str, Any], names: Iterable[str]) -> dict[str, str]:
    return {
        name: plain(value[name], 500)
        for name in names
        if isinstance(value.get(name), str) and value[name] not in ("", "null", "~")
    }


def _is_made_of(version: dict[str, Any], facts: dict[str, Any]) -> bool:
    """Whether a registered version names the model: by its own id, or by its run and the folder's name."""
    source = version.get("source", "").rstrip("/")
    if "model_id" in facts and source.rpartition("/")[2] == facts["model_id"]:
        return True
    folder = posixpath.basename(posixpath.dirname(facts["path"]))
    run = facts.get("run_id")
    return run is not None and version.get("run_id") == run and source.rpartition("/")[2] == folder
