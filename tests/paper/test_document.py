"""Numbers of docs/study.md are those that are pinned."""

import json
import re
from pathlib import Path

import pytest

DOCUMENT = Path(__file__).parents[2] / "docs/study.md"
PINNED = json.loads(Path(__file__).with_name("pinned.json").read_text(encoding="utf-8"))
ROWS = {key: row for rows in PINNED.values() for key, row in rows.items()}

LINE = re.compile(r"^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \|", re.M)


def places(text):
    """Half a unit of the last digit as written."""
    digits, _, power = text.partition("e")
    decimals = len(digits.partition(".")[2])
    return 0.5 * 10.0 ** (int(power or 0) - decimals)


@pytest.mark.parametrize(("key", "study", "ours"), LINE.findall(DOCUMENT.read_text()))
def test_line(key, study, ours):
    row = ROWS[key]
    for text, which in ((study.strip(), "study"), (ours.strip(), "same")):
        if text == "-":
            assert row[which] is None
            continue
        # A number beside a half may round either way.
        assert float(text) == pytest.approx(row[which], abs=1.1 * places(text)), which


def test_sections_say_how_the_rows_end():
    holds, differs = DOCUMENT.read_text().split("## Different, and why")
    differs = differs.split("\n## ")[0]
    assert {ROWS[key]["verdict"] for key, *_ in LINE.findall(holds)} == {"agrees"}
    assert {ROWS[key]["verdict"] for key, *_ in LINE.findall(differs)} == {"differs"}
