"""One of several alternatives holds, each of them a rule of its own kind.

Passed when one of them is, failed when all are, else inconclusive. The check's asserts see only what every check sees,
and have to hold with the alternative that passes. Kinds that have to hold at the end of the run (`traffic`, `custody`)
are no alternatives: write a check of each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from validator.checks import others
from validator.evidence.known import Evidence
from validator.evidence.sort import Query
from validator.judging.kind import Kind
from validator.judging.variables import queries as asked
from validator.language.mistake import Mistake, Mistakes, sound
from validator.words.check import Check
from validator.words.verdict import Outcome, Verdict

_KINDS: Mapping[str, Kind[Any]] = {name: kind for name, kind in others("any").items() if not kind.present}

lasting = True
within: float | None = 60.0
present = False
variables: dict[str, str] = {}
schema = {
    "type": "array",
    "minItems": 2,
    "x-empty": "write two alternatives or more",
    "items": {
        "type": "object",
        "properties": {
            name: {**kind.schema, "description": (kind.__doc__ or "").strip().partition("\n")[0]}
            for name, kind in _KINDS.items()
        },
        "additionalProperties": False,
        "x-kinds": _KINDS.keys(),
    },
    "examples": [
        [{"http": {"path": "/v1/ready"}}, {"http": {"path": "/ready", "expect": {"status": 204}}}],
        [{"http": {"path": "/health"}}, {"logs": {"expect": ["worker ready"]}}],
    ],
    "x-failures": ["no alternative holds: ..."],
    "x-unknown": ["no alternative is known to hold: ..."],
    "x-commands": ["curl --include URL/v1/ready URL/ready"],
}


@dataclass(frozen=True)
class Alternative:
    """One of the rules."""

    kind: str
    options: object
    """What its kind made of its own part of the spec."""


@dataclass(frozen=True)
class Options:
    """All of them, in the order in which they are written."""

    alternatives: tuple[Alternative, ...]

    @property
    def title(self) -> str:
        """The check's name when it has none."""
        return " or ".join(str(getattr(each.options, "title", each.kind)) for each in self.alternatives)


@dataclass(frozen=True)
class _Judged:
    """An alternative with its verdict."""

    name: str
    """`2 (http)`."""
    verdict: Verdict

    @property
    def told(self) -> str:
        """It with its reason."""
        return f"{self.name}: {self.verdict.reason}"


def options(value: Any) -> Options:
    """Read each alternative by its own kind."""
    wrong: list[Mistake] = []
    alternatives = []
    for index, item in enumerate(value):
        for kind, own in item.items():
            try:
                made = _KINDS[kind].options(own)
            except Mistakes as error:
                wrong.extend(each.below(index, kind) for each in error.found)
                made = error.made
            alternatives.append(Alternative(kind, made))
    return sound(Options(tuple(alternatives)), wrong)


def _parts(check: Check[Options]) -> list[Check[Any]]:
    """The check as each alternative's own kind sees it."""
    own: Check[Any] = check
    return [
        replace(own, kind=each.kind, options=each.options, part=number)
        for number, each in enumerate(check.options.alternatives, 1)
    ]


def queries(check: Check[Options]) -> frozenset[Query[Any]]:
    """All that one of the alternatives asks for."""
    return asked(check).union(*(_KINDS[part.kind].queries(part) for part in _parts(check)))


def judge(check: Check[Options], evidence: Evidence, now: float) -> Verdict:
    """Judge each alternative by its own kind, and conclude."""
    judged = [_Judged(f"{p.part} ({p.kind})", _KINDS[p.kind].judge(p, evidence, now)) for p in _parts(check)]
    together = _together(judged)
    reasons = "; ".join(each.told for each in judged)
    for each in judged:
        if each.verdict.outcome is Outcome.PASSED:
            reason = "; not ".join([f"alternative {each.told}", *(other.told for other in judged if other is not each)])
            return replace(together, outcome=Outcome.PASSED, reason=reason, final=True, captured=each.verdict.captured)
    if all(each.verdict.outcome is Outcome.FAILED for each in judged):
        return replace(together, outcome=Outcome.FAILED, reason=f"no alternative holds: {reasons}")
    held = "is known to hold" if together.final else "holds so far"
    return replace(together, reason=f"no alternative {held}: {reasons}")


def _together(judged: Sequence[_Judged]) -> Verdict:
    """What all verdicts have in common, as an inconclusive one: final once each of them is."""
    verdicts = [each.verdict for each in judged]
    open_ = [verdict for verdict in verdicts if not verdict.final]
    return Verdict(
        Outcome.INCONCLUSIVE,
        "",
        final=not open_,
        expected="; or ".join(f"{each.name}: {each.verdict.expected}" for each in judged if each.verdict.expected),
        actual="; ".join(f"{each.name}: {each.verdict.actual}" for each in judged if each.verdict.actual),
        remedy=next((v.remedy for v in verdicts if v.outcome is Outcome.INCONCLUSIVE and v.remedy), ""),
        evidence=tuple(
            replace(excerpt, text=f"alternative {each.name}: {excerpt.text}")
            for each in judged
            for excerpt in each.verdict.evidence
        ),
        rests_on=tuple(sorted({seq for verdict in verdicts for seq in verdict.rests_on})),
        until=min((verdict.until for verdict in open_ if verdict.until is not None), default=None),
        attempts=sum(verdict.attempts for verdict in verdicts),
        polling=any(verdict.polling for verdict in open_),
    )
