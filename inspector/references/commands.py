"""Which shell commands name a model, a dataset or an image. One small reader per program."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from inspector.provenance import Pin
from inspector.references import shapes
from inspector.references.command_fetches import (
    read_copy,
    read_fetch,
    read_gdown,
    read_git,
    read_hf,
    read_kaggle,
    read_modelscope,
    read_ollama,
    read_spacy,
    url_fact,
)
from inspector.references.command_models import lm_eval_arguments
from inspector.references.command_options import option
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


def _vllm(command: Command, words: list[str], after: list[Command]) -> Facts:
    if words[1:2] == ["serve"] and len(words) > 2 and not words[2].startswith("-"):
        return _served(command, words, words[2], f"{words[0]} serve")
    return _flags(command, words)


def _served(command: Command, words: list[str], name: str, call: str) -> Facts:
    trust = any(w in ("--trust-remote-code", "--trust_remote_code") for w in words) and (
        option(words, ("--trust_remote_code", "--trust-remote-code")) or "true"
    ).lower() not in ("false", "0")
    revision = option(words, REVISION_FLAGS)
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
    return [item, remote_code(item, option(words, ("--code-revision", "--code_revision")))]


def _flags(command: Command, words: list[str]) -> Facts:
    """Options that carry models and datasets, whatever the program."""
    joined = " ".join(words[:8])
    if "lm_eval" in joined:
        return _lm_eval(command, words)
    if "spacy" in words[:4] and "download" in words[:5]:
        return read_spacy(command, words)
    for place, word in enumerate(words[:6]):
        if word in ("vllm", "huggingface-cli", "hf") and place and words[place - 1] in ("run", "-m", "--"):
            return _READERS[word](command, words[place:], [])
    facts: Facts = []
    seen: set[str] = set()
    for flag in MODEL_FLAGS:
        value = option(words, (flag,))
        # "--model X" means too many things: a bare name is taken for those only that cannot be misread.
        if (
            value
            and value not in seen
            and _hub_like(value, flag in ("--model_name_or_path", "--pretrained_model_name_or_path"))
        ):
            seen.add(value)
            facts.extend(_served(command, words, value, words[0].rsplit("/", 1)[-1] + " " + flag))
    for flag in DATASET_FLAGS:
        value = option(words, (flag,))
        if value and value not in seen and _hub_like(value, False):
            seen.add(value)
            revision = option(words, ("--dataset_revision", "--dataset-revision"))
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
    if shapes.looks_like_output(value) or value.lower().endswith((".json", ".yaml", ".yml", ".py", ".txt")):
        return False
    return shapes.is_hub_id(value) or (bare and shapes.is_bare_name(value))


def _lm_eval(command: Command, words: list[str]) -> Facts:
    if re.search(r"openai|completions|anthropic|textsynth|watsonx", option(words, ("--model", "-m")) or ""):
        return []  # a server is asked: the name is only told to it
    given = option(words, ("--model_args", "-a"))
    if "--trust_remote_code" in words:
        given = f"{given or ''},trust_remote_code=true"
    return lm_eval_arguments(command, given or "")


def _llama(command: Command, words: list[str]) -> Facts:
    name = option(words, ("-hf", "-hfr", "--hf-repo"))
    if name and shapes.is_hub_id(name.split(":", 1)[0]):
        ref = name.split(":", 1)[0]
        why = "llama.cpp takes no revision: the repository's newest file is fetched."
        return [
            fact(
                command.line, command.end_line, "model", words[0], ref, None, Pin.NONE, command.text, why=why
            )
        ]
    url = option(words, ("-mu", "--model-url"))
    item = url_fact(url, command.line, command.end_line, command.text, words[0], False) if url else None
    return [item] if item else []


def _docker(command: Command, words: list[str], after: list[Command]) -> Facts:
    if len(words) < 3 or words[1] not in ("run", "pull", "create"):
        return []
    place = _image_place(words)
    if place is None or (shapes.image(words[place]) is None and "$" not in words[place]):
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
    "hf": read_hf,
    "huggingface-cli": read_hf,
    "git": read_git,
    "wget": read_fetch,
    "curl": read_fetch,
    "aria2c": read_fetch,
    "axel": read_fetch,
    "vllm": _vllm,
    "ollama": read_ollama,
    "kaggle": read_kaggle,
    "modelscope": read_modelscope,
    "gdown": read_gdown,
    "aws": read_copy,
    "gsutil": read_copy,
    "gcloud": read_copy,
    "azcopy": read_copy,
    "rclone": read_copy,
    "s5cmd": read_copy,
    "docker": _docker,
    "podman": _docker,
    "nerdctl": _docker,
    "spacy": lambda command, words, after: read_spacy(command, words) if "download" in words else [],
    "llama-server": lambda command, words, after: _llama(command, words),
    "llama-cli": lambda command, words, after: _llama(command, words),
}
