"""Whether a setting is as a rule wants it, said so that a person sees what is and what was meant."""

from __future__ import annotations

from validator.language.expectation import ANY, Amount, Rule, Text
from validator.resources.settings import Settings
from validator.words.finding import Finding, State
from validator.words.instant import span


def find(rule: Rule, settings: Settings, owner: str, *, secret: bool = False) -> Finding:
    """Whether the settings of an owner (`container app`) keep a rule; `secret` if the value comes from Secret Manager."""
    actual = _actual(rule, settings)
    if isinstance(rule.wanted, Amount):
        return _amount(rule, rule.wanted, actual, owner)
    wanted = rule.wanted
    expected = (
        f"{rule.key} as written in the spec" if rule.hidden and not wanted.absent else f"{rule.key} {wanted.said}"
    )
    if secret:
        reason = f"{rule.key} comes from Secret Manager in {owner}, not from a plain value"
        return Finding(State.VIOLATED, reason, expected, "from Secret Manager")
    held = wanted.holds(actual) or (rule.short and _short(wanted, actual))
    state = State.HOLDS if held else State.VIOLATED
    if actual is None:
        return Finding(state, f"{rule.key} is not set in {owner}", expected, "not set")
    if wanted.absent or wanted == ANY:
        return Finding(state, f"{rule.key} is set in {owner}", expected, "set")
    if rule.hidden and held:
        return Finding(state, f"{rule.key} has the value wanted", expected, "the value wanted")
    if rule.hidden:
        reason = f"{rule.key} has another value in {owner} than the spec wants (values are not shown)"
        return Finding(state, reason, expected, "another value")
    return Finding(state, f"the {rule.key} of {owner} is {actual}", expected, actual)


def _amount(rule: Rule, wanted: Amount, actual: str | None, owner: str) -> Finding:
    expected = f"{rule.key} of {wanted.said}"
    if actual is None:
        return Finding(State.VIOLATED, f"{rule.key} is not set in {owner}", expected, "not set")
    value = wanted.read(actual)
    if value is None:
        return Finding(State.UNKNOWN, f"the {rule.key} of {owner} cannot be read: {actual}", expected, actual)
    state = State.HOLDS if wanted.bound.holds(value) else State.VIOLATED
    shown = span(value) if wanted.unit == "s" else actual
    return Finding(state, f"the {rule.key} of {owner} is {shown}", expected, shown)


def _actual(rule: Rule, settings: Settings) -> str | None:
    """The setting, or that something is set below it."""
    if rule.path in settings:
        return settings[rule.path]
    below = any(path.startswith((f"{rule.path}.", f"{rule.path}[")) for path in settings)
    return "set" if below else rule.default


def _short(wanted: Text, actual: str | None) -> bool:
    """Whether a resource's short name was written for its whole one."""
    return (
        bool(actual and wanted.exact)
        and "/" not in str(wanted.exact)
        and str(actual).rpartition("/")[2] == wanted.exact
    )
