"""Exports of a review: CycloneDX, SARIF, OpenVEX, OSCAL, SPDX, CSV and HTML."""

from inspector.record.exports.interface import (
    Facts,
    Format,
    export,
    export_scan,
    facts_of,
    facts_of_scan,
    formats,
)

__all__ = ["Facts", "Format", "export", "export_scan", "facts_of", "facts_of_scan", "formats"]
