"""Commands in tests."""

import pytest

from wayside.cli import progress


@pytest.fixture(autouse=True)
def no_lines_of_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is, the error stream holds errors and notes alone."""
    monkeypatch.setattr(progress, "SECONDS", 1e6)
