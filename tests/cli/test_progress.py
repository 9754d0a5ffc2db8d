"""How fast things are done, in words."""

import itertools

import pytest

from wayside.cli import progress


def test_rate_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was there when the work began counts for no rate."""
    now = itertools.count(start=100.0, step=10.0)
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(now))
    pace = progress._Pace()
    assert pace.words(500, 2000) == ""
    assert pace.words(500, 2000) == ""
    assert pace.words(800, 2000) == ", 15 a second, 1 min 20 s left"
    assert pace.words(2000, 2000) == ""
