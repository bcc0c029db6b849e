"""Screening of training data: what looks planted, shown with its rows, never a verdict.

``screen_file(path)`` reads one file in a child process with limits and gives the result as the contract has
it. The method: ``docs/screening.md``.
"""

from inspector.datasets.screening.interface import MAX_SUSPICIONS, SCHEMA, Bounds
from inspector.datasets.screening.process import Outcome, screen_file

__all__ = ["MAX_SUSPICIONS", "SCHEMA", "Bounds", "Outcome", "screen_file"]
