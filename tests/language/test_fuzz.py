"""Broken specs: a fixed part of what `python -m tests.language.fuzzing` tries by the hundred thousand, and what broke once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.language.fuzzing import LARGEST, MOST_MEGABYTES, MOST_SECONDS, inputs, megabytes, survive

ONCE = sorted((Path(__file__).parent.parent / "specs" / "fuzz").glob("*"))
BIG = [
    b"[" * LARGEST,
    b"a: [" + b"1," * 120_000,
    b"version: 1\ntarget: {" + b"service: a, " * 20_000,
    b"a" * LARGEST,
    b"version: 1\nchecks:\n" + b"  - {build: {}}\n" * 15_000,
    b"version: 1\ntarget: {project: p, region: r, service: s}\nchecks:\n" + b"  - {build: {}, x: 1}\n" * 1_200,
    b"version: 1\ntarget: {project: p, region: r, service: s}\nchecks:\n"
    + b"".join(b"  - {name: n%d, revision: {}, assert: revision.nme != ''}\n" % number for number in range(1_200)),
    b"\xff" * LARGEST,
    b"version: " + b"9" * 5_000,
    b"version: 1\ntarget: {project: p, region: r, service: s}\nchecks:\n  - {revision: {secrets: "
    + b"9" * 390
    + b"}}\n",
]


def test_whatever_it_is_it_is_refused_or_read_without_a_traceback() -> None:
    for data in inputs(300, seed=7):
        survive(data)


@pytest.mark.slow
def test_the_same_of_more() -> None:
    for data in inputs(2_000, seed=11):
        survive(data)


@pytest.mark.parametrize("data", BIG, ids=range(len(BIG)))
def test_a_big_input_takes_neither_long_nor_much(data: bytes) -> None:
    before = megabytes()
    assert survive(data) < MOST_SECONDS
    assert megabytes() - before < MOST_MEGABYTES


@pytest.mark.parametrize("path", ONCE, ids=lambda path: path.name)
def test_what_broke_once_does_not_break_again(path: Path) -> None:
    assert survive(path.read_bytes()) < MOST_SECONDS
