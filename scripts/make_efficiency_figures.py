"""Draw the table of efficiencies, what it makes of signal, and how it moves a contour.

Usage::

    python scripts/make_efficiency_figures.py [--out docs/figures] [--only particles]
"""

import argparse
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from wayside.efficiency.selection import SELECTIONS
from wayside.efficiency.shipped import shipped
from wayside.errors import InputError
from wayside.plotting.efficiency_map import map_figure, signal_figure
from wayside.plotting.reach_figure import reach_figure
from wayside.scenario import load_scenario
from wayside.sensitivity.particle_point import particle_point
from wayside.sensitivity.planes import mass_point
from wayside.sensitivity.result import reach

SCENARIOS = ("belle2-forward", "belle2-forward-beams", "besiii-forward", "belle2-central")
SPLITTINGS = np.geomspace(0.012, 1.5, 40)


class Particle(NamedTuple):
    """A model of the figure, and the masses in GeV at which it is drawn."""

    title: str
    values: Mapping[str, object]
    masses: tuple[float, float]


PARTICLES = (
    Particle(r"$A\prime$", {"model.kind": "dark-photon", "model.epsilon": 1e-8}, (0.01, 2.0)),
    Particle(
        r"$a\to\mu\mu$",
        {"model.kind": "alp-photon", "model.g_photon": 1e-12, "model.g_muon": 1e-9},
        (0.215, 4.0),
    ),
    Particle(r"$S$", {"model.kind": "dark-higgs", "model.sin_theta": 1e-7}, (0.01, 4.0)),
    Particle(r"$N$, $|U_\mu|^2$", {"model.kind": "hnl", "model.u2_mu": 1e-7}, (0.01, 1.6)),
)
"""Couplings so small that they live long."""


def main() -> None:
    """Write the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("docs/figures"))
    parser.add_argument("--only", choices=["pairs", "particles"])
    options = parser.parse_args()
    out = options.out
    if options.only != "pairs":
        figure = signal_figure(
            [particle_series(one) for one in PARTICLES],
            "mass [GeV]",
            0.01,
            "lower left",
            "belle2-forward-beams, box A: visible decays of particles that live long",
        )
        figure.savefig(out / "efficiency-particles.png", dpi=150)
    if options.only == "particles":
        return
    map_figure(shipped()).savefig(out / "efficiency-map.png", dpi=150)
    signal_figure(
        [series(name) for name in SCENARIOS],
        title="visible decays in box A of states that live long",
    ).savefig(out / "efficiency-splitting.png", dpi=150)
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
        "mass": np.array(splittings),
        **{selection: np.array(values).T for selection, values in values_by_selection.items()},
    }


def particle_series(particle: Particle):  # type: ignore[no-untyped-def]
    """Efficiency of the visible decays of a single particle in box A of the study's detector."""
    masses = np.geomspace(*particle.masses, 30)
    values_by_selection = {selection: [] for selection in SELECTIONS}
    for mass in masses:
        values = {**particle.values, "model.mass": float(mass), "run.efficiency": "simulated"}
        for selection in SELECTIONS:
            scenario = load_scenario("belle2-forward-beams", {**values, "run.selection": selection})
            point, couplings = particle_point(scenario), scenario.model.couplings
            values_by_selection[selection].append(
                (
                    float(point.detected_fraction("A", couplings)),
                    point.detected_error("A", couplings),
                )
            )
    return {
        "title": particle.title,
        "mass": masses,
        **{selection: np.array(values).T for selection, values in values_by_selection.items()},
    }


if __name__ == "__main__":
    main()
