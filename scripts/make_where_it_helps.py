"""Draw docs/figures/where-it-helps.png, and print the table of docs/where_it_helps.md.

Usage::

    OMP_NUM_THREADS=1 python scripts/make_where_it_helps.py [FOLDER] [--points 40]

FOLDER is docs/figures unless given. Four models of single particles, each in the drift chamber of
Belle II, in the detectors proposed as GAZELLE and in the study's box A, all with the beams of
SuperKEKB, 50 ab^-1 and no background. Takes a few minutes.
"""

import argparse
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

import wayside
from wayside.plotting.style import house_style
from wayside.sensitivity.particle_point import particle_point

DETECTORS: Final[Mapping[str, tuple[str, ...]]] = {
    "drift chamber": ("cdc",),
    "Baby-GAZELLE": ("baby",),
    "L-GAZELLE": ("l-b1", "l-b2"),
    "GODZILLA": ("godzilla",),
    "box A of the study": ("study",),
}
"""Detectors of the scenario that count together, by what is written beside their line."""

SCENARIO: Final = {
    "detectors.cdc.shape": "belle2-cdc",
    "detectors.study.position": [1.0, 0.0, 7.0],
    "detectors.study.size": [0.2, 0.3, 1.32],
    "run.signal": ["cdc", "study", "baby", "l-b1", "l-b2", "godzilla"],
}

COLORS: Final = ("#222222", "#0072b2", "#d55e00", "#009e73", "#cc79a7")
DASHES: Final = ("-", "--", "-.", (0, (1, 1)), (0, (5, 1, 1, 1, 1, 1)))

COUPLINGS: Final = 4000
"""Couplings of the table at each mass, over ten decades."""


class Case(NamedTuple):
    """A model with its coupling."""

    kind: str
    title: str
    coupling: str
    label: str
    masses: tuple[float, ...]
    """Of the table, in GeV."""
    span: tuple[float, float]
    """Couplings of the figure."""


CASES: Final = (
    Case("dark-photon", "dark photon", "epsilon", r"$\varepsilon$", (0.05, 0.5), (1e-8, 1e-3)),
    Case(
        "alp-photon", "axion-like particle", "g_photon", r"$g_{a\gamma}$ (GeV$^{-1}$)",
        (0.1, 1.0), (1e-7, 1e-1),
    ),
    Case("dark-higgs", "dark Higgs", "sin_theta", r"$\sin\theta$", (0.5, 2.0), (1e-6, 1e-1)),
    Case("hnl", "heavy neutral lepton", "u2_tau", r"$|U_\tau|^2$", (0.3, 0.9), (1e-8, 1.0)),
)  # fmt: skip


def scenario_of(case: Case, mass: float, points: int) -> wayside.Scenario:
    """The scenario with one mass."""
    plane = {
        "plane.x": "model.mass",
        "plane.y": f"model.{case.coupling}",
        "plane.y_range": list(case.span),
        "plane.points": points,
    }
    model = {
        "model.kind": case.kind,
        "model.mass": mass,
        # One of the plane: it has no effect.
        f"model.{case.coupling}": case.span[0],
    }
    with warnings.catch_warnings():
        # Two of GAZELLE's detectors overlap; their events are never added here.
        warnings.simplefilter("ignore", UserWarning)
        return wayside.load_scenario("gazelle", {**model, **plane, **SCENARIO})


def table_row(case: Case, mass: float) -> str:
    """Couplings that each detector excludes, or the most events that it expects at any."""
    scenario = scenario_of(case, mass, 20)
    point = particle_point(scenario)
    low, high = case.span
    couplings = np.geomspace(low * 1e-2, min(high * 1e2, 1.0), COUPLINGS)
    values = {name: np.full(couplings.shape, x) for name, x in scenario.model.couplings.items()}
    values[case.coupling] = couplings
    luminosity = scenario.run.luminosity_fb
    level = wayside.upper_limit(0, 0.0)
    cells = [case.title, f"{mass:g}"]
    for names in DETECTORS.values():
        events = sum(point.expected_events(name, values, luminosity) for name in names)
        reached = couplings[events >= level]
        cells.append(
            f"{reached[0]:.2g} to {reached[-1]:.2g}"
            if len(reached)
            else f"none ({np.max(events):.2g} events)"
        )
    return f"| {' | '.join(cells)} |"


def draw(points: int) -> Figure:
    """Four planes, one for each model."""
    figure = Figure(figsize=(9.0, 7.6), layout="constrained")
    panels = figure.subplots(2, 2).ravel()
    level = wayside.upper_limit(0, 0.0)
    handles: dict[str, Any] = {}
    for case, axes in zip(CASES, panels, strict=True):
        result = wayside.reach(scenario_of(case, case.masses[0], points))
        x, y = result.plane.x.values, result.plane.y.values
        for (label, names), color, dash in zip(DETECTORS.items(), COLORS, DASHES, strict=True):
            events = np.sum([result.events[name] for name in names], axis=0)
            if np.max(events) < level:
                continue
            with np.errstate(divide="ignore"):
                height = np.clip(np.log(events / level), -50.0, 50.0)
            axes.contour(x, y, height, levels=[0.0], colors=[color], linestyles=[dash])
            handles[label] = axes.plot([], [], color=color, linestyle=dash)[0]
        axes.set(xscale="log", yscale="log", title=case.title)
        axes.set(xlabel="mass (GeV)", ylabel=case.label)
        axes.xaxis.set_minor_formatter(NullFormatter())
    order = [label for label in DETECTORS if label in handles]
    figure.legend([handles[label] for label in order], order, loc="outside lower center", ncols=3)
    figure.suptitle(
        "90% CL exclusion beside Belle II: 50 ab$^{-1}$, all decays seen, no background"
    )
    return figure


def main() -> None:
    """Draw the figure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", default="docs/figures", type=Path)
    parser.add_argument("--points", type=int, default=40)
    options = parser.parse_args()
    for case in CASES:
        for mass in case.masses:
            print(table_row(case, mass), flush=True)
    with house_style():
        draw(options.points).savefig(options.folder / "where-it-helps.png", dpi=130)


if __name__ == "__main__":
    main()
