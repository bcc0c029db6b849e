"""What others say of what is under review: earlier records, CycloneDX and SPDX, as proposals."""

from inspector.record.imports.matching import proposals_of
from inspector.record.imports.reading import read_document

__all__ = ["proposals_of", "read_document"]
