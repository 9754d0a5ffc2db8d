"""Draw the figures of docs/where_it_helps.md, and print its tables.

Usage::

    OMP_NUM_THREADS=1 python scripts/make_where_it_helps.py [FOLDER] [--points 40]

FOLDER is docs/figures unless given. ``where-it-helps.png`` has four models of single particles with
the beams of SuperKEKB and 50 ab^-1, ``where-it-helps-more.png`` a dark Higgs beside an A' there and
heavy neutral leptons from the Z at FCC-ee. Each in the drift chamber around the collisions, in the
boxes proposed as GAZELLE and in the study's box A, without background. Takes a few minutes.
"""

import argparse
import warnings
from collections.abc import Mapping, Sequence
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


class Setting(NamedTuple):
    """Where particles are made, and the drift chamber there."""

    title: str
    values: dict[str, Any]
    """Of the scenario, beside `SCENARIO`."""


SCENARIO: Final = {
    "detectors.study.position": [1.0, 0.0, 7.0],
    "detectors.study.size": [0.2, 0.3, 1.32],
    "run.signal": ["cdc", "study", "baby", "l-b1", "l-b2", "godzilla"],
}

BELLE2: Final = Setting("Belle II, 50 ab$^{-1}$", {"detectors.cdc.shape": "belle2-cdc"})

FCC: Final = Setting(
    "FCC-ee at the Z, 75 ab$^{-1}$",
    {
        "collider.preset": "fcc-ee-z",
        # Of one of two interaction points (EPJ ST 228 (2019) 261); the drift chamber of IDEA there.
        "run.luminosity_fb": 75e3,
        "detectors.cdc.shape": "cylinder",
        "detectors.cdc.inner_radius": 0.35,
        "detectors.cdc.outer_radius": 2.0,
        "detectors.cdc.z_min": -2.0,
        "detectors.cdc.z_max": 2.0,
    },
)

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
    setting: Setting = BELLE2
    fixed: tuple[tuple[str, float], ...] = ()
    """Other keys of the model."""
    mass_range: tuple[float, float] | None = None
    """Of the figure, in GeV; None for that of a plane."""


CASES: Final = (
    Case("dark-photon", "dark photon", "epsilon", r"$\varepsilon$", (0.05, 0.5), (1e-8, 1e-3)),
    Case(
        "alp-photon", "axion-like particle", "g_photon", r"$g_{a\gamma}$ (GeV$^{-1}$)",
        (0.1, 1.0), (1e-7, 1e-1),
    ),
    Case("dark-higgs", "dark Higgs", "sin_theta", r"$\sin\theta$", (0.5, 2.0), (1e-6, 1e-1)),
    Case("hnl", "heavy neutral lepton", "u2_tau", r"$|U_\tau|^2$", (0.3, 0.9), (1e-8, 1.0)),
)  # fmt: skip

MORE: Final = (
    Case(
        "dark-higgs-aprime", "dark Higgs beside an A'", "sin_theta", r"$\sin\theta$",
        (0.5, 2.0), (1e-8, 1e-1), BELLE2,
        (("m_aprime", 5.0), ("epsilon", 5e-4), ("g_d", 1.0)), (0.1, 4.8),
    ),
    Case(
        "hnl", "heavy neutral lepton from the Z", "u2_mu", r"$|U_\mu|^2$",
        (5.0, 20.0), (1e-13, 1e-2), FCC, (), (1.0, 60.0),
    ),
)  # fmt: skip


def scenario_of(case: Case, mass: float, points: int) -> wayside.Scenario:
    """The scenario with one mass."""
    plane: dict[str, Any] = {
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
        **{f"model.{name}": value for name, value in case.fixed},
    }
    if case.mass_range is not None:
        plane["plane.x_range"] = list(case.mass_range)
    with warnings.catch_warnings():
        # Two of GAZELLE's detectors overlap; their events are never added here.
        warnings.simplefilter("ignore", UserWarning)
        return wayside.load_scenario(
            "gazelle", {**model, **plane, **SCENARIO, **case.setting.values}
        )


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


def draw(cases: Sequence[Case], rows: int, points: int) -> Figure:
    """Planes of models."""
    figure = Figure(figsize=(9.0, 1.1 + 3.5 * rows), layout="constrained")
    panels = figure.subplots(rows, len(cases) // rows).ravel()
    level = wayside.upper_limit(0, 0.0)
    handles: dict[str, Any] = {}
    settings = list(dict.fromkeys(case.setting.title for case in cases))
    for case, axes in zip(cases, panels, strict=True):
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
        axes.set(xlabel="mass (GeV)", ylabel=case.label, xlim=(x[0], x[-1]), ylim=(y[0], y[-1]))
        if len(settings) > 1:
            axes.set_title(f"{case.title}\n{case.setting.title}")
        axes.xaxis.set_minor_formatter(NullFormatter())
    order = [label for label in DETECTORS if label in handles]
    figure.legend([handles[label] for label in order], order, loc="outside lower center", ncols=3)
    where = f" beside {settings[0]}" if len(settings) == 1 else ""
    figure.suptitle(f"90% CL exclusion{where}: all decays seen, no background")
    return figure


def main() -> None:
    """Draw the figure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", default="docs/figures", type=Path)
    parser.add_argument("--points", type=int, default=40)
    options = parser.parse_args()
    for case in (*CASES, *MORE):
        for mass in case.masses:
            print(table_row(case, mass), flush=True)
    with house_style():
        draw(CASES, 2, options.points).savefig(options.folder / "where-it-helps.png", dpi=130)
        draw(MORE, 1, options.points).savefig(options.folder / "where-it-helps-more.png", dpi=130)


if __name__ == "__main__":
    main()
