"""What may befall a deployment: each fault writes itself into a story, if it fits the suite."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from benchmarks.soundness.draft import Draft
from benchmarks.soundness.story import FOREVER, Health, Span, Traffic

PROBED = ("serving", "proven", "candidate")
FULL = ("serving", "proven", "internal")
FULL_PROBED = ("serving", "proven")
ALL = (*PROBED, "canary", "internal")


@dataclass(frozen=True)
class Fault:
    """A fault, how often it is drawn (relative), and where it fits."""

    write: Callable[[Draft], None]
    weight: float
    suites: tuple[str, ...] = ALL


def _healthy(_draft: Draft) -> None:
    """All is well."""


def _cold_start(draft: Draft) -> None:
    until = draft.story.nominal_start + draft.chance.uniform(3, 20)
    draft.change(health=(Health(-FOREVER, 200, draft.chance.uniform(10.5, 14)), Health(until, 200)))


def _slow_ready(draft: Draft) -> None:
    ready = draft.chance.uniform(5, 90)
    draft.change(ready=ready, created=-draft.chance.uniform(1, 20))
    if draft.story.suite in FULL:
        draft.traffic(Traffic(-FOREVER, 0), Traffic(ready, 100))


def _never_ready(draft: Draft) -> None:
    broken = draft.chance.choice((-5.0, draft.chance.uniform(3, 120)))
    draft.change(ready=None, broken=broken)
    if draft.story.suite in FULL:
        draft.traffic(Traffic(-FOREVER, 0))


def _stuck(draft: Draft) -> None:
    draft.change(ready=None)
    if draft.story.suite in FULL:
        draft.traffic(Traffic(-FOREVER, 0))


def _pinned(draft: Draft) -> None:
    draft.traffic(Traffic(-FOREVER, 0, pinned=True))


def _partial(draft: Draft) -> None:
    draft.traffic(Traffic(-FOREVER, draft.chance.choice((5, 50, 90, 99)), pinned=draft.chance.random() < 0.5))


def _traffic_lags(draft: Draft) -> None:
    switched = draft.chance.uniform(3, 80)
    draft.traffic(Traffic(-FOREVER, draft.chance.choice((10, 50)), pinned=True), Traffic(switched, 100))


def _rolled_back(draft: Draft) -> None:
    draft.traffic(Traffic(-FOREVER, 100), Traffic(draft.chance.uniform(3, 110), 0, pinned=True))


def _old_answers(draft: Draft) -> None:
    """For a while after the switch, or for good, requests reach the old revision; of a tag: it was on that before."""
    begin, lasts = draft.story.nominal_start, draft.chance.uniform(2, 70)
    draft.change(astray=(Span(-600.0, begin + lasts if draft.chance.random() < 0.5 else FOREVER),))


def _no_op(draft: Draft) -> None:
    named = draft.story.suite == "proven"
    age = draft.chance.uniform(600, 3000) if named else draft.chance.uniform(3700, 90_000)
    draft.change(foreign=True, created=-age, ready=-age + 8)
    draft.traffic(Traffic(-FOREVER, 0))


def _superseded(draft: Draft) -> None:
    at = draft.chance.uniform(3, 100)
    draft.change(superseded=at)
    if draft.story.suite in FULL:
        draft.traffic(Traffic(-FOREVER, 100), Traffic(at + 8, 0))


def _errors_after(draft: Draft) -> None:
    begin = draft.story.nominal_start + draft.chance.uniform(2, 30)
    lasts = draft.chance.choice((FOREVER, draft.chance.uniform(5, 60)))
    after = () if lasts == FOREVER else (Health(begin + lasts, 200),)
    draft.change(health=(Health(-FOREVER, 200), Health(begin, 503), *after))


def _flapping(draft: Draft) -> None:
    at, status = -5.0, 200
    until = draft.chance.choice((700.0, draft.chance.uniform(20, 80)))
    turns = [Health(-FOREVER, 503)]
    while at < until and len(turns) < 120:
        turns.append(Health(at, status))
        at += draft.chance.uniform(3, 10) if status == 200 else draft.chance.uniform(5, 9)
        status = 503 if status == 200 else 200
    settled = () if until == 700.0 else (Health(max(at, until), 200),)
    draft.change(health=(*turns, *settled))


def _traceback(draft: Draft) -> None:
    draft.traceback(draft.in_window(60))


def _error_line(draft: Draft) -> None:
    stream = draft.chance.choice(("stdout", "stderr", "requests"))
    severity = "ERROR" if stream == "requests" else draft.chance.choice(("ERROR", "CRITICAL"))
    draft.write(draft.in_window(60), "payment failed", stream, severity=severity, instance=draft.chance.randrange(3))


def _last_moment(draft: Draft) -> None:
    """A traceback just before the window ends: whoever does not wait for it misses it."""
    draft.traceback(draft.story.nominal_start + 60 - draft.chance.uniform(0.3, 1.5))


def _early_error(draft: Draft) -> None:
    draft.write(
        draft.story.created + draft.chance.uniform(1.5, 15), "cannot reach the database", "stderr", severity="ERROR"
    )


def _late_error(draft: Draft) -> None:
    draft.traceback(draft.story.nominal_start + draft.chance.uniform(66, 120))


def _never_started(draft: Draft) -> None:
    draft.started = False


def _other_image(draft: Draft) -> None:
    draft.change(chain="broken")


def _tag_only(draft: Draft) -> None:
    draft.change(chain="unproven")


def _logs_denied(draft: Draft) -> None:
    draft.change(logs_denied=-1.0)
    _hidden(draft)


def _logs_denied_later(draft: Draft) -> None:
    draft.change(logs_denied=draft.chance.uniform(10, 45))
    _hidden(draft)


def _run_denied(draft: Draft) -> None:
    draft.change(run_denied=True)


def _api_faults(draft: Draft) -> None:
    for method in ("GetService", "GetRevision", "ListEntries"):
        if draft.chance.random() < 0.7:
            code = draft.chance.choice(("UNAVAILABLE", "INTERNAL", "DEADLINE_EXCEEDED"))
            draft.outage(method, code, draft.chance.uniform(-2, 80), draft.chance.uniform(2, 35))
    _hidden(draft)


def _quota(draft: Draft) -> None:
    begin = draft.chance.uniform(-30, 30)
    while begin < 240:
        draft.outage("ListEntries", "RESOURCE_EXHAUSTED", begin, draft.chance.uniform(5, 45))
        begin += 60
    _hidden(draft)


def _requests_lost(draft: Draft) -> None:
    draft.change(lost=1.0)
    _hidden(draft)


def _some_requests_lost(draft: Draft) -> None:
    draft.change(lost=draft.chance.uniform(0.05, 0.5))
    _hidden(draft)


def _lines_lost(draft: Draft) -> None:
    draft.stored = False
    _hidden(draft)


def _hidden(draft: Draft) -> None:
    """Behind a fault of the evidence there may be one of the service."""
    if draft.chance.random() < 0.5:
        name = draft.chance.choice(("traceback", "last-moment", "errors-after", "never-started"))
        if draft.story.suite in FAULTS[name].suites:
            FAULTS[name].write(draft)
            draft.change(faults=(*draft.story.faults, name))


FAULTS: Mapping[str, Fault] = {
    # Good, if not easy.
    "healthy": Fault(_healthy, 12),
    "cold-start": Fault(_cold_start, 4, PROBED),
    "slow-ready": Fault(_slow_ready, 5, (*PROBED, "internal")),
    "traffic-lags": Fault(_traffic_lags, 3, FULL),
    "late-error": Fault(_late_error, 5),
    # Bad.
    "never-ready": Fault(_never_ready, 4),
    "pinned": Fault(_pinned, 4, FULL),
    "partial": Fault(_partial, 3, FULL),
    "rolled-back": Fault(_rolled_back, 4, FULL),
    "old-answers": Fault(_old_answers, 5, FULL_PROBED),
    "tag-reuse": Fault(_old_answers, 8, ("candidate",)),
    "errors-after": Fault(_errors_after, 5, PROBED),
    "flapping": Fault(_flapping, 4, PROBED),
    "traceback": Fault(_traceback, 8),
    "last-moment": Fault(_last_moment, 12),
    "error-line": Fault(_error_line, 4),
    "early-error": Fault(_early_error, 2),
    "never-started": Fault(_never_started, 3),
    "other-image": Fault(_other_image, 6, ("proven",)),
    # Evidence comes late, or in part.
    "api-faults": Fault(_api_faults, 5),
    "quota": Fault(_quota, 4),
    "some-requests-lost": Fault(_some_requests_lost, 2, PROBED),
    # Evidence cannot be had: inconclusive is the best that any gate can say, if nothing else is wrong.
    "no-op": Fault(_no_op, 4),
    "superseded": Fault(_superseded, 6),
    "stuck": Fault(_stuck, 1),
    "tag-only": Fault(_tag_only, 6, ("proven",)),
    "logs-denied": Fault(_logs_denied, 2),
    "logs-denied-later": Fault(_logs_denied_later, 4),
    "run-denied": Fault(_run_denied, 1),
    "requests-lost": Fault(_requests_lost, 3, PROBED),
    "lines-lost": Fault(_lines_lost, 2),
}
"""All faults by name."""
