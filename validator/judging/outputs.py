"""The run's outputs: what the spec wants to hand to the steps after the gate, once the verdict is known."""

from __future__ import annotations

import json
from typing import Any

from validator.evidence.known import Resources
from validator.evidence.sort import Query
from validator.judging import asserted
from validator.judging.variables import values_of
from validator.words.check import MAIN, Check, Spec


def queries(spec: Spec) -> frozenset[Query[Any]]:
    """The evidence that they see; no verdict rests on it."""
    return asserted.queries(_as_check(spec)) if spec.outputs else frozenset()


def outputs(spec: Spec, evidence: Resources) -> tuple[dict[str, str], list[str]]:
    """Each as text, and why those are left out that have no value."""
    found: dict[str, str] = {}
    left_out = []
    for name, expression in spec.outputs:
        values, missing = values_of(_as_check(spec), expression, evidence, {})
        value, problem = (None, missing.reason) if missing else expression.value(values)
        if problem:
            left_out.append(f"the output `{name}` is left out: {problem}")
        else:
            found[name] = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return found, left_out


def _as_check(spec: Spec) -> Check[Any]:
    """They see what a check of the main target sees."""
    main = spec.targets[MAIN]
    return Check("outputs", asserted.KIND, main, None, main.position, captures=spec.outputs)
