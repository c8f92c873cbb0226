"""Broken specs by the hundred thousand: mutations of the corpus, each examined under a limit of time and memory.

python -m tests.language.fuzzing 200000 1      that many inputs from that seed; what breaks is written to tests/specs/fuzz
"""

from __future__ import annotations

import hashlib
import random
import resource
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from validator.checks import kinds
from validator.language.include import decoded
from validator.language.load import examine
from validator.language.mistake import BadSpec
from validator.report.mistakes import as_json, as_sarif, for_people

SPECS = Path(__file__).parent.parent / "specs"
MOST_SECONDS = 2.0
MOST_MEGABYTES = 200.0
LARGEST = 1_000_000
"""Bytes of an input."""
TOKENS = [
    *(
        b"{",
        b"}",
        b"[",
        b"]",
        b":",
        b": ",
        b"- ",
        b"? ",
        b",",
        b"#",
        b"&a ",
        b"*a",
        b"!!str ",
        b"!x ",
        b"|",
        b">-",
        b"\t",
    ),
    *(b"'", b'"', b"\\", b"\n", b"\r\n", b"  ", b"---\n", b"...\n", b"%YAML 1.2\n", b"<<: *a", b"null", b"~", b"true"),
    *(b"-1", b"1e999", b".nan", b"0x7f", b"9" * 400, b"10%", b"30s", b"2027-01-31", b"${X}", b"${X:-", b"${capture.a}"),
    *(b"$$", b"(?<!a)", b"a{1000}", b"(a*)*", b"\\p{L}", b"[[:x:]]", b"(" * 40, b"has(", b".all(x, ", b" && ", b" in "),
    *(b"capture: {a: text}", b"if: ", b"until: ", b"needs: [A]", b"target: [main, a]", b"within: 1m", b"for: 5s"),
    *(b"include: [x.yaml]", b"\xff", b"\xc3", b"\x00", b"\xef\xbb\xbf", "é".encode(), "\u2028".encode(), "😀".encode()),
    *(kind.encode() + b": {}" for kind in kinds()),
]


def seeds() -> list[bytes]:
    """The corpus, valid and invalid, and what broke once."""
    files = [
        *sorted(SPECS.glob("valid/*.yaml")),
        *sorted(SPECS.glob("invalid/*/*.yaml")),
        *sorted(SPECS.glob("fuzz/*")),
    ]
    return [content for file in files if len(content := file.read_bytes()) < 20_000]


def inputs(count: int, seed: int) -> Iterator[bytes]:
    """Mutations of the corpus: cut, doubled, spliced, salted with tokens, and now and then blown up."""
    chance = random.Random(seed)
    known = seeds()
    for _ in range(count):
        data = chance.choice(known)
        for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
            data = mutated(data, known, TOKENS, chance)
        if chance.random() < 0.002:
            data = _blown_up(data, chance)
        yield data[:LARGEST]


def mutated(data: bytes, known: Sequence[bytes], tokens: Sequence[bytes], chance: random.Random) -> bytes:
    """One change: cut, doubled, spliced with another input, shuffled, or salted with a token."""
    at, to = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    to = min(to, at + chance.choice((1, 4, 40, 400)))
    match chance.randrange(7):
        case 0:
            return data[:at] + data[to:]
        case 1:
            return data[:to] + data[at:to] * chance.choice((1, 1, 5, 60)) + data[to:]
        case 2:
            other = chance.choice(known)
            begin = chance.randrange(len(other) + 1)
            return data[:at] + other[begin : begin + chance.choice((5, 50, 500))] + data[to:]
        case 3:
            lines = data.split(b"\n")
            chance.shuffle(lines)
            return b"\n".join(lines) if chance.random() < 0.2 else data + chance.choice(lines) + b"\n"
        case 4:
            return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]
        case _:
            return data[:at] + chance.choice(tokens) + data[chance.choice((at, at, to)) :]


def _blown_up(data: bytes, chance: random.Random) -> bytes:
    at, to = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    part = data[at:to] or chance.choice(TOKENS)
    size = chance.choice((10_000, 100_000, 250_000, LARGEST))
    return data[:at] + part * (size // len(part)) + data[to:]


def survive(data: bytes) -> float:
    """Examine one input in every way there is; returns the seconds of processor time it took. Whatever it raises is a defect."""
    began = time.process_time()
    try:
        text = decoded(data, "checks.yaml")
        found = examine(text, "checks.yaml", kinds(), {"X": "x"}, read=_nothing, today=date(2026, 6, 1)).found
    except BadSpec as error:
        text, found = "", error.errors
    lines = text.split("\n")
    for _ in for_people(found, lambda _: lines, str):
        pass
    as_json(found, "checks.yaml", 0)
    as_sarif(found)
    return time.process_time() - began


def _nothing(file: str) -> bytes:
    raise FileNotFoundError(2, "No such file or directory", file)


def megabytes() -> float:
    """The most memory that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    """Try many; write what breaks."""
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    survive(seeds()[0])
    broken, slowest, began, base = 0, 0.0, time.perf_counter(), megabytes()
    for number, data in enumerate(inputs(count, seed), 1):
        before = megabytes()
        try:
            took = survive(data)
        except Exception:  # noqa: BLE001 - each is a defect, and all are wanted
            traceback.print_exc()
            took = MOST_SECONDS + 1
        slowest = max(slowest, took)
        if took > MOST_SECONDS or megabytes() - before > MOST_MEGABYTES:
            broken += 1
            (SPECS / "fuzz").mkdir(exist_ok=True)
            (SPECS / "fuzz" / hashlib.sha256(data).hexdigest()[:12]).write_bytes(data)
            print(f"input {number}: {took:.1f} s, {megabytes():.0f} MB", flush=True)
        if number % 10_000 == 0:
            print(
                f"{number} inputs, {time.perf_counter() - began:.0f} s, slowest {slowest:.2f} s, {megabytes():.0f} MB",
                flush=True,
            )
    print(
        f"{count} inputs of seed {seed}: {broken} broken, slowest {slowest:.2f} s, from {base:.0f} to {megabytes():.0f} MB"
    )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
