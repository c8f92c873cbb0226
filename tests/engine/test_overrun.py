"""What is decided after the run's timeout is no pass, however long judging itself took."""

from __future__ import annotations

from validator.checks import kinds
from validator.engine.run import Engine
from validator.engine.verdicts import overall
from validator.language.load import load
from validator.words.call import Answer, Completion
from validator.words.verdict import Outcome

SPEC = """\
version: 1
timeout: 20s
target: {url: "http://127.0.0.1:1"}
checks:
  - {name: Answers, http: {path: /}}
"""
ANSWER = Answer({"status": 200, "headers": [], "text": "ok", "latency": 0.1})


def judged(after: float) -> Engine:
    """A run in which judging the only answer took until so many seconds after the start."""
    engine = Engine(load(SPEC, "checks.yaml", kinds(), {}), kinds(), "0123456789abcdef")
    (request,) = engine.step(1000.0).requests
    step = engine.step(1000.2, [Completion(request.id, 1000.0, 1000.1, ANSWER)])
    assert not step.done
    assert step.wake_at == 1000.2
    assert engine.step(1000.0 + after).done
    return engine


def test_a_pass_within_the_timeout_is_one() -> None:
    assert overall(judged(19.0).verdicts) is Outcome.PASSED


def test_a_pass_that_was_judged_only_after_the_timeout_is_none() -> None:
    engine = judged(21.0)
    assert overall(engine.verdicts) is Outcome.INCONCLUSIVE
    assert engine.standings["Answers"].verdict.reason.startswith("it was judged only after the run's timeout")


def test_asserts_that_read_too_much_text_are_not_evaluated_to_the_end() -> None:
    asserts = "".join(f"      - \"!text.contains('word {number}')\"\n" for number in range(600))
    written = SPEC.replace("{name: Answers, http: {path: /}}", "name: Answers\n    http: {path: /}\n    assert:")
    spec = load(written + asserts, "checks.yaml", kinds(), {})
    engine = Engine(spec, kinds(), "0123456789abcdef")
    (request,) = engine.step(1000.0).requests
    long = Answer({**ANSWER.content, "text": "x" * (1 << 20)})
    engine.step(1000.2, [Completion(request.id, 1000.0, 1000.1, long)])
    verdict = engine.standings["Answers"].verdict
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.reason == "the asserts read more text of this answer than can be judged in time"
