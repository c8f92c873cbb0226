"""The image that the revision runs is small enough, has not grown, and is the one that was meant, by its registry.

Its size is that of its layers as they are pulled, compressed, with its configuration; no layer is fetched. Of an index (an
image for several platforms) the one for linux/amd64 counts, which Cloud Run runs. Every manifest is held against its digest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from validator.evidence.build import OriginOf
from validator.evidence.image import PREVIOUS, ImageOf
from validator.evidence.known import Evidence
from validator.evidence.revision import RevisionOf
from validator.evidence.revisions import RevisionsOf
from validator.evidence.sort import Query
from validator.judging.attempts import eventually, timing
from validator.judging.variables import holds_and_asserts
from validator.judging.variables import queries as asked
from validator.language.values import RATE, SIZE, Bound, bound, bound_of, rate
from validator.resources.container import Container
from validator.resources.image import Manifest
from validator.words.check import Check
from validator.words.counting import counted, volume
from validator.words.finding import Attempt, Finding, State, together
from validator.words.verdict import Excerpt, Verdict

lasting = False
within: float | None = None
present = False
variables = {"size": "int", "layers": "list(int)", "digest": "string", "growth": "double"}
schema = {
    "type": "object",
    "properties": {
        "size": {**bound_of(SIZE), "description": "Of its layers, compressed, and its configuration."},
        "growth": {
            "type": "object",
            "properties": {"max": RATE},
            "required": ["max"],
            "additionalProperties": False,
            "description": "How much larger it is than the baseline's image; `-70%` is less than a third of it.",
        },
        "layers": {
            **bound_of({"type": "integer", "minimum": 0}),
            "description": "How many layers it has.",
        },
        "digest": {
            "type": "string",
            "pattern": "^sha256:[0-9a-f]{64}$",
            "x-form": "is not a digest, which is sha256: and 64 hexadecimal digits",
            "description": "The digest that has to run: the image's own, or that of the index which the revision names.",
            "examples": ["${DIGEST}"],
        },
        "baseline": {
            "type": "string",
            "minLength": 1,
            "default": PREVIOUS,
            "description": "The revision that `growth` compares with: `previous`, or one by its short name.",
        },
        "container": {"type": "string", "minLength": 1, "description": "The container whose image it is, by its name."},
    },
    "additionalProperties": False,
    "examples": [{"size": {"max": "400MB"}}, {"growth": {"max": "10%"}, "layers": {"max": 30}}],
    "x-failures": [
        "the image has ...",
        "it ...: ... and not ...",
        "it has ...",
        "the revision runs ...",
    ],
    "x-unknown": ["the image of ... is not known: ...", "the image of ... is not known yet"],
    "x-commands": [
        "docker buildx imagetools inspect --raw IMAGE@sha256:...",
        "gcloud artifacts docker images list REPOSITORY --include-tags",
    ],
}  # fmt: skip


@dataclass(frozen=True)
class Options:
    """What an image has to be like."""

    size: Bound | None
    """Bytes."""
    growth: float | None
    """Percent at most."""
    layers: Bound | None
    digest: str
    baseline: str
    container: str


def options(value: Any) -> Options:
    """Read the kind's own part of a check."""
    return Options(
        bound(value["size"]) if "size" in value else None,
        rate(value["growth"]["max"]) if "growth" in value else None,
        bound(value["layers"]) if "layers" in value else None,
        value.get("digest", ""),
        value.get("baseline", PREVIOUS),
        value.get("container", ""),
    )


def _own(check: Check[Options]) -> ImageOf:
    return ImageOf(check.target.name, "", check.options.container)


def _compared(check: Check[Options]) -> ImageOf | None:
    """The image to compare with; None if nothing is compared."""
    wanted = check.options.growth is not None or any("growth" in each.names for each in check.expressions)
    return ImageOf(check.target.name, check.options.baseline, check.options.container) if wanted else None


def _images(check: Check[Options]) -> tuple[ImageOf, ...]:
    compared = _compared(check)
    return (_own(check), compared) if compared else (_own(check),)


def queries(check: Check[Options]) -> frozenset[Query[Any]]:
    """The image and the one it is compared with, and what tells which these are."""
    target = check.target.name
    told: set[Query[Any]] = {RevisionOf(target), OriginOf(target), *_images(check)}
    return asked(check) | told | ({RevisionsOf(target)} if _compared(check) else set())


