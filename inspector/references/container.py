"""Dockerfiles: base images through ARG and stages, copied-from images, downloads, commands, environment.

Source: the Dockerfile reference (instructions, ARG before FROM, ``--from``, ``ADD --checksum``, JSON form).
"""

from __future__ import annotations

import json
import re
from typing import Any

from inspector.provenance import Pin
from inspector.references.command_fetches import url_fact
from inspector.references.commands import environment, image_fact, words_command
from inspector.references.interface import FileIndex
from inspector.references.python_source import decode
from inspector.references.shell import commands as shell_commands
from inspector.references.snippets import facts_of

Facts = list[dict[str, Any]]
MAX_TEXT = 2 * 1024 * 1024
MAX_LINES = 100_000
_INSTRUCTION = re.compile(r"\s*([A-Za-z]+)\s+(.*)\Z", re.DOTALL)
_VARIABLE = re.compile(r"\$\{(\w+)(?::?[-+]([^{}]*))?\}|\$(\w+)")
_PAIR = re.compile(r"""(\w+)=("(?:[^"\\]|\\.)*"|'[^']*'|\S+)""")
_HEREDOC = re.compile(r"<<-?[\"']?(\w+)[\"']?")


def index_dockerfile(path: str, data: bytes) -> FileIndex:
    """The facts of a Dockerfile."""
    text = decode(data[:MAX_TEXT]).replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    cut = len(data) > MAX_TEXT or len(lines) > MAX_LINES
    partly = "The Dockerfile is larger than what is read; only its first part was." if cut else None
    return FileIndex(path, "dockerfile", facts_of(path, _Dockerfile(lines[:MAX_LINES]).found()), partly)


class _Dockerfile:
    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.arguments: dict[str, str] = {}
        self.stages: set[str] = set()

    def found(self) -> Facts:
        found: Facts = []
        for line, end, raw in self._instructions():
            match = _INSTRUCTION.match(raw)
            if match is None:
                continue
            word, rest = match[1].upper(), match[2]
            shown = "\n".join(part.strip() for part in self.lines[line - 1 : end])[:300]
            if word == "ARG":
                name, sign, value = rest.strip().partition("=")
                self.arguments[name.strip()] = (
                    value.strip().strip("\"'") if sign else self.arguments.get(name.strip(), "$" + name)
                )
                found.extend(environment({name.strip(): self.arguments[name.strip()]}, line, shown))
            elif word == "FROM":
                found.extend(self._from(rest, line, end, shown))
            elif word in ("COPY", "ADD"):
                found.extend(self._copy(word, rest, line, end, shown))
            elif word == "ENV":
                pairs = {name: self._filled(value.strip("\"'")) for name, value in _PAIR.findall(rest)}
                if not pairs and len(rest.split(None, 1)) == 2:
                    name, value = rest.split(None, 1)
                    pairs = {name: self._filled(value)}
                self.arguments.update(pairs)
                found.extend(environment(pairs, line, shown))
            elif word in ("RUN", "CMD", "ENTRYPOINT"):
                found.extend(self._run(rest, line, end, shown))
        return found

    def _instructions(self) -> list[tuple[int, int, str]]:
        """(first line, last line, text) of every instruction; comments go, heredocs stay in."""
        found: list[tuple[int, int, str]] = []
        pending: list[str] = []
        start = 0
        heredoc = ""
        for number, line in enumerate(self.lines, 1):
            stripped = line.rstrip()[:20_000]
            if heredoc:
                pending.append(stripped)
                if stripped.strip() == heredoc:
                    heredoc = ""
                    found.append((start, number, "\n".join(pending)))
                    pending = []
                continue
            if not pending and (not stripped.strip() or stripped.lstrip().startswith("#")):
                continue
            if pending and stripped.lstrip().startswith("#"):
                pending.append("\\")  # a comment between continued lines
                continue
            start = start if pending else number
            pending.append(stripped)
            marker = _HEREDOC.search(stripped) if stripped.lstrip()[:4].upper() in ("RUN ", "COPY") else None
            if marker:
                heredoc = marker[1]
            elif not stripped.endswith(("\\", "`")):
                found.append((start, number, "\n".join(pending)))
                pending = []
        if pending:
            found.append((start, len(self.lines), "\n".join(pending)))
        return found

    def _filled(self, text: str) -> str:
        def value(match: re.Match[str]) -> str:
            name = match[1] or match[3]
            known = self.arguments.get(name)
            if known is None or known.startswith("$"):
                return match[2] if match[2] is not None else match[0]
            return known

        for _ in range(3):
            new = _VARIABLE.sub(value, text)[:4_000]
            if new == text:
                break
            text = new
        return text

    def _from(self, rest: str, line: int, end: int, shown: str) -> Facts:
        words = [word for word in rest.replace("\\\n", " ").split() if not word.startswith("--")]
        if not words:
            return []
        name = self._filled(words[0].strip("\"'"))
        known = name.lower() in self.stages or name == "scratch"
        if len(words) >= 3 and words[1].upper() == "AS":
            self.stages.add(words[2].lower())
        if known:
            return []
        item = image_fact(name, line, end, shown, "FROM")
        if item is not None and "$" in words[0] and item["pin"] == Pin.DIGEST.value:
            item["pin"] = Pin.UNDETERMINED.value
            item["why"] = "The digest is the default of a build argument, which a build may replace."
        return [item] if item else []

    def _copy(self, word: str, rest: str, line: int, end: int, shown: str) -> Facts:
        words = rest.replace("\\\n", " ").split()
        found: Facts = []
        checked = any(item.startswith("--checksum=sha256:") for item in words)
        for item in words:
            if item.startswith("--from="):
                name = self._filled(item[7:].strip("\"'"))
                if name.lower() not in self.stages and not name.isdecimal():
                    made = image_fact(name, line, end, shown, f"{word} --from")
                    found.extend([made] if made else [])
            elif word == "ADD" and "://" in item:
                made = url_fact(self._filled(item), line, end, shown, "ADD", checked)
                found.extend([made] if made else [])
        return found

    def _run(self, rest: str, line: int, end: int, shown: str) -> Facts:
        from inspector.references.commands import read_commands

        body = re.sub(r"\A(?:--\w[\w-]*(?:=\S+)?\s+)+", "", rest)
        if body.lstrip().startswith("["):
            try:
                words = json.loads(body.strip())
            except (ValueError, RecursionError):
                words = None
            if isinstance(words, list) and all(isinstance(word, str) for word in words):
                return words_command([self._filled(word) for word in words], line, shown, end)
        pairs = [(part, line + number) for number, part in enumerate(body.split("\n"))]
        heredoc = _HEREDOC.search(pairs[0][0]) if pairs else None
        if heredoc and "python" in pairs[0][0]:
            code = "\n".join(text for text, _ in pairs[1:-1])
            return [{"python": code, "line": line, "end_line": end, "text": shown}]
        return read_commands(shell_commands(pairs[1:-1] if heredoc else pairs, dict(self.arguments)))
