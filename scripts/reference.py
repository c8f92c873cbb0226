"""Make what is published of the spec language: the JSON Schema for editors and docs/checks.md.

python scripts/reference.py            writes both
python scripts/reference.py --check    exit code 1 if either is not what the kinds make it (for a release)
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from validator.checks import kinds
from validator.language.published import published
from validator.language.reference import reference

ROOT = Path(__file__).parent.parent


def examples() -> dict[str, str]:
    """The text of each kind's example file."""
    return {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "examples" / "kinds").glob("*.yaml")}


def made() -> dict[Path, str]:
    """Each file's content."""
    return {
        ROOT / "validator" / "language" / "checks.schema.json": json.dumps(
            published(kinds()), indent=2, ensure_ascii=False
        )
        + "\n",
        ROOT / "docs" / "checks.md": reference(kinds(), examples()),
    }


def main() -> int:
    """Write, or compare."""
    stale = [path for path, text in made().items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        print(f"{path.relative_to(ROOT)}: {'not what the kinds make it' if '--check' in sys.argv else 'written'}")
        if "--check" not in sys.argv:
            path.write_text(made()[path], encoding="utf-8")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
