"""The hostile half of the corpus: makes every file from nothing, always the same bytes.

    python tests/corpus/make_hostile.py FOLDER

Needs the standard library and numpy. No file is ever loaded; a payload would print a word at most. Beside
the files stands ``labels.json``: path, label, right verdict, category and why.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from hostile import (
    archive_cases,
    chained_cases,
    disguise_cases,
    graph_cases,
    keras_cases,
    late_call_cases,
    late_template_cases,
    late_text_cases,
    odd_call_cases,
    odd_file_cases,
    odd_text_cases,
    pickle_cases,
    spoken_cases,
    tensor_cases,
    text_cases,
)
from hostile.case import Case

_ROOMS = (
    pickle_cases,
    chained_cases,
    archive_cases,
    tensor_cases,
    graph_cases,
    keras_cases,
    text_cases,
    disguise_cases,
    odd_call_cases,
    odd_file_cases,
    odd_text_cases,
    late_call_cases,
    late_template_cases,
    late_text_cases,
    spoken_cases,
)


def make() -> list[Case]:
    """Every case, sorted by path. No path stands there twice."""
    cases = sorted((case for room in _ROOMS for case in room.cases()), key=lambda case: case.path)
    paths = [case.path for case in cases]
    twice = {path for path in paths if paths.count(path) > 1}
    if twice:
        raise ValueError(f"made twice: {sorted(twice)}")
    return cases


def write(folder: Path) -> list[Case]:
    """Writes the files below ``folder``; what was written."""
    cases = make()
    for case in cases:
        path = folder / case.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(case.data)
    rows = [
        {
            "path": case.path,
            "label": case.label,
            "word": case.word,
            "category": case.category,
            "why": case.why,
        }
        for case in cases
    ]
    (folder / "labels.json").write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return cases


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Makes the hostile half of the corpus.")
    parser.add_argument("folder", type=Path)
    print(f"{len(write(parser.parse_args().folder))} files")
