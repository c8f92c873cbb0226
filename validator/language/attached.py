"""Files that a kind's own part refers to, read when the spec is loaded: `format: file` in its schema of a text, `content` of any."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Final

from validator.language.captures import captures_in
from validator.language.include import Read, decoded
from validator.language.mistake import BadSpec, Mistake
from validator.language.schema_walk import below, has_format, items
from validator.language.spec_file import LIMIT_SIZE, SpecFile
from validator.language.yaml_reader import Path
from validator.words.attachment import Attachment
from validator.words.call import Json

FILE: Final = {
    "type": "object",
    "properties": {
        "file": {
            "type": "string",
            "minLength": 1,
            "format": "content",
            "description": "A file of the spec's own folder, from this file on.",
        }
    },
    "required": ["file"],
    "additionalProperties": False,
}
"""The schema of a value whose content stands in a file: `{file: order.json}`."""


@dataclass
class Attachments:
    """The files beside a spec, each read once."""

    read: Read | None
    contents: dict[str, bytes | None] = field(default_factory=dict)
    """By their paths; None of one that cannot be read."""

    def put_in(self, value: Any, schema: Json, path: Path, source: SpecFile) -> Any:
        """The value with the files in place of their names; what is wrong with them is noted."""
        if isinstance(value, str) and (has_format(schema, "file") or has_format(schema, "content")):
            text = has_format(schema, "file")
            return Attachment(value, None if source.stands_in(path) else self._content(value, path, source, text=text))
        if isinstance(value, dict):
            return {key: self.put_in(item, below(schema, key), (*path, key), source) for key, item in value.items()}
        if isinstance(value, list):
            return [self.put_in(item, items(schema), (*path, i), source) for i, item in enumerate(value)]
        return value

    @property
    def all(self) -> Iterator[bytes]:
        """The contents of those that could be read."""
        return (content for content in self.contents.values() if content is not None)

    def _content(self, name: str, path: Path, source: SpecFile, *, text: bool) -> bytes | None:
        file = str(PurePosixPath(source.file).parent / name)
        content = self.contents.get(file)
        wrong = ""
        if content is None:
            content, wrong = self._read(name, file)
        if content is not None and text:
            wrong = _no_text(content, file)
        if wrong:
            source.complain(Mistake(wrong, *path))
        self.contents[file] = content
        return None if wrong else content

    def _read(self, name: str, file: str) -> tuple[bytes | None, str]:
        """The content of a file, or why there is none."""
        if any(captures_in(name)):
            return None, "the file is read before the run begins, when nothing is captured yet; write its name"
        if PurePosixPath(name).is_absolute():
            return None, f"{name} is a whole path; write one from this file's folder"
        if self.read is None:
            return None, "files cannot be read here"
        try:
            return self.read(file), ""
        except OSError as error:
            return None, f"{file} cannot be read: {error.strerror or 'no such file'}"


def _no_text(content: bytes, file: str) -> str:
    """Why a file is no text that is read; empty if it is one."""
    try:
        text = decoded(content, file)
    except BadSpec as error:
        return str(error)
    return f"{file} has {len(text)} characters, and may have {LIMIT_SIZE}" if len(text) > LIMIT_SIZE else ""
