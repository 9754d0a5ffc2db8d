"""Draw the figures of docs/theory/backgrounds.md.

Usage: ``python scripts/make_background_figures.py [FOLDER]``, docs/figures unless given.
"""

import sys
from pathlib import Path

from wayside import load_scenario
from wayside.backgrounds.cosmic_muons import Site
from wayside.plotting import backgrounds


def main() -> None:
    """Write one PNG a figure."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/figures")
    surface, deep = load_scenario("besiii-forward"), load_scenario("belle2-forward-beams")
    figures = {
        "collider-muons": backgrounds.collider_muons_figure(deep),
        "cosmic-muon-spectra": backgrounds.muon_spectra_figure(Site(depth=2750.0)),
        "cosmic-muon-slopes": backgrounds.slopes_figure(surface, "A"),
        "lead": backgrounds.lead_figure(),
        "occupancy": backgrounds.occupancy_figure(surface, "A"),
    }
    for name, figure in figures.items():
        figure.savefig(folder / f"{name}.png", dpi=130)


if __name__ == "__main__":
    main()
