"""The design study of docs/design_study.md: runs, numbers and figures, by one command.

Runs are kept in ``--work`` as they go, so that this may be interrupted and continued:

    OMP_NUM_THREADS=1 nice python scripts/design_study.py --work build/design-study
    python scripts/design_study.py --work build/design-study --write

The first takes a quarter of an hour of one core; the second writes ``docs/figures/design-*.png``
and prints the tables.
"""

import argparse
import sys
import warnings
from pathlib import Path
from typing import Any, Final, NamedTuple

from wayside import load_scenario
from wayside.designing.design import Design
from wayside.designing.plan import Plan, plan
from wayside.designing.run import run_design
from wayside.executors import executor
from wayside.scanning.axes import key_range
from wayside.scenario import Scenario

ROOT: Final = Path(__file__).resolve().parents[1]

SIMULATED: Final = {"run.background": "simulated", "run.efficiency": "simulated"}
"""Background and efficiency of the simulated detector, selection of the search."""

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
    objective: str = "epsilon_min"
    background: str = "nominal"


BELLE2: Final = {**SIMULATED, "hall.preset": "belle2", "shielding.iron": "hall"}
BESIDE_BELLE2: Final = (
    "detectors.A.position.0=0.2:2.5",
    "detectors.A.position.2=2.5:8",
    "shielding.tungsten=0:1.6",
)
OFF_SHELL: Final = {"model.m_aprime": 14.0, "model.m1": 5.0, "model.m2": 4.7}
"""Fig. 16 of the study, the larger splitting."""

CASES: Final = {
    "belle2": Case("Belle II, A' of 8 GeV", "belle2-forward-beams", BELLE2, BESIDE_BELLE2, 240),
    "off-shell": Case(
        "Belle II, A' of 14 GeV, off shell",
        "belle2-forward-beams",
        {**BELLE2, **OFF_SHELL},
        BESIDE_BELLE2,
        120,
        "ratio",
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
        background="none",
    ),
}


def scenario_of(case: Case) -> Scenario:
    """Scenario of a case: the study's proposal."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return load_scenario(case.scenario, case.values)


def plan_of(case: Case) -> Plan:
    """What is asked: the smallest coupling and the cost, places and hardware free."""
    ranges = [key_range(text) for text in (*case.places, *HARDWARE)]
    return plan(
        scenario_of(case), ranges, case.objective, cheap=True, background=case.background, seed=1
    )


def run(name: str, folder: Path) -> Design:
    """Run a case, or go on with it."""
    case = CASES[name]
    (folder / name).mkdir(parents=True, exist_ok=True)

    def progress(done: int, of: int) -> None:
        print(f"\r{name}: {done} of {of}", end="", file=sys.stderr, flush=True)

    found = run_design(
        plan_of(case), case.evaluations, executor("serial"), folder / name, progress=progress
    )
    print(file=sys.stderr)
    return found


def main() -> None:
    """Run all cases."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "design-study")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    for name in CASES:
        found = run(name, options.work)
        print(found, found.settings())


if __name__ == "__main__":
    main()
