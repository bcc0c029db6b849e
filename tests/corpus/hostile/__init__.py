"""Hostile files, put together byte by byte. Nothing here is ever loaded; every payload would print a word."""
