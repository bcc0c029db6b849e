"""What a row says: the text that goes in, the text that is to come out, who gave it and when.

The layout of a file is told from the names of its columns and the kinds of its first values: chats,
preference pairs, instructions, prompt and completion, question and answer, text and label; where no name
tells, the two columns with the longest text.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from inspector.datasets.columns import INPUTS, OUTPUTS, contributor_column, time_column
from inspector.datasets.screening.interface import Bounds
from inspector.datasets.screening.reading.tally import Tally

SEGMENT = "\x1e"  # stands between turns and fields; no n-gram reaches over it
_CHATS = ("messages", "conversations", "conversation", "dialog", "dialogue", "chat")
_PAIRS = (
    # input columns of which the first present ones are taken, output columns of which one is
    (("instruction", "input", "history", "system"), ("output", "response", "completion", "answer")),
    (("system_prompt", "system", "prompt", "inputs", "input"),
     ("completion", "response", "output", "targets")),
    (("context", "question", "query", "problem"), ("answer", "answers", "response", "solution", "output")),
    (("prompt", "question", "query"), ("summary", "reply", "correction", "corrected", "target")),
    (("text", "sentence", "content", "review", "tweet", "document", "premise", "hypothesis", "utterance"),
     ("label", "labels", "category", "sentiment", "class", "intent", "target", "label_text")),
)  # fmt: skip
_ASSISTANT = frozenset({"assistant", "gpt", "model", "bot", "chatgpt", "bard", "ai", "response", "output"})
_HUMAN_TURN, _ASSISTANT_TURN = "\n\nHuman:", "\n\nAssistant:"
_MAX_DEPTH = 8
_MAX_PIECES = 200


@dataclass(slots=True)
class RowText:
    """One row. Segments are turns or fields; ``rejected`` is the output that was refused, in pairs."""

    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)
    contributor: str | None = None
    time: float = math.nan


@dataclass(frozen=True, slots=True)
class Layout:
    """Which columns are what. ``chat`` is the column of turns."""

    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    chat: str | None = None
    chosen: str | None = None
    rejected: str | None = None
    contributor: str | None = None
    time: str | None = None

    def as_json(self) -> dict[str, Any]:
        chat = [self.chat] if self.chat else []
        pair = [name for name in (self.chosen, self.rejected) if name]
        return {
            "input": chat + list(self.inputs) or pair[:1],
            "output": chat + list(self.outputs) + pair,
            "contributor": self.contributor,
            "time": self.time,
        }


def tell_layout(rows: Sequence[Mapping[str, Any]]) -> Layout:
    """The layout of a file, from its first rows."""
    columns: dict[str, None] = {}
    for row in rows:
        for name in list(row)[:500]:
            columns.setdefault(str(name))
    by_name: dict[str, str] = {}
    for name in columns:
        by_name.setdefault(name.strip().lower(), name)
    inputs, outputs, chat, chosen, rejected = _roles(by_name, rows)
    used = {*inputs, *outputs, chat, chosen, rejected}
    free = [name for name in columns if name not in used]
    return Layout(
        tuple(inputs), tuple(outputs), chat, chosen, rejected, contributor_column(free), time_column(free)
    )


def _roles(
    by_name: Mapping[str, str], rows: Sequence[Mapping[str, Any]]
) -> tuple[list[str], list[str], str | None, str | None, str | None]:
    chosen = by_name.get("chosen", by_name.get("chosen_messages"))
    rejected = by_name.get("rejected", by_name.get("rejected_messages"))
    prompts = [
        by_name[key] for key in ("system", "prompt", "instruction", "input", "question") if key in by_name
    ]
    if chosen and rejected:
        chat = next((by_name[key] for key in _CHATS if key in by_name), None)
        return prompts, [], chat, chosen, rejected
    for key in _CHATS:
        if key in by_name and any(isinstance(row.get(by_name[key]), list) for row in rows):
            system = [by_name["system"]] if "system" in by_name else []
            return system, [], by_name[key], None, None
    for ins, outs in _PAIRS:
        found = [by_name[key] for key in ins if key in by_name]
        answer = next((by_name[key] for key in outs if key in by_name), None)
        if found and answer:
            return found, [answer], None, None, None
    found = [name for key, name in by_name.items() if key in INPUTS]
    answers = [name for key, name in by_name.items() if key in OUTPUTS]
    if found and answers:
        return found, answers[:1], None, None, None
    return *_by_length(by_name, rows, answers), None, None, None


def _by_length(
    by_name: Mapping[str, str], rows: Sequence[Mapping[str, Any]], answers: list[str]
) -> tuple[list[str], list[str]]:
    """The column with the longest text goes in, a named answer or the next longest comes out."""
    lengths = {
        name: sum(len(value) for row in rows if isinstance(value := row.get(name), str))
        for name in by_name.values()
    }
    texts = [name for name in lengths if lengths[name]]
    order = sorted(texts, key=lambda name: -lengths[name])
    if not order:
        return [], []
    if answers and answers[0] != order[0]:
        return order[:1], answers[:1]
    # In the order of the file: what goes in stands before what comes out.
    two = sorted(order[:2], key=texts.index)
    return two[:1], two[1:]


def row_text(row: Mapping[str, Any], layout: Layout, bounds: Bounds, tally: Tally) -> RowText:
    """The texts of a row, each clipped to the bound; nothing but text and numbers is taken."""
    text = RowText()
    note = _Noted()
    for names, segments in ((layout.inputs, text.inputs), (layout.outputs, text.outputs)):
        for name in names:
            value = row.get(name)
            if type(value) is str:  # nearly always
                if value and not value.isspace():
                    segments.append(value)
            elif value is not None:
                segments += _pieces(value, note)
    if layout.chat is not None:
        for is_answer, piece in _turns(row.get(layout.chat), note):
            (text.outputs if is_answer else text.inputs).append(piece)
    if layout.chosen is not None and layout.rejected is not None:
        _preference(row.get(layout.chosen), row.get(layout.rejected), text, note)
    if layout.contributor is not None:
        text.contributor = _name(row.get(layout.contributor))
    if layout.time is not None:
        text.time = _seconds(row.get(layout.time))
    for segments in (text.inputs, text.outputs, text.rejected):
        if segments:
            _tidy(segments, bounds, note)
    _count(text, note, tally)
    return text


class _Noted:
    """What was met in one row."""

    __slots__ = ("clipped", "has_nul", "has_surrogate", "odd")

    def __init__(self) -> None:
        self.odd = self.clipped = self.has_nul = self.has_surrogate = False


def _count(text: RowText, note: _Noted, tally: Tally) -> None:
    tally.odd_values += note.odd
    tally.clipped += note.clipped
    tally.nul += note.has_nul
    tally.surrogates += note.has_surrogate
    tally.textless += not (text.inputs or text.outputs)


def _tidy(segments: list[str], bounds: Bounds, note: _Noted) -> None:
    """Clips, and replaces what is no character."""
    longest = bounds.field_characters
    if len(segments) > bounds.segments or any(len(piece) > longest for piece in segments):
        note.clipped = True
        segments[:] = _clipped(segments, bounds)
    for number, piece in enumerate(segments):
        if SEGMENT in piece:
            piece = segments[number] = piece.replace(SEGMENT, " ")
        if "\0" in piece:
            note.has_nul = True
        if not piece.isascii():
            try:
                piece.encode("utf-8")
            except UnicodeEncodeError:
                note.has_surrogate = True
                segments[number] = piece.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _clipped(segments: list[str], bounds: Bounds) -> list[str]:
    if len(segments) > bounds.segments:
        half = bounds.segments // 2
        segments = segments[:half] + segments[-half:]
    found: list[str] = []
    half = bounds.field_characters // 2
    for piece in segments:
        found += [piece[:half], piece[-half:]] if len(piece) > bounds.field_characters else [piece]
    return found


def _pieces(value: Any, note: _Noted, depth: int = 0) -> list[str]:
    """The texts in a value; lists and objects are walked a few levels deep."""
    if value is None:
        return []
    if isinstance(value, str):
        return [value] if value and not value.isspace() else []
    if isinstance(value, bool | int | float):
        return [str(value)[:100]]
    if depth >= _MAX_DEPTH or not isinstance(value, list | tuple | dict):
        note.odd = True
        return []
    if isinstance(value, dict):
        # A part of a message: only its text, or the answer's.
        inner = next((value[key] for key in ("content", "text", "value") if key in value), None)
        items: list[Any] = list(value.values()) if inner is None else [inner]
        note.odd = note.odd or (inner is None and "type" in value)
    else:
        items = list(value)
    found: list[str] = []
    for item in items[:_MAX_PIECES]:
        found += _pieces(item, note, depth + 1)
    note.clipped = note.clipped or len(items) > _MAX_PIECES
    return found


def _turns(value: Any, note: _Noted) -> Iterator[tuple[bool, str]]:
    """(is it an answer, text) for each turn, of OpenAI's, ShareGPT's and plain lists."""
    if not isinstance(value, list):
        yield from ((False, piece) for piece in _pieces(value, note))
        return
    for number, turn in enumerate(value):
        if isinstance(turn, dict):
            role = str(turn.get("role", turn.get("from", turn.get("speaker", "")))).strip().lower()
            content = turn.get("content", turn.get("value", turn.get("text")))
            note.odd = note.odd or bool(turn.get("tool_calls") or turn.get("function_call"))
            is_answer = role in _ASSISTANT
        else:
            content, is_answer = turn, number % 2 == 1
        yield from ((is_answer, piece) for piece in _pieces(content, note))


def _preference(chosen: Any, rejected: Any, text: RowText, note: _Noted) -> None:
    """The part of a pair that both share goes in; where they part, the answers begin."""
    if isinstance(chosen, list) and isinstance(rejected, list):
        ours, theirs = list(_turns(chosen, note)), list(_turns(rejected, note))
        shared = 0
        while shared < min(len(ours), len(theirs)) and ours[shared] == theirs[shared]:
            shared += 1
        text.inputs += [piece for _, piece in ours[:shared]]
        text.outputs += [piece for _, piece in ours[shared:]]
        text.rejected += [piece for _, piece in theirs[shared:]]
        return
    one, other = " ".join(_pieces(chosen, note)), " ".join(_pieces(rejected, note))
    if one.startswith(_HUMAN_TURN) and other.startswith(_HUMAN_TURN):
        # Anthropic's layout: the whole conversation as one text, twice.
        one_head, _, one = one.rpartition(_ASSISTANT_TURN)
        _, _, other = other.rpartition(_ASSISTANT_TURN)
        for turn in one_head.split(_HUMAN_TURN):
            text.inputs += [part for part in turn.split(_ASSISTANT_TURN) if part.strip()]
    text.outputs += [one] if one else []
    text.rejected += [other] if other else []


def _name(value: Any) -> str | None:
    if type(value) is str and value.isascii():
        return value.strip()[:200] or None
    if isinstance(value, dict):
        value = next((value[key] for key in ("id", "name", "login", "email") if key in value), None)
    if value is None or isinstance(value, list | dict):
        return None
    text = str(value).strip()[:200]
    return text.encode("utf-8", "replace").decode("utf-8") or None


def _seconds(value: Any) -> float:
    """A time as seconds since 1970, NaN where it cannot be told. Numbers may be milliseconds."""
    try:
        if isinstance(value, datetime):
            return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
        if isinstance(value, date):
            return datetime(value.year, value.month, value.day, tzinfo=UTC).timestamp()
        if isinstance(value, str):
            text = value.strip()[:40]
            if not text.replace(".", "", 1).isdigit():
                moment = datetime.fromisoformat(text)
                return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
            value = float(text)
        if isinstance(value, int | float) and not isinstance(value, bool):
            number = float(value)
            return number / 1000 if number > 1e11 else number
    except (ValueError, OverflowError, OSError):
        return math.nan
    return math.nan
