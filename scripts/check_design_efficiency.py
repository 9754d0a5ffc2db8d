"""Do the laws of efficiencies and fakes hold for designs that they were not made with? Simulated.

Usage::

    OMP_NUM_THREADS=1 nice python scripts/check_design_efficiency.py [--work build/designs]
        [--decays 1500] [--particles 0] [--only NAME ...]

Decays of `belle2-forward-beams` in detectors of other sizes, depths, plates and gaps between gas
detectors, as `wayside design --simulate` has them, beside the law; with ``--particles`` as many
background particles of each kind, instead. A run that was stopped goes on.
"""

import warnings
from pathlib import Path
from typing import Any, Final

from table_script import arguments

from wayside.designing.evaluation import Evaluator
from wayside.designing.simulated import SimulatedDetector
from wayside.designing.simulated_fakes import SimulatedFakes
from wayside.results.decay_run import DecayRun, with_blocks
from wayside.results.fake_run import fake_runs
from wayside.scenario import Scenario, load_scenario

DESIGNS: Final[dict[str, dict[str, Any]]] = {
    "study": {},
    "wide": {"detectors.A.size.0": 0.6, "detectors.A.size.1": 0.6},
    "short": {"detectors.A.size.2": 0.4},
    "thick lead": {"stack.shield": 0.2},
    "near": {"detectors.A.position.0": 0.842, "detectors.A.position.2": 5.849},
    "thin plates": {"stack.plate": 0.3e-3, "detectors.A.size.2": 1.32},
    "thick plates": {"stack.plate": 1e-3, "detectors.A.size.2": 1.32},
    "denser gas": {"stack.layers": 20, "detectors.A.size.2": 1.32},
}
"""Changes of the study's detector by name; blocks fill the depth."""


def scenario_of(values: dict[str, Any]) -> Scenario:
    """Scenario of a design, with the blocks that fit."""
    own = load_scenario(
        "belle2-forward-beams",
        {
            "run.radiation": "one-photon",
            "run.efficiency": "simulated",
            "run.background": "simulated",
        },
    )
    return with_blocks(Evaluator(own.to_dict()).scenario(values), "A")


def line(name: str, made: SimulatedDetector) -> str:
    """One row of a table: direct and law efficiency in per cent, by stage."""
    cells = [
        f"{100 * direct.value:.2f} ± {100 * direct.error:.2f} / {100 * made.law[stage].value:.2f}"
        for stage, direct in made.direct.items()
    ]
    return f"| {name} | {made.followed} | " + " | ".join(cells) + " |"


def fake_line(name: str, made: SimulatedFakes) -> str:
    """One row of a table: timed fakes of one kind, direct and by the law, and their ratio."""
    direct, ratio = made.direct, made.ratio
    return (
        f"| {name} | {made.kind} | {made.particles} | {made.effective:.0f} |"
        f" {direct.value:.3g} ± {direct.error:.2g} / {made.law.value:.3g} |"
        f" {f'{ratio.value:.2f} ± {ratio.error:.2f}' if made.known else 'too few'} |"
    )


def main() -> None:
    """Simulate and print."""
    parser = arguments(__doc__, seed=1, workers=True, work="build/designs")
    parser.add_argument("--decays", type=int, default=1500)
    parser.add_argument("--particles", type=int, default=0)
    parser.add_argument("--only", nargs="*", default=list(DESIGNS))
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    place = Path(options.work)
    for name in options.only:
        if options.particles:
            own = scenario_of(DESIGNS[name]).with_values({"run.selection": "search"})
            for fakes in fake_runs(own, "A", options.particles, options.seed, place / "fakes"):
                print(fake_line(name, fakes.run(options.workers)), flush=True)
            continue
        run = DecayRun(scenario_of(DESIGNS[name]), "A", options.decays, options.seed, place)
        print(line(name, run.run(options.workers)), flush=True)


if __name__ == "__main__":
    main()
