"""What every container's reader may raise."""

from __future__ import annotations


class BadCompression(Exception):
    """The compressed data is broken. The message is a sentence for the reviewer."""
