"""References in YAML, JSON and TOML: by keys that mean a model, a dataset or an image, and by their
commands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from inspector.provenance import Pin
from inspector.references import shapes
from inspector.references.command_fetches import url_fact
from inspector.references.commands import environment, words_command
from inspector.references.config_code import fetched_code
from inspector.references.config_images import IMAGE_KEYS, holds_images, image_of, read_image
from inspector.references.config_interpolation import Interpolation
from inspector.references.config_keys import (
    DATASET_KEYS,
    DATASET_LIST_KEYS,
    DATASET_LISTS,
    DATASET_MIXERS,
    ENVIRONMENT_KEYS,
    HOSTED_OPENAI,
    HUB_WORDS,
    MODEL_KEYS,
    MODEL_LISTS,
    OUTPUT_WORDS,
    PROVIDERS,
    SHELL_TEXT_KEYS,
    STRONG_MODEL_KEYS,
    TELLING,
    WORD_LIST_KEYS,
)
from inspector.references.config_lines import read_hcl, read_ini, read_toml
from inspector.references.config_places import read_json, read_yaml
from inspector.references.config_schedules import schedules
from inspector.references.config_values import Value
from inspector.references.found import fact, named, remote_code
from inspector.references.hub_evidence import speaks_for_hub
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
# JSON of which the same is true by its name: what programs and models gave out.
_ANSWERS = re.compile(
    r"output|trace|predict|transcript|answer|respon|conversation|\bchats?\b|history", re.IGNORECASE
)
_READERS = {
    "json": read_json,
    "toml": read_toml,
    "ini": read_ini,
    "cfg": read_ini,
    "conf": read_ini,
    "properties": read_ini,
    "tf": read_hcl,
    "tfvars": read_hcl,
    "hcl": read_hcl,
}
_EMBEDDED = re.compile(r"[\w.-]+\.(ya?ml|json|toml|ini|cfg|py|sh)\Z")
# Keys whose value is a name that other keys of a configuration say more of.
_INNER_KEYS = frozenset(("path", "name", "id", "name_or_path", "source", "hf_repo", "repo", "uri", "url"))
_INNER_PARENTS = frozenset(
    ("model", "base_model", "tokenizer", "embedding_model", "models", "adapters", "lora_adapters", "llm")
)
_SPACY_PACKAGE = re.compile(r"[a-z]{2}_[a-z]+_[a-z]+_(?:sm|md|lg|trf)\Z")
_CHECKSUMS = ("checksum", "sha256", "md5", "hash", "sha256sum", "file_sha1", "sha1")


def index_config(path: str, data: bytes) -> FileIndex:
    """The facts of one configuration file."""
    language = path.rsplit(".", 1)[-1].lower()
    if not _TELLING.search(data[: 4 * 1024 * 1024]):
        return FileIndex(path, language)
    text = decode(data).replace("\r\n", "\n").replace("\r", "\n")
    values, partly = _READERS.get(language, read_yaml)(text)
    lines = text.split("\n")
    facts = facts_of(path, _Config(path, values, lines).found())
    planned = schedules(values, lines)
    if planned:
        facts["schedules"] = planned
    return FileIndex(path, language, facts, partly)


def read_config(
    path: str, language: str, text: str, first: int = 0, is_inner: bool = False
) -> tuple[Facts, str | None]:
    """The references in ``text``, a configuration whose line 1 is line ``first + 1`` of the file.
    ``is_inner`` says that it stands inside of another one: no further one is looked for in it."""
    values, partly = _READERS.get(language, read_yaml)(text)
    found = _Config(path, values, text.split("\n"), is_inner).found()
    if first:
        for item in found:
            item["line"] += first
            item["end_line"] += first
    return found, partly


def _fetched(key: str) -> bool:
    """Whether a key says that its URL is of data or of a model, so that an archive counts."""
    return any(
        word in key for word in ("data", "corpus", "model", "weights", "checkpoint", "ckpt", "pretrain")
    )


class _Config:
    def __init__(self, path: str, values: list[Value], lines: list[str], is_inner: bool = False) -> None:
        self.path = path
        self.is_inner = is_inner
        self.values = values
        self.lines = lines
        self.maps: dict[Path, dict[str, Value]] = {}
        for value in values:
            if value.path and isinstance(value.path[-1], str):
                self.maps.setdefault(value.path[:-1], {})[_key(value.path[-1])] = value
        name = path.rsplit("/", 1)[-1]
        self.is_record = bool(_RECORDS.search(name)) or (
            name.lower().endswith((".json", ".jsonc")) and bool(_ANSWERS.search(name))
        )
        keys = frozenset(_key(part) for value in values for part in value.path if isinstance(part, str))
        self.is_image_file = holds_images(path, keys, self.maps)
        self.interpolation = Interpolation(values)

    def text(self, line: int) -> str:
        return self.lines[line - 1].strip()[:300] if 0 < line <= len(self.lines) else ""

    def found(self) -> Facts:
        found: Facts = []
        for value in self.values:
            found.extend(self._value(value))
            found.extend(self._embedded(value))
        found.extend(self._mixers())
        found.extend(fetched_code(self.path, self.values, self.maps, self.text))
        commands = list(self._commands())
        used = {item.get("ref") for item in commands}
        lines = self._environment_lines()
        # A variable that a command of the file uses: the command is the reference.
        found = [item for item in found if not (item.get("ref") in used and item["line"] in lines)]
        found += commands
        found += [item for item in self._environments() if item.get("ref") not in used]
        return found

    def _environment_lines(self) -> set[int]:
        return {
            value.line
            for value in self.values
            if ENVIRONMENT_KEYS.intersection(_key(part) for part in value.path[:-1] if isinstance(part, str))
        }

    def _value(self, value: Value) -> Iterator[dict[str, Any]]:
        keys = [_key(part) for part in value.path if isinstance(part, str)]
        if not keys or len(value.text) > 600:
            return
        key = keys[-1]
        in_list = isinstance(value.path[-1], int)
        if in_list and key == "services" and self.is_image_file and "gitlab" in self.path:
            yield from read_image(value.text, value.line, self.text(value.line), "services:")
            return
        if not in_list and (
            key in ("image", "repository", "new_name") or key in IMAGE_KEYS or (key == "name" and keys[-2:-1])
        ):
            picture = self._image(value, key, keys)
            if picture is not None:
                yield from read_image(picture, value.line, self.text(value.line), "image:")
                return
        if key == "container" and not in_list and self.is_image_file and "jobs" in keys:
            yield from read_image(value.text, value.line, self.text(value.line), "container:")
            return
        if any(part.startswith(OUTPUT_WORDS) for part in keys):
            return
        if key == "vectors" and _SPACY_PACKAGE.match(value.text):
            why = "A pipeline package, pinned only through what is installed."
            yield fact(
                value.line,
                value.line,
                "model",
                "vectors:",
                value.text,
                None,
                Pin.NONE,
                self.text(value.line),
                why=why,
                hub="pip",
            )
            return
        kind = self._kind(value, key, keys, in_list)
        if kind is not None:
            yield from self._named(value, key, kind)
        elif (
            "://" in value.text[:12]
            and " " not in value.text
            and key not in ("homepage", "documentation", "$schema", "$id")
        ):
            checked = self._sibling(value, *_CHECKSUMS) is not None
            item = url_fact(
                value.text, value.line, value.line, self.text(value.line), f"{key}:", checked, _fetched(key)
            )
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
        if key in _INNER_KEYS and parent in _INNER_PARENTS:
            return "model"
        if key in ("repository", "repo") and self._sibling(value, "type", "kind", "source") in HUB_WORDS:
            return "model"
        if not in_list and key.endswith(("_list", "_choices", "_options", "_history")):
            return None  # what was chosen from a list, kept by a window beside the name itself
        if speaks_for_hub(key, value.text.strip()):
            about = (*keys[-3:-1], key)
            return "dataset" if any("data" in part or "corpus" in part for part in about) else "model"
        if key == "name" and "transformer" in (self._sibling(value, "@architectures") or "").lower():
            return "model"  # spaCy's configurations
        return None

    def _sibling(self, value: Value, *names: str) -> str | None:
        around = self.maps.get(value.path[:-1], {})
        for name in names:
            if name in around and around[name].text not in ("", "null", "~", "None", "none"):
                return around[name].text
        return None

    def _named(self, value: Value, key: str, kind: str) -> Iterator[dict[str, Any]]:
        text = self.interpolation.filled(value.text.strip())
        revision: str | None = None
        if text.startswith(("hf:", "huggingface:")) and "://" not in text:
            text = text.split(":")[-1]
        if "@" in text and shapes.is_hub_id(text.split("@", 1)[0]):
            text, _, revision = text.partition("@")
        if text.split("/", 1)[0].lower() in PROVIDERS or (
            text.startswith(HOSTED_OPENAI) and "gpt-oss" not in text
        ):
            return
        strong = (
            key in STRONG_MODEL_KEYS
            or (key == "dataset_path" and self._sibling(value, "task") is not None)
            or (key == "name" and self._sibling(value, "@architectures") is not None)
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
        names += ["revision", "hf_revision", "commit_hash", "commit_sha"]
        found = self._sibling(value, *names)
        return self.interpolation.filled(found) if found is not None else None

    def _image(self, value: Value, key: str, keys: list[str]) -> str | None:
        around = self.maps.get(value.path[:-1], {})
        if key == "image" and ("build" in around or (*value.path[:-1], "build") in self.maps):
            return None  # the name that the build gives to its result
        if self._sibling(value, "type", "kind") in HUB_WORDS:
            return None
        return image_of(value, key, keys, around, self.is_image_file)

    def _embedded(self, value: Value) -> Facts:
        """A file inside of the configuration, such as those of a ConfigMap: ``train.py: |``."""
        name = value.path[-1] if value.path else None
        match = _EMBEDDED.match(name) if value.block and isinstance(name, str) else None
        if match is None:
            return []
        if match[1] == "py":
            shown = self.text(value.line)
            return [{"python": value.text, "line": value.line, "end_line": value.line, "text": shown}]
        if match[1] == "sh":
            lines = [(line, value.line + 1 + number) for number, line in enumerate(value.text.split("\n"))]
            return index_script(lines, self.path)
        if self.is_inner:
            return []
        return read_config(f"{self.path}/{name}", match[1], value.text, value.line, is_inner=True)[0]

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
                script = self.interpolation.in_script(value.text)
                pairs = [
                    (line, first + number if value.block else value.line)
                    for number, line in enumerate(script.split("\n"))
                ]
                for item in index_script(pairs, self.path):
                    yield {**item, "text": item["text"] or self.text(item["line"])}
        merged: dict[Path, list[Value]] = {}
        for path in sorted(lists, key=lambda p: 0 if _key(str(p[-1])) != "args" else 1):
            merged.setdefault(path[:-1], []).extend(lists[path])
        for values in merged.values():
            words = [self.interpolation.in_script(value.text) for value in values[:300]]
            for item in words_command(words, values[0].line, self.text(values[0].line), values[-1].line):
                line = _line_of(str(item.get("ref") or "\0"), values)
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


def _line_of(ref: str, values: list[Value]) -> int:
    """The line in which ``ref`` stands, looked for inside of literal blocks; else the first line."""
    for value in values:
        before, found, _ = value.text.partition(ref)
        if found:
            return value.line + (before.count("\n") + 1 if value.block else 0)
    return values[0].line


_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@lru_cache(maxsize=4_000)
def _key(part: str | int) -> str:
    """A key as the tables write it: ``modelURL`` and ``model-url`` are ``model_url``."""
    return _HUMP.sub("_", str(part)[:200]).lower().replace("-", "_")
