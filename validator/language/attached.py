"""Files that a kind's own part refers to (`format: file` in its schema), read when the spec is loaded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from validator.language.captures import captures_in
from validator.language.include import Read, decoded
from validator.language.mistake import BadSpec, Mistake
from validator.language.schema_walk import below, has_format, items
from validator.language.spec_file import LIMIT_SIZE, SpecFile
from validator.language.yaml_reader import Path
from validator.words.attachment import Attachment
from validator.words.call import Json


@dataclass
class Attachments:
    """The files beside a spec, each read once."""

    read: Read | None
    texts: dict[str, str | None] = field(default_factory=dict)
    """By their paths; None of one that cannot be read."""

    def put_in(self, value: Any, schema: Json, path: Path, source: SpecFile) -> Any:
        """The value with the files in place of their names; what is wrong with them is noted."""
        if isinstance(value, str) and has_format(schema, "file"):
            return Attachment(value, None if source.stands_in(path) else self._text(value, path, source))
        if isinstance(value, dict):
            return {key: self.put_in(item, below(schema, key), (*path, key), source) for key, item in value.items()}
        if isinstance(value, list):
            return [self.put_in(item, items(schema), (*path, i), source) for i, item in enumerate(value)]
        return value

    @property
    def all(self) -> Iterator[str]:
        """The texts of those that could be read."""
        return (text for text in self.texts.values() if text is not None)

    def _text(self, name: str, path: Path, source: SpecFile) -> str | None:
        file = str(PurePosixPath(source.file).parent / name)
        if file in self.texts and self.texts[file] is not None:
            return self.texts[file]
        text, wrong = self._content(name, file)
        if wrong:
            source.complain(Mistake(wrong, *path))
        self.texts[file] = text
        return text

    def _content(self, name: str, file: str) -> tuple[str | None, str]:
        """The text of a file, or why there is none."""
        if any(captures_in(name)):
            return None, "the file is read before the run begins, when nothing is captured yet; write its name"
        if PurePosixPath(name).is_absolute():
            return None, f"{name} is a whole path; write one from this file's folder"
        if self.read is None:
            return None, "files cannot be read here"
        try:
            text = decoded(self.read(file), file)
        except OSError as error:
            return None, f"{file} cannot be read: {error.strerror or 'no such file'}"
        except BadSpec as error:
            return None, str(error)
        if len(text) > LIMIT_SIZE:
            return None, f"{file} has {len(text)} characters, and may have {LIMIT_SIZE}"
        return text, ""
