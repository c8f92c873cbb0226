"""The files of a scenario: read, held against the schema, laid over each other; where each part of them was written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from validator.emulator.overlay import overlaid
from validator.emulator.refusal import RefusalError
from validator.emulator.scenario_text import Text, decoded
from validator.emulator.shape import complaints
from validator.model.call import Json
from validator.spec import yaml

LIMIT_NODES = 2_000_000
"""Keys and values of a file: an export of 10,000 entries has about 400,000, and what is read takes 1 kB each."""
_Path = tuple[str | int, ...]


class ScenarioError(Exception):
    """A scenario that cannot be used; `errors` are one line each, as `file:line:column: message`."""

    def __init__(self, *errors: str) -> None:
        super().__init__("\n".join(errors))
        self.errors = errors


@dataclass(frozen=True)
class Layer:
    """One file of a scenario."""

    path: Path
    document: yaml.Document
    text: Text = field(repr=False)

    def place(self, line: int, column: int) -> str:
        """A place of the document as `file:line:column`."""
        line, column = self.text.place(line, column)
        return f"{self.path}:{line}:{column}"

    def find(self, path: _Path) -> str:
        """Where a value was written; empty if it was not here. A number in a list may be the key of a map that is laid over it."""
        written = self.document.values
        found = written.get(path) or written.get(tuple(map(str, path)))
        return self.place(*found) if found else ""


@dataclass(frozen=True)
class Written:
    """A scenario as it was written, parents merged in."""

    path: Path
    data: Json
    layers: tuple[Layer, ...] = field(repr=False)
    """Its files, each before what it is laid over."""

    def place(self, path: _Path) -> str:
        """Where a value was written, or its nearest ancestor that was."""
        for length in range(len(path), -1, -1):
            for layer in self.layers:
                if found := layer.find(path[:length]):
                    return found
        return str(self.path)


class Mistakes:
    """Collects what goes wrong while a scenario is made of what was written."""

    def __init__(self, source: Written) -> None:
        self._source = source
        self._found: list[str] = []

    def __bool__(self) -> bool:
        return bool(self._found)

    @contextmanager
    def at(self, *path: str | int) -> Iterator[None]:
        """Note what goes wrong inside as a mistake in the value at a path."""
        key = _dotted(path) + ": " if path else ""
        try:
            yield
        except KeyError as error:
            self._found.append(f"{self._source.place(path)}: {key}the key {error} is missing")
        except (ValueError, RefusalError) as error:
            self._found.append(f"{self._source.place(path)}: {key}{error}")
        except Exception as error:  # noqa: BLE001  whatever a scenario holds is the scenario's mistake
            told = f"{key}this cannot be used ({type(error).__name__}: {error})"
            self._found.append(f"{self._source.place(path)}: {told}")

    def tell(self) -> None:
        """Raise what was found.

        Raises:
            ScenarioError: something was.
        """
        if self._found:
            raise ScenarioError(*self._found)


def _dotted(path: _Path) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def written(path: Path, children: tuple[Path, ...] = ()) -> Written:
    """Read a scenario file and those that it extends.

    Raises:
        ScenarioError: one cannot be read, or has a mistake of shape.
    """
    if path.resolve() in children:
        raise ScenarioError(f"{path}: extends itself")
    layer = _layer(path)
    data: Json = {key: value for key, value in layer.document.data.items() if key != "extends"}
    parent = layer.document.data.get("extends")
    if parent is None:
        return Written(path, data, (layer,))
    below = written(path.parent / str(parent), (*children, path.resolve()))
    try:
        merged: Json = overlaid(below.data, data)
    except ValueError as error:
        raise ScenarioError(f"{path}: {error}") from error
    return Written(path, merged, (layer, *below.layers))


def _layer(path: Path) -> Layer:
    text = _text(path)
    try:
        document = yaml.read(text.text, LIMIT_NODES)
    except yaml.BadYaml as error:
        line, column = text.place(error.line, error.column)
        raise ScenarioError(f"{path}:{line}:{column}: {error.message}") from error
    if not isinstance(document.data, dict):
        raise ScenarioError(f"{path}: a scenario is a map of keys")
    layer = Layer(path, document, text)
    found = [(problem.line, problem.column, problem.message) for problem in document.problems]
    found += [
        (*(document.key_place(each.path) if each.of_key else document.place(each.path)), each.message)
        for each in complaints(document.data)
    ]
    if found:
        raise ScenarioError(*(f"{layer.place(line, column)}: {message}" for line, column, message in sorted(found)))
    return layer


def _text(path: Path) -> Text:
    try:
        return decoded(path.read_bytes())
    except OSError as error:
        raise ScenarioError(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ScenarioError(f"{path}: {error}") from error
