"""The files of a scenario: read, held against the schema, laid over each other; where each part of them was written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from validator.emulator.api.refusal import RefusalError
from validator.emulator.scenario import recorded
from validator.emulator.scenario.contents import Contents
from validator.emulator.scenario.shape import complaints
from validator.emulator.scenario.text import Text, decoded
from validator.emulator.world.overlay import overlaid
from validator.language import yaml_reader as yaml
from validator.words.call import Json

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
    data: Json = field(repr=False)
    """Its contents as the world takes them."""
    moved: Mapping[_Path, _Path] = field(repr=False)
    """Where a resource is in the contents -> where it was written."""
    notes: tuple[str, ...]
    """What was left out, as `file:line:column: note: ...`."""

    def find(self, path: _Path) -> str:
        """Where a value was written; empty if it was not here. A number in a list may be the key of a map that lies over it."""
        for length in (4, 2):  # of a resource in `changes`, and of one at the start
            if path[:length] in self.moved:
                path = (*self.moved[path[:length]], *path[length:])
        written = self.document.values
        found = written.get(path) or written.get(tuple(map(str, path)))
        return _place(self.path, self.text, *found) if found else ""


@dataclass(frozen=True)
class Written:
    """A scenario as it was written, parents merged in."""

    path: Path
    data: Json
    layers: tuple[Layer, ...] = field(repr=False)
    """Its files, each before what it is laid over."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out of the files."""
        return tuple(note for layer in self.layers for note in layer.notes)

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
    data: Json = {key: value for key, value in layer.data.items() if key != "extends"}
    parent = layer.data.get("extends")
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
        raise ScenarioError(f"{_place(path, text, error.line, error.column)}: {error.message}") from error
    if not isinstance(document.data, dict):
        raise ScenarioError(f"{path}: a scenario is a map of keys")
    told = _Told(document)
    for each in complaints(document.data):
        told.mistake(each.path, each.message, of_key=each.of_key)
    contents = Contents(told)
    data = document.data if told.mistakes else contents.of(document.data)
    if told.mistakes:
        mistakes = sorted(told.mistakes)
        raise ScenarioError(*(f"{_place(path, text, line, column)}: {message}" for line, column, message in mistakes))
    notes = [f"{_place(path, text, line, column)}: note: {message}" for line, column, message in told.summary()]
    return Layer(path, document, text, data, contents.moved, tuple(notes))


class _Told:
    """Collects what is to be said of a file."""

    def __init__(self, document: yaml.Document) -> None:
        self._document = document
        self.mistakes = [(problem.line, problem.column, problem.message) for problem in document.problems]
        self._notes: dict[str, list[tuple[int, int]]] = {}

    def original(self, path: _Path, value: object) -> str:
        node = self._document.scalars.get(path)
        return node.value if node else str(value).lower() if isinstance(value, bool) else str(value)

    def mistake(self, path: _Path, message: str, *, of_key: bool = False) -> None:
        place = self._document.key_place(path) if of_key else self._document.place(path)
        self.mistakes.append((*place, message))

    def note(self, path: _Path, message: str) -> None:
        self._notes.setdefault(message, []).append(self._document.key_place(path))

    def summary(self) -> list[tuple[int, int, str]]:
        """The notes, each once, at its first place."""
        more = {
            message: f" (and {len(places) - 1} more)" if places[1:] else "" for message, places in self._notes.items()
        }
        return sorted((*places[0], message + more[message]) for message, places in self._notes.items())


def _place(path: Path, text: Text, line: int, column: int) -> str:
    line, column = text.place(line, column)
    return f"{path}:{line}:{column}"


def _text(path: Path) -> Text:
    try:
        data = path.read_bytes()
        return decoded(recorded.text_of(path).encode() if data.startswith(recorded.MAGIC) else data)
    except OSError as error:
        raise ScenarioError(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ScenarioError(f"{path}: {error}") from error
