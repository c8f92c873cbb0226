"""`include`: shared files of groups and checks, each with its parameters and its own positions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from validator.language.captures import misplaced
from validator.language.mistake import BadSpec, Mistake, SpecError, meant
from validator.language.spec_file import SpecFile, is_spec
from validator.language.yaml_reader import Path
from validator.words.call import Json
from validator.words.check import Position

Read = Callable[[str], bytes]
"""The content of a file by its path; raises OSError."""
_MOST = 20
"""Files that one spec may include."""


def decoded(content: bytes, file: str) -> str:
    """The text of a file.

    Raises:
        BadSpec: it is not UTF-8.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        told = f"the byte 0x{content[error.start]:02X} is not UTF-8; save the file as UTF-8"
        place = Position(file, before.count(b"\n") + 1, column)
        quotable = is_spec(content.decode("utf-8", "replace"))
        raise BadSpec([SpecError(place, told, quotable=quotable)]) from None


def included(
    data: Mapping[str, Any],
    main: SpecFile,
    schema: Callable[[SpecFile], Json],
    variables: Mapping[str, str],
    read: Read | None,
    *,
    kinds: Collection[str],
    strict: bool,
) -> Iterator[tuple[SpecFile, Any, str]]:
    """Each included file that can be read: its source, its data, and its text."""
    for index, item in enumerate(data.get("include", [])):
        path: Path = ("include", index) if isinstance(item, str) else ("include", index, "file")
        name, given = (item, {}) if isinstance(item, str) else (item["file"], item.get("with", {}))
        if index >= _MOST:
            main.complain(Mistake(f"a spec includes {_MOST} files at most", *path))
            return
        file = str(PurePosixPath(main.file).parent / name)
        if PurePosixPath(name).is_absolute():
            main.complain(Mistake(f"{name} is a whole path; write one from this file's folder", *path))
            continue
        text = None if main.stands_in(path) else _text(file, path, main, read)
        if text is None:
            continue
        try:
            source = SpecFile.of(text, file, main.found)
        except BadSpec as error:
            main.found.extend(error.errors)
            continue
        source.used = main.used
        source.parameters, missing = _parameters(source.document.data, given, ("include", index), main)
        values = {**variables, **source.parameters}
        yield (
            source,
            source.data(
                schema(source), values, strict=strict, missing=missing, beyond=lambda raw: misplaced(raw, kinds)
            ),
            text,
        )


def _text(file: str, path: Path, main: SpecFile, read: Read | None) -> str | None:
    if read is None:
        main.complain(Mistake("files cannot be included here", *path))
        return None
    try:
        content = read(file)
    except OSError as error:
        main.complain(Mistake(f"{file} cannot be read: {error.strerror or 'no such file'}", *path))
        return None
    if not is_spec(content.decode("utf-8", "replace"), "checks"):  # nothing of it is told
        main.complain(Mistake(f"{file} is not a file of checks: it has no key `checks`", *path))
        return None
    try:
        return decoded(content, file)
    except BadSpec as error:
        main.found.extend(error.errors)
    return None


def _parameters(
    data: Any, given: Mapping[str, Any], path: Path, main: SpecFile
) -> tuple[dict[str, str], frozenset[str]]:
    """The values of a file's parameters (what is given, else their defaults), and those that have none."""
    declared = data.get("parameters", {}) if isinstance(data, dict) else {}
    declared = declared if isinstance(declared, dict) else {}
    for name in given:
        if name not in declared:
            told = f"the file has no parameter {name!r}{meant(name, sorted(declared))} under `parameters`"
            main.complain(Mistake(told, *path, "with", name), key=True)
    values: dict[str, str] = {}
    for name, about in declared.items():
        default = about.get("default") if isinstance(about, dict) else None
        if name in given:
            value = given[name]
            values[name] = str(value).lower() if isinstance(value, bool) else str(value)
        elif default is not None:
            values[name] = str(default)
        else:
            main.complain(Mistake(f"the file wants the parameter {name!r}; give it under `with`", *path))
    return values, frozenset(declared.keys() - values.keys())
