"""``inspector review import`` and ``adopt``: what earlier records and bills of materials propose, and taking
some of it over."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.cli.keys import trusted_keys
from inspector.cli.review_shows import opened, print_line, proposal_words, write_shown
from inspector.provenance import UnreadableInput, plain

if TYPE_CHECKING:
    from inspector.review.proposals import Import

_SHOWN = 40  # rows of the text that say what was left; JSON has all that are kept


def register(commands: Any) -> None:
    """Adds the two commands to those of ``review``."""
    take = commands.add_parser(
        "import",
        help="take proposals from an earlier record, CycloneDX or SPDX",
        description="Reads what others say of the same findings, questions and components. Everything is "
        "kept as a proposal with its origin; nothing is decided, answered or approved by it.",
    )
    take.add_argument("file", metavar="FILE.review")
    take.add_argument("document", metavar="FILE", help="record package or envelope, CycloneDX JSON, SPDX")
    take.add_argument("--trust", metavar="FILE", type=Path, help="the trust store; default: your own")
    take.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    take.add_argument("-o", "--out", metavar="FILE", help="write the result here")
    take.set_defaults(run=run_import)

    adopt = commands.add_parser(
        "adopt",
        help="take proposals over as your own decisions and answers",
        description="The reason or note says where each came from. Undo takes it back.",
    )
    adopt.add_argument("file", metavar="FILE.review")
    adopt.add_argument(
        "ids", nargs="+", metavar="ID", help="findings and questions, as `review show` lists them"
    )
    adopt.add_argument(
        "--from", dest="digest", metavar="DIGEST", help="the origin that is meant, by its first digits"
    )
    adopt.set_defaults(run=run_adopt)


def run_import(arguments: argparse.Namespace) -> int:
    """Keeps the proposals as one step; UnreadableInput for a document that cannot be read."""
    from inspector.record.imports import proposals_of, read_document

    document = read_document(Path(arguments.document), trusted_keys(arguments.trust))
    with opened(arguments) as review:
        if review.scan_facts() is None:
            raise UnreadableInput(
                "The review holds no finished scan yet, so nothing can be compared.", "Scan the target first."
            )
        found = proposals_of(document, review)
        review.take_import(found)
    write_shown(arguments, shown_import(found), _text)
    return 0


def run_adopt(arguments: argparse.Namespace) -> int:
    """Decides and answers as the proposals have it, as one step of this reviewer."""
    with opened(arguments) as review:
        step = review.adopt(arguments.ids, digest=arguments.digest)
    print_line(f"{step.text}.")
    return 0


def shown_import(found: Import) -> dict[str, Any]:
    """What ``import --format json`` writes."""
    return {
        "schema": "provenance-inspector/import/1",
        "origin": {**asdict(found.origin), "words": found.origin.words},
        "proposals": [one.as_json() for one in found.proposals],
        "left": [{"what": what, "why": why} for what, why in found.left],
        "counts": dict(found.counts or {}),
    }


def _text(shown: Mapping[str, Any]) -> list[str]:
    origin, counts = shown["origin"], shown["counts"]
    lines = [f"{plain(origin['words'], 400)}: {plain(origin['title'], 300)}"]
    if origin["why"]:
        lines.append(f"  {plain(origin['why'], 400)}")
    for about, head in (("finding", "Findings"), ("question", "Questions"), ("node", "Components")):
        rows = [one for one in shown["proposals"] if one["about"] == about]
        lines.append(f"{head}: {len(rows)} proposed")
        lines += [f"  {plain(one['key'], 160)}: {proposal_words(one)}" for one in rows[:_SHOWN]]
        if len(rows) > _SHOWN:
            lines.append(f"  and {len(rows) - _SHOWN} more (--format json has them)")
    lines.append(f"Left aside: {counts['left']}")
    lines += [f"  {plain(one['what'], 160)}: {plain(one['why'], 200)}" for one in shown["left"][:_SHOWN]]
    if counts["left"] > _SHOWN:
        lines.append(f"  and {counts['left'] - _SHOWN} more")
    return [
        *lines,
        "Nothing was decided or answered. `inspector review adopt FILE.review ID…` takes a proposal over.",
    ]
