"""The targets of a spec: Cloud Run services, and URLs of things that are none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from validator.language.auth import audience_mistakes, auth_mistakes
from validator.language.mistake import Mistake
from validator.language.paths import reserved
from validator.language.pipeline import read_pipeline
from validator.language.spec_file import SpecFile
from validator.language.values import duration
from validator.language.yaml_reader import Path
from validator.words.check import MAIN, Target
from validator.words.reach import never_probed_url

_CREATED_WITHIN = "1h"


def read_targets(data: Mapping[str, Any], source: SpecFile, variables: Mapping[str, str]) -> dict[str, Target]:
    """All targets by name. Whose deploy the main one is of, the variables of a pipeline say if the spec does not."""
    targets = dict(_targets(data, source))
    main, pipeline = targets[MAIN], read_pipeline(variables)
    told = main.commit or main.build or main.revision or main.url
    targets[MAIN] = replace(main, pipeline=pipeline.unnamed if told else pipeline)
    paths: dict[str, Path] = {name: ("target",) if name == MAIN else ("targets", name) for name in targets}
    return {name: replace(each, position=source.position(paths[name], key=True)) for name, each in targets.items()}


def _targets(data: Mapping[str, Any], source: SpecFile) -> Iterator[tuple[str, Target]]:
    main = data.get("target", {})
    within = None if main.get("revision") or main.get("url") else _CREATED_WITHIN
    yield MAIN, _target(("target",), main, main, within, source)
    for name, value in data.get("targets", {}).items():
        path = ("targets", name)
        if name == MAIN:
            source.complain(Mistake(f"{MAIN!r} is the name of `target` itself; choose another", *path), key=True)
        elif isinstance(value, dict):
            target = _target(path, value, main, None, source)
            absent = [key for key in ("project", "region") if not getattr(target, key)]
            if absent and not target.url and main.get("url"):
                source.complain(Mistake(f"the key {absent[0]!r} is missing: `target` is a URL and has none", *path))
            yield name, target


def _target(
    path: Path, value: Mapping[str, Any], main: Mapping[str, Any], within: str | None, source: SpecFile
) -> Target:
    name = MAIN if len(path) == 1 else str(path[1])
    for key in ("url", "domain"):
        if reason := never_probed_url(str(value.get(key, ""))):
            source.complain(Mistake(reason, *path, key))
    for mistake in (*auth_mistakes(value), *audience_mistakes(value)):
        source.complain(mistake.below(*path))
    sent = _sent(value)
    if value.get("url") and value.keys() <= {"url", "auth", "audience", "headers"}:
        return Target(name, "", "", "", created_within=None, echo="", url=str(value["url"]), **sent)
    if value.get("build") or value.get("commit"):
        within = None
    written = value.get("created_within", within)
    echo = str(value.get("echo", "/"))
    if echo != "off":
        _check_echo(echo, path, source)
    return Target(
        name,
        str(value.get("project", main.get("project", ""))),
        str(value.get("region", main.get("region", ""))),
        str(value.get("service", "")),
        str(value.get("revision", "")),
        str(value.get("tag", "")),
        str(value.get("build", "")),
        str(value.get("commit", "")),
        created_within=None if written is None else duration(written),
        dated="created_within" in value,
        echo="" if echo == "off" else echo,
        domain=str(value.get("domain", "")),
        **sent,
    )


def _sent(value: Mapping[str, Any]) -> dict[str, Any]:
    """What its probes are sent with."""
    headers = tuple((str(name), str(text)) for name, text in value.get("headers", {}).items())
    return {"auth": str(value.get("auth", "")), "audience": str(value.get("audience", "")), "headers": headers}


def _check_echo(echo: str, path: Path, source: SpecFile) -> None:
    if not echo.startswith("/"):
        source.complain(Mistake(f"{echo!r} is not a path; write /path, or off for no echo probes", *path, "echo"))
    elif reason := reserved(echo):
        source.complain(Mistake(reason, *path, "echo"))
