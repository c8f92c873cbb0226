"""What `--only` and `--skip` leave of a spec."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from validator.language.mistake import Mistake, meant
from validator.language.relations import reachable
from validator.words.check import Check, Spec


def select(spec: Spec, only: list[str], skip: list[str]) -> tuple[Spec, tuple[str, ...]]:
    """Keep the checks that `--only` and `--skip` choose by name or group, with what they need.

    Returns:
        The smaller spec and the names of those that were not selected.

    Raises:
        Mistake: a word is neither the name of a check nor of a group.
    """
    known = {check.name for check in spec.checks} | {group.name for group in spec.groups}
    for word in [*only, *skip]:
        if word not in known:
            raise Mistake(f"--only/--skip {word!r}: there is no such check or group{meant(word, sorted(known))}")
    by_name = {check.name: check for check in spec.checks}

    def chosen(check: Check[Any], words: list[str]) -> bool:
        return check.name in words or bool(check.group and check.group in words)

    kept = {c.name for c in spec.checks if (not only or chosen(c, only)) and not chosen(c, skip)}
    needed = {name for check in kept for name in reachable(check, by_name)}
    checks = tuple(check for check in spec.checks if check.name in kept | needed)
    left = tuple(check.name for check in spec.checks if check not in checks)
    return replace(spec, checks=checks), left
