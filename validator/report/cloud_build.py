"""Cloud Build: the run's outputs as the step's own, which the build's `results.buildStepOutputs` then has.

The builder takes at most 4 KB of a step (cloud.google.com/build/docs/api/reference/rest/v1/projects.builds#results).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from validator.report import document as doc
from validator.report.outputs import told

VARIABLE = "BUILDER_OUTPUT"
"""The environment variable that names the step's folder."""
_LIMIT = 4096
"""Bytes."""


def publish_outputs(summary: doc.Summary, environment: Mapping[str, str]) -> None:
    """Write the outputs to the step's folder, if the builder named it in the environment.

    Raises:
        OSError: they cannot be written.
    """
    if folder := environment.get(VARIABLE):
        (Path(folder) / "output").write_text(outputs(summary), encoding="utf-8", errors="backslashreplace")


def outputs(summary: doc.Summary) -> str:
    """One object of JSON; what does not fit is named in `left_out`."""
    values = told(summary)
    kept: dict[str, object] = {}
    left_out: list[str] = []
    for name, value in values.items():
        if len(json.dumps({**kept, name: value, "left_out": list(values)}).encode()) <= _LIMIT:
            kept[name] = value
        else:
            left_out.append(name)
    return json.dumps({**kept, "left_out": left_out} if left_out else kept)
