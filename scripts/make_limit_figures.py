"""Draw the figure of docs/theory/limits.md.

Usage: ``python scripts/make_limit_figures.py [FOLDER]``, docs/figures unless given.
"""

import sys
from pathlib import Path

from wayside.limits.control import Control
from wayside.plotting.subtraction import subtraction_figure


def main() -> None:
    """Write one PNG."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/figures")
    figure = subtraction_figure(Control(background_ratio=1.25, signal_ratio=0.1, ratio_error=0.05))
    figure.savefig(folder / "subtraction.png", dpi=130)


if __name__ == "__main__":
    main()
