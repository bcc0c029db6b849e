"""spaCy's ``config.cfg`` (spaCy 3.8, confection 0.1): a pipeline made of functions named in a registry.

A line ``@architectures = "name"`` asks the registry of the loading program for a function; the packages that
are installed put theirs there. A name brings no code with it. Three settings of ``[nlp]`` are functions that
``spacy.load`` calls for their own sake (callbacks); ``[initialize]`` and ``[training]`` have such, too.
"""

from __future__ import annotations

import re

from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import Judgement
from inspector.provenance import Loading, plain

_SECTION = re.compile(r"\s*\[([^\]]+)\]\s*\Z")
_SETTING = re.compile(r"\s*([@\w.-]+)\s*[=:]\s*(.*?)\s*\Z")
_NAMED_CALLBACKS = """
nlp.before_creation nlp.after_creation nlp.after_pipeline_creation initialize.before_init
initialize.after_init training.before_to_disk training.before_update
"""
_CALLBACKS = frozenset(_NAMED_CALLBACKS.split())
# Packages of spaCy's makers, whose functions stand in ordinary pipelines; thinc's have no prefix.
_OWN = re.compile(
    r"(?:spacy|thinc|spacy-legacy|spacy-transformers|spacy-curated-transformers|spacy-lookups-data|"
    r"spacy-experimental|span_finder|prodigy)[.-]|srsly\.read_|[A-Za-z_]+\.v\d+\Z"
)
_MAX_NAMED = 20


def is_spacy_config(text: str) -> bool:
    """Whether a text is the configuration of a pipeline."""
    return "[nlp]" in text and ("[components" in text or "pipeline" in text)


def read_spacy_config(text: str) -> Artifact:
    """The verdict on one configuration."""
    judgement = Judgement()
    section = ""
    foreign: list[str] = []
    for line in text.splitlines():
        if line.lstrip().startswith(("#", ";")):
            continue
        if found := _SECTION.match(line):
            section = found[1].strip()
        elif found := _SETTING.match(line):
            _setting(section, found[1], found[2].strip("\"'"), judgement, foreign)
    for name in list(dict.fromkeys(foreign))[:_MAX_NAMED]:
        judgement.note(
            Loading.DATA_ONLY,
            "custom-object-needed",
            f"The pipeline needs the function {plain(name, 200)}, which an installed package has to bring: "
            "the configuration holds its name only.",
        )
    return judgement.artifact("spacy-config", Loading.DATA_ONLY)


def _setting(section: str, key: str, value: str, judgement: Judgement, foreign: list[str]) -> None:
    place = section if key == "@callbacks" else f"{section}.{key}"
    is_set = value not in ("null", "", "None") and not value.startswith("${")
    if place in _CALLBACKS and is_set and "spacy." not in value:
        judgement.note(
            Loading.RUNS_CODE,
            "pipeline-callback",
            f"The pipeline has the function {plain(value, 200)} called for {plain(place, 100)}: code of its "
            "maker, which runs when the pipeline is loaded or trained.",
        )
    elif key == "trust_remote_code" and value.lower() == "true":
        judgement.note(
            Loading.NO_LOADER,
            "trust-remote-code",
            "The configuration lets the Python code of model repositories run (trust_remote_code).",
        )
    elif key.startswith("@") and not _OWN.match(value):
        foreign.append(value)
