"""What a scenario's file holds, made into what the world's APIs take: exports as v2, resources and entries by their types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from validator.emulator.api.message_types import message_type, severities
from validator.emulator.api.refusal import RefusalError
from validator.emulator.scenario import exports
from validator.emulator.world.resource_fields import Path, Told, fitted
from validator.emulator.world.structured import is_entry
from validator.words.call import Json

RESOURCES = ("services", "revisions", "builds")


class Contents:
    """The contents of one file; what is wrong with them is told."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self.moved: dict[Path, Path] = {}
        """Where a resource is in the contents -> where it was written, if that is another place: exports are lists."""

    def of(self, data: Json) -> Json:
        """The contents of a file whose shape is known to be right."""
        found: dict[str, Any] = {**data, **self._deployment(data, ())}
        if isinstance(data.get("env"), Mapping):
            found["env"] = {key: self._text(value, ("env", key)) for key, value in data["env"].items()}
        found |= self._short_form(data)
        if data.get("changes"):
            found["changes"] = self._each(data["changes"], ("changes",), self._change)
        if isinstance(data.get("logs"), Mapping):
            found["logs"] = self._logs(data["logs"])
        return found

    def _short_form(self, data: Json) -> Json:
        found: dict[str, Any] = {}
        if isinstance(data.get("service"), Mapping):
            service = {key: self._text(value, ("service", key)) for key, value in data["service"].items()}
            for key in {"env", "secrets"} & {key for key, value in service.items() if isinstance(value, Mapping)}:
                service[key] = {name: self._text(value, ("service", key, name)) for name, value in service[key].items()}
            found["service"] = service
        if isinstance(data.get("answers"), Mapping):
            answers = data["answers"].items()
            found["answers"] = {path: self._each(replies, ("answers", path), self._reply) for path, replies in answers}
        for key in ("lines", "previous_lines"):
            if data.get(key):
                found[key] = self._each(data[key], (key,), self._short_line)
        return found

    def _short_line(self, line: Any, path: Path) -> Any:
        return self._line(line, path) if isinstance(line, list) else self._text(line, path)

    def _change(self, change: Any, path: Path) -> Any:
        return {**change, **self._deployment(change, path)} if isinstance(change, Mapping) else change

    def _deployment(self, data: Json, path: Path) -> Json:
        found: dict[str, Any] = {
            kind: dict(self._resources(kind, data[kind], (*path, kind))) for kind in RESOURCES if data.get(kind)
        }
        if isinstance(data.get("behaviour"), Mapping):
            found["behaviour"] = self._behaviour(data["behaviour"], (*path, "behaviour"))
        return found

    def _resources(self, kind: str, data: Any, path: Path) -> Iterator[tuple[str, Any]]:
        for key, written, item in exports.keyed(kind, data):
            where = (*path, written)
            if written != key:
                self.moved[(*path, key)] = where
            if not key:
                self._told.mistake(where, f"an element of {kind} has no name")
            elif exports.is_export(kind, item):
                yield key, self._export(kind, item, where)
            else:
                yield key, fitted(item, message_type(kind), where, self._told)

    def _export(self, kind: str, item: Any, path: Path) -> Any:
        try:
            return fitted(exports.v2(kind, item, path, self._told), message_type(kind), path, self._told)
        except RefusalError as error:
            self._told.mistake(path, error.message)
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            self._told.mistake(path, f"not a resource as gcloud prints it ({type(error).__name__}: {error})")
        return {}

    def _behaviour(self, data: Json, path: Path) -> Json:
        return {
            owner: paths
            and {key: self._each(replies, (*path, owner, key), self._reply) for key, replies in paths.items()}
            for owner, paths in data.items()
        }

    def _reply(self, reply: Any, path: Path) -> Any:
        """A reply whose text and headers are as they were written, also where they look like numbers."""
        if not isinstance(reply, Mapping):
            return reply
        found: dict[str, Any] = dict(reply)
        if isinstance(reply.get("headers"), Mapping):
            headers = reply["headers"].items()
            found["headers"] = {name: self._text(value, (*path, "headers", name)) for name, value in headers}
        return found | ({"text": self._text(reply["text"], (*path, "text"))} if "text" in reply else {})

    def _text(self, value: Any, path: Path) -> Any:
        scalar = value is not None and not isinstance(value, str | Mapping | list)
        return self._told.original(path, value) if scalar else value

    def _logs(self, logs: Json) -> Json:
        found: dict[str, Any] = dict(logs)
        if logs.get("entries"):
            wrapped = isinstance(logs["entries"], Mapping) and "entries" in logs["entries"]
            path: Path = ("logs", "entries", "entries") if wrapped else ("logs", "entries")
            entries = logs["entries"]["entries"] if wrapped else logs["entries"]
            whole = self._each(entries, path, self._entry) if isinstance(entries, list) or not wrapped else entries
            found["entries"] = {**logs["entries"], "entries": whole} if wrapped else whole
        for name, group in (logs.get("groups") or {}).items():
            if isinstance(group, Mapping) and group.get("lines"):
                path = ("logs", "groups", name)
                lines = self._each(group["lines"], (*path, "lines"), self._line)
                found["groups"] = {**found["groups"], name: {**group, "lines": lines}}
        return found

    def _entry(self, entry: Any, path: Path) -> Any:
        return fitted(entry, message_type("entries"), path, self._told)

    def _line(self, line: Any, path: Path) -> Any:
        if isinstance(line, Mapping):
            return self._entry(line, path)
        if isinstance(line, list) and len(line) > 1:
            own = isinstance(line[1], Mapping) and is_entry(line[1])
            what = self._entry(line[1], (*path, 1)) if own else self._text(line[1], (*path, 1))
            line = [line[0], what, *line[2:]]
        if isinstance(line, list) and len(line) == 3 and line[2] not in severities():
            self._told.mistake((*path, 2), f"no severity: {line[2]!r}; there are {', '.join(severities())}")
        return line

    def _each(self, data: Any, path: Path, made: Any) -> Any:
        """Each of a list, of a map of numbers that lies over a list, or the one."""
        if isinstance(data, list):
            return [made(each, (*path, number)) for number, each in enumerate(data)]
        if isinstance(data, Mapping) and data and all(str(key).isdecimal() for key in data):
            return {key: made(each, (*path, key)) for key, each in data.items()}
        return made(data, path)
