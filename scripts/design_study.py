"""The design study of docs/design_study.md: runs, numbers and figures, by one command.

Runs are kept in ``--work`` as they go, so that this may be interrupted and continued:

    OMP_NUM_THREADS=1 nice python scripts/design_study.py --work build/design-study
    python scripts/design_study.py --work build/design-study --write
    python scripts/design_study.py --work build/design-study --simulate 2000

All print the tables; the first takes some ten minutes of one core, the second also writes
``docs/figures/design-*.png``, the third simulates so many decays in each recommended design.
"""

import argparse
import math
import sys
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from wayside import load_scenario
from wayside.designing.assumptions import ASSUMPTIONS
from wayside.designing.design import Design
from wayside.designing.evaluation import Trial
from wayside.designing.measures import Signal, area, smallest
from wayside.designing.plan import Plan, plan
from wayside.designing.run import run_design
from wayside.designing.settings import DesignSettings
from wayside.designing.simulated import SimulationSettings
from wayside.executors import local_executor
from wayside.limits.uncertain import Statistic
from wayside.plotting.design import changes_figure, front_figure
from wayside.plotting.style import canvas
from wayside.results.design import DesignResult
from wayside.results.displaced import ChamberSignal, DisplacedSearch, chamber_signal, covered
from wayside.scanning.axes import key_range
from wayside.scenario import Scenario
from wayside.sensitivity.background import expected_limit
from wayside.sensitivity.key_plane import point_of

ROOT: Final = Path(__file__).resolve().parents[1]

SIMULATED: Final = {
    "run.background": "simulated",
    "run.efficiency": "simulated",
    "run.radiation": "one-photon",
}
"""Background and efficiency of the simulated detector, selection of the search.

All photons take eight times as long; what they change for two designs is printed.
"""

HARDWARE: Final = (
    "detectors.A.size.0=0.2:0.6",
    "detectors.A.size.1=0.3:0.6",
    "detectors.A.size.2=0.4:2.0",
    "stack.shield=0.05:0.2",
    "stack.fibre_planes=1:3",
    "site.film_replacement=60:730:log",
)
"""What the laws of fakes and efficiency cover."""


class Case(NamedTuple):
    """One question of the study."""

    title: str
    scenario: str
    values: dict[str, Any]
    places: tuple[str, ...]
    evaluations: int
    settings: DesignSettings = DesignSettings(cost_is_objective=True)


BELLE2: Final = {**SIMULATED, "hall.preset": "belle2", "shielding.iron": "hall"}
BESIDE_BELLE2: Final = (
    "detectors.A.position.0=0.2:2.5",
    "detectors.A.position.2=2.5:8",
    "shielding.tungsten=0:1.6",
)
OFF_SHELL: Final = {"model.m_aprime": 14.0, "model.m1": 5.0, "model.m2": 4.7}
"""Fig. 16 of the study, the larger splitting."""

CASES: Final = {
    "belle2": Case("Belle II, A' of 8 GeV", "belle2-forward-beams", BELLE2, BESIDE_BELLE2, 640),
    "off-shell": Case(
        "Belle II, A' of 14 GeV, off shell",
        "belle2-forward-beams",
        {**BELLE2, **OFF_SHELL},
        BESIDE_BELLE2,
        120,
        DesignSettings(objective="ratio", cost_is_objective=True),
    ),
    "besiii": Case(
        "BESIII, A' of 2 GeV",
        "besiii-forward",
        {**SIMULATED, "hall.preset": "besiii", "shielding.iron": "hall"},
        (
            "detectors.A.position.0=0.2:2.5",
            "detectors.A.position.2=2:8",
            "shielding.tungsten=0:1.6",
        ),
        160,
        DesignSettings(background="none", cost_is_objective=True),
    ),
}


