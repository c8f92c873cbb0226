"""Make the reference of the spec language, docs/checks.md, from the kinds and their examples.

python scripts/reference.py            writes it
python scripts/reference.py --check    exit code 1 if it is not what the kinds make it (for a release)
"""

from __future__ import annotations

import sys
from pathlib import Path

from validator.checks import kinds
from validator.language.reference import reference

ROOT = Path(__file__).parent.parent


def examples() -> dict[str, str]:
    """The text of each kind's example file."""
    return {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "examples" / "kinds").glob("*.yaml")}


def main() -> int:
    """Write, or compare."""
    page, made = ROOT / "docs" / "checks.md", reference(kinds(), examples())
    if page.read_text(encoding="utf-8") == made:
        return 0
    if "--check" in sys.argv:
        print(f"{page.relative_to(ROOT)}: not what the kinds make it")
        return 1
    page.write_text(made, encoding="utf-8")
    print(f"{page.relative_to(ROOT)}: written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
