"""What comes with any deployment and changes nothing about what is true of it."""

from __future__ import annotations

from benchmarks.soundness import loggers
from benchmarks.soundness.draft import Draft

AUDIT = 0.7
"""The share of deployments whose audit entries stand in the same log."""
IMPORTED = 0.4
"""The share whose Ready is True for the image before a container was started."""
SIDECAR = 0.3
PAGING = 0.2
HARMLESS = 0.5
VISITED = 0.2
"""The share of which a user's request ends with 500: a check of requests would judge that."""
AUDITED = 0.1
"""The share of which an audit entry of severity ERROR speaks, though nothing is wrong."""


def lay(draft: Draft) -> None:
    """Lay them about a story whose fault is written."""
    story, chance = draft.story, draft.chance
    if chance.random() < IMPORTED and story.imported is None and not story.foreign:
        imported = story.created + chance.uniform(0.4, 1.9)
        if imported < min(turn for turn in (story.ready, story.broken, imported + 1) if turn is not None):
            draft.change(imported=imported)
    if chance.random() < SIDECAR:
        draft.change(sidecar=chance.choice(("first", "last")))
    if chance.random() < PAGING:
        draft.change(paging=0)
    if chance.random() < HARMLESS and not (draft.silent or story.foreign):
        for _ in range(3):
            draft.write(draft.in_window(60), loggers.harmless(chance), chance.choice(("stdout", "stderr")))
    if chance.random() < VISITED and story.ready is not None and story.ready <= 0 and not story.foreign:
        draft.write(draft.in_window(60), "orders/12", "requests", severity="ERROR")
    if chance.random() < AUDITED and not story.foreign:
        draft.write(draft.in_window(60), "MinInstancesProvisioned changed to False", "audit", severity="ERROR")
    if not story.foreign:
        _platform(draft, audited=chance.random() < AUDIT)


def _platform(draft: Draft, *, audited: bool) -> None:
    """What the platform logs of the revision: a container that is started, and the turns of its Ready condition."""
    story = draft.story
    why = "DEPLOYMENT_ROLLOUT - Instance started due to deployment."
    draft.write(story.created + 0.8, f"Starting new instance. Reason: {why}", "system", severity="INFO")
    turns = ((story.imported, "True", "INFO"), (story.ready, "True", "INFO"), (story.broken, "False", "ERROR"))
    for at, state, severity in turns if audited else ():
        if at is not None:
            draft.write(at, f"Ready condition status changed to {state}", "audit", severity=severity)
