"""The first line of a recording: the spec that was run, its variables, and how."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any, Self

from validator import __version__
from validator.checks import kinds
from validator.language.expressions import EVERY
from validator.language.load import load
from validator.language.mistake import BadSpec
from validator.language.pipeline import NAMES
from validator.language.selection import select
from validator.recording.ndjson import VERSION, RecordingError
from validator.words.check import MAIN, Spec


@dataclass(frozen=True)
class Written:
    """A spec as it was written, and what it was read with."""

    file: str
    texts: Mapping[str, str]
    """File -> its text: the spec and what it includes."""
    variables: Mapping[str, str] = field(repr=False)
    """Those that it uses, and those of a pipeline."""
    today: str
    """The day (UTC) on which known issues were held against their ends."""
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        file: str,
        texts: Mapping[str, str],
        variables: Mapping[str, str],
        names: Collection[str],
        today: date,
        *,
        only: Collection[str] = (),
        skip: Collection[str] = (),
    ) -> Self:
        """Of a spec that uses these names."""
        kept = {name: value for name, value in variables.items() if EVERY in names or name in names or name in NAMES}
        return cls(file, texts, kept, today.isoformat(), tuple(only), tuple(skip))

    def loaded(self) -> tuple[Spec, tuple[str, ...]]:
        """The spec, and the names of the checks that were not selected.

        Raises:
            BadSpec: it is none, for this version.
        """
        spec = load(
            self.texts[self.file],
            self.file,
            kinds(),
            self.variables,
            read=lambda name: self.texts[name].encode(),
            today=date.fromisoformat(self.today),
        )
        return select(spec, list(self.only), list(self.skip))


@dataclass(frozen=True)
class Header:
    """What a recording begins with."""

    spec: Written
    digest: str
    """Of the spec's text with its secrets, as the summary has it."""
    run_id: str
    target: Mapping[str, str]
    emulated: bool
    warn_only: bool
    tool: str = __version__

    def line(self) -> Mapping[str, Any]:
        """As the recording's first line."""
        return {"recording": "validator", "version": VERSION, **asdict(self)}

    @classmethod
    def read(cls, line: Mapping[str, Any], file: str) -> Self:
        """From a recording's first line.

        Raises:
            RecordingError: it says too little.
        """
        try:
            spec = line["spec"]
            written = Written(
                **{**spec, "only": tuple(spec["only"]), "skip": tuple(spec["skip"])},
            )
            fields = {key: line[key] for key in ("digest", "run_id", "target", "emulated", "warn_only", "tool")}
        except (LookupError, TypeError) as error:
            raise RecordingError(f"{file} is damaged: its first line lacks {error}") from None
        return cls(spec=written, **fields)

    def recorded_spec(self, file: str) -> tuple[Spec, tuple[str, ...]]:
        """The spec that was run, and the names of the checks that were not selected.

        Raises:
            RecordingError: this version does not know it any more.
        """
        try:
            spec, left_out = self.spec.loaded()
        except (BadSpec, LookupError, ValueError) as error:
            told = error.errors[0] if isinstance(error, BadSpec) else error
            raise RecordingError(
                f"the spec in {file} cannot be read by this version ({self.tool} wrote it): {told}"
            ) from None
        return replace(spec, digest=self.digest), left_out


def target_of(spec: Spec) -> Mapping[str, str]:
    """Where the main target is, for whoever looks into a recording."""
    target = spec.targets[MAIN]
    said = {key: getattr(target, key) for key in ("project", "region", "service", "revision", "tag", "url")}
    return {key: value for key, value in said.items() if value}
