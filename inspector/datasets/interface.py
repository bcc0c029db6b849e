"""What the datasets room gives: facts about data files and the cards beside them, stated, not judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class DatasetFacts:
    """One data file or card.

    ``format`` is jsonl, json, csv, tsv, parquet, arrow, card … ``rows`` counts records, None where not
    counted; ``columns`` in file order. ``card`` holds the card's own claims (license, source_datasets,
    annotations_creators …). ``links`` are URLs and relative paths it names: (text, line). ``script`` says
    that loading it would run a Python file. ``partly`` is a sentence where only part was read.
    """

    path: str
    format: str
    rows: int | None = None
    columns: tuple[str, ...] = ()
    contributor_column: str | None = None
    time_column: str | None = None
    card: Mapping[str, Any] = field(default_factory=dict)
    links: tuple[tuple[str, int | None], ...] = ()
    script: bool = False
    partly: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "format": self.format,
            "rows": self.rows,
            "columns": list(self.columns),
            "contributor_column": self.contributor_column,
            "time_column": self.time_column,
            "card": dict(self.card),
            "links": [list(link) for link in self.links],
            "script": self.script,
            "partly": self.partly,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> DatasetFacts:
        return cls(
            **{
                **value,
                "columns": tuple(value["columns"]),
                "links": tuple((text, line) for text, line in value["links"]),
            }
        )
