"""The files of a scenario: read, held against the schema, laid over each other; where each part of them was written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from validator.emulator.overlay import overlaid
from validator.emulator.shape import complaints
from validator.model.call import Json
from validator.spec import yaml

_Path = tuple[str | int, ...]


class ScenarioError(Exception):
    """A scenario that cannot be used; `errors` are one line each, as `file:line:column: message`."""

    def __init__(self, *errors: str) -> None:
        super().__init__("\n".join(errors))
        self.errors = errors


@dataclass(frozen=True)
class Written:
    """A scenario as it was written, parents merged in."""

    path: Path
    data: Json
    places: Mapping[_Path, str] = field(repr=False)
    """Path of a value -> `file:line:column`."""

    def place(self, path: _Path) -> str:
        """Where a value was written, or its nearest ancestor that was."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, str(self.path))


class Mistakes:
    """Collects what goes wrong while a scenario is made of what was written."""

    def __init__(self, source: Written) -> None:
        self._source = source
        self._found: list[str] = []

    @contextmanager
    def at(self, *path: str | int) -> Iterator[None]:
        """Note what goes wrong inside as a mistake in the value at a path."""
        key = _dotted(path) + ": " if path else ""
        try:
            yield
        except KeyError as error:
            self._found.append(f"{self._source.place(path)}: {key}the key {error} is missing")
        except (ValueError, TypeError, AttributeError, IndexError) as error:
            self._found.append(f"{self._source.place(path)}: {key}{error}")

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
    document = _document(path)
    data: Json = dict(document.data)
    places = {_counted(key): f"{path}:{line}:{column}" for key, (line, column) in document.values.items()}
    parent = document.data.get("extends")
    data = {key: value for key, value in data.items() if key != "extends"}
    if parent is None:
        return Written(path, data, places)
    below = written(path.parent / str(parent), (*children, path.resolve()))
    try:
        merged: Json = overlaid(below.data, data)
    except ValueError as error:
        raise ScenarioError(f"{path}: {error}") from error
    return Written(path, merged, {**below.places, **places})


def _document(path: Path) -> yaml.Document:
    try:
        document = yaml.load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ScenarioError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{path}: it is not UTF-8 text") from error
    except yaml.BadYaml as error:
        raise ScenarioError(f"{path}:{error.line}:{error.column}: {error.message}") from error
    if not isinstance(document.data, dict):
        raise ScenarioError(f"{path}: a scenario is a map of keys")
    found = [
        (*(document.key_place(each.path) if each.of_key else document.place(each.path)), each.message)
        for each in complaints(document.data)
    ]
    if found:
        raise ScenarioError(*(f"{path}:{line}:{column}: {message}" for line, column, message in sorted(found)))
    return document


def _counted(path: _Path) -> _Path:
    """A path in which the numbers that reach into a list are numbers."""
    return tuple(int(part) if isinstance(part, str) and part.isdecimal() else part for part in path)
