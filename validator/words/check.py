"""The parsed spec: targets, checks, and what they were written as."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from validator.words.finding import Finding

MAIN = "main"
"""The name of the spec's `target`; those under `targets` have their own."""


@dataclass(frozen=True)
class Position:
    """A place in the spec's text; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Pipeline:
    """What the environment of a pipeline says of the deploy that it made; empty where it says nothing."""

    commit: str = ""
    commit_from: str = ""
    """The variable that says so: `COMMIT_SHA`."""
    build: str = ""
    build_from: str = ""
    doubt: str = ""
    """Why another commit than this one need not be wrong, and what to do about it; empty where it is."""
    commit_link: str = ""
    """The page of its own commit."""
    trigger: str = ""
    """What started it: `push by octocat, workflow deploy`."""
    trigger_link: str = ""
    """Where its run is shown."""

    @property
    def unnamed(self) -> Pipeline:
        """The same where the spec says whose deploy it is: only what started it."""
        return Pipeline(trigger=self.trigger, trigger_link=self.trigger_link)


@dataclass(frozen=True)
class Target:
    """A Cloud Run service and how its revision is chosen."""

    name: str
    project: str
    region: str
    service: str
    revision: str = ""
    """This revision, by its short name; empty for the newest created one."""
    tag: str = ""
    """The revision that carries this traffic tag."""
    build: str = ""
    """The revision must carry this `gcb-build-id`."""
    commit: str = ""
    """The revision must carry this `commit-sha`, or begin with it."""
    created_within: float | None = None
    """The revision must be younger than this at the run's start, seconds; None for any age."""
    dated: bool = False
    """Whether the spec wrote `created_within`; else it is for want of a better word."""
    pipeline: Pipeline = Pipeline()
    """Whose deploy this is by the environment; empty where the spec says it."""
    echo: str = "/"
    """The path that echo probes go to; empty for none."""
    position: Position = Position("", 1, 1)
    """Where it stands in the spec."""
    url: str = ""
    """Where it answers, of a target that is no Cloud Run service."""
    domain: str = ""
    """Where its probes go in place of the service's own URLs: `https://shop.example.com`; empty for those."""
    auth: str = field(default="", repr=False)
    """What its probes are sent with where a check does not say: `id_token`, `none` or a token, which is a secret. Empty: an ID
    token if one can be had, of a Cloud Run service."""
    audience: str = ""
    """Whom ID tokens are for; empty for the service's URL."""
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """What its probes are sent with besides. May contain secrets: never shown."""

    @property
    def flags(self) -> str:
        """What gcloud needs besides the service's name."""
        return f"--region={self.region} --project={self.project}"

    @property
    def path(self) -> str:
        """The service's resource name."""
        return f"projects/{self.project}/locations/{self.region}/services/{self.service}"


class Assertion(Protocol):
    """A compiled CEL expression."""

    @property
    def text(self) -> str:
        """As it was written."""
        ...

    @property
    def names(self) -> frozenset[str]:
        """The variables it uses."""
        ...

    def uses(self, variable: str) -> int:
        """How often it reads a variable, about."""
        ...

    def evaluate(self, values: Mapping[str, Any]) -> Finding:
        """Judge it on values of all its names."""
        ...

    def value(self, values: Mapping[str, Any]) -> tuple[Any, str]:
        """What it is, in JSON's types, on values of all its names; or why it is nothing."""
        ...


@dataclass(frozen=True)
class KnownIssue:
    """Why a failure is excused, and until when."""

    reason: str
    link: str
    expires: str
    """The last day on which it excuses, `YYYY-MM-DD`, UTC."""


@dataclass(frozen=True)
class Group:
    """A chapter of the report."""

    name: str
    title: str
    description: str = ""
    link: str = ""


Options = TypeVar("Options")
"""What a kind makes of its own part of a check."""


@dataclass(frozen=True)
class Check(Generic[Options]):
    """One rule of the spec."""

    name: str
    kind: str
    target: Target
    options: Options
    """What the kind made of its own part of the spec."""
    position: Position
    within: float | None = None
    """Seconds; None for the kind's own default."""
    hold: float = 0.0
    """`for`: seconds that it has to go on holding."""
    group: str = ""
    description: str = ""
    needs: tuple[str, ...] = ()
    blocking: bool = True
    asserts: tuple[Assertion, ...] = ()
    known_issue: KnownIssue | None = None
    condition: Assertion | None = None
    """`if`: false skips it."""
    until: Assertion | None = None
    """The first attempt of which this is true is judged, and no other."""
    captures: tuple[tuple[str, Assertion], ...] = ()
    """What later checks may use of it, by name."""
    parameters: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What `vars` holds besides the run's: the parameters of the file that it was included from."""
    bind: Callable[[Mapping[str, Any]], Options] | None = field(default=None, repr=False, compare=False)
    """Makes its options of captured values; None if it uses none. Raises validator.language.mistake.Mistake."""
    times: int = 1
    """Attempts in a row that have to hold."""
    attempts: int | None = None
    """Decided attempts after which it is judged; None for as many as there is time for."""
    part: int = 0
    """Which of several alternatives this is, from 1; 0 for the whole of a check."""

    @property
    def expressions(self) -> tuple[Assertion, ...]:
        """All its CEL but `if`, which is judged before it starts."""
        until = (self.until,) if self.until else ()
        return (*self.asserts, *until, *(expression for _, expression in self.captures))


@dataclass(frozen=True)
class Spec:
    """A whole `checks.yaml`."""

    file: str
    digest: str
    """`sha256:...` of its text."""
    title: str
    timeout: float
    """Seconds for the whole run."""
    targets: Mapping[str, Target]
    groups: tuple[Group, ...]
    checks: tuple[Check[Any], ...]
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What `vars` holds in CEL. May contain secrets: never shown."""
    warnings: tuple[str, ...] = ()
    outputs: tuple[tuple[str, Assertion], ...] = ()
    """What the steps after the gate are told, by name."""