VARIANTS: Final[dict[str, dict[str, dict[str, float]]]] = {
    "belle2": {
        "two planes of fibres": {"stack.fibre_planes": 2},
        "lead 5 cm": {"stack.shield": 0.05},
        "lead 10 cm": {"stack.shield": 0.1},
        "lead 20 cm": {"stack.shield": 0.2},
        "depth 0.4 m": {"detectors.A.size.2": 0.4},
        "lead 20 cm, two planes, front at 5.93 m": {
            "stack.shield": 0.2,
            "stack.fibre_planes": 2,
            "detectors.A.position.2": 5.93,
        },
    }
}
"""Changes to the recommended design that no search proposed, by case and name."""


def scenario_of(case: Case) -> Scenario:
    """Scenario of a case: the study's proposal."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return load_scenario(case.scenario, case.values)


def plan_of(case: Case) -> Plan:
    """What is asked: the smallest coupling and the cost, places and hardware free."""
    ranges = [key_range(text) for text in (*case.places, *HARDWARE)]
    return plan(scenario_of(case), ranges, case.settings)


def run(name: str, folder: Path) -> Design:
    """Run a case, or go on with it."""
    case = CASES[name]
    (folder / name).mkdir(parents=True, exist_ok=True)

    def progress(done: int, of: int) -> None:
        print(f"\r{name}: {done} of {of}", end="", file=sys.stderr, flush=True)

    design = run_design(
        plan_of(case), case.evaluations, local_executor(), folder / name, progress=progress
    )
    print(file=sys.stderr)
    return design


WEAKER: Final = {
    "efficiencies a tenth": {"scale": 0.1},
    "background 100 +- 30": {"background": 100.0, "background_error": 30.0},
    "both": {"scale": 0.1, "background": 100.0, "background_error": 30.0},
}
"""Changes of the search that need no other simulated decays."""

CHAMBERS: Final = {
    "belle2": DisplacedSearch(),
    "off-shell": DisplacedSearch(least_momentum=0.1),
    "besiii": DisplacedSearch("besiii-mdc", 0.06, ((0.4, 0.3), (0.7, 0.1)), 0.05),
}
"""By case."""


def limit(background: float, error: float, scenario: Scenario, statistic: Statistic) -> float:
    """Signal events that are excluded."""
    return expected_limit(background, error, scenario.run.confidence_level, statistic)


def weaker(chamber: ChamberSignal, change: dict[str, float]) -> ChamberSignal:
    """The same search with lower efficiencies or more background."""
    scale = change.get("scale", 1.0)
    background = change.get("background", 0.0), change.get("background_error", 0.0)
    level = limit(*background, chamber.scenario, "mean")
    efficiencies = {name: scale * value for name, value in chamber.efficiencies.items()}
    return replace(chamber, efficiencies=efficiencies, level=level)


class Reach(NamedTuple):
    """A design at one background."""

    name: str
    trial: Trial
    signal: Signal

    def row(self, assumption: str) -> str:
        """Smallest epsilon, area and excluded events for the mean limit, epsilon for the median."""
        level = self.level(assumption)
        median = smallest(self.signal, self.level(assumption, "median")).value
        values = smallest(self.signal, level).value, area(self.signal, level).value, level, median
        return ", ".join(f"{value:.3g}" for value in values)

    def level(self, assumption: str, statistic: Statistic = "mean") -> float:
        """Signal events that are excluded if the background is taken in a way."""
        own = self.trial.background, self.trial.background_error
        return limit(*ASSUMPTIONS[assumption].counts(*own), self.signal.scenario, statistic)

    @property
    def with_all_photons(self) -> tuple[float, float]:
        """Smallest epsilon over that with one photon, and the same of the most events."""
        scenario = self.signal.scenario.with_values({"run.radiation": "all"})
        every = Signal(scenario, point_of(scenario))
        level = self.level("nominal")
        ratio = smallest(every, level).value / smallest(self.signal, level).value
        return ratio, float(every.plane.max() / self.signal.plane.max())


def reaches(design: Design) -> list[Reach]:
    """The study's proposal and the recommended design."""
    made = []
    for name, trial in (("proposal", design.start), ("recommended", design.best)):
        if trial is not None:
            scenario = design.plan.evaluator.scenario(trial.values)
            made.append(Reach(name, trial, Signal(scenario, point_of(scenario))))
    return made


