"""`outputs`: CEL values of a run for the steps after the gate, typed before anything is asked."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from validator.language import cel, names
from validator.language.expressions import EVERY
from validator.language.mistake import Mistake, meant
from validator.language.spec_file import SpecFile
from validator.words.check import Assertion, Target

_OWN = ("verdict", "summary", "passed", "failed")
"""Names that the gate alone says."""


def read_outputs(
    data: Mapping[str, Any], source: SpecFile, main: Target, captured: Collection[str]
) -> tuple[tuple[str, Assertion], ...]:
    """The outputs by name, in the order of the spec; what is wrong with them is noted.

    Args:
        data: the spec's.
        source: where it was written.
        main: the target that they see.
        captured: the names that checks capture.
    """
    return tuple(_read(data.get("outputs", {}), source, main, captured))


def _read(
    written: Mapping[str, str], source: SpecFile, main: Target, captured: Collection[str]
) -> Iterator[tuple[str, Assertion]]:
    for name, text in written.items():
        path = ("outputs", name)
        if name in _OWN:
            source.complain(Mistake(f"`{name}` is the gate's own output; choose another name", *path), key=True)
        try:
            made = cel.compile(text, names.TYPES, truth=False)
        except cel.CelError as error:
            source.complain_of_cel(error, path)
            continue
        if "vars" in made.names:
            source.used |= made.keys_of("vars") or {EVERY}
        for key in sorted((made.keys_of("capture") or frozenset()) - set(captured)):
            told = f"nothing is captured as {key!r}{meant(key, sorted(captured))}; write `capture` in a check"
            source.complain(Mistake(told, *path))
        for unknown in sorted(made.names & names.OF_SERVICE) if main.url else ():
            told = f"`{unknown}` is not known of a target that is a URL and no Cloud Run service"
            source.complain(Mistake(told, *path))
        yield name, made
