"""Facts about training data: files of rows, cards, pointers to data that is not here. Nothing is judged.

``wants(path, size)`` tells by the name whether a file may be data; ``read(source, path)`` reads it in a
bounded stream and gives its facts, or None where it is no data after all.
"""

from inspector.datasets.columns import contributor_column, roles, time_column
from inspector.datasets.files import read, wants
from inspector.datasets.interface import DatasetFacts

__all__ = ["DatasetFacts", "contributor_column", "read", "roles", "time_column", "wants"]