def variants(name: str, design: Design) -> None:
    """Print what changes to the recommended design are worth that the search did not propose."""
    if name not in VARIANTS or design.best is None:
        return
    print(f"\n| recommended, but | cost | background | n | median | {' | '.join(ASSUMPTIONS)} |")
    for label, values in VARIANTS[name].items():
        trial = design.plan.evaluator({**design.best.values, **values})
        cells = [f"{trial.by_assumption.get(key, math.nan):.3g}" for key in ASSUMPTIONS]
        background = f"{trial.background:.3g} +- {trial.background_error:.3g}"
        head = (
            f"| {label} {trial.reason} | {trial.cost:.3g} | {background} | {trial.n_limit:.3g} | "
        )
        print(head + f"{trial.median_value:.3g} | " + " | ".join(cells) + " |")


def report(name: str, design: Design) -> tuple[list[Reach], ChamberSignal]:
    """Print the tables of a case."""
    compared = reaches(design)
    print(f"\n## {CASES[name].title}\n\n{design}\n{design.overrides()}\n")
    allowed = sum(trial.allowed for trial in design.trials)
    print(f"{len(design.trials)} designs, {allowed} allowed; hangs on {design.hangs_on}")
    print("\n| | proposal | recommended |\n|---|---|---|")
    for key in design.start.values:
        print(
            f"| {key} | "
            + " | ".join(f"{reach.trial.values[key]:.4g}" for reach in compared)
            + " |"
        )
    for label in (
        *("value", "median_value", "n_limit", "n_limit_median"),
        *("background", "background_error", "yield_error", "cost"),
    ):
        print(
            f"| {label} | " + " | ".join(f"{getattr(e.trial, label):.4g}" for e in compared) + " |"
        )
    print(
        "\n| background | "
        + " | ".join(f"{e.name}: epsilon, area, n, epsilon of median" for e in compared)
        + " |"
    )
    for key, assumption in ASSUMPTIONS.items():
        print(f"| {assumption.label} | " + " | ".join(reach.row(key) for reach in compared) + " |")
    print("\n| change | alone | undone |\n|---|---|---|")
    for step in design.steps:
        cells = [f"{t.value:.4g}, {t.cost:.3g} {t.reason}" for t in (step.alone, step.undone)]
        print(f"| {step.change.name} | " + " | ".join(cells) + " |")
    for key in ASSUMPTIONS:
        other = next(
            alternative.other for alternative in design.alternatives if alternative.name == key
        )
        if other is not None:
            values = {name: float(f"{value:.4g}") for name, value in other.values.items()}
            print(f"best of all, {key}: {other.by_assumption[key]:.3g}, {other.cost:.3g}, {values}")
    print(f"uncertainty: {design.uncertainty}")
    variants(name, design)
    for reach in compared:
        print(
            "{}: epsilon, most events with all photons over one: {:.4g}, {:.4g}".format(
                reach.name, *reach.with_all_photons
            )
        )
    print(
        "\nevents at most: " + ", ".join(f"{e.name} {e.signal.plane.max():.3g}" for e in compared)
    )
    every = {e.name: replace(e.signal.point, efficiency="unity") for e in compared}  # type: ignore[type-var]
    for reach in compared:
        all_decays = Signal(reach.signal.scenario, every[reach.name])
        print(f"every decay, {reach.name}: {all_decays.plane.max():.3g} at most,"
              f" epsilon {smallest(all_decays, 2.303).value:.3g}")  # fmt: skip
    chamber = chamber_signal(scenario_of(CASES[name]), CHAMBERS[name])
    print(f"\n{CHAMBERS[name]}\ntracks: {chamber.passing}")
    boxes = " | ".join(f"{e.name}: no background, as expected" for e in compared)
    print(f"\n| chamber | epsilon | area | events at most | {boxes} |")
    for label, change in {"as assumed": {}, **WEAKER}.items():
        less = weaker(chamber, change)
        of_box = [
            ", ".join(
                f"{covered(reach.signal, reach.level(b), less):.3g}" for b in ("none", "nominal")
            )
            for reach in compared
        ]
        print(f"| {label} | {less.smallest.value:.3g} | {less.area:.3g} | {less.plane.max():.3g} |"
              f" {' | '.join(of_box)} |")  # fmt: skip
    return compared, chamber