def judge(check: Check[Options], evidence: Evidence, now: float) -> Verdict:
    """Judge what is known of the manifests now; they never change."""
    finding = _find(check, evidence)
    seen = tuple(each.seq for query in _images(check) for each in evidence.answers(query))
    when = timing(check, evidence)
    conclusive = finding.state is not State.UNKNOWN or _hopeless(check, evidence)
    return eventually([Attempt(min(now, when.deadline), finding, seen, conclusive)], when, now)


def _hopeless(check: Check[Options], evidence: Evidence) -> bool:
    """Whether what is not known will never be: of what runs, or, once that is known, of what it is compared with."""
    own, *compared = _images(check)
    if not isinstance(_known(own, evidence), _Running):
        return evidence.refusal(own) is not None
    return any(evidence.refusal(query) for query in compared)


def _find(check: Check[Options], evidence: Evidence) -> Finding:
    wanted, own = check.options, _known(_own(check), evidence)
    if isinstance(own, Finding):
        return own
    before = _known(compared, evidence) if (compared := _compared(check)) else None
    growth = before if isinstance(before, Finding) or before is None else _growth(before.image, own.image)
    findings = [*_facts(wanted, own)]
    if wanted.growth is not None:
        findings.append(growth if isinstance(growth, Finding) else _grown(wanted.growth, growth or 0.0, before, own))
    image = own.image
    values = {"size": image.size, "layers": list(image.layers), "digest": image.digest, "growth": growth}
    finding = holds_and_asserts(check, evidence, together(findings), values)
    shown = [each.told for each in (own, before) if isinstance(each, _Running)]
    return replace(finding, evidence=tuple(Excerpt(told, source="registry") for told in shown))


@dataclass(frozen=True)
class _Running:
    """A container, and the image that it runs."""

    container: Container
    image: Manifest

    @property
    def told(self) -> str:
        """What it is and how large."""
        own = self.image.digest
        index = f", of the index {self.container.digest[:19]}" if self.container.digest != own else ""
        layers = counted(len(self.image.layers), "layer")
        return f"{self.container.repository}@{own[:19]}{index}: {volume(self.image.size)} in {layers}"


def _known(query: ImageOf, evidence: Evidence) -> _Running | Finding:
    """What runs, or why that is not known."""
    container = query.running(evidence)
    image = evidence.of(query).image(container.digest) if container else None
    if container and image:
        return _Running(container, image)
    of, refusal = query.of or "the revision", evidence.refusal(query)
    if refusal:
        reason = f"the image of {of} is not known: {refusal.reason}"
        return Finding(State.UNKNOWN, reason, remedy=refusal.remedy)
    return Finding(State.UNKNOWN, f"the image of {of} is not known yet")


def _facts(wanted: Options, own: _Running) -> Iterator[Finding]:
    """One finding for each thing that the image alone has to be."""
    image = own.image
    size = volume(image.size)
    if wanted.size:
        state = State.HOLDS if wanted.size.holds(image.size) else State.VIOLATED
        yield Finding(state, f"the image has {size}", f"a size of {wanted.size.text('B')}", size)
    else:
        yield Finding(State.HOLDS, f"the image has {size}", actual=size)
    if wanted.layers:
        count = len(image.layers)
        state = State.HOLDS if wanted.layers.holds(count) else State.VIOLATED
        yield Finding(state, f"it has {counted(count, 'layer')}", f"{wanted.layers.text()} layers", str(count))
    if wanted.digest:
        runs = own.container.digest
        state = State.HOLDS if wanted.digest in (runs, image.digest) else State.VIOLATED
        yield Finding(state, f"the revision runs {runs}", f"the image {wanted.digest}", runs)


def _growth(before: Manifest, now: Manifest) -> float | Finding:
    """In percent."""
    if not before.size:
        return Finding(State.UNKNOWN, "the image of the baseline is empty: nothing grows from that")
    return (now.size / before.size - 1) * 100


def _grown(most: float, growth: float, before: object, own: _Running) -> Finding:
    assert isinstance(before, _Running)
    change = f"is {abs(growth):.1f} % {'larger' if growth > 0 else 'smaller'} than before"
    sizes = f"{volume(own.image.size)} and not {volume(before.image.size)}"
    state = State.HOLDS if growth <= most else State.VIOLATED
    return Finding(state, f"it {change}: {sizes}", f"a growth of at most {most:g} %", f"{growth:.1f} %")
