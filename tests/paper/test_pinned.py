"""The numbers of `wayside paper` are pinned: whoever changes one says so in the changelog."""

import hashlib
import json
from pathlib import Path

import pytest

from wayside.paper.registry import SECTIONS, run
from wayside.paper.section import Context

PINNED = Path(__file__).with_name("pinned.json")
CHANGELOG = Path(__file__).parents[2] / "CHANGELOG.md"

SLOW = {"beyond", "fig15", "footnote4", "klong", "radiated", "relation", "searched", "seen"}
"""Ten seconds each: nightly."""

HOW = "if it is meant: python scripts/pin_study.py, and a line in CHANGELOG.md that says why"

MARGIN = 3.0
"""Accuracies are errors at one standard deviation, or bounds; two runs differ by less than this."""


def pinned():
    return json.loads(PINNED.read_text(encoding="utf-8"))


def test_the_changelog_knows_the_pinned_numbers():
    digest = hashlib.sha256(PINNED.read_bytes()).hexdigest()[:12]
    assert digest in CHANGELOG.read_text(encoding="utf-8"), (
        f"tests/paper/pinned.json has changed: say in CHANGELOG.md what and why, with {digest}"
    )


def test_every_section_is_pinned():
    assert list(pinned()) == list(SECTIONS)


@pytest.mark.parametrize(
    "name",
    [pytest.param(each, marks=[pytest.mark.nightly] if each in SLOW else []) for each in SECTIONS],
)
@pytest.mark.filterwarnings("default")
def test_numbers(name):
    expected = pinned()[name]
    rows = {row.key: row.plain() for row in run(name, Context()).rows}
    assert list(rows) == list(expected), HOW
    for key, before in expected.items():
        now = rows[key]
        assert now["verdict"] == before["verdict"], f"{key}: {HOW}"
        for which in ("same", "right", "explained"):
            if before[which] is None:
                assert now[which] is None, f"{key}, {which}: {HOW}"
                continue
            # Accuracy of ours as stated in its row; sums of floats turn their last digits.
            allowed = max(MARGIN * before[f"{which}_accuracy"], 1e-10)
            assert now[which] == pytest.approx(before[which], rel=allowed), f"{key}, {which}: {HOW}"
        if before["study"] is not None:
            # Of printed formulas it is a number of ours as well.
            allowed = max(MARGIN * before["same_accuracy"], 1e-10)
            assert now["study"] == pytest.approx(before["study"], rel=allowed), f"{key}: {HOW}"
