"""Harmless files as real libraries write them, and as real repositories hold them."""
