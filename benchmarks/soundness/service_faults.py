"""What may befall the service itself: its revision, its traffic, its answers."""

from __future__ import annotations

from benchmarks.soundness.draft import Draft
from benchmarks.soundness.story import FOREVER, Health, Page, Span, Traffic

FULL = ("serving", "proven", "wired", "internal")
"""The suites that want all traffic for this deploy's revision."""

_NAMED = ("serving", "proven", "wired")
"""The suites that know their commit, by the spec or by the environment."""


def healthy(_draft: Draft) -> None:
    """All is well."""


def cold_start(draft: Draft) -> None:
    """Answers time out at first."""
    until = draft.story.nominal_start + draft.chance.uniform(3, 20)
    draft.change(health=(Health(-FOREVER, 200, draft.chance.uniform(10.5, 14)), Health(until, 200)))


def slow_ready(draft: Draft) -> None:
    """The revision becomes ready during the run."""
    ready = draft.chance.uniform(5, 90)
    draft.change(ready=ready, created=-draft.chance.uniform(1, 20))
    if draft.story.suite in FULL:
        draft.traffic(Traffic(-FOREVER, 0), Traffic(ready, 100))


def never_ready(draft: Draft) -> None:
    """The platform gives the revision up."""
    broken = draft.chance.choice((-5.0, draft.chance.uniform(3, 120)))
    draft.change(ready=None, broken=broken)
    if draft.story.suite in FULL:
        draft.traffic(Traffic(-FOREVER, 0))


def stuck(draft: Draft) -> None:
    """The platform says neither ready nor failed."""
    draft.change(ready=None)
    if draft.story.suite in FULL:
        draft.traffic(Traffic(-FOREVER, 0))


def pinned(draft: Draft) -> None:
    """All traffic stays with the older revision, by name."""
    draft.traffic(Traffic(-FOREVER, 0, pinned=True))


def partial(draft: Draft) -> None:
    """The revision gets a part of the traffic only."""
    draft.traffic(Traffic(-FOREVER, draft.chance.choice((5, 50, 90, 99)), pinned=draft.chance.random() < 0.5))


def traffic_lags(draft: Draft) -> None:
    """The traffic is switched during the run."""
    switched = draft.chance.uniform(3, 80)
    draft.traffic(Traffic(-FOREVER, draft.chance.choice((10, 50)), pinned=True), Traffic(switched, 100))


def rolled_back(draft: Draft) -> None:
    """Somebody takes the traffic back during the run."""
    draft.traffic(Traffic(-FOREVER, 100), Traffic(draft.chance.uniform(3, 110), 0, pinned=True))


def old_answers(draft: Draft) -> None:
    """For a while after the switch, or for good, requests reach the old revision; of a tag: it was on that before."""
    begin, lasts = draft.story.nominal_start, draft.chance.uniform(2, 70)
    draft.change(astray=(Span(-600.0, begin + lasts if draft.chance.random() < 0.5 else FOREVER),))


def no_op(draft: Draft) -> None:
    """The deploy made no revision: the newest is of an older one, and young where the commit tells that."""
    age = draft.chance.uniform(60, 3000) if draft.story.suite in _NAMED else draft.chance.uniform(3700, 90_000)
    draft.change(foreign=True, created=-age, ready=-age + 8)
    draft.traffic(Traffic(-FOREVER, 0))


def superseded(draft: Draft) -> None:
    """Somebody else deploys during the run."""
    at = draft.chance.uniform(3, 100)
    draft.change(superseded=at)
    if draft.story.suite in FULL:
        draft.traffic(Traffic(-FOREVER, 100), Traffic(at + 8, 0))


def errors_after(draft: Draft) -> None:
    """The service breaks after a while, for good or not."""
    begin = draft.story.nominal_start + draft.chance.uniform(2, 30)
    lasts = draft.chance.choice((FOREVER, draft.chance.uniform(5, 60)))
    usual = draft.story.health[0]
    after = () if lasts == FOREVER else (Health(begin + lasts, 200, usual.latency),)
    draft.change(health=(usual, Health(begin, 503, usual.latency), *after))


def flapping(draft: Draft) -> None:
    """The service breaks and recovers again and again."""
    at, status = -5.0, 200
    until = draft.chance.choice((700.0, draft.chance.uniform(20, 80)))
    turns = [Health(-FOREVER, 503)]
    while at < until and len(turns) < 120:
        turns.append(Health(at, status))
        at += draft.chance.uniform(3, 10) if status == 200 else draft.chance.uniform(5, 9)
        status = 503 if status == 200 else 200
    settled = () if until == 700.0 else (Health(max(at, until), 200),)
    draft.change(health=(*turns, *settled))


def slow_answers(draft: Draft) -> None:
    """Each answer takes seconds, and is in time; half of the services then break besides."""
    draft.change(health=(Health(-FOREVER, 200, draft.chance.uniform(5, 9)),))
    if draft.chance.random() < 0.5:
        errors_after(draft)


def never_healthy(draft: Draft) -> None:
    """Ready turns True when the image is there; the container is given up a while later, or never heard of again."""
    created = -draft.chance.uniform(2, 40)
    broken = draft.chance.choice((None, draft.chance.uniform(4, 150), draft.chance.uniform(4, 150)))
    draft.change(created=created, imported=created + draft.chance.uniform(0.5, 1.9), ready=None, broken=broken)
    if draft.story.suite in FULL:
        draft.traffic(Traffic(-FOREVER, 0))


def slow_start(draft: Draft) -> None:
    """The container takes long to start; the image was there at once."""
    created = -draft.chance.uniform(100, 200)
    imported = created + draft.chance.uniform(0.5, 3)
    draft.change(created=created, imported=imported, ready=imported + draft.chance.uniform(35, 80))


def wrong_setting(draft: Draft) -> None:
    """The application has another setting than is wanted; a sidecar may have that one."""
    draft.change(setting="debug")


def tag_moves(draft: Draft) -> None:
    """Somebody takes the tag away during the run."""
    draft.change(tag_moved=draft.chance.uniform(3, 100))


def tag_stays(draft: Draft) -> None:
    """The tag was never moved to this deploy's revision."""
    draft.change(tag_moved=-600.0)


def front_page(draft: Draft) -> None:
    """No request ever gets through to the service."""
    sort = draft.chance.choice(("iam", "ingress", "capacity"))
    draft.change(pages=(Page(-600.0, FOREVER, sort),))


def look_alike_page(draft: Draft) -> None:
    """The front end turns every request away as the application would, whose path is closed."""
    draft.change(pages=(Page(-600.0, FOREVER, draft.chance.choice(("iam", "iam", "iam", "ingress"))),))


def front_page_while(draft: Draft) -> None:
    """For a while, from the start or from somewhere in the run, no request gets through.

    A grant is there within 15 s: a caller that is refused for longer is told so for good.
    """
    begin = draft.chance.choice((-600.0, draft.story.nominal_start + draft.chance.uniform(0, 30)))
    sort = draft.chance.choice(("iam", "ingress", "capacity"))
    until = draft.story.nominal_start + draft.chance.uniform(1, 15 if sort == "iam" else 70)
    draft.change(pages=(Page(begin, until, sort),) if until > begin else ())
