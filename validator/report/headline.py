"""The headline: the one sentence that leads every report, its cause first when the run is not green."""

from __future__ import annotations

from collections.abc import Iterator

from validator.report import document as doc
from validator.words.check import MAIN
from validator.words.counting import counted
from validator.words.ending import Ending
from validator.words.run import Judged, Run, TargetReport
from validator.words.verdict import Outcome


def headline(run: Run) -> doc.Headline:
    """Say in one sentence what the run came to, first what was left out of it, with the remedy beside it."""
    if run.outcome is Outcome.PASSED:
        return {"text": _left_out(run) + _green(run), "remedy": "", "check": ""}
    cause = next(_causes(run), None)
    if cause is None:
        text, remedy = _undecided(run)
        return {"text": _left_out(run) + text, "remedy": remedy, "check": ""}
    text = f"{cause.check.name}: {cause.verdict.reason}"
    if run.ending is Ending.INTERRUPTED and cause.verdict.outcome is not Outcome.FAILED:
        text = f"interrupted before it was decided: {text}"
    return {"text": _left_out(run) + text, "remedy": cause.verdict.remedy, "check": cause.check.name}


def _left_out(run: Run) -> str:
    """What `--only` and `--skip` left out: a part of a spec says less than the whole."""
    if not run.not_selected:
        return ""
    total = len(run.spec.checks) + len(run.not_selected)
    were = "was" if len(run.not_selected) == 1 else "were"
    return f"{len(run.not_selected)} of {counted(total, 'check')} {were} not selected; "


def _causes(run: Run) -> Iterator[Judged]:
    """The checks that keep the run from green: failed, then inconclusive, then skipped ones.

    Of each the targets' own come first, as all others hang on them, and custody last, as it gathers what others tell.
    """
    counting = [judged for judged in run.judged if judged.blocks]
    for outcome in (Outcome.FAILED, Outcome.INCONCLUSIVE, Outcome.SKIPPED):
        found = [judged for judged in counting if judged.verdict.outcome is outcome]
        yield from sorted(found, key=lambda judged: (not judged.implicit, judged.chain))


def _undecided(run: Run) -> tuple[str, str]:
    """What no check tells the cause of, and what to do about it."""
    if run.ending is Ending.INTERRUPTED:
        return "interrupted before any check was judged", "run the gate again"
    judged = [each for each in run.judged if not each.implicit and each.verdict.outcome is not Outcome.SKIPPED]
    if not judged:
        return "no check was judged, and no green without evidence", "see why each was skipped, or select others"
    excused = sum(each.excused for each in judged)
    soft = f"; {counted(excused, 'failure')} excused by a known issue" if excused else ""
    text = f"{counted(len(judged), 'check')} judged, none blocks{soft}; a green needs a passed check that does"
    return text, "let one of them block (leave out its `blocking: false`), or run with --warn-only for a first week"


def _green(run: Run) -> str:
    passed = sum(judged.verdict.outcome is Outcome.PASSED for judged in run.judged)
    excused = sum(judged.excused for judged in run.judged)
    soft = sum(each.verdict.outcome is Outcome.FAILED and not each.blocks and not each.excused for each in run.judged)
    checks = "the only check" if passed == 1 == len(run.judged) else f"{passed} of {len(run.judged)} checks"
    text = f"{checks} passed"
    if excused:
        text += f", {excused} excused by a known issue"
    if soft:
        text += f", {soft} failed without blocking"
    return text + _where(run)


def _where(run: Run) -> str:
    main = next((t for t in run.targets if t.target.name == MAIN), None) or next(iter(run.targets), None)
    if main is None or not main.revision:
        return ""
    return f"; {main.revision} {_traffic(main)}"


def _traffic(target: TargetReport) -> str:
    share = target.serving.get(target.revision, 0)
    return f"has {share} % of the traffic" if share else "has no traffic yet"
