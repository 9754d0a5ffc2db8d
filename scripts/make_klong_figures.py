"""Draw the figures of docs/theory/backgrounds_klong.md.

``python scripts/make_klong_figures.py [FOLDER]``
"""

import sys
from pathlib import Path

from wayside.backgrounds.cosmic_muons import site_of
from wayside.backgrounds.klong_production import entering
from wayside.backgrounds.place import box_of
from wayside.backgrounds.rock_neutrals import edge_of
from wayside.plotting.klong import rock_figure, spectra_figure, transmission_figure
from wayside.scenario import load_scenario


def main() -> None:
    """Write them into the folder named on the command line, docs/figures without."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/figures")
    panels = {}
    for title, name, change in (
        ("centre-of-mass frame", "belle2-forward", {}),
        ("7.007 on 4.000 GeV, forward", "belle2-forward-beams", {}),
        (
            "7.007 on 4.000 GeV, backward",
            "belle2-forward-beams",
            {"detectors.A.position": [1.0, 0.0, -7.0]},
        ),
    ):
        scenario = load_scenario(name, change)
        panels[title] = entering(scenario.collider.build(), box_of(scenario, "A"))
    scenario = load_scenario("belle2-forward")
    spectra_figure(panels, scenario.run.luminosity_fb).savefig(
        folder / "klong-spectra.png", dpi=130
    )
    transmission_figure().savefig(folder / "klong-transmission.png", dpi=130)
    box = box_of(scenario, "A")
    rock_figure(site_of(scenario), box, edge_of(scenario)).savefig(
        folder / "klong-rock.png", dpi=130
    )


if __name__ == "__main__":
    main()
