"""Whether JSON contains what is wanted: objects match partially, all else whole."""

from __future__ import annotations

import json
from typing import Any


def difference(wanted: Any, body: Any, path: str = "json") -> str:
    """Where a body does not contain what is wanted (objects partially, all else whole), or nothing."""
    if isinstance(wanted, dict):
        if not isinstance(body, dict):
            return f"{path}: not an object"
        for key, value in wanted.items():
            if key not in body:
                return f"{path}.{key}: missing"
            if found := difference(value, body[key], f"{path}.{key}"):
                return found
        return ""
    same = type(wanted) is type(body) or (_number(wanted) and _number(body))
    shown = json.dumps(body, ensure_ascii=False)[:100]
    return "" if same and wanted == body else f"{path}: {shown} and not {json.dumps(wanted, ensure_ascii=False)[:100]}"


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
