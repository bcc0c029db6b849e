"""Which shell commands name a model, a dataset or an image. One small reader per program."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from inspector.provenance import Pin
from inspector.references import shapes
from inspector.references.command_models import lm_eval_arguments
from inspector.references.command_words import (
    DATASET_FLAGS,
    DOCKER_SWITCHES,
    MODEL_FLAGS,
    PROGRAMS,
    REVISION_FLAGS,
    VARIABLES,
)
from inspector.references.found import fact, named, remote_code
from inspector.references.hub_evidence import speaks_for_hub
from inspector.references.shell import Command

Facts = list[dict[str, Any]]
OUTPUT_WORDS = (
    "output",
    "push",
    "upload",
    "export",
    "save",
    "hub_model_id",
    "hub_repo",
    "destination",
    "dest",
)
_WRITTEN = tuple(word.upper() for word in OUTPUT_WORDS)
_CHECKED = re.compile(r"(?:sha256sum|sha512sum|shasum)\b")


def read_commands(found: list[Command]) -> Facts:
    """The references of all commands of one script."""
    facts: Facts = []
    assigned: Facts = []  # variables of the script itself: what uses one is the reference
    for place, command in enumerate(found):
        (facts if command.words else assigned).extend(
            environment(command.assigned, command.line, command.text)
        )
        if command.words:
            facts.extend(_command(command, found[place + 1 : place + 4]))
    used = {item.get("ref") for item in facts}
    facts.extend(item for item in assigned if item["ref"] not in used)
    return facts


def words_command(words: list[str], line: int, text: str, end_line: int | None = None) -> Facts:
    """The references of one command that stands as a list of words (JSON form of CMD, ``command:``)."""
    if not words:
        return []
    return _command(Command([str(w) for w in words[:400]], line, end_line or line, text), [])


def _command(command: Command, after: list[Command]) -> Facts:
    words = command.words
    program = words[0].rsplit("/", 1)[-1]
    if program in ("uvx", "pipx", "xargs", "timeout") and len(words) > 2:
        words = words[1:]
        program = words[0]
    if program in ("bash", "sh") and len(words) > 2 and words[1] in ("-c", "-lc", "-exc", "-ec"):
        from inspector.references.shell import commands

        return read_commands(commands([(line, command.line) for line in words[2].split("\n")], {}))
    python = re.match(r"(?:python|pypy)[\d.]*\Z|ipython\Z", program)
    if python and "-c" in words[:6]:
        return _python_text(command, words[words.index("-c") + 1 : words.index("-c") + 2])
    reader = _READERS.get(program)
    if reader is not None:
        return reader(command, words, after)
    if program.startswith((*PROGRAMS, "-")) or program.endswith((".py", ".sh")):
        return _flags(command, words)
    if "lm_eval" in program or "lm-eval" in program:
        return _lm_eval(command, words)
    if program.startswith("llama-") or program in ("main", "server", "llamafile"):
        return _llama(command, words)
    return []


def environment(assigned: dict[str, str], line: int, text: str) -> Facts:
    """Variables by which serving images are told their model (``MODEL_ID=ORG/NAME``)."""
    facts: Facts = []
    for name, value in assigned.items():
        kind = VARIABLES.get(name.upper())
        value = value.strip().strip("\"'")
        if kind is None and not name.upper().startswith(_WRITTEN) and speaks_for_hub(name.lower(), value):
            kind = "dataset" if "DATA" in name.upper() or "CORPUS" in name.upper() else "model"
        if kind and shapes.is_hub_id(value) and not shapes.looks_like_output(value):
            revision = assigned.get("REVISION") or assigned.get("MODEL_REVISION")
            item = named(line, line, name, text, value, revision, kind=kind)
            facts.extend([item] if item else [])
    return facts


def _option(words: list[str], names: tuple[str, ...]) -> str | None:
    """The value of the first of ``names`` that is given, as ``--x V`` or ``--x=V``."""
    for place, word in enumerate(words):
        name, sign, value = word.partition("=")
        if name in names:
            if sign:
                return value
            if place + 1 < len(words) and not words[place + 1].startswith("--"):
                return words[place + 1]
    return None


def _plain(words: list[str], with_value: tuple[str, ...]) -> list[str]:
    """The words that are neither options nor values of the options named in ``with_value``."""
    found: list[str] = []
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("-") and len(word) > 1:
            skip = word in with_value
        else:
            found.append(word)
    return found


def _hf(command: Command, words: list[str], after: list[Command]) -> Facts:
    if len(words) < 3 or words[1] not in ("download", "repo-files"):
        return []
    names = _plain(
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
    kind = {"dataset": "dataset", "space": ""}.get(_option(words, ("--repo-type",)) or "", "model")
    if not kind:
        return []
    call = f"{words[0]} download"
    item = named(
        command.line,
        command.end_line,
        call,
        command.text,
        names[0],
        _option(words, ("--revision",)),
        kind=kind,
        bare=True,
    )
    return [item] if item else []


def _git(command: Command, words: list[str], after: list[Command]) -> Facts:
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
        revision = _option(words, ("-b", "--branch", "--revision"))
        for later in after:
            if later.words[:1] == ["git"] and "checkout" in later.words and later.words[-1] != "checkout":
                revision = later.words[-1]
        kind = "dataset" if hub.is_dataset else "model"
        pin = shapes.revision_pin(revision)
        facts.append(
            fact(command.line, command.end_line, kind, "git clone", hub.ref, revision, pin, command.text)
        )
    return facts


def _fetch(command: Command, words: list[str], after: list[Command]) -> Facts:
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
        if "$" in (hub.ref + (hub.revision or "")):
            return fact(line, end_line, kind, call, None, None, Pin.UNDETERMINED, text)
        pin = Pin.DIGEST if checked else shapes.revision_pin(hub.revision)
        return fact(line, end_line, kind, call, hub.ref, hub.revision, pin, text)
    kind_of_url = shapes.url_kind(url) or (shapes.archive_kind(url, call) if is_download else None)
    if kind_of_url is None:
        return None
    if "$" in url:
        return fact(line, end_line, kind_of_url, call, None, None, Pin.UNDETERMINED, text, hub="url")
    revision = shapes.url_revision(url)
    pin = Pin.DIGEST if checked else shapes.revision_pin(revision)
    return fact(line, end_line, kind_of_url, call, url, revision, pin, text, hub="url")


def _copy(command: Command, words: list[str], after: list[Command]) -> Facts:
    """``aws s3 cp``, ``gsutil cp``, ``azcopy``: only the source of a copy that comes down."""
    plain = _plain(words[1:], ("--region", "--profile", "--endpoint-url", "--include", "--exclude"))
    remote = [w for w in plain if shapes.REMOTE.match(w)]
    if not remote or plain[-1] == remote[0] or (len(remote) == 1 and plain and plain[-1] in remote):
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


def _vllm(command: Command, words: list[str], after: list[Command]) -> Facts:
    if words[1:2] == ["serve"] and len(words) > 2 and not words[2].startswith("-"):
        return _served(command, words, words[2], f"{words[0]} serve")
    return _flags(command, words)


def _served(command: Command, words: list[str], name: str, call: str) -> Facts:
    trust = any(w in ("--trust-remote-code", "--trust_remote_code") for w in words) and (
        _option(words, ("--trust_remote_code", "--trust-remote-code")) or "true"
    ).lower() not in ("false", "0")
    revision = _option(words, REVISION_FLAGS)
    item = named(
        command.line,
        command.end_line,
        call,
        command.text,
        name,
        revision,
        bare=True,
        safe=False if trust else None,
    )
    if item is None:
        return []
    if not trust or item["pin"] == Pin.LOCAL.value:
        return [item]
    return [item, remote_code(item, _option(words, ("--code-revision", "--code_revision")))]


def _flags(command: Command, words: list[str]) -> Facts:
    """Options that carry models and datasets, whatever the program."""
    joined = " ".join(words[:8])
    if "lm_eval" in joined:
        return _lm_eval(command, words)
    if "spacy" in words[:4] and "download" in words[:5]:
        return _spacy(command, words)
    for place, word in enumerate(words[:6]):
        if word in ("vllm", "huggingface-cli", "hf") and place and words[place - 1] in ("run", "-m", "--"):
            return _READERS[word](command, words[place:], [])
    facts: Facts = []
    seen: set[str] = set()
    for flag in MODEL_FLAGS:
        value = _option(words, (flag,))
        # "--model X" means too many things: a bare name is taken for those only that cannot be misread.
        if (
            value
            and value not in seen
            and _hub_like(value, flag in ("--model_name_or_path", "--pretrained_model_name_or_path"))
        ):
            seen.add(value)
            facts.extend(_served(command, words, value, words[0].rsplit("/", 1)[-1] + " " + flag))
    for flag in DATASET_FLAGS:
        value = _option(words, (flag,))
        if value and value not in seen and _hub_like(value, False):
            seen.add(value)
            revision = _option(words, ("--dataset_revision", "--dataset-revision"))
            item = named(
                command.line,
                command.end_line,
                words[0].rsplit("/", 1)[-1] + " " + flag,
                command.text,
                value,
                revision,
                kind="dataset",
            )
            facts.extend([item] if item else [])
    facts.extend(_own_options(command, words, {str(item.get("ref")) for item in facts}))
    return facts


def _own_options(command: Command, words: list[str], seen: set[str]) -> Facts:
    """Options and overrides of a project's own names: ``--wav2vec2_hub ORG/NAME``, Hydra's
    ``model.name_or_path=ORG/NAME`` with ``model.revision=…`` beside it."""
    pairs: dict[str, str] = {}
    for place, word in enumerate(words[1:], 1):
        name, sign, value = word.partition("=")
        key = name.lstrip("-+~").replace("-", "_").lower()
        if not sign and word.startswith("--") and place + 1 < len(words):
            value = words[place + 1]
        if key and value and (sign or word.startswith("--")) and re.fullmatch(r"[\w.]+", key):
            pairs.setdefault(key, value.strip("\"'"))
    facts: Facts = []
    for key, value in pairs.items():
        if value in seen or not speaks_for_hub(key, value) or any(word in key for word in OUTPUT_WORDS):
            continue
        seen.add(value)
        owner = key.rpartition(".")[0]
        revision = pairs.get(f"{owner}.revision" if owner else "revision") or pairs.get(f"{key}_revision")
        kind = "dataset" if "data" in key or "corpus" in key else "model"
        call = f"{words[0].rsplit('/', 1)[-1]} {key}"
        item = named(command.line, command.end_line, call, command.text, value, revision, kind=kind)
        facts.extend([item] if item else [])
    return facts


def _hub_like(value: str, bare: bool) -> bool:
    if shapes.is_hub_id(value):
        return not shapes.looks_like_output(value) and not value.lower().endswith(
            (".json", ".yaml", ".yml", ".py", ".txt")
        )
    return bare and shapes.is_bare_name(value) and not shapes.looks_like_output(value) and "$" not in value


def _lm_eval(command: Command, words: list[str]) -> Facts:
    if re.search(r"openai|completions|anthropic|textsynth|watsonx", _option(words, ("--model", "-m")) or ""):
        return []  # a server is asked: the name is only told to it
    given = _option(words, ("--model_args", "-a"))
    if "--trust_remote_code" in words:
        given = f"{given or ''},trust_remote_code=true"
    return lm_eval_arguments(command, given or "")


def _llama(command: Command, words: list[str]) -> Facts:
    name = _option(words, ("-hf", "-hfr", "--hf-repo"))
    if name and shapes.is_hub_id(name.split(":", 1)[0]):
        ref = name.split(":", 1)[0]
        why = "llama.cpp takes no revision: the repository's newest file is fetched."
        return [
            fact(
                command.line, command.end_line, "model", words[0], ref, None, Pin.NONE, command.text, why=why
            )
        ]
    url = _option(words, ("-mu", "--model-url"))
    item = url_fact(url, command.line, command.end_line, command.text, words[0], False) if url else None
    return [item] if item else []


def _ollama(command: Command, words: list[str], after: list[Command]) -> Facts:
    if len(words) < 3 or words[1] not in ("pull", "run"):
        return []
    names = _plain(words[2:], ("--format", "--keepalive"))
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


def _spacy(command: Command, words: list[str]) -> Facts:
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


def _kaggle(command: Command, words: list[str], after: list[Command]) -> Facts:
    if words[1:3] == ["datasets", "download"]:
        name = _option(words, ("-d", "--dataset")) or next(
            iter(_plain(words[3:], ("-p", "-f", "--path"))), None
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


def _modelscope(command: Command, words: list[str], after: list[Command]) -> Facts:
    if words[1:2] != ["download"]:
        return []
    name = _option(words, ("--model",)) or _option(words, ("--dataset",))
    if not name or not shapes.is_hub_id(name):
        return []
    kind = "model" if _option(words, ("--model",)) else "dataset"
    revision = _option(words, ("--revision",))
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


def _gdown(command: Command, words: list[str], after: list[Command]) -> Facts:
    names = _plain(words[1:], ("-O", "--output", "--proxy"))[:1]
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


def _docker(command: Command, words: list[str], after: list[Command]) -> Facts:
    if len(words) < 3 or words[1] not in ("run", "pull", "create"):
        return []
    place = _image_place(words)
    picture = shapes.image(words[place]) if place is not None else None
    if picture is None or place is None:
        return []
    facts = [image_fact(words[place], command.line, command.end_line, command.text, f"{words[0]} {words[1]}")]
    rest = words[place + 1 :]
    if rest:
        facts.extend(in_container(words[place], Command(rest, command.line, command.end_line, command.text)))
    given = {}
    for number, word in enumerate(words[:place]):
        if word in ("-e", "--env") and "=" in words[number + 1]:
            key, _, value = words[number + 1].partition("=")
            given[key] = value
    facts.extend(environment(given, command.line, command.text))
    return [item for item in facts if item]


def in_container(picture: str, command: Command) -> Facts:
    """The references of the words that a container of the image ``picture`` is started with: a command of
    their own, or arguments of the image's entry point."""
    words = command.words
    program = words[0].rsplit("/", 1)[-1]
    if program in _READERS or program.startswith(PROGRAMS) or program in ("bash", "sh"):
        return _command(Command(words, command.line, command.end_line, command.text), [])
    name = picture.rsplit("/", 1)[-1].split("@", 1)[0].split(":", 1)[0]
    if "vllm" in picture and shapes.is_hub_id(words[0]):
        return _served(command, words, words[0], name)  # the entry point is "vllm serve"
    if "llama.cpp" in picture or "llama-cpp" in picture:
        return _llama(command, [name, *words])
    inside = Command([name, *words], command.line, command.end_line, command.text)
    return _flags(inside, inside.words)


