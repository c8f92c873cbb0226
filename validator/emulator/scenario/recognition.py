"""Which YAML files are scenarios and which are specs: `validator lint` takes both."""

from __future__ import annotations

import re
from pathlib import Path

from validator.emulator.scenario.text import decoded
from validator.language import yaml_reader as yaml

_OF_SPECS = frozenset({"version", "checks", "target"})
_OF_SCENARIOS = frozenset(
    {
        "extends",
        "service",
        "services",
        "revisions",
        "builds",
        "behaviour",
        "logs",
        "routing",
        "changes",
        "faults",
        "speed",
    }
)
_LARGEST = 64 << 20
"""Bytes of a scenario, at most: 10,000 pasted entries are about a tenth of that."""
_KEY = re.compile(r"^[\"']?(\w+)[\"']?[ \t]*:(?=\s|$)", re.MULTILINE)
"""A key of the outermost map: the only ones that begin a line."""


def is_scenario(path: Path) -> bool:
    """Whether a file speaks of a deployment and not of checks; what is no regular file, or larger than any, is none."""
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST:
            return False
        text = decoded(path.read_bytes()).text
        keys = set(_KEY.findall(text)) or _in_braces(text)
    except (OSError, ValueError, yaml.BadYaml):
        return False
    return not _OF_SPECS & keys and bool(_OF_SCENARIOS & keys)


def _in_braces(text: str) -> set[str]:
    data = yaml.read(text).data
    return set(data) if isinstance(data, dict) else set()
