"""What may befall the evidence: it comes late, in part, or not at all."""

from __future__ import annotations

from benchmarks.soundness.draft import Draft
from benchmarks.soundness.story import FOREVER


def other_image(draft: Draft) -> None:
    """The revision runs another image than the build pushed: of another repository, or of the same one."""
    draft.change(chain=draft.chance.choice(("broken", "doubtful")))


def tag_only(draft: Draft) -> None:
    """The image is named by a tag, so nothing tells its digest."""
    draft.change(chain="unproven")


def logs_denied(draft: Draft) -> None:
    """The account may not read the log."""
    draft.change(logs_denied=-1.0)


def logs_denied_later(draft: Draft) -> None:
    """From a moment of the run on it may not."""
    draft.change(logs_denied=draft.chance.uniform(10, 45))


def run_denied(draft: Draft) -> None:
    """The account may not read the service."""
    draft.change(run_denied=True)


def api_faults(draft: Draft) -> None:
    """Methods fail for a while."""
    for method in ("GetService", "GetRevision", "ListEntries"):
        if draft.chance.random() < 0.7:
            code = draft.chance.choice(("UNAVAILABLE", "INTERNAL", "DEADLINE_EXCEEDED"))
            draft.outage(method, code, draft.chance.uniform(-2, 80), draft.chance.uniform(2, 35))


def quota(draft: Draft) -> None:
    """Each minute's reads are used up early."""
    begin = draft.chance.uniform(-30, 30)
    while begin < 240:
        draft.outage("ListEntries", "RESOURCE_EXHAUSTED", begin, draft.chance.uniform(5, 45))
        begin += 60


def requests_lost(draft: Draft) -> None:
    """No request is ever logged."""
    draft.change(lost=1.0)


def some_requests_lost(draft: Draft) -> None:
    """Some requests are never logged."""
    draft.change(lost=draft.chance.uniform(0.05, 0.5))


def lines_lost(draft: Draft) -> None:
    """What the containers print is not stored."""
    draft.stored = False


def silent(draft: Draft) -> None:
    """The application prints nothing at all: only the platform speaks of the revision."""
    draft.silent = True


def api_down(draft: Draft) -> None:
    """One method fails, and goes on failing."""
    building = ("GetBuild",) if draft.story.suite == "proven" else ()
    method = draft.chance.choice(("GetService", "GetRevision", "ListEntries", *building))
    code = draft.chance.choice(("UNAVAILABLE", "INTERNAL", "DEADLINE_EXCEEDED"))
    draft.outage(method, code, draft.chance.choice((-600.0, draft.chance.uniform(1, 90))), FOREVER)


def quota_used(draft: Draft) -> None:
    """Others have used up the minute's reads before the gate begins."""
    draft.outage("ListEntries", "RESOURCE_EXHAUSTED", -600.0, 600 + draft.chance.uniform(5, 58))
