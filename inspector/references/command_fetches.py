"""Programs that fetch a model or a dataset: one small reader per program."""

from __future__ import annotations

import re
from typing import Any

from inspector.provenance import Pin
from inspector.references import shapes
from inspector.references.command_options import option, plain
from inspector.references.found import fact, named
from inspector.references.shell import Command

Facts = list[dict[str, Any]]
_CHECKED = re.compile(r"(?:sha256sum|sha512sum|shasum)\b")


def read_hf(command: Command, words: list[str], after: list[Command]) -> Facts:
    if len(words) < 3 or words[1] not in ("download", "repo-files"):
        return []
    names = plain(
        words[2:],
        (
            "--revision",
            "--repo-type",
            "--include",
            "--exclude",
            "--local-dir",
            "--cache-dir",
            "--token",
            "--max-workers",
            "--local-dir-use-symlinks",
        ),
    )
    if not names:
        return []
    kind = {"dataset": "dataset", "space": ""}.get(option(words, ("--repo-type",)) or "", "model")
    if not kind:
        return []
    call = f"{words[0]} download"
    item = named(
        command.line,
        command.end_line,
        call,
        command.text,
        names[0],
        option(words, ("--revision",)),
        kind=kind,
        bare=True,
    )
    return [item] if item else []


def read_git(command: Command, words: list[str], after: list[Command]) -> Facts:
    if "clone" not in words[1:4]:
        return []
    facts: Facts = []
    for word in words:
        hub = shapes.hub_url(
            word.replace("git@hf.co:", "https://huggingface.co/").replace(
                "git@huggingface.co:", "https://huggingface.co/"
            )
        )
        if hub is None or "/spaces/" in word:
            continue
        revision = option(words, ("-b", "--branch", "--revision"))
        for later in after:
            if later.words[:1] == ["git"] and "checkout" in later.words and later.words[-1] != "checkout":
                revision = later.words[-1]
        kind = "dataset" if hub.is_dataset else "model"
        pin = shapes.revision_pin(revision)
        facts.append(
            fact(command.line, command.end_line, kind, "git clone", hub.ref, revision, pin, command.text)
        )
    return facts


def read_fetch(command: Command, words: list[str], after: list[Command]) -> Facts:
    facts: Facts = []
    checked = any(_CHECKED.search(" ".join(later.words)) for later in after) or any(
        w.startswith("--checksum=sha-256") for w in words
    )
    for word in words[1:]:
        item = url_fact(
            word, command.line, command.end_line, command.text, words[0].rsplit("/", 1)[-1], checked, True
        )
        facts.extend([item] if item else [])
    return facts


def url_fact(
    url: str, line: int, end_line: int, text: str, call: str, checked: bool, is_download: bool = False
) -> dict[str, Any] | None:
    """A URL of a model or dataset file; None for every other. Of what ``is_download`` archives count too,
    where their path says what they hold."""
    if not shapes.REMOTE.match(url):
        return None
    hub = shapes.hub_url(url)
    if hub is not None and hub.file:
        kind = "dataset" if hub.is_dataset else "model"
        if "$" in (hub.revision or ""):
            return fact(line, end_line, kind, call, None, None, Pin.UNDETERMINED, text)
        pin = Pin.DIGEST if checked else shapes.revision_pin(hub.revision)
        return fact(line, end_line, kind, call, hub.ref, hub.revision, pin, text)
    kind_of_url = shapes.url_kind(url) or (shapes.archive_kind(url, call) if is_download else None)
    kind_of_url = kind_of_url or shapes.kind_of_hub_file(url)
    if kind_of_url is None:
        return None
    if "$" in url:
        return fact(line, end_line, kind_of_url, call, None, None, Pin.UNDETERMINED, text, hub="url")
    revision = shapes.url_revision(url)
    pin = Pin.DIGEST if checked else shapes.revision_pin(revision)
    return fact(line, end_line, kind_of_url, call, url, revision, pin, text, hub="url")


