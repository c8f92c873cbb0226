"""What checks are to each other: names, needs, captured values, and that none waits for itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from typing import Any

from validator.language.mistake import Mistake, meant
from validator.language.rules import Rule
from validator.language.yaml_reader import Path
from validator.words.check import Check


def related(rules: Sequence[Rule], *, whole: bool) -> tuple[Check[Any], ...]:
    """All checks with their needs by full names; what they name and is not there is noted.

    Args:
        rules: in the order of the spec.
        whole: whether every check could be read; else a name that is not there is not held against the spec.
    """
    _check_names(rules)
    whole = whole and not any(rule.source.stands_in((*rule.path, "name")) for rule in rules)
    full = _full_names(rules)
    captured = _captured(rules)
    checks: list[Check[Any]] = []
    waits: dict[str, tuple[Rule, Path]] = {}
    for rule in rules:
        needs = dict.fromkeys(_needs(rule, full, whole=whole)) | dict.fromkeys(_implied(rule, captured, whole=whole))
        for check in rule.checks:
            checks.append(replace(check, needs=tuple(needs)))
            waits[check.name] = (rule, (*rule.path, "needs") if "needs" in _written(rule) else rule.path)
    _check_cycles(checks, waits)
    return tuple(checks)


def _written(rule: Rule) -> Mapping[str, object]:
    data = rule.source.raw["checks"][rule.path[1]]
    return data if isinstance(data, dict) else {}


def _check_names(rules: Sequence[Rule]) -> None:
    seen: dict[str, Check[Any]] = {}
    for rule in rules:
        for check in rule.checks:
            if check.name in seen:
                other = seen[check.name].position
                where = f"line {other.line}" + (f" of {other.file}" if other.file != check.position.file else "")
                told = f"the name {check.name!r} is taken by the check in {where}"
                rule.source.complain(Mistake(told, *rule.path, "name"))
                break
            seen[check.name] = check


def _full_names(rules: Sequence[Rule]) -> dict[str, tuple[str, ...]]:
    """What a need may name: a check, or all that one rule is for its targets."""
    full = {rule.title: tuple(check.name for check in rule.checks) for rule in rules}
    return {**full, **{check.name: (check.name,) for rule in rules for check in rule.checks}}


def _captured(rules: Sequence[Rule]) -> dict[str, str]:
    """Captured name -> the check that captures it."""
    captured: dict[str, str] = {}
    for rule in rules:
        for check in rule.checks[:1]:
            for name in rule.captures:
                if name in captured:
                    told = f"{name!r} is captured by {captured[name]!r} already; choose another name"
                    rule.source.complain(Mistake(told, *rule.path, "capture", name), key=True)
                captured.setdefault(name, check.name)
    return captured


def _needs(rule: Rule, full: Mapping[str, tuple[str, ...]], *, whole: bool) -> Iterator[str]:
    for place, need in enumerate(rule.checks[0].needs if rule.checks else ()):
        if need in full:
            yield from full[need]
        elif whole:
            told = f"there is no check {need!r}{meant(need, list(full))}"
            rule.source.complain(Mistake(told, *rule.path, "needs", place))


def _implied(rule: Rule, captured: Mapping[str, str], *, whole: bool) -> Iterator[str]:
    """The checks whose captured values it uses."""
    own = {check.name for check in rule.checks}
    for name, path in rule.uses:
        if name == "*":
            yield from (check for check in captured.values() if check not in own)
        elif name in captured:
            yield captured[name]
        elif whole:
            told = (
                f"nothing is captured as {name!r}{meant(name, sorted(captured))}; write `capture` in an earlier check"
            )
            rule.source.complain(Mistake(told, *path))


def _check_cycles(checks: Sequence[Check[Any]], waits: Mapping[str, tuple[Rule, Path]]) -> None:
    """Note each ring of checks once, at the first of its checks."""
    names = {check.name for check in checks}
    needs = {check.name: [need for need in check.needs if need in names] for check in checks}
    while ring := _ring(needs):
        first = min(ring, key=list(needs).index)
        ring = [*ring[ring.index(first) :], *ring[: ring.index(first)]]
        way = " -> ".join(repr(name) for name in (*ring, first))
        rule, path = waits[first]
        message = f"{first!r} waits for itself" if len(ring) == 1 else f"these wait for each other: {way}"
        rule.source.complain(Mistake(message, *path))
        needs = {name: [need for need in asked if need not in ring] for name, asked in needs.items()}


def _ring(needs: Mapping[str, Sequence[str]]) -> list[str]:
    """Checks of which each needs the next, and the last one the first; empty if there are none."""
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        ring: list[str] = error.args[1]
        return ring[:0:-1]
    return []


def reachable(name: str, by_name: Mapping[str, Check[Any]]) -> set[str]:
    """A check and all that it needs, and they need."""
    found: set[str] = set()
    ahead = [name]
    while ahead:
        here = ahead.pop()
        if here not in found and here in by_name:
            found.add(here)
            ahead.extend(by_name[here].needs)
    return found
