"""Google's resource names."""

from __future__ import annotations


def short(name: str) -> str:
    """The last part of a resource name: `projects/p/.../revisions/r` -> `r`."""
    return name.rsplit("/", 1)[-1]