def read_copy(command: Command, words: list[str], after: list[Command]) -> Facts:
    """``aws s3 cp``, ``gsutil cp``, ``azcopy``: only the source of a copy that comes down."""
    places = plain(words[1:], ("--region", "--profile", "--endpoint-url", "--include", "--exclude"))
    remote = [w for w in places if shapes.REMOTE.match(w)]
    if not remote or places[-1] == remote[0] or (len(remote) == 1 and places and places[-1] in remote):
        return []
    word = remote[0]
    kind = shapes.url_kind(word)
    if kind is None:
        folder = word.lower()
        kind = (
            "model"
            if re.search(r"model|checkpoint|weights", folder)
            else "dataset"
            if "dataset" in folder
            else None
        )
    if kind is None or "$" in word:
        return []
    return [
        fact(
            command.line,
            command.end_line,
            kind,
            " ".join(words[:3]),
            word,
            None,
            Pin.NONE,
            command.text,
            hub="url",
        )
    ]


def read_ollama(command: Command, words: list[str], after: list[Command]) -> Facts:
    if len(words) < 3 or words[1] not in ("pull", "run"):
        return []
    names = plain(words[2:], ("--format", "--keepalive"))
    if not names or "$" in names[0] or not re.fullmatch(r"[\w./:@-]{1,200}", names[0]):
        return []
    return [ollama_name(names[0], command.line, command.end_line, command.text, f"ollama {words[1]}")]


def ollama_name(name: str, line: int, end_line: int, text: str, call: str) -> dict[str, Any]:
    """A model of ollama's library, or of the hub by way of ollama."""
    if "@sha256:" in name:
        base, _, digest = name.partition("@")
        return fact(line, end_line, "model", call, base, digest, Pin.DIGEST, text, hub="ollama")
    tail = name.rsplit("/", 1)[-1]
    base, _, tag = (name if ":" in tail else name + ":").rpartition(":")
    hub = "hf" if base.startswith(("hf.co/", "huggingface.co/")) else "ollama"
    ref = base.split("/", 1)[1] if hub == "hf" else base
    pin = Pin.MOVABLE if tag and hub == "ollama" else Pin.NONE
    return fact(line, end_line, "model", call, ref, tag or None, pin, text, hub=hub)


def read_spacy(command: Command, words: list[str]) -> Facts:
    names = words[words.index("download") + 1 :]
    names = [name for name in names if not name.startswith("-") and "$" not in name][:1]
    return [
        fact(
            command.line,
            command.end_line,
            "model",
            "spacy download",
            name,
            None,
            Pin.NONE,
            command.text,
            hub="pip",
        )
        for name in names
    ]


def read_kaggle(command: Command, words: list[str], after: list[Command]) -> Facts:
    if words[1:3] == ["datasets", "download"]:
        name = option(words, ("-d", "--dataset")) or next(
            iter(plain(words[3:], ("-p", "-f", "--path"))), None
        )
        if name and shapes.is_hub_id(name):
            return [
                fact(
                    command.line,
                    command.end_line,
                    "dataset",
                    "kaggle datasets download",
                    name,
                    None,
                    Pin.NONE,
                    command.text,
                    hub="kaggle",
                )
            ]
    return []


def read_modelscope(command: Command, words: list[str], after: list[Command]) -> Facts:
    if words[1:2] != ["download"]:
        return []
    name = option(words, ("--model",)) or option(words, ("--dataset",))
    if not name or not shapes.is_hub_id(name):
        return []
    kind = "model" if option(words, ("--model",)) else "dataset"
    revision = option(words, ("--revision",))
    return [
        fact(
            command.line,
            command.end_line,
            kind,
            "modelscope download",
            name,
            revision,
            shapes.revision_pin(revision),
            command.text,
            hub="modelscope",
        )
    ]


def read_gdown(command: Command, words: list[str], after: list[Command]) -> Facts:
    names = plain(words[1:], ("-O", "--output", "--proxy"))[:1]
    why = "A shared file can be replaced under the same link."
    return [
        fact(
            command.line,
            command.end_line,
            "model",
            "gdown",
            None if "$" in name else name,
            None,
            Pin.NONE,
            command.text,
            why=why,
            hub="google-drive",
        )
        for name in names
    ]
