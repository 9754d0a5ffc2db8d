"""Pin the numbers of `wayside paper`, and write them into the tables of docs/study.md.

Usage::

    python scripts/pin_study.py [SECTION]...

Run it when a number has changed on purpose, and say why in CHANGELOG.md: tests/paper/test_pinned.py
wants the digest that this prints to stand there. Without sections all of them are run; else the
others are kept.
"""

import hashlib
import json
import re
import sys
from pathlib import Path

from wayside.files import write_text
from wayside.paper.registry import SECTIONS, chosen
from wayside.paper.run import report

PINNED = Path(__file__).parents[1] / "tests/paper/pinned.json"
DOCUMENT = PINNED.parents[2] / "docs/study.md"
LINE = re.compile(r"^(\| `([^`]+)` \| )([^|]+)( \| )([^|]+)( \|)", re.M)

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


def as_written(value: float | None, text: str) -> str:
    """A number with as many digits as another one is written with."""
    if value is None or text == "-":
        return text
    digits, power, _ = text.partition("e")
    decimals = len(digits.partition(".")[2])
    if not power:
        return f"{value:.{decimals}f}"
    mantissa, exponent = f"{value:.{decimals}e}".split("e")
    return f"{mantissa}e{int(exponent)}"


def document(rows: dict[str, dict[str, float | None]]) -> str:
    """The document with the numbers of the rows."""

    def line(written: re.Match[str]) -> str:
        start, key, study, middle, ours, end = written.groups()
        row = rows[key]
        return (
            start + as_written(row["study"], study) + middle + as_written(row["same"], ours) + end
        )

    return LINE.sub(line, DOCUMENT.read_text(encoding="utf-8"))


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
    write_text(PINNED, text)
    write_text(
        DOCUMENT, document({key: row for rows in ordered.values() for key, row in rows.items()})
    )
    print("pinned as", hashlib.sha256(text.encode()).hexdigest()[:12])


if __name__ == "__main__":
    main()
