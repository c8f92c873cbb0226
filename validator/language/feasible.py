"""What cannot come true of a check, whatever the platform says: its times, its target, its paths."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from validator.language import asserted, names
from validator.language.expressions import Expressions
from validator.language.mistake import Mistake
from validator.language.paths import doubtful, reserved
from validator.language.spec_file import SpecFile
from validator.language.surroundings import Surroundings
from validator.language.values import duration
from validator.language.yaml_reader import Path, leaves
from validator.words.check import MAIN, Check
from validator.words.id_token import NONE
from validator.words.instant import span
from validator.words.pace import INTERVAL


class Feasibility:
    """The examination of one check, for each of its targets."""

    def __init__(self, value: Mapping[str, Any], name: str, path: Path, source: SpecFile, around: Surroundings) -> None:
        self.value, self.name, self.path, self.source, self.around = value, name, path, source, around
        self.kind = around.kind(name)

    def tell(self, checks: Sequence[Check[Any]], expressions: Expressions) -> None:
        """Note all that cannot come true."""
        self._timing(checks[0], expressions)
        if self.name == asserted.KIND and checks[0].asserts and not _looks(checks[0]):
            told = "this looks at nothing of the deployment; use revision, service, build, env ... or a captured value"
            self._complain(told, asserted.KIND)
        for check in checks:
            self._reach(check, expressions)
            self._changed(check)

    def _complain(self, told: str, *below: str | int, key: bool = False, warning: bool = False) -> None:
        self.source.complain(Mistake(told, *self.path, *below), key=key, warning=warning)

    # Its times.

    def _timing(self, check: Check[Any], expressions: Expressions) -> None:
        margins = [asked.margin for asked in self.kind.queries(check) if asked.margin is not None]
        margin = max(margins, default=None) if self.kind.lasting else None
        windowed = margin is not None
        if check.hold and not self.kind.lasting:
            self._complain(f"`for` means nothing here: what {self.name} judges does not change back", "for", key=True)
        elif 0 < check.hold < INTERVAL and not windowed:
            told = f"`for` is shorter than the {span(INTERVAL)} between two attempts; write {INTERVAL:g}s or more"
            self._complain(told, "for")
        if self._refuses(check):
            return
        self._counting(check, windowed=windowed)
        self._until(check, expressions, windowed=windowed)
        self._fits_the_run(check, margin)
        self._lasts(check)

    def _refuses(self, check: Check[Any]) -> bool:
        """What the kind's own part leaves no sense to, or cannot do without."""
        keys = [(key, told) for key, told in getattr(check.options, "meaningless", {}).items() if self.value.get(key)]
        for key, told in keys:
            self._complain(f"`{key}` means nothing here: {told}", key, key=True)
        if check.within is None and (told := getattr(check.options, "within_wanted", "")):
            self._complain(told, self.name, key=True)
        return bool(keys)

    def _counting(self, check: Check[Any], *, windowed: bool) -> None:
        for key in ("attempts", "times"):
            if key in self.value and (windowed or not self.kind.lasting):
                self._complain(
                    f"`{key}` means nothing here: {self.name} is not judged attempt by attempt", key, key=True
                )
                return
        if check.attempts is None:
            return
        if check.hold:
            told = "`attempts` ends after a number of attempts and `for` after a length of time; keep one of them"
            self._complain(told, "attempts", key=True)
        elif check.times > check.attempts:
            self._complain(f"`times: {check.times}` cannot be reached in `attempts: {check.attempts}`", "times")

    def _until(self, check: Check[Any], expressions: Expressions, *, windowed: bool) -> None:
        if not expressions.until:
            return
        told = ""
        if windowed:
            told = f"`until` means nothing here: {self.name} judges a window of time, not single attempts"
        elif check.within is None:
            told = "`until` needs `within`: how long to poll for it"
        elif check.hold:
            told = "`until` judges one attempt and `for` wants many; keep one of them"
        if told:
            self._complain(told, "until", key=True)

    def _fits_the_run(self, check: Check[Any], margin: float | None) -> None:
        timeout = self.around.timeout
        if timeout is None:
            return
        length = (check.within or 0.0) + check.hold + (margin or 0.0)
        if (check.within or check.hold) and length > timeout:
            keys = " plus ".join(f"`{key}`" for key in ("within", "for") if self.value.get(key))
            behind = f" plus the log's margin of {span(margin)}" if margin else ""
            told = f"{keys}{behind} is {span(length)}, more than the run's `timeout` of {span(timeout)}; raise that"
            self._complain(told, "for" if check.hold else "within")
        for _, longest in self._attempts(check):
            place = self._place("timeout", longest, duration)
            told = f"one attempt may take {span(longest)}"
            if longest > timeout:
                self._complain(f"{told}, more than the run's `timeout` of {span(timeout)}", *place)
            elif len(place) > 1 and check.within and longest > check.within:
                self._complain(f"{told}, more than `within` of {span(check.within)}", *place, warning=True)

    def _lasts(self, check: Check[Any]) -> None:
        """Rules that something must not be, and that nobody watches after the check has begun."""
        for place in () if check.within or check.hold else getattr(check.options, "absences", ()):
            told = f"{place[0] if len(place) == 1 else place[-1]!r}".replace("'", "`")
            told += (
                " judges no more than what was logged before the check began; write `for` in the check to watch longer"
            )
            self._complain(told, self.name, *place, warning=True)

    # What its target has.

    def _reach(self, check: Check[Any], expressions: Expressions) -> None:
        """What a target that is a URL does not have, and paths that never reach a service."""
        if any([*self._absent(check, expressions)]):
            return
        own = self.kind.queries(replace(check, asserts=(), until=None, captures=()))
        if check.target.url and any(asked.attempt() is None for asked in own):
            told = f"target {check.target.name!r} is a URL and no Cloud Run service, which {self.name} judges; use http"
            self._complain(told, self.name, key=True)
            return
        if check.target.url.startswith("http://") and getattr(check.options, "auth", NONE) not in ("", NONE):
            told = f"no token is sent over plain http, and target {check.target.name!r} has no https `url`"
            self._complain(told, self.name, "auth")
        for location, _ in self._attempts(check):
            self._path(check, location)

    def _changed(self, check: Check[Any]) -> None:
        """A check that looks for a change of what this deploy did not make."""
        if not getattr(check.options, "of_change", False) or check.target.url:
            return
        if self.around.targets[MAIN].url:
            told = f"`{self.name}` needs to know when this deploy began, and `target` is a URL and no Cloud Run service"
            self._complain(told, self.name, key=True)
        elif check.target.path == self.around.targets[MAIN].path:
            told = f"`{self.name}` is about what this deploy leaves alone, and the main target is what it changes"
            self._complain(f"{told}; name a further one: `target: NAME`", self.name, key=True)

    def _attempts(self, check: Check[Any]) -> list[tuple[str, float]]:
        """Where attempts of a check go, and how many seconds one may take."""
        return sorted({place for asked in self.kind.queries(check) if (place := asked.attempt())})

    def _absent(self, check: Check[Any], expressions: Expressions) -> Iterator[str]:
        """The names that its expressions use and that are not known of its target."""
        for expression, path in expressions.places:
            absent = sorted(expression.names & names.OF_SERVICE) if check.target.url else []
            if "deployed" in expression.names and self.around.targets[MAIN].url:
                absent.append("deployed")
            for name in absent:
                told = f"`{name}` is not known of a target that is a URL and no Cloud Run service"
                self.source.complain(Mistake(told, *path))
                yield name

    def _path(self, check: Check[Any], location: str) -> None:
        """A path on a Cloud Run service, named by its target or by its URL, that Google's front end keeps."""
        base = (check.target.url or check.target.domain) if location.startswith("/") else location
        try:
            parts = urlsplit(base)
        except ValueError:
            return
        if base and not (parts.hostname or "").endswith(".run.app"):
            return
        path = location if location.startswith("/") else parts.path
        place = self._place("path" if path == location else "url", location)
        if reason := reserved(path):
            self._complain(reason, *place)
        elif reason := doubtful(path):
            self._complain(reason, *place, warning=True)

    def _place(self, key: str, value: object, read: Callable[[Any], object] = str) -> Path:
        """Where in the kind's own part a key is written that is read as a value; the kind itself if nowhere."""
        found = (
            path for path, text in leaves(self.value[self.name]) if path and path[-1] == key and read(text) == value
        )
        return (self.name, *next(found, ()))


def _looks(check: Check[Any]) -> bool:
    """Whether its asserts look at anything that a deployment can change."""
    return any(each.names - {"vars"} for each in check.asserts)
