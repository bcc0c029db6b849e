"""Configs, templates and other texts that a loader may obey."""
