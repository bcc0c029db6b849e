"""The review file: what was scanned, what the reviewer decided, the checklist, and the way back of each."""

from inspector.review.file import Review
from inspector.review.interface import Question, ReviewedFinding, ReviewFile, Step

__all__ = ["Question", "Review", "ReviewFile", "ReviewedFinding", "Step"]