def simulated(name: str, design: Design, decays: int, folder: Path) -> None:
    """Print the efficiency of the recommended design as simulated, beside that of the law."""
    result = DesignResult(design).with_simulation(
        SimulationSettings(decays), folder=folder / name / "simulation", say=print
    )
    for one in result.simulated:
        print(f"\n| {name}, {decays} decays | direct | law |\n|---|---|---|")
        for detector in one.detectors:
            for stage, direct in detector.direct.items():
                both = (direct, detector.law[stage])
                cells = [f"{value:.4g} +- {error:.2g}" for value, error in both]
                print(f"| {stage} | {' | '.join(cells)} |")
        print(f"objective: {one.law_value:.4g} by the law, {one.value:.4g} ({one.low:.4g} to"
              f" {one.high:.4g}) with the direct efficiency")  # fmt: skip


def plane_figure(name: str, compared: list[Reach], chamber: ChamberSignal) -> Figure:
    """Exclusion in the plane of couplings: both designs and the chamber."""
    epsilon, g_d = np.geomspace(1e-6, 1e-1, 201), np.geomspace(1e-3, np.sqrt(4.0 * np.pi), 121)
    lines = [
        *((reach.signal, reach.level("nominal"), f"box, {reach.name}", color, "-")
          for reach, color in zip(compared, ("#c8102e", "#1f3f94"), strict=True)),
        *((reach.signal, reach.level("none"), f"{reach.name}, no background", color, ":")
          for reach, color in zip(compared, ("#c8102e", "#1f3f94"), strict=True)),
        (chamber, chamber.level, "drift chamber, as assumed", "#2e7d32", "-"),
        (weaker(chamber, WEAKER["both"]), weaker(chamber, WEAKER["both"]).level,
         "drift chamber, a tenth, background 100", "#2e7d32", "--"),
    ]  # fmt: skip
    with canvas(5.6, 4.6) as figure:
        axes = figure.subplots()
        handles = []
        for signal, level, label, color, style in lines:
            couplings = {"epsilon": epsilon[:, None], "g_d": g_d[None, :]}
            with np.errstate(divide="ignore"):
                depth = np.log(np.maximum(signal.events(couplings), 1e-300) / level)
            if depth.max() <= 0.0:
                handles.append(Line2D([], [], color=color, ls=style, label=f"{label}: nothing"))
                continue
            axes.contour(g_d, epsilon, depth, levels=[0.0], colors=color, linestyles=style)
            handles.append(Line2D([], [], color=color, ls=style, label=label))
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_ylim(1e-6, 1e-1)
        axes.set_xlabel("$g_D$")
        axes.set_ylabel(r"$\varepsilon$")
        axes.legend(handles=handles, loc="lower left", fontsize=8)
        axes.set_title(CASES[name].title, fontsize=10.5)
    return figure


def main() -> None:
    """Run all cases, print their tables, draw their figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "design-study")
    parser.add_argument("--case", action="append", choices=list(CASES), help="only this one")
    parser.add_argument("--write", action="store_true", help="write docs/figures/design-*.png")
    parser.add_argument("--simulate", type=int, metavar="N", help="decays to simulate")
    options = parser.parse_args()
    for name in options.case or CASES:
        design = run(name, options.work)
        compared, chamber = report(name, design)
        if options.simulate:
            simulated(name, design, options.simulate, options.work)
        if not options.write:
            continue
        figures = {}
        if any(reach.signal.plane.max() >= reach.level("none") for reach in compared):
            figures["plane"] = plane_figure(name, compared, chamber)
        if design.best is not None and name == "belle2":
            figures |= {"front": front_figure(design), "changes": changes_figure(design)}
        for kind, figure in figures.items():
            figure.savefig(ROOT / "docs" / "figures" / f"design-{name}-{kind}.png", dpi=150)


if __name__ == "__main__":
    main()
