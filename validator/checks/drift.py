"""Only what may differ from a configuration that is known to work differs.

The revision's settings are compared with those of the previous revision, of a named one, or of a file as
`gcloud run services describe SERVICE --format=export` prints it (json and yaml too, v1 or v2), and with a file of a service
its service's own too. What differs is told as added, removed or changed; values of the environment are told as short
hashes, made anew for each revision, and secret ones not at all. Names, times, conditions and labels that tell which deploy it is (`commit-sha`, `gcb-*`) are no
settings; the image is one, so `allow` it where each deploy brings a new one.

Paths: `containers[0].image` (the container with the port; others by name, `containers[proxy].image`), `env.LOG_LEVEL`,
`secrets.DB_PASSWORD`, `containers[0].resources.limits.memory`, `scaling.max_instance_count`, `vpc_access.connector`,
`labels.team`, `service.ingress`. In `allow` and `require` a path means all below it too, and `*` any characters.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from validator.evidence.journal import Observation
from validator.evidence.known import Evidence, Resources
from validator.evidence.revision import RevisionOf
from validator.evidence.revisions import PreviousOf, RevisionsOf
from validator.evidence.service import ServiceOf
from validator.evidence.sort import Query
from validator.judging.attempts import eventually, looks, timing
from validator.judging.drift import Allowance, Compared
from validator.judging.service_looks import service_looks
from validator.judging.variables import holds_and_asserts, unchanging
from validator.language.mistake import Mistake, sound
from validator.language.yaml_reader import BadYaml
from validator.language.yaml_reader import read as read_yaml
from validator.resources import settings
from validator.resources.difference import hidden, matched_by
from validator.resources.proven import Proven, UnreadableError
from validator.resources.proven import read as read_proven
from validator.resources.revision import Revision
from validator.words.attachment import Attachment
from validator.words.call import Json
from validator.words.check import Check
from validator.words.finding import Attempt, Finding, State
from validator.words.verdict import Verdict

lasting = True
within: float | None = None
present = True
variables: dict[str, str] = {}
_PATTERNS = {"type": "array", "items": {"type": "string", "minLength": 1, "maxLength": 200}, "minItems": 1}
schema = {
    "type": "object",
    "properties": {
        "baseline": {
            "anyOf": [
                {"type": "string", "enum": ["previous"]},
                {
                    "type": "object",
                    "properties": {
                        "revision": {
                            "type": "string",
                            "minLength": 1,
                            "description": "The short name of another revision of the service.",
                        },
                        "file": {
                            "type": "string",
                            "minLength": 1,
                            "format": "file",
                            "description": "A file of the spec's folder with a service or a revision as gcloud prints it.",
                        },
                    },
                    "additionalProperties": False,
                    "minProperties": 1,
                    "x-empty": "write `revision` or `file`",
                },
            ],
            "default": "previous",
            "description": "What is known to work: the revision that served before this deploy, a named one, or a file.",
            "examples": [{"file": "config/proven.yaml"}],
        },
        "allow": {**_PATTERNS, "description": "Paths that may differ.", "examples": [["env.OTEL_*"]]},
        "require": {
            **_PATTERNS,
            "description": "Paths that have to differ: a deploy that changed nothing of them did not do its work.",
            "examples": [["containers[0].image"]],
        },
    },
    "additionalProperties": False,
    "examples": [
        {"allow": ["containers[0].image"]},
        {"baseline": "previous", "require": ["containers[0].image"]},
        {"baseline": {"revision": "my-service-00041-abc"}, "allow": ["containers[0].image", "env.OTEL_*", "labels"]},
    ],
    "x-failures": ["... differs from ... and may not: ...", "as in ..., and has to differ: ..."],
    "x-unknown": [
        "there is no revision before ... to compare with",
        "... has no revision ... to compare with",
    ],
    "x-commands": [
        "gcloud run services describe SERVICE --region=REGION --project=PROJECT --format=export > config/proven.yaml",
        "gcloud run revisions describe REVISION --region=REGION --project=PROJECT --format=export",
    ],
}


@dataclass(frozen=True)
class Options:
    """What may and what has to differ from what."""

    revision: str = ""
    """The baseline by its short name; empty for the previous one."""
    file: str = ""
    """The baseline's file, as the spec names it; empty for a revision."""
    proven: Proven | None = None
    """What the file has."""
    allowance: Allowance = field(default_factory=Allowance)

    @property
    def of_service(self) -> bool:
        """Whether the service's own settings are compared too."""
        return self.proven is not None and self.proven.service is not None

    @property
    def sensitive(self) -> Iterator[tuple[str, str]]:
        """The environment of the file, by name: what is secret of it stands in no report and no recording."""
        settings_of_file = self.proven.revision if self.proven else {}
        return ((path.rpartition("env.")[2], value) for path, value in settings_of_file.items() if hidden(path))

    @property
    def title(self) -> str:
        """The check's name when it has none."""
        return f"Nothing else differs from {self.file or self.revision or 'the previous revision'}"


