"""The catalogue of rules: catalogue.toml, read once."""

from __future__ import annotations

import functools
import hashlib
import tomllib
from collections.abc import Mapping
from pathlib import Path

from inspector.provenance import Severity
from inspector.rules.interface import Rule

_FILE = Path(__file__).with_name("catalogue.toml")


@functools.cache
def catalogue() -> Mapping[str, Rule]:
    """All rules by id, in the order of the file."""
    rules: dict[str, Rule] = {}
    for id, row in tomllib.loads(_FILE.read_text(encoding="utf-8")).items():  # noqa: A001
        for name, values in row.items():
            rule_id = f"{id}.{name}"
            rules[rule_id] = Rule(
                id=rule_id,
                title=values["title"],
                severity=Severity(values["severity"]),
                why=values["why"],
                remedy=values["remedy"],
                identifiers={
                    "cwe": tuple(values.get("cwe", ())),
                    "owasp_llm": tuple(values.get("owasp_llm", ())),
                    "atlas": tuple(values.get("atlas", ())),
                    "cve": (),
                },
            )
    return rules


def rule(id: str) -> Rule:  # noqa: A002
    return catalogue()[id]


@functools.cache
def rules_digest() -> str:
    """sha256 (hex) over the catalogue, so that a record says by which rules it was judged."""
    return hashlib.sha256(_FILE.read_bytes()).hexdigest()
