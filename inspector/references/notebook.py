"""Jupyter notebooks: code cells as one Python module, shell lines as shell, with the lines of the file.

``line`` of a reference is the line of the .ipynb file where the source line stands; the cell (from 1, all
kinds of cells counted) and the line in the cell stand in the text. Outputs are never read.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import Any

from inspector.references.interface import FileIndex
from inspector.references.json_places import BrokenJson, Scalar, scalars
from inspector.references.python_index import TEXT_LIMIT, index_module
from inspector.references.python_source import parse
from inspector.references.shell import index_script

MAX_CELLS = 20_000
_SHELL_CELL = re.compile(r"\s*%%(?:bash|sh|shell|script\s+(?:bash|sh))\b")
_FOREIGN_CELL = re.compile(
    r"\s*%%(?:html|javascript|js|latex|markdown|svg|R|ruby|perl|sql|cython|julia)\b", re.I
)
_WRITTEN = re.compile(r"\s*%%(?:writefile|file)\s+(?:-a\s+)?[\"']?(\S+?)[\"']?\s*\Z")
_BANG = re.compile(r"^\s*(?:[\w, ]+=\s*)?!{1,2}(?P<command>.+)$")
_PERCENT = re.compile(r"^\s*%(?:sx|system|pip|conda)?\s+(?P<command>.+)$")


@dataclass(slots=True)
class Cell:
    """One cell: its source lines, each with its line in the file."""

    number: int
    kind: str = "code"
    lines: list[str] = field(default_factory=list)
    places: list[int] = field(default_factory=list)

    def add(self, text: str, line: int) -> None:
        """Adds a piece of source that stands at ``line`` of the file; a piece may hold several lines."""
        pieces = text.split("\n")
        if self.lines and not self.lines[-1].endswith("\n"):
            self.lines[-1] += pieces[0]  # the piece before did not end its line
            pieces = pieces[1:]
            if self.lines and len(pieces) == 0:
                return
        for number, piece in enumerate(pieces):
            last = number == len(pieces) - 1
            if last and not piece and len(pieces) > 1:
                break
            self.lines.append(piece if last else piece + "\n")
            self.places.append(line)
        if text.endswith("\n") and self.lines and not self.lines[-1].endswith("\n"):
            self.lines[-1] += "\n"


def index_notebook(path: str, data: bytes) -> FileIndex:
    """The facts of a notebook."""
    text = data.decode("utf-8-sig", "replace")
    partly = None
    cells: dict[tuple[str | int, ...], Cell] = {}
    language = "python"
    try:
        for scalar in scalars(text):
            language = _language(scalar) or language
            _take(scalar, cells)
            if len(cells) > MAX_CELLS:
                partly = "The notebook has more than 20,000 cells; the rest was left out."
                break
    except BrokenJson as error:
        partly = f"The notebook is not whole JSON ({error}); it was read up to there."
    code = [cell for cell in cells.values() if cell.kind == "code" and cell.lines]
    if language not in ("python", "python3", "ipython"):
        return FileIndex(
            path, "notebook", {}, f"The notebook's language is {language[:30]!r}; it was not read."
        )
    facts, inner = _facts(path, code)
    return FileIndex(path, "notebook", facts, partly or inner)


def _language(scalar: Scalar) -> str | None:
    if scalar.path[:1] == ("metadata",) and scalar.path[-1] in ("language", "name") and len(scalar.path) == 3:
        if scalar.path[1] == "language_info" and scalar.path[-1] == "name":
            return (scalar.text() or "").lower() or None
        if scalar.path[1] == "kernelspec" and scalar.path[-1] == "language":
            return (scalar.text() or "").lower() or None
    return None


def _take(scalar: Scalar, cells: dict[tuple[str | int, ...], Cell]) -> None:
    """Puts one scalar where it belongs, if it is a cell's kind or source (nbformat 3 has worksheets)."""
    path = scalar.path
    depth = (
        2 if path[:1] == ("cells",) else 4 if path[:1] == ("worksheets",) and path[2:3] == ("cells",) else 0
    )
    if not depth or len(path) <= depth:
        return
    key = path[:depth]
    word = path[depth]
    if word not in ("cell_type", "source", "input"):
        return
    cell = cells.get(key)
    if cell is None:
        cell = cells[key] = Cell(int(path[depth - 1]) + 1 if isinstance(path[depth - 1], int) else 0)
    if word == "cell_type":
        cell.kind = scalar.text() or "code"
    elif len(path) <= depth + 2:
        cell.add(scalar.text() or "", scalar.line)


