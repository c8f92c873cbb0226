"""The CEL of one check: `assert`, `until`, `if`, `capture`, each with the names that it may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from validator.language import cel, names
from validator.language.kind import Kind
from validator.language.spec_file import SpecFile
from validator.language.yaml_reader import Path

EVERY = "*"
"""In place of names: it may use any of them."""


class Expressions:
    """The compiled expressions of one check; what is wrong in them is noted."""

    def __init__(self, value: Mapping[str, Any], kinds: Sequence[Kind[Any]], path: Path, source: SpecFile) -> None:
        self.path, self.source = path, source
        self.known = {**names.TYPES, **{name: type_ for kind in kinds for name, type_ in kind.variables.items()}}
        self.places: list[tuple[cel.Assertion, Path]] = []
        """Every expression, and where it stands."""
        written = value.get("assert", [])
        several = isinstance(written, list)
        texts = written if several else [written]
        found = (self._compile(text, "assert", *([i] if several else [])) for i, text in enumerate(texts))
        self.asserts = tuple(each for each in found if each)
        self.until = self._compile(value["until"], "until") if "until" in value else None
        self.condition = self._condition(value["if"]) if "if" in value else None
        captures = (
            (name, self._compile(text, "capture", name, truth=False)) for name, text in value.get("capture", {}).items()
        )
        self.captures = tuple((name, each) for name, each in captures if each)

    def _compile(
        self, text: str, *below: str | int, truth: bool = True, known: Mapping[str, str] | None = None
    ) -> cel.Assertion | None:
        path = (*self.path, *below)
        try:
            made = cel.compile(text, known or self.known, truth=truth)
        except cel.CelError as error:
            self.source.complain_of_cel(self._later(error), path)
            return None
        self.places.append((made, path))
        if "vars" in made.names:
            self.source.used |= made.keys_of("vars") or {EVERY}
        return made

    def _condition(self, text: str) -> cel.Assertion | None:
        return self._compile(text, "if", known={name: names.TYPES[name] for name in names.AT_START})

    def _later(self, error: cel.CelError) -> cel.CelError:
        """An error of `if` that names what is not known yet says so."""
        for name in self.known.keys() - names.AT_START:
            if error.message.startswith((f"undeclared reference to '{name}'", f"undeclared reference to '{name}.")):
                seen = ", ".join(sorted(names.AT_START))
                told = f"`{name}` is not known when `if` is judged, before the check starts; it sees {seen}"
                return cel.CelError(told, error.line, error.column)
        return error
