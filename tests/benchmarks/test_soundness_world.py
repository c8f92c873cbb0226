"""The world that is built of a story does what the story says."""

from __future__ import annotations

import random

import pytest

from benchmarks.soundness import regime
from benchmarks.soundness.claims import SUITES
from benchmarks.soundness.generator import story
from benchmarks.soundness.lacking import judge
from benchmarks.soundness.resources import HOST, NAMES, SERVICE
from benchmarks.soundness.stored import EPOCH
from benchmarks.soundness.story import NEWER, OURS, PREVIOUS, Story, latest
from benchmarks.soundness.truth import Windows
from benchmarks.soundness.world import Told
from validator.resources.service import Service
from validator.words.call import Answer, Exchange, GetService

SHARED = regime.named("shared")
MOMENTS = sorted(random.Random(5).uniform(0, 150) for _ in range(12))


def stories(count: int) -> list[Story]:
    return [story(17, SHARED, number) for number in range(count)]


@pytest.mark.parametrize(
    "told", [s for s in stories(60) if not s.run_denied and not s.outages], ids=lambda s: f"{s.key} {s.faults[0]}"
)
def test_the_world_does_what_the_story_says(told: Story) -> None:
    caller = Told(told, SHARED)
    shift = EPOCH - told.skew
    for at in MOMENTS:
        _, result = caller(GetService(SERVICE), at + shift)
        assert isinstance(result, Answer)
        service = Service.read(result.content)
        superseded = told.superseded is not None and told.superseded <= at
        newest = PREVIOUS if told.foreign else NEWER if superseded else OURS
        assert service.latest_created == NAMES[newest]
        assert service.serving().get(NAMES[OURS], 0) == latest(told.traffic, at).percent
        if told.suite == "canary":
            continue
        host = f"candidate---{HOST}" if told.suite == "candidate" else HOST
        latency, answer = caller(Exchange("GET", f"https://{host}/health"), at + shift)
        assert isinstance(answer, Answer)
        entries = caller.world.entries
        if (
            told.pages
            or told.tag_moved is not None
            or told.ready is None
            or told.foreign
            or latest(told.traffic, at).percent not in (0, 100)
            or told.lost
        ):
            continue
        astray = any(span.start <= at < span.until for span in told.astray)
        served = (
            not astray and (told.suite == "candidate" or latest(told.traffic, at).percent == 100) and told.ready <= at
        )
        health = next(turn for turn in reversed(told.health) if turn.at <= at)
        if served:
            assert answer.content["status"] == health.status
            assert latency == pytest.approx(health.latency, abs=0.001)
            assert entries[-1].raw["resource"]["labels"]["revision_name"] == NAMES[OURS]
        elif not superseded and told.suite != "candidate":
            assert entries[-1].raw["resource"]["labels"]["revision_name"] == NAMES[PREVIOUS]


@pytest.mark.slow
def test_at_least_two_in_five_stories_are_bad() -> None:
    windows = Windows({}, 90.0, 480.0)
    told = stories(1500)
    bad = sum(judge(each, SUITES[each.suite], windows).bad for each in told)
    assert bad >= 0.4 * len(told)
    assert sum(judge(each, SUITES[each.suite], windows).good for each in told) >= 0.3 * len(told)


def test_the_same_number_gives_the_same_story() -> None:
    assert stories(30) == stories(30)
    assert story(18, SHARED, 3) != story(17, SHARED, 3)
