"""Ratios to the sampled calculation, beside those that the last release had.

Times of two machines cannot be compared, ratios of two calculations in one process can: a loss of
speed is a smaller ratio. ``python -m benchmarks --keep`` stores what was measured, for a release.
"""

import json
from pathlib import Path
from typing import Final

from wayside.version import __version__

PATH: Final = Path(__file__).with_name("last_release.json")
"""Version, and ratios by what was measured."""


class Ratios:
    """Ratios of a run, and of the release that is stored."""

    def __init__(self, path: Path = PATH) -> None:
        self.path = path
        self.now: dict[str, float] = {}
        stored = json.loads(path.read_text()) if path.exists() else {}
        self.version = str(stored.get("version", "none"))
        self.then: dict[str, float] = stored.get("ratios", {})

    def note(self, what: str, ratio: float) -> str:
        """Keep a ratio; how it compares with the release's, in words."""
        self.now[what] = ratio
        return f"{ratio / self.then[what]:.2f}" if self.then.get(what) else "-"

    def keep(self) -> None:
        """Store the ratios of this run as those of this version."""
        ratios = {what: float(f"{ratio:.3g}") for what, ratio in self.now.items()}
        text = json.dumps({"version": __version__, "ratios": ratios}, indent=2)
        self.path.write_text(text + "\n")
