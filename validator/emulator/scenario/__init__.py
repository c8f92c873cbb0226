"""Scenarios: read, checked, and made into a world's plot."""
