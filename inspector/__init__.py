"""Provenance Inspector: who made each piece of an AI project, and does loading it run code."""

__version__ = "0.1.0"
