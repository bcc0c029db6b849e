"""Code and data of others that pipelines and tools fetch: actions, CI templates, hooks, orbs, DVC imports.

Sources: the workflow syntax of GitHub Actions (``uses:``), GitLab's ``include:`` (project, remote,
component), pre-commit's ``repos[].rev``, CircleCI's ``orbs:``, Azure's ``resources.repositories``, and the
``deps`` of DVC's ``import`` and ``import-url``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from inspector.provenance import Pin
from inspector.references import shapes
from inspector.references.config_images import read_image
from inspector.references.config_values import Value
from inspector.references.found import explain, fact
from inspector.references.json_places import Path

# What these references carry as ``hub``: code that a pipeline runs, not code that a model brings.
CODE_HUBS = frozenset(("github-actions", "gitlab-ci", "pre-commit", "circleci", "azure-pipelines", "git"))
MAX_TEXT = 600
_ACTION = re.compile(r"(?P<name>[\w.-]+/[\w.-]+(?:/[\w./-]+)?)(?:@(?P<revision>\S+))?\Z")
_COMPONENT = re.compile(r"(?P<name>[\w.$-]+(?:/[\w.$-]+)+)@(?P<revision>\S+)\Z")
_ORB = re.compile(r"(?P<name>[\w-]+/[\w-]+)@(?P<revision>\S+)\Z")
_RUNS = "A pipeline runs this code. "

Facts = Iterator[dict[str, Any]]
Maps = Mapping[Path, Mapping[str, Value]]
TextOf = Callable[[int], str]


def fetched_code(path: str, values: Sequence[Value], maps: Maps, text_of: TextOf) -> Facts:
    """The code and data of others that the configuration at ``path`` has fetched. ``maps`` are the values by
    the path of their map, keys in small letters; ``text_of`` gives the text of a line."""
    where = f"/{path.lower()}"
    name = where.rsplit("/", 1)[-1]
    reader = _reader(where, name)
    if reader is None:
        return
    for value in values:
        if value.path and len(value.text) <= MAX_TEXT:
            yield from reader(value, maps, text_of)


def _reader(where: str, name: str) -> Callable[[Value, Maps, TextOf], Facts] | None:
    if any(folder in where for folder in ("/.github/", "/.gitea/", "/.forgejo/")):
        return _action
    if name in ("action.yml", "action.yaml"):
        return _action
    if ".gitlab-ci" in name or "/.gitlab/" in where:
        return _include
    if name.startswith(".pre-commit-config"):
        return _hook
    if "/.circleci/" in where:
        return _orb
    if name.startswith("azure-pipelines") or "/.azure/" in where:
        return _azure
    return _import if name == "dvc.yaml" or name.endswith(".dvc") else None


def _made(
    value: Value,
    text_of: TextOf,
    call: str,
    ref: str | None,
    revision: str | None,
    hub: str,
    pin: Pin | None = None,
) -> dict[str, Any]:
    if pin is None:
        unknown = "$" in (ref or "") + (revision or "") or "<<" in (revision or "")
        pin = Pin.UNDETERMINED if unknown else shapes.revision_pin(revision)
    why = _RUNS + explain(pin, revision)
    line = value.line
    return fact(line, line, "remote-code", call, ref, revision, pin, text_of(line), why=why, hub=hub)


def _action(value: Value, maps: Maps, text_of: TextOf) -> Facts:
    key, text = str(value.path[-1]), value.text.strip()
    if key == "uses" or (key == "image" and value.path[-2:-1] == ("runs",)):
        if text.startswith("docker://"):
            yield from read_image(text.removeprefix("docker://"), value.line, text_of(value.line), f"{key}:")
        elif key == "uses" and not text.startswith((".", "/")):
            match = _ACTION.match(text)
            if match is not None:
                yield _made(value, text_of, "uses:", match["name"], match["revision"], "github-actions")
            elif "$" in text:
                yield _made(value, text_of, "uses:", None, None, "github-actions", Pin.UNDETERMINED)


def _include(value: Value, maps: Maps, text_of: TextOf) -> Facts:
    parts = [part for part in value.path if isinstance(part, str)]
    if "include" not in parts[:2] and parts[-2:] != ["trigger", "include"]:
        return
    key, text = parts[-1], value.text.strip()
    around = maps.get(value.path[:-1], {})
    if key == "project":
        revision = around["ref"].text.strip() if "ref" in around else None
        yield _made(value, text_of, "include:project", text, revision, "gitlab-ci")
    elif key == "component":
        match = _COMPONENT.match(text)
        if match is not None:
            yield _made(value, text_of, "include:component", match["name"], match["revision"], "gitlab-ci")
    elif key in ("remote", "include") and shapes.REMOTE.match(text):
        checked = "integrity" in around and around["integrity"].text.startswith("sha256-")
        pin = Pin.DIGEST if checked else shapes.revision_pin(_revision_of_page(text))
        yield _made(value, text_of, "include:remote", text, _revision_of_page(text), "gitlab-ci", pin)


def _revision_of_page(url: str) -> str | None:
    match = re.search(r"/-/raw/([^/\s]+)/", url)
    return match[1] if match else shapes.url_revision(url)


def _hook(value: Value, maps: Maps, text_of: TextOf) -> Facts:
    if value.path[-1] != "repo" or value.path[:1] != ("repos",) or value.text.strip() in ("local", "meta"):
        return
    around = maps.get(value.path[:-1], {})
    revision = around["rev"].text.strip() if "rev" in around else None
    yield _made(value, text_of, "repo:", value.text.strip(), revision, "pre-commit")


def _orb(value: Value, maps: Maps, text_of: TextOf) -> Facts:
    match = _ORB.match(value.text.strip()) if value.path[:1] == ("orbs",) and len(value.path) == 2 else None
    if match is not None:
        yield _made(value, text_of, "orbs:", match["name"], match["revision"], "circleci")


def _azure(value: Value, maps: Maps, text_of: TextOf) -> Facts:
    if value.path[-1] == "name" and "repositories" in value.path[:-1]:
        around = maps.get(value.path[:-1], {})
        revision = around["ref"].text.strip() if "ref" in around else None
        yield _made(value, text_of, "repositories:", value.text.strip(), revision, "azure-pipelines")


def _import(value: Value, maps: Maps, text_of: TextOf) -> Facts:
    """``dvc import`` (a repository at a locked commit) and ``dvc import-url`` (a URL and its hash)."""
    line, text = value.line, value.text.strip()
    if "deps" not in value.path[:-1]:
        return
    around = maps.get(value.path[:-1], {})
    if value.path[-2:] == ("repo", "url"):
        outer = maps.get(value.path[:-2], {})
        ref = f"{text}:{outer['path'].text.strip()}" if "path" in outer else text
        locked = around.get("rev_lock") or around.get("rev")
        revision = locked.text.strip() if locked is not None else None
        yield fact(
            *(
                line,
                line,
                "dataset",
                "dvc import",
                ref,
                revision,
                shapes.revision_pin(revision),
                text_of(line),
            ),
            hub="dvc",
        )
    elif value.path[-1] == "path" and shapes.REMOTE.match(text):
        recorded = any(
            key in fields and len(path) > 1 and path[-2] == "outs"
            for path, fields in maps.items()
            for key in ("md5", "sha256", "etag", "checksum")
        )
        pin = Pin.DIGEST if recorded else Pin.NONE
        why = "DVC compares the recorded hash of what it fetched." if recorded else explain(pin, None)
        yield fact(
            *(line, line, "dataset", "dvc import-url", text, None, pin, text_of(line)), why=why, hub="url"
        )