def options(value: Any) -> Options:
    """Read the kind's own part of a check, and the file if it names one."""
    wrong: list[Mistake] = []
    baseline = value.get("baseline", "previous")
    named = baseline if isinstance(baseline, dict) else {}
    allow = tuple(value.get("allow", ()))
    if len(named) > 1:
        wrong.append(Mistake("the baseline is a revision or a file; keep one of them", "baseline"))
    attached: Attachment | None = named.get("file")
    proven = None
    if attached and attached.text is not None:
        try:
            proven = _read(attached.text)
        except UnreadableError as error:
            told = f"{attached.name} cannot be compared with: {error}"
            wrong.append(Mistake(told, "baseline", "file"))
        else:
            wrong.extend(_unknown(attached.name, proven, allow))
    made = Options(
        named.get("revision", ""),
        attached.name if attached else "",
        proven,
        Allowance(allow, tuple(value.get("require", ()))),
    )
    return sound(made, wrong)


def _unknown(name: str, proven: Proven, allow: tuple[str, ...]) -> Iterator[Mistake]:
    """What the file sets and nobody here can compare."""
    for path in proven.unknown:
        if not matched_by(allow, path):
            told = f"{name} has {path.partition('.')[2]!r}, which is not known here; take it out, or write `allow: [{path}]`"
            yield Mistake(told, "baseline", "file")


def _read(text: str) -> Proven:
    """The settings of a file of YAML or JSON; each scalar is the text that was written."""
    try:
        document = read_yaml(text)
    except BadYaml as error:
        raise UnreadableError(f"line {error.line}: {error.message}") from None
    for problem in document.problems:
        raise UnreadableError(f"line {problem.line}: {problem.message}")
    return read_proven(_written(document.data, document.scalars))


def _written(data: Any, scalars: Any, path: tuple[str | int, ...] = ()) -> Any:
    if isinstance(data, dict):
        return {key: _written(item, scalars, (*path, key)) for key, item in data.items()}
    if isinstance(data, list):
        return [_written(item, scalars, (*path, index)) for index, item in enumerate(data)]
    return None if data is None else str(scalars[path].value)


def queries(check: Check[Options]) -> frozenset[Query[Any]]:
    """The revision; what it is compared with, unless that is a file; the service where its own settings count."""
    target, wanted = check.target.name, check.options
    asked: set[Query[Any]] = {RevisionOf(target)}
    asked |= {ServiceOf(target)} if wanted.of_service else set()
    asked |= set() if wanted.file else {RevisionsOf(target)}
    return frozenset(asked)


def judge(check: Check[Options], evidence: Evidence, now: float) -> Verdict:
    """Judge each reading; a revision's settings never change, so what differs of them is final."""
    when, of_service = timing(check, evidence), check.options.of_service

    def look(observation: Observation, content: Json) -> Attempt:
        known = evidence.as_of(observation)
        revision = known.of(RevisionOf(check.target.name)).newest
        at = observation.sent if of_service else max(observation.at, when.start)
        if revision is None:
            return Attempt(at, Finding(State.UNKNOWN, "the revision was not read yet"), (observation.seq,))
        own = _find(check, revision, known, content if of_service else None)
        finding = holds_and_asserts(check, known, own, {})
        listed = bool(check.options.file) or known.of(RevisionsOf(check.target.name)).whole is not None
        fixed = own.state is State.VIOLATED or (revision.settled and unchanging(check, known))
        conclusive = (fixed and finding.state is State.VIOLATED) or (own.state is State.UNKNOWN and listed)
        return Attempt(at, finding, (observation.seq,), conclusive)

    if of_service:
        return eventually(service_looks(check, evidence, when, look), when, now)
    return eventually(looks(check, RevisionOf(check.target.name), evidence, look), when, now)


def _find(check: Check[Options], revision: Revision, known: Resources, service: Json | None) -> Finding:
    baseline = _baseline(check, known, revision)
    if isinstance(baseline, Finding):
        return baseline
    name, before = baseline
    after = {**revision.settings, **(settings.of_service(service) if service else {})}
    compared = Compared(name, before, after, str(revision.raw.get("uid", "")), revision.created)
    found = compared.judged(check.options.allowance)
    describe = f"gcloud run services describe {check.target.service} {check.target.flags} --format=export"
    return replace(found, remedy=f"{found.remedy}; what is deployed: {describe}") if found.remedy else found


def _baseline(check: Check[Options], known: Resources, revision: Revision) -> tuple[str, settings.Settings] | Finding:
    """What is compared with and its name, or why there is none."""
    wanted, target = check.options, check.target
    if wanted.proven:
        return wanted.file, wanted.proven.all
    listed, refused = known.of(RevisionsOf(target.name)).whole, known.refusal(RevisionsOf(target.name))
    if refused:
        return Finding(State.UNKNOWN, f"there is nothing to compare with: {refused.reason}", remedy=refused.remedy)
    if listed is None:
        return Finding(State.UNKNOWN, "the revisions were not listed yet")
    listing = f"gcloud run revisions list --service={target.service} {target.flags}"
    if wanted.revision:
        found = next((each for each in listed if each.name == wanted.revision), None)
        reason = f"{target.service} has no revision {wanted.revision} to compare with"
        remedy = f"name one that is there: {listing}"
    else:
        found = known.of(PreviousOf(target.name))
        reason = f"there is no revision before {revision.name} to compare with"
        remedy = f"compare a first deploy with a file (`baseline: {{file: ...}}`), or leave the check out; {listing}"
    return (found.name, found.settings) if found else Finding(State.UNKNOWN, reason, remedy=remedy)
