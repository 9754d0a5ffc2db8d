"""Draw the table of efficiencies, what it makes of signal, and how it moves a contour.

Usage::

    python scripts/make_efficiency_figures.py [--out docs/figures]
"""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

from wayside.efficiency.selection import SELECTIONS
from wayside.efficiency.shipped import shipped
from wayside.errors import InputError
from wayside.plotting.efficiency_map import map_figure, signal_figure
from wayside.plotting.reach_figure import reach_figure
from wayside.scenario import load_scenario
from wayside.sensitivity.planes import mass_point
from wayside.sensitivity.result import reach

SCENARIOS = ("belle2-forward", "belle2-forward-beams", "besiii-forward", "belle2-central")
SPLITTINGS = np.geomspace(0.012, 1.5, 40)


def main() -> None:
    """Write the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("docs/figures"))
    out = parser.parse_args().out
    map_figure(shipped()).savefig(out / "efficiency-map.png", dpi=150)
    signal_figure([series(name) for name in SCENARIOS]).savefig(
        out / "efficiency-splitting.png", dpi=150
    )
    scenario = load_scenario("belle2-forward").with_values({"run.efficiency": "simulated"})
    reach_figure(reach(scenario)).savefig(out / "efficiency-reach.png", dpi=150)


def series(name: str):  # type: ignore[no-untyped-def]
    """Efficiency against the splitting, the sum of the masses as in the scenario."""
    scenario = load_scenario(name)
    total = sum(scenario.masses)
    point = mass_point(scenario)
    splittings, values_by_selection = [], {selection: [] for selection in SELECTIONS}
    for splitting in SPLITTINGS:
        try:
            model = type(point.model)(
                point.model.m_aprime, 0.5 * (total + splitting), 0.5 * (total - splitting)
            )
            here = replace(point, model=model)
            _ = here.flight
        except InputError:
            continue
        splittings.append(splitting)
        for selection in SELECTIONS:
            seen = replace(here, selection=selection).detected(scenario.signal[0])
            # A long-lived state: the lifetime moves the efficiency by little.
            values_by_selection[selection].append(
                (float(seen.efficiency(100.0)), seen.error(100.0))
            )
    return {
        "title": name,
        "splitting": np.array(splittings),
        **{selection: np.array(values).T for selection, values in values_by_selection.items()},
    }


if __name__ == "__main__":
    main()
