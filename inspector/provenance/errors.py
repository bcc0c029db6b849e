"""The one error type that reaches a user: a sentence, what to do next, and the exit code.

Everything else that is raised is a defect of this program. The exit codes are those of
resources/contract.md.
"""

from __future__ import annotations


class InspectorError(Exception):
    """A condition the user can understand and act on.

    ``sentence`` says what is the matter, ``next_step`` what to do about it; both are whole
    sentences in plain text. ``exit_code`` is what a command ends with.
    """

    exit_code = 2

    def __init__(self, sentence: str, next_step: str = "") -> None:
        super().__init__(f"{sentence} {next_step}".strip())
        self.sentence = sentence
        self.next_step = next_step


class Refused(InspectorError):
    """A policy failed or a verification said no. ``code`` is the stable word programs match on."""

    exit_code = 1

    def __init__(self, code: str, sentence: str, next_step: str = "") -> None:
        super().__init__(sentence, next_step)
        self.code = code


class UnreadableInput(InspectorError):
    """Wrong usage, or input that cannot be read at all."""

    exit_code = 2


class WorkIncomplete(InspectorError):
    """The work could not be completed, so nothing may be concluded from it."""

    exit_code = 3
