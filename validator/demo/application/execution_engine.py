"""Stands for the module of the example's application that moved."""


class UserExecutionEngine:
    """What has to be importable."""
