"""Judging what was exported: saved output of gcloud and of Cloud Logging, without any API.

The files are one moment of the deployment. What they tell is judged as of then; what they do not tell is not judged: no probe
is sent, and an export of a log says nothing of what it lacks.
"""

from __future__ import annotations

import json
import re
import secrets
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from validator.checks import kinds
from validator.emulator.scenario.files import ScenarioError
from validator.emulator.scenario.loading import load
from validator.emulator.world.simulation import Simulation
from validator.emulator.world.world import World
from validator.engine import frozen
from validator.engine.outcome import known_secrets, outcome
from validator.engine.run import Engine
from validator.evidence.build import BuildOf
from validator.evidence.logs import LogsOf
from validator.evidence.revision import RevisionOf
from validator.evidence.service import ServiceOf
from validator.evidence.sort import Query
from validator.report.console import Console
from validator.report.reports import Reports
from validator.report.summary import summarize
from validator.surroundings import Surroundings
from validator.usage import UsageError
from validator.words.call import Answer, Call, Json, ListEntries, Result
from validator.words.check import MAIN, Spec
from validator.words.instant import seconds

_MOST = 1 << 28
"""Bytes of one file."""
_TIME = re.compile(r'"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)"')
_AFTER = 10.0
"""Seconds after the newest time in the files at which they are judged: an entry may be readable a little later."""


@dataclass(frozen=True)
class Exports:
    """The files, each as a `--format=json` printed it."""

    service: Path
    revision: Path | None = None
    logs: Path | None = None
    build: Path | None = None


def run(
    spec: Spec,
    left_out: tuple[str, ...],
    exports: Exports,
    out: Path,
    around: Surroundings,
    *,
    formats: Sequence[str] = (),
    warn_only: bool = False,
) -> int:
    """Judge exports and write the reports, in further `formats` too; returns the exit code.

    Raises:
        UsageError: a file cannot be read or holds something else; nothing was judged.
    """
    if "in-toto" in formats:
        raise UsageError("no in-toto statement is made of saved output: nothing was asked of the platform")
    told = {name: _read(path) for name, path in vars(exports).items() if path}
    now = max([seconds(each) for each in _TIME.findall(json.dumps(told))], default=0.0) + _AFTER
    reports = Reports(out, around.environment, secrets.token_hex(16), on_github=around.on_github, formats=formats)
    try:
        reports.prepare()
    except OSError as error:
        raise UsageError(f"the reports cannot be written to {out}: {error.strerror}") from None
    engine = Engine(spec, kinds(), secrets.token_hex(8))
    frozen.drive(engine, _Files(_world(told, spec, now), told), now)
    around.learn(known_secrets(engine.verdicts))
    summary = reports.write(summarize(outcome(engine.verdicts, not_selected=left_out), warn_only=warn_only))
    Console(around.out, live=False, color=around.colored(around.out)).finish(summary, reports.written)
    for lost in reports.lost:
        around.err.line(f"validator: {lost}")
    return summary["exit_code"]


@dataclass(frozen=True)
class _Files:
    """Answers with what the files hold."""

    world: Simulation
    told: Mapping[str, Any]

    def __call__(self, asked: Query[Any], call: Call) -> Result | None:
        """None if no file tells it; a page of a log goes on, for what an export lacks may have been logged all the same."""
        if not isinstance(asked, ServiceOf | RevisionOf | BuildOf | LogsOf):
            return None
        if isinstance(call, ListEntries) and (call.page_token or "logs" not in self.told):
            return None
        _, result = self.world(call, self.world.world.scenario.epoch)
        if not isinstance(result, Answer):
            return None
        return Answer({**result.content, "nextPageToken": "more"}) if isinstance(call, ListEntries) else result


def _world(told: Mapping[str, Any], spec: Spec, now: float) -> Simulation:
    """The files as a world that answers what they say."""
    written: dict[str, Any] = {"title": "exports", "services": _listed(told["service"])}
    if "revision" in told:
        written["revisions"] = _listed(told["revision"])
    if "build" in told:
        written["builds"] = _listed(told["build"])
    if "logs" in told:
        logs = told["logs"]
        written["logs"] = {"delay": {"stdout": "0s", "stderr": "0s", "requests": "0s", "system": "0s"}, "entries": logs}
    project, numbers = spec.targets[MAIN].project, list(_numbers(told))
    if project and numbers:
        written["projects"] = {project: int(numbers[0])}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "exports.json"
        path.write_text(json.dumps(written), encoding="utf-8")
        try:
            return Simulation(World.of(load(path, now)))
        except ScenarioError as error:
            raise UsageError(f"the exports cannot be judged: {str(error).replace(f'{path}:', '')}") from None


def _listed(data: Any) -> list[Any]:
    return data if isinstance(data, list) else [data]


def _numbers(told: Mapping[str, Any]) -> Iterator[str]:
    """The project's number, by which gcloud prints services and revisions."""
    for each in (*_listed(told["service"]), *_listed(told.get("revision", []))):
        metadata: Json = each.get("metadata", {}) if isinstance(each, dict) else {}
        namespace = str(metadata.get("namespace", ""))
        if namespace.isdecimal():
            yield namespace


def _read(path: Path) -> Any:
    """A file's JSON; of entries one after another a list."""
    try:
        with path.open("rb") as file:
            text = file.read(_MOST + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from None
    if len(text) > _MOST:
        raise UsageError(f"{path} has more than {_MOST >> 20} MiB, the most that is judged")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    try:
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        raise UsageError(f"{path} is no JSON: write it with `--format=json`") from None
