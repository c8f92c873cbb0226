"""Recordings: a run's journal in a file, without its secrets."""
