"""A deployment gate for Cloud Run whose every green is evidence."""

__version__ = "0.1.0"
