"""The reference, written by the code itself: commands, rules, formats, questions, keys, schemas, functions.

Each function gives one page as Markdown. Nothing of it is kept in the repository: it would be said twice.
"""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from markup import cell, code, prose

from inspector import api, artifacts, resources
from inspector.cli.completion import Verb

_NAMES = {"cwe": "CWE", "owasp_llm": "OWASP LLM", "atlas": "MITRE ATLAS", "cve": "CVE"}
EXIT_CODES = (
    (0, "done; and where a policy was asked for (`--fail-on`), it holds"),
    (1, "the policy failed, or a verification said no"),
    (2, "wrong usage, or an input that cannot be read"),
    (3, "the work could not be completed, so that the question cannot be answered"),
)


def table(heads: tuple[str, ...], rows: Iterator[tuple[str, ...]] | list[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"


def commands() -> str:
    """Every command with its options, from its own parser."""
    from inspector.cli.completion import commands as verbs

    parts = [
        "# Commands",
        "Read from the parsers of the program. `inspector COMMAND --help` says the same; "
        "`inspector completion bash`, `zsh` and `fish` print completions, `inspector completion man` the "
        "manual page.",
        "## Exit codes",
        table(("code", "means"), [(str(number), text) for number, text in EXIT_CODES]),
    ]
    for verb in verbs():
        parts += _verb(verb, 2)
    return "\n\n".join(parts) + "\n"


def _verb(verb: Verb, level: int) -> Iterator[str]:
    yield f"{'#' * level} inspector {' '.join(verb.path)}"
    text = verb.description or verb.help
    yield prose(text[:1].upper() + text[1:]).rstrip(".") + "."
    if not verb.actions:
        given = " ".join(name for name, _, _ in verb.positionals)
        yield f"    inspector {' '.join(verb.path)} {given}".rstrip()
        rows = [(code(name), cell(help_ or ", ".join(words))) for name, help_, words in verb.positionals]
        for option in verb.options:
            if "--help" in option.names:
                continue
            value = "|".join(option.choices) or option.metavar if option.takes_value else ""
            rows.append((code(f"{', '.join(option.names)} {value}".strip()), cell(option.help)))
        if rows:
            yield table(("argument", "what"), rows)
    if verb.epilog:
        yield prose(verb.epilog)
    for action in verb.actions:
        yield from _verb(action, level + 1)


def rules() -> str:
    """Every rule of the catalogue: the text the help and the record print."""
    from inspector.rules import catalogue

    parts = [
        "# Rules",
        "What a finding can be. The severity is the usual one; facts can raise or lower it.",
    ]
    for rule in catalogue().values():
        parts += [f"## {cell(rule.title)}", f"`{rule.id}` · {rule.severity.value}"]
        parts += [prose(rule.why), f"**What to do.** {prose(rule.remedy)}"]
        known = [
            f"{_NAMES.get(kind, kind)} {', '.join(ids)}" for kind, ids in rule.identifiers.items() if ids
        ]
        if known:
            parts.append(f"Known as: {cell('; '.join(known))}.")
    return "\n\n".join(parts) + "\n"


def formats() -> str:
    """Which formats of models and data are read: what each reader says of itself."""
    room = Path(artifacts.__file__).parent
    parts = [
        "# File formats",
        "What is recognised by its content, under any name. What a reader says of itself is the first "
        "line of its file. The verdicts and the codes of their reasons stand in [Reasons](formats.md).",
    ]
    for folder, title in (
        ("pickles", "Pickles"),
        ("containers", "Archives and compressed data"),
        ("formats", "Models and data"),
        ("texts", "Configurations, templates and source"),
    ):
        rows = []
        for file in sorted((room / folder).glob("*.py")):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            reads = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
            if any(node.name.startswith("read_") for node in reads):
                said = (ast.get_docstring(tree) or "").split("\n\n")[0]
                rows.append((code(file.stem), prose(said, "``")))
        parts += [f"## {title}", table(("reader", "what it reads"), rows)]
    return "\n\n".join(parts) + "\n"


def manifests() -> str:
    """Which files of a project are read as manifests and lock files."""
    from inspector.dependencies.formats import FORMATS

    names = dict.fromkeys(one.name for one in FORMATS)
    return "\n\n".join(
        [
            "# Manifests and lock files",
            "Where packages are declared or fixed. The name of the file decides; for the last column the "
            "content has to agree.",
            table(
                ("format", "by name alone"),
                [
                    (code(name), "yes" if all(one.certain for one in FORMATS if one.name == name) else "no")
                    for name in names
                ],
            ),
        ]
    )


def checklist() -> str:
    """The questions of the checklist, with what to ask for."""
    from inspector.review.checklist import load, shipped_text

    parts = ["# Checklist", "What a person answers. A required question without an answer stops an approval."]
    for question in load(shipped_text()).questions:
        must = "required" if question.required else "optional"
        parts += [f"## {cell(question.text)}", f"`{question.id}` · {must}"]
        parts += [f"Ask for: {cell(question.evidence_wanted)}"] if question.evidence_wanted else []
        parts += [f"From: {cell(', '.join(question.refs))}."] if question.refs else []
    return "\n\n".join(parts) + "\n"


def keys() -> str:
    """What the window can do, with its keys."""
    from inspector.gui.actions import ACTIONS

    menus = dict.fromkeys(action.menu for action in ACTIONS)
    parts = ["# Keys", "The table that menus, palette and key sheet of the window are made from."]
    for menu in menus:
        parts.append(f"## {menu or 'Keys alone'}")
        rows = [
            (cell(one.text), ", ".join(map(code, one.keys)), cell(one.help))
            for one in ACTIONS
            if one.menu == menu
        ]
        parts.append(table(("action", "keys", "what"), rows))
    return "\n\n".join(parts) + "\n"


def schemas() -> str:
    """The JSON schemas, field by field."""
    parts = [
        "# Schemas",
        "The files themselves lie in `resources/schemas` and in the installed package. What a field means is "
        "said in the [contract](../resources/contract.md) and in [The signed record](record.md).",
    ]
    for file in sorted(resources.path("schemas").glob("*.json")):
        schema = json.loads(file.read_text(encoding="utf-8"))
        parts += [f"## {file.name}", cell(schema.get("title", ""))]
        parts.append(table(("field", "type", "what"), list(_fields(schema, "", 0))))
        for name, part in schema.get("$defs", {}).items():
            rows = list(_fields(part, "", 0))
            parts += [f"### {cell(name)}"]
            parts.append(table(("field", "type", "what"), rows) if rows else cell(_kind(part)))
    return "\n\n".join(parts) + "\n"


def _fields(schema: dict[str, Any], before: str, depth: int) -> Iterator[tuple[str, ...]]:
    required = set(schema.get("required", ()))
    for name, part in schema.get("properties", {}).items():
        mark = "" if name in required else " (may be missing)"
        yield (code(before + name), cell(_kind(part)) + mark, cell(part.get("description", "")))
        if depth < 4:
            yield from _fields(part, f"{before}{name}.", depth + 1)
            items = part.get("items")
            if isinstance(items, dict):
                yield from _fields(items, f"{before}{name}[].", depth + 1)


def _kind(part: Any) -> str:
    if not isinstance(part, dict):
        return "anything" if part else "nothing"
    if "$ref" in part:
        return str(part["$ref"]).rsplit("/", 1)[-1]
    if "const" in part:
        return f"always {json.dumps(part['const'])}"
    if "enum" in part:
        return " or ".join(json.dumps(value) for value in part["enum"])
    if part.get("type") == "array" and isinstance(part.get("items"), dict):
        return f"list of {_kind(part['items'])}"
    for several in ("anyOf", "oneOf"):
        if several in part:
            return " or ".join(dict.fromkeys(_kind(one) for one in part[several]))
    named = part.get("type", "object" if "properties" in part else "anything")
    return " or ".join(named) if isinstance(named, list) else str(named)


def python() -> str:
    """The functions of ``inspector`` as a library, from their docstrings."""
    head = inspect.getdoc(api) or ""
    parts = ["# Python"]
    plain = [line for line in head.splitlines() if not line.startswith(">>>")]
    parts.append(prose(" ".join(plain), "``"))
    example = [line.removeprefix(">>> ") for line in head.splitlines() if line.startswith(">>>")]
    parts.append("\n".join(f"    {line}" for line in example))
    for name in api.__all__:
        thing = getattr(api, name)
        parts.append(f"## inspector.{name}")
        if inspect.isfunction(thing):
            parts.append(f"    {name}{inspect.signature(thing)}".replace("'", ""))
        parts += [prose(piece, "``") for piece in (inspect.getdoc(thing) or "").split("\n\n")]
    return "\n\n".join(parts) + "\n"


# page of the site -> what writes it
PAGES: dict[str, Callable[[], str]] = {
    "reference-commands": commands,
    "reference-rules": rules,
    "reference-formats": formats,
    "reference-manifests": manifests,
    "reference-checklist": checklist,
    "reference-keys": keys,
    "reference-schemas": schemas,
    "reference-python": python,
}
