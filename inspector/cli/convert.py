"""``inspector convert``: the tensors of a pickle checkpoint as safetensors. Nothing is unpickled."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from inspector.cli.one_file import one_file
from inspector.cli.output import write_result
from inspector.provenance import UnreadableInput, plain


def register(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "convert",
        help="pickle checkpoint to safetensors, without unpickling",
        description="Writes the tensors of a torch checkpoint to OUT; other values are left out. "
        "Where a tensor cannot be carried, nothing is written, the tensor is named and the exit code is 1.",
    )
    parser.add_argument("input", metavar="IN")
    parser.add_argument("output", metavar="OUT.safetensors")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--skip-refused", action="store_true", help="carry the rest all the same")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from inspector.artifacts.conversion.convert import plan_conversion, write_safetensors
    from inspector.cli.scan import json_bytes

    out = Path(arguments.output)
    with one_file(arguments.input, "convert") as (_, data):
        if out.exists() and out.samefile(arguments.input):
            raise UnreadableInput("The output is the input itself.", "Name another file for the output.")
        plan = plan_conversion(data)
        is_whole = not plan.refused or (arguments.skip_refused and not plan.checkpoint.doubtful)
        if is_whole:
            write_safetensors(plan, out)
    refused = [{"name": plain(name, 500), "why": why} for name, why in sorted(plan.refused.items())]
    result = {
        "tensors": len(plan.tensors),
        "bytes": plan.size,
        "shared": [[plain(name, 500) for name in group] for group in plan.shared()],
        "refused": refused,
    }
    if arguments.format == "json":
        write_result(json_bytes(result, indent=1), None)
    elif is_whole:
        _say(f"{len(plan.tensors)} tensors, {plan.size} bytes, written to {plain(arguments.output)}.")
        for group in plan.shared():
            _say(
                "These shared their numbers and are now separate: " + ", ".join(plain(name) for name in group)
            )
    for item in refused if arguments.format == "text" else ():
        print(f"refused: {item['name']}: {item['why']}", file=sys.stderr)
    if not is_whole:
        print("inspector: Nothing was written. --skip-refused carries the other tensors.", file=sys.stderr)
    return 0 if is_whole else 1


def _say(line: str) -> None:
    write_result((line + "\n").encode("utf-8", "backslashreplace"), None)
