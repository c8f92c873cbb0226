"""What differs between a revision and what is known to work, in words that tell no value of the environment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from validator.resources.difference import Difference, How, differences, hidden, matched_by, matches
from validator.resources.settings import Settings
from validator.words.counting import counted
from validator.words.finding import Finding, State
from validator.words.secret import fingerprint, within
from validator.words.verdict import Change, Excerpt

_LONGEST = 120
"""Characters of one value."""
_MOST = 8
"""Differences that a sentence names; all of them are evidence."""
_DIGEST = re.compile(r"(@sha256:[0-9a-f]{12})[0-9a-f]{52}\b")


@dataclass(frozen=True)
class Allowance:
    """What may differ, and what has to; paths with `*`."""

    allow: tuple[str, ...] = ()
    require: tuple[str, ...] = ()


@dataclass(frozen=True)
class Compared:
    """Settings, and what is known to work."""

    name: str
    """Of the baseline."""
    before: Settings
    after: Settings
    key: str
    """What values are hashed with: only who may read them anyway knows it; without one nothing is told of them."""
    created: float
    """When the revision was created, Unix seconds."""

    def judged(self, allowance: Allowance) -> Finding:
        """Whether only what may differ differs, and what has to does."""
        found = differences(self.before, self.after)
        wrong = [each for each in found if not matched_by((*allowance.allow, *allowance.require), each.path)]
        missed = _idle(allowance.require, found)
        actual = self._listed(found) or "nothing differs"
        shown = tuple(self._excerpts(found, wrong))
        if wrong:
            which = counted(len(wrong), "setting differs", "settings differ")
            reason = f"{which} from {self.name} and may not: {self._listed(wrong)}"
            return Finding(State.VIOLATED, reason, self.expected(allowance), actual, self._remedy(wrong), shown)
        if missed:
            have = "has" if len(missed) == 1 else "have"
            reason = f"as in {self.name}, and {have} to differ: {', '.join(missed)}"
            remedy = "see that the deploy deployed what it was to"
            return Finding(State.VIOLATED, reason, self.expected(allowance), actual, remedy, shown)
        reason = f"nothing differs from {self.name}"
        if found:
            reason = f"only what may differ from {self.name} differs: {self._listed(found)}"
        unused = _idle(allowance.allow, found)
        note = f" (`allow` names what does not differ: {', '.join(unused)})" if unused else ""
        return Finding(State.HOLDS, reason + note, self.expected(allowance), actual, evidence=shown)

    def expected(self, allowance: Allowance) -> str:
        """What is wanted."""
        may = f" but {', '.join(allowance.allow)}" if allowance.allow else ""
        must = f"; to differ: {', '.join(allowance.require)}" if allowance.require else ""
        return f"settings as in {self.name}{may}{must}"

    def _listed(self, found: Sequence[Difference]) -> str:
        more = [f"and {len(found) - _MOST} more"] if len(found) > _MOST else []
        return "; ".join([*(self._said(each) for each in found[:_MOST]), *more])

    def _excerpts(self, found: Iterable[Difference], wrong: Sequence[Difference]) -> Iterator[Excerpt]:
        """Every difference, what may not be first."""
        for each in sorted(found, key=lambda one: one not in wrong):
            allowed = each not in wrong
            before = "" if each.how is How.ADDED else self._shown(each, each.before)
            after = "" if each.how is How.REMOVED else self._shown(each, each.after)
            said = ("allowed: " if allowed else "") + self._said(each)
            yield Excerpt(said, self.created, "Cloud Run", change=Change(each.path, before, after, allowed))

    def _said(self, found: Difference) -> str:
        """`changed env.LOG_LEVEL from #3f9a12c0 to #77aa01bd`."""
        match found.how:
            case How.ADDED:
                return f"added {found.path} as {self._shown(found, found.after)}"
            case How.REMOVED:
                return f"removed {found.path}, which was {self._shown(found, found.before)}"
            case How.CHANGED:
                before, after = (self._shown(found, value) for value in (found.before, found.after))
                return f"changed {found.path} from {before} to {after}"

    def _shown(self, found: Difference, value: str) -> str:
        if hidden(found.path):
            secret = any(within(found.path.rpartition(".")[2], value))
            return f"#{fingerprint(value, self.key)}" if self.key and not secret else "a value that is not shown"
        if ".secrets." in f".{found.path}":
            name, _, version = value.rpartition(":")
            return f"{name} version {version}"
        value = _DIGEST.sub(r"\1…", value)
        return value if len(value) <= _LONGEST else f"{value[: _LONGEST - 1]}…"

    def _remedy(self, wrong: Sequence[Difference]) -> str:
        names = ", ".join(each.path for each in wrong[:3]) + (", ..." if wrong[3:] else "")
        return f"deploy it as in {self.name}; if it is meant, write `allow: [{names}]`"


def _idle(patterns: Iterable[str], found: Iterable[Difference]) -> list[str]:
    """The patterns that mean nothing that differs."""
    return [pattern for pattern in patterns if not any(matches(pattern, each.path) for each in found)]