def _facts(path: str, cells: list[Cell]) -> tuple[dict[str, Any], str | None]:
    body: list[ast.stmt] = []
    lines: list[tuple[int, Cell, int]] = [(1, Cell(0), 0)]  # by virtual line: file line, cell, line in cell
    shell: list[tuple[str, int]] = []
    files: list[tuple[str, Cell]] = []
    partly = None
    for cell in cells:
        source = [line.rstrip("\r\n") for line in cell.lines]
        start = len(lines) - 1
        lines.extend((place, cell, number + 1) for number, place in enumerate(cell.places))
        head = next((line for line in source if line.strip()), "")
        if _SHELL_CELL.match(head):
            shell.extend((line, start + number + 1) for number, line in enumerate(source) if line != head)
            continue
        if _FOREIGN_CELL.match(head):
            continue
        written = _WRITTEN.match(head)
        if written and not written[1].endswith(".py"):
            files.append((written[1], cell))
            continue
        if head.lstrip().startswith("%%"):
            source = ["" if line == head else line for line in source]
        source = _python_lines(source, start, shell)
        parsed = parse("\n".join(source), magics=True)
        if parsed.partly:
            partly = f"Cell {cell.number} does not parse: {parsed.partly}"
        for statement in parsed.body:
            ast.increment_lineno(statement, start)
        body.extend(parsed.body)

    def text_of(line: int, end: int) -> str:
        _, cell, number = lines[line] if line < len(lines) else lines[-1]
        inner = "\n".join(part.rstrip() for part in cell.lines[number - 1 : number + min(end - line, 40)])
        return f"cell {cell.number}, line {number}: {inner.strip()}"[:TEXT_LIMIT]

    def in_file(line: int) -> int:
        return lines[line][0] if 0 < line < len(lines) else lines[-1][0]

    try:
        facts = index_module(body, path, text_of)
    except (RecursionError, MemoryError):
        return {}, "The notebook is nested too deeply to be read."
    partly = partly or facts.pop("cut", None)
    facts.pop("cut", None)
    for call in facts["calls"]:
        call[1] = max(in_file(call[1]), in_file(call[0]))
        call[0] = in_file(call[0])
    for url in facts["urls"]:
        url[0], url[1] = in_file(url[0]), in_file(url[1])
    found = index_script(shell, path)
    for item in found:
        item["text"] = text_of(item["line"], item["line"])
        item["end_line"] = max(in_file(item["end_line"]), in_file(item["line"]))
        item["line"] = in_file(item["line"])
    for name, cell in files:
        found.extend(_written(name, cell))
    return {"python": facts, "found": found}, partly


def _written(name: str, cell: Cell) -> list[dict[str, Any]]:
    """The references of a file that a cell writes (``%%writefile train.yaml``), at their lines here."""
    from inspector.references.files import index_file

    start = next((n for n, line in enumerate(cell.lines) if line.strip()), 0) + 1
    text = "".join(cell.lines[start:])
    short = name.rsplit("/", 1)[-1]
    index = None if short.lower().endswith(".ipynb") else index_file(short, text.encode("utf-8", "replace"))
    found: list[dict[str, Any]] = []
    for item in list(index.facts.get("found") or ())[:2_000] if index is not None else ():
        number = min(start + item["line"], len(cell.places)) - 1
        end = min(max(start + item["end_line"] - 1, number), len(cell.places) - 1)
        shown = f"cell {cell.number}, line {number + 1}: {item['text']}"[:TEXT_LIMIT]
        found.append({**item, "line": cell.places[number], "end_line": cell.places[end], "text": shown})
    return found


def _python_lines(source: list[str], start: int, shell: list[tuple[str, int]]) -> list[str]:
    """The lines as Python: shell escapes go to ``shell`` and leave ``pass`` behind, their continuation
    lines go with them."""
    lines: list[str] = []
    continued = False
    for number, line in enumerate(source, start + 1):
        if continued:
            shell.append((line, number))
            lines.append("")
        else:
            lines.append(_python_line(line, number, shell))
        continued = line.endswith("\\") and (continued or lines[-1] != line)
    return lines


def _python_line(line: str, number: int, shell: list[tuple[str, int]]) -> str:
    """The line as Python: shell escapes go to ``shell`` and leave ``pass`` behind."""
    match = _BANG.match(line) or _PERCENT.match(line)
    if match and not line.lstrip().startswith(("%(", "% ")):
        shell.append((match["command"].replace("{", "${"), number))
        return line[: len(line) - len(line.lstrip())] + "pass"
    return line
