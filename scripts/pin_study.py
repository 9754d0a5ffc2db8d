"""Pin the numbers of `wayside paper`: what tests/paper/test_pinned.py compares with.

Usage::

    python scripts/pin_study.py [SECTION]...

Run it when a number has changed on purpose, and say why in CHANGELOG.md: the test wants the digest
that this prints to stand there. Without sections all of them are run; else the others are kept.
"""

import hashlib
import json
import sys
from pathlib import Path

from wayside.paper.registry import SECTIONS, chosen
from wayside.paper.run import report

PINNED = Path(__file__).parents[1] / "tests/paper/pinned.json"
KEPT = (
    "study",
    "same",
    "same_accuracy",
    "right",
    "right_accuracy",
    "explained",
    "explained_accuracy",
    "verdict",
)


def main() -> None:
    """Write the file, whole or not at all."""
    names = chosen(tuple(sys.argv[1:]))
    before = json.loads(PINNED.read_text()) if PINNED.is_file() else {}
    sections = {name: rows for name, rows in before.items() if name in SECTIONS}
    for part in report(names, figures=False, progress=lambda *text: print(*text)).parts:
        sections[part.name] = {
            row.key: {name: value for name, value in row.plain().items() if name in KEPT}
            for row in part.rows
        }
    ordered = {name: sections[name] for name in SECTIONS if name in sections}
    text = json.dumps(ordered, indent=1) + "\n"
    aside = PINNED.with_suffix(".part")
    aside.write_text(text, encoding="utf-8")
    aside.replace(PINNED)
    print("pinned as", hashlib.sha256(text.encode()).hexdigest()[:12])


if __name__ == "__main__":
    main()
