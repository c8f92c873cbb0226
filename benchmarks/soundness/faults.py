"""What may befall a deployment: each fault writes itself into a story, if it fits the suite."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from benchmarks.soundness import evidence_faults as evidence
from benchmarks.soundness import log_faults as log
from benchmarks.soundness import service_faults as service
from benchmarks.soundness.draft import Draft
from benchmarks.soundness.service_faults import FULL

HEALTH = ("serving", "proven", "candidate", "canary")
PROBED = (*HEALTH, "wired")
FULL_PROBED = ("serving", "proven", "wired")
QUIET = (*HEALTH, "internal")
ALL = (*PROBED, "internal")
_BEHIND = ("traceback", "last-moment", "errors-after", "never-started")
"""What may hide behind a fault of the evidence."""


@dataclass(frozen=True)
class Fault:
    """A fault, how often it is drawn (relative), and where it fits."""

    write: Callable[[Draft], None]
    weight: float
    suites: tuple[str, ...] = ALL
    hides: bool = False
    """Whether there is a fault of the service behind it in half of the stories."""


FAULTS: Mapping[str, Fault] = {
    # Good, if not easy.
    "healthy": Fault(service.healthy, 12),
    "cold-start": Fault(service.cold_start, 4, HEALTH),
    "slow-ready": Fault(service.slow_ready, 5, (*PROBED, "internal")),
    "traffic-lags": Fault(service.traffic_lags, 3, FULL),
    "late-error": Fault(log.late_error, 5),
    "old-error": Fault(log.old_error, 8, ("wired",)),
    # Good or bad.
    "slow-answers": Fault(service.slow_answers, 4, ("serving", "proven", "candidate")),
    # Bad.
    "never-ready": Fault(service.never_ready, 4),
    "never-healthy": Fault(service.never_healthy, 4),
    "pinned": Fault(service.pinned, 4, FULL),
    "partial": Fault(service.partial, 3, FULL),
    "rolled-back": Fault(service.rolled_back, 4, FULL),
    "old-answers": Fault(service.old_answers, 5, FULL_PROBED),
    "tag-reuse": Fault(service.old_answers, 8, ("candidate",)),
    "tag-moves": Fault(service.tag_moves, 8, ("candidate",)),
    "tag-stays": Fault(service.tag_stays, 4, ("candidate",)),
    "errors-after": Fault(service.errors_after, 5, HEALTH),
    "flapping": Fault(service.flapping, 4, HEALTH),
    "slow-start": Fault(service.slow_start, 6, ("wired",)),
    "wrong-setting": Fault(service.wrong_setting, 6, ("wired",)),
    "traceback": Fault(log.traceback, 8),
    "trace-in-payload": Fault(log.trace_in_payload, 4),
    "last-moment": Fault(log.last_moment, 12),
    "error-line": Fault(log.error_line, 4, QUIET),
    "level-in-text": Fault(log.level_in_text, 6),
    "platform-error": Fault(log.platform_error, 3, QUIET),
    "early-error": Fault(log.early_error, 2),
    "never-started": Fault(log.never_started, 3),
    "other-image": Fault(evidence.other_image, 6, ("proven",)),
    # Evidence comes late, or in part.
    "api-faults": Fault(evidence.api_faults, 5, hides=True),
    "quota": Fault(evidence.quota, 4, hides=True),
    "quota-used": Fault(evidence.quota_used, 2, hides=True),
    "some-requests-lost": Fault(evidence.some_requests_lost, 2, PROBED, hides=True),
    "front-page-while": Fault(service.front_page_while, 4, PROBED, hides=True),
    # Evidence cannot be had: inconclusive is the best that any gate can say, if nothing else is wrong.
    "no-op": Fault(service.no_op, 4),
    "superseded": Fault(service.superseded, 6),
    "stuck": Fault(service.stuck, 1),
    "tag-only": Fault(evidence.tag_only, 6, ("proven",)),
    "logs-denied": Fault(evidence.logs_denied, 2, hides=True),
    "logs-denied-later": Fault(evidence.logs_denied_later, 4, hides=True),
    "run-denied": Fault(evidence.run_denied, 1),
    "api-down": Fault(evidence.api_down, 4, hides=True),
    "requests-lost": Fault(evidence.requests_lost, 3, PROBED, hides=True),
    "front-page": Fault(service.front_page, 3, PROBED, hides=True),
    "look-alike-page": Fault(service.look_alike_page, 10, ("wired",)),
    "lines-lost": Fault(evidence.lines_lost, 2, hides=True),
    "silent": Fault(evidence.silent, 2),
}
"""All faults by name."""


def befall(draft: Draft, name: str) -> None:
    """Write a fault into a story, and perhaps another behind it."""
    fault = FAULTS[name]
    fault.write(draft)
    if not fault.hides or draft.chance.random() < 0.5:
        return
    behind = draft.chance.choice(_BEHIND)
    if draft.story.suite in FAULTS[behind].suites:
        FAULTS[behind].write(draft)
        draft.change(faults=(*draft.story.faults, behind))
