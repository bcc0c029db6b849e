"""References in YAML, JSON and TOML: by keys that mean a model, a dataset or an image, and by their
commands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from inspector.references import shapes
from inspector.references.commands import environment, image_fact, url_fact, words_command
from inspector.references.config_keys import (
    DATASET_KEYS,
    DATASET_LIST_KEYS,
    DATASET_LISTS,
    DATASET_MIXERS,
    ENVIRONMENT_KEYS,
    HOSTED_OPENAI,
    MODEL_KEYS,
    MODEL_LISTS,
    OUTPUT_WORDS,
    PROVIDERS,
    SHELL_TEXT_KEYS,
    STRONG_MODEL_KEYS,
    TELLING,
    WORD_LIST_KEYS,
)
from inspector.references.config_places import Value, read_json, read_toml, read_yaml
from inspector.references.found import named, remote_code
from inspector.references.interface import FileIndex
from inspector.references.json_places import Path
from inspector.references.python_source import decode
from inspector.references.shell import index_script
from inspector.references.snippets import facts_of

Facts = list[dict[str, Any]]
_TELLING = re.compile(TELLING, re.IGNORECASE)
# Files whose "model" is what was measured, not what is loaded; and lists of packages.
_RECORDS = re.compile(
    r"result|leaderboard|score|metric|log|report|benchmark|trainer_state|history|\block\b", re.IGNORECASE
)
_IMAGE_PARENTS = frozenset(
    ("services", "containers", "initcontainers", "container", "image", "jobs", "spec", "default")
)


def index_config(path: str, data: bytes) -> FileIndex:
    """The facts of one configuration file."""
    language = path.rsplit(".", 1)[-1].lower()
    if not _TELLING.search(data[: 4 * 1024 * 1024]):
        return FileIndex(path, language)
    text = decode(data).replace("\r\n", "\n").replace("\r", "\n")
    if language == "json":
        values, partly = read_json(text)
    elif language == "toml":
        values, partly = read_toml(text)
    else:
        values, partly = read_yaml(text)
    lines = text.split("\n")
    found = _Config(path, values, lines).found()
    return FileIndex(path, language, facts_of(path, found), partly)


class _Config:
    def __init__(self, path: str, values: list[Value], lines: list[str]) -> None:
        self.path = path
        self.values = values
        self.lines = lines
        self.maps: dict[Path, dict[str, Value]] = {}
        for value in values:
            if value.path and isinstance(value.path[-1], str):
                self.maps.setdefault(value.path[:-1], {})[_key(value.path[-1])] = value
        self.is_record = bool(_RECORDS.search(path.rsplit("/", 1)[-1]))
        self.is_image_file = self._holds_images()

    def _holds_images(self) -> bool:
        top = self.maps.get((), {})
        name = self.path.rsplit("/", 1)[-1].lower()
        return (
            ("apiversion" in top and "kind" in top)
            or "compose" in name
            or name.startswith((".gitlab-ci", "values", "devcontainer", "docker"))
            or "/workflows/" in f"/{self.path}"
            or name
            in (
                "cloudbuild.yaml",
                "azure-pipelines.yml",
                "bitbucket-pipelines.yml",
                ".drone.yml",
                "skaffold.yaml",
            )
            or any("apiversion" in values and "kind" in values for values in list(self.maps.values())[:50])
        )

    def text(self, line: int) -> str:
        return self.lines[line - 1].strip()[:300] if 0 < line <= len(self.lines) else ""

    def found(self) -> Facts:
        found: Facts = []
        for value in self.values:
            found.extend(self._value(value))
        found.extend(self._mixers())
        found.extend(self._commands())
        found.extend(self._environments())
        return found

    def _value(self, value: Value) -> Iterator[dict[str, Any]]:
        keys = [_key(part) for part in value.path if isinstance(part, str)]
        if not keys or len(value.text) > 600:
            return
        key = keys[-1]
        in_list = isinstance(value.path[-1], int)
        if key == "image" or (key == "repository" and "image" in keys[:-1]):
            yield from self._image(value, key, keys)
            return
        if key == "container" and not in_list and self.is_image_file and "jobs" in keys:
            item = image_fact(value.text, value.line, value.line, self.text(value.line), "container:")
            if item:
                yield item
            return
        if any(part.startswith(OUTPUT_WORDS) for part in keys):
            return
        kind = self._kind(value, key, keys, in_list)
        if kind is not None:
            yield from self._named(value, key, kind)
        elif (
            "://" in value.text[:12]
            and " " not in value.text
            and key not in ("homepage", "documentation", "$schema", "$id")
        ):
            item = url_fact(value.text, value.line, value.line, self.text(value.line), f"{key}:", False)
            if item and item["ref"] and not item["ref"].endswith((".csv", ".tsv")):
                yield item
        elif key.startswith("auto_map") or "auto_map" in keys[:-1]:
            repo, sign, _ = value.text.partition("--")
            if sign and shapes.is_hub_id(repo):
                item = named(
                    value.line,
                    value.line,
                    "auto_map",
                    self.text(value.line),
                    repo,
                    None,
                    kind="remote-code",
                    safe=False,
                )
                if item:
                    item["why"] = "auto_map lets a Python file of that repository run; it names no revision."
                    yield item

    def _kind(self, value: Value, key: str, keys: list[str], in_list: bool) -> str | None:
        """model, dataset or None: what the key of a value means here."""
        if self.is_record and key not in STRONG_MODEL_KEYS:
            return None
        parent = keys[-2] if len(keys) > 1 else ""
        if in_list:
            if key in DATASET_LISTS or key in DATASET_KEYS:
                return "dataset"
            return "model" if key in MODEL_LISTS or key in MODEL_KEYS else None
        if key in DATASET_LIST_KEYS and any(
            part in DATASET_LISTS or part in DATASET_KEYS for part in keys[:-1]
        ):
            return "dataset"
        if key in DATASET_KEYS:
            return "dataset"
        if key == "repo_id" and self._sibling(value, "repo_type") == "dataset":
            return "dataset"
        if key in STRONG_MODEL_KEYS or key in MODEL_KEYS:
            return "model"
        if key in ("path", "name", "id", "name_or_path") and parent in (
            "model",
            "base_model",
            "tokenizer",
            "embedding_model",
        ):
            return "model"
        return None

    def _sibling(self, value: Value, *names: str) -> str | None:
        around = self.maps.get(value.path[:-1], {})
        for name in names:
            if name in around and around[name].text not in ("", "null", "~", "None", "none"):
                return around[name].text
        return None

    def _named(self, value: Value, key: str, kind: str) -> Iterator[dict[str, Any]]:
        text = value.text.strip()
        revision: str | None = None
        if text.startswith(("hf:", "huggingface:")) and "://" not in text:
            text = text.split(":")[-1]
        if "@" in text and shapes.is_hub_id(text.split("@", 1)[0]):
            text, _, revision = text.partition("@")
        if text.split("/", 1)[0].lower() in PROVIDERS or (
            text.startswith(HOSTED_OPENAI) and "gpt-oss" not in text
        ):
            return
        strong = key in STRONG_MODEL_KEYS or (
            key == "dataset_path" and self._sibling(value, "task") is not None
        )
        if (
            not strong
            and (not shapes.is_hub_id(text) or shapes.looks_like_output(text))
            and not shapes.hub_url(text)
        ):
            return
        if (
            shapes.url_kind(text)
            or text.lower().endswith((".json", ".yaml", ".yml", ".py", ".txt", ".md", ".bin", ".zip"))
        ) and not shapes.REMOTE.match(text):
            return
        if strong and (
            text.lower() in ("", "null", "none", "~", "true", "false") or "<" in text or " " in text
        ):
            return
        revision = revision or self._revision(value, key, kind)
        trust = (self._sibling(value, "trust_remote_code") or "").lower() in ("true", "yes", "1")
        item = named(
            value.line,
            value.line,
            f"{key}:",
            self.text(value.line),
            text,
            revision,
            kind=kind,
            bare=strong,
            safe=False if trust else None,
        )
        if item is None:
            return
        yield item
        if trust and kind == "model" and "tokenizer" not in key and item["pin"] != "local":
            yield remote_code(item, self._sibling(value, "code_revision"))

    def _revision(self, value: Value, key: str, kind: str) -> str | None:
        stem = re.sub(r"_?(?:name_or_path|name|id|path)$", "", key)
        names = [f"{key}_revision", f"{stem}_revision", f"revision_of_{stem}"]
        if key in ("base_model", "model_name_or_path", "model", "model_id", "model_name"):
            names += ["revision_of_model", "model_revision"]
        if kind == "dataset":
            names += ["dataset_revision"]
        return self._sibling(value, *names, "revision")

    def _image(self, value: Value, key: str, keys: list[str]) -> Iterator[dict[str, Any]]:
        around = self.maps.get(value.path[:-1], {})
        text = value.text.strip()
        if key == "repository":
            tag, digest = self._sibling(value, "tag"), self._sibling(value, "digest")
            text += f"@{digest}" if digest else f":{tag}" if tag else ""
        elif not self.is_image_file and not _IMAGE_PARENTS.intersection(keys[:-1]):
            return
        elif "build" in around or (*value.path[:-1], "build") in self.maps:
            return  # the name that the build gives to its result
        if "{{" in text or not self.is_image_file:
            return
        item = image_fact(text, value.line, value.line, self.text(value.line), "image:")
        if item is not None:
            yield item

    def _mixers(self) -> Iterator[dict[str, Any]]:
        """Datasets that are keys: ``dataset_mixer: {ORG/NAME: 0.5}``."""
        seen: set[str] = set()
        for value in self.values:
            for place, part in enumerate(value.path[:-1]):
                follower = value.path[place + 1]
                if not isinstance(part, str) or _key(part) not in DATASET_MIXERS:
                    continue
                if isinstance(follower, str) and shapes.is_hub_id(follower) and follower not in seen:
                    seen.add(follower)
                    item = named(
                        value.line,
                        value.line,
                        f"{part}:",
                        self.text(value.line),
                        follower,
                        None,
                        kind="dataset",
                    )
                    if item:
                        yield item

    def _commands(self) -> Iterator[dict[str, Any]]:
        """Shell in CI and compose files: texts, lists of texts, and lists of words."""
        lists: dict[Path, list[Value]] = {}
        for value in self.values:
            keys = [_key(part) for part in value.path if isinstance(part, str)]
            key = keys[-1] if keys else ""
            if isinstance(value.path[-1] if value.path else "", int) and key in WORD_LIST_KEYS:
                lists.setdefault(value.path[:-1], []).append(value)
            elif key in SHELL_TEXT_KEYS or (key == "args" and self.is_image_file):
                first = value.line + 1 if value.block else value.line
                pairs = [
                    (line, first + number if value.block else value.line)
                    for number, line in enumerate(value.text.split("\n"))
                ]
                for item in index_script(pairs, self.path):
                    yield {**item, "text": item["text"] or self.text(item["line"])}
        merged: dict[Path, list[Value]] = {}
        for path in sorted(lists, key=lambda p: 0 if _key(str(p[-1])) != "args" else 1):
            merged.setdefault(path[:-1], []).extend(lists[path])
        for values in merged.values():
            words = [value.text for value in values[:300]]
            for item in words_command(words, values[0].line, self.text(values[0].line), values[-1].line):
                where = next((v for v in values if item.get("ref") and str(item["ref"]) in v.text), values[0])
                line = where.line
                yield {**item, "line": line, "end_line": line, "text": self.text(line)}

    def _environments(self) -> Iterator[dict[str, Any]]:
        for value in self.values:
            keys = [_key(part) for part in value.path if isinstance(part, str)]
            if not ENVIRONMENT_KEYS.intersection(keys[:-1]) and not (keys and keys[-1] in ENVIRONMENT_KEYS):
                continue
            last = value.path[-1]
            if isinstance(last, int):
                name, sign, text = value.text.partition("=")
                pair = {name.strip(): text.strip()} if sign else {}
            elif last == "value":
                pair = {self._sibling(value, "name") or "": value.text}
            else:
                pair = {str(last): value.text}
            if last != "value" and _key(str(last)) in MODEL_KEYS | DATASET_KEYS | STRONG_MODEL_KEYS:
                continue  # read by its key already
            yield from environment(pair, value.line, self.text(value.line))


def _key(part: str | int) -> str:
    return str(part).lower().replace("-", "_")