def _image_place(words: list[str]) -> int | None:
    place = 2
    while place < len(words):
        word = words[place]
        if not word.startswith("-"):
            return place
        place += 1 if "=" in word or word in DOCKER_SWITCHES else 2
    return None


def image_fact(text: str, line: int, end_line: int, source: str, call: str) -> dict[str, Any] | None:
    """A container image as a reference; None where ``text`` is none."""
    if "$" in text:
        return fact(line, end_line, "image", call, None, None, Pin.UNDETERMINED, source, hub="registry")
    picture = shapes.image(text)
    if picture is None:
        return None
    return fact(
        line, end_line, "image", call, picture.name, picture.revision, picture.pin, source, hub="registry"
    )


def _python_text(command: Command, code: list[str]) -> Facts:
    """``python -c "…"``: read by the same collector, reported at the command's line."""
    if not code or len(code[0]) > 20_000:
        return []
    return [{"python": code[0], "line": command.line, "end_line": command.end_line, "text": command.text}]


_READERS: dict[str, Callable[[Command, list[str], list[Command]], Facts]] = {
    "hf": _hf,
    "huggingface-cli": _hf,
    "git": _git,
    "wget": _fetch,
    "curl": _fetch,
    "aria2c": _fetch,
    "axel": _fetch,
    "vllm": _vllm,
    "ollama": _ollama,
    "kaggle": _kaggle,
    "modelscope": _modelscope,
    "gdown": _gdown,
    "aws": _copy,
    "gsutil": _copy,
    "gcloud": _copy,
    "azcopy": _copy,
    "rclone": _copy,
    "s5cmd": _copy,
    "docker": _docker,
    "podman": _docker,
    "nerdctl": _docker,
    "spacy": lambda command, words, after: _spacy(command, words) if "download" in words else [],
    "llama-server": lambda command, words, after: _llama(command, words),
    "llama-cli": lambda command, words, after: _llama(command, words),
}
