"""What the columns of training data are for, by their names."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Layouts in use: chat (messages, ShareGPT's conversations), instruction (Alpaca), completion, preferences,
# question and answer, classification.
INPUTS = (
    "messages",
    "conversations",
    "conversation",
    "dialog",
    "dialogue",
    "prompt",
    "instruction",
    "input",
    "inputs",
    "question",
    "query",
    "context",
    "text",
    "content",
    "sentence",
    "document",
    "source",
    "user",
    "ticket",
    "problem",
    "premise",
    "hypothesis",
    "article",
    "review",
)
OUTPUTS = (
    "response",
    "completion",
    "output",
    "outputs",
    "answer",
    "answers",
    "chosen",
    "rejected",
    "label",
    "labels",
    "target",
    "targets",
    "summary",
    "correction",
    "corrected",
    "reply",
    "assistant",
    "solution",
    "category",
    "sentiment",
    "class",
    "score",
    "rating",
    "feedback",
)
_CONTRIBUTOR = re.compile(
    r"(?:user|contributor|annotator|author|worker|customer|submitter|reviewer|rater|editor|account|reporter|agent|"
    r"labeler|labeller|creator|owner|member)(?:[_ -]?(?:id|name|uuid|email|hash|key))?"
    r"|(?:created|submitted|added|labeled|annotated|reported|updated)[_ -]?by|submitted_from|email|username",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"time|timestamp|date|datetime|ts|created|(?:created|updated|submitted|added|collected|modified|inserted|logged)"
    r"[_ -]?(?:at|on|time|date|utc|ts)|(?:creation|submission|event|received)[_ -]?(?:time|date|ts)"
    r"|createdAt|updatedAt",
    re.IGNORECASE,
)


def roles(columns: Iterable[str]) -> dict[str, list[str]]:
    """``{"input": […], "output": […]}``: the columns that train, in the order of the file."""
    names = list(columns)
    return {
        "input": [name for name in names if name.strip().lower() in INPUTS],
        "output": [name for name in names if name.strip().lower() in OUTPUTS],
    }


def looks_like_training(columns: Iterable[str]) -> bool:
    """Whether the columns are those of training data: a chat, or something in and something out."""
    found = roles(columns)
    names = {name.lower() for name in found["input"] + found["output"]}
    return bool(names & {"messages", "conversations", "chosen", "rejected"}) or bool(
        found["input"] and found["output"]
    )


def contributor_column(columns: Iterable[str]) -> str | None:
    """The column that says who gave a row, by its name; None where no name says so."""
    return next((name for name in columns if _CONTRIBUTOR.fullmatch(name.strip())), None)


def time_column(columns: Iterable[str]) -> str | None:
    """The column that says when a row was given, by its name; None where no name says so."""
    return next((name for name in columns if _TIME.fullmatch(name.strip())), None)
