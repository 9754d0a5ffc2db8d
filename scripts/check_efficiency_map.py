"""Does the table of efficiencies close? Signal of built-in scenarios, simulated directly.

Usage::

    python scripts/check_efficiency_map.py [--work build/closure] [--followed 800]
        [--scenarios belle2-forward,belle2-central,besiii-forward]
    python scripts/check_efficiency_map.py --scenarios belle2-forward-beams
        --set model.kind=dark-photon --set model.mass=0.3 --set model.epsilon=1e-6
    python scripts/check_efficiency_map.py --scenarios belle2-forward-beams --anywhere
        --set model.kind=alp-photon --set model.mass=0.5 --set model.g_photon=1e-6

Generates decays of a scenario in its detector, follows those through Geant4 that have at least
two charged particles toward +z within a tangent of 1.2 (and some of the others: none should be
detected; with --anywhere photons, K_S and neutral pions are like charged ones, and a vertex counts
wherever it lies), reconstructs them, and compares the fraction that is detected with what
`run.efficiency = "simulated"` uses, and with the table looked up for the very same decays.
"""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import Progress
from scenario_decays import ALL_PAIRS, Decay, DetectorFrame, flying_of
from table_script import arguments

from wayside.acceptance.detected import excited_detected, flight_rule
from wayside.detector.box import require_box
from wayside.efficiency.axes import AXES
from wayside.efficiency.binomial import interval
from wayside.efficiency.csv_file import read_csv
from wayside.efficiency.selection import SELECTIONS
from wayside.efficiency.shipped import all_pairs
from wayside.efficiency.table import EfficiencyMap
from wayside.files import write_text
from wayside.generator.events import EventGenerator
from wayside.generator.followed import INDIRECT, SLOPE
from wayside.reconstruction.decay_efficiency import passing_decays
from wayside.reconstruction.job import Job
from wayside.results.simulation import simulate
from wayside.scenario import Scenario, load_scenario
from wayside.scenario.model import is_pair
from wayside.sensitivity.key_plane import Point, point_of
from wayside.sensitivity.particle_point import ParticlePoint
from wayside.text import json_text


def main() -> None:
    """Print the comparison, and write it as JSON to the folder of the work."""
    parser = arguments(
        __doc__, followed=800, others=200, seed=1, workers=True, work="build/closure"
    )
    parser.add_argument("--scenarios", default="belle2-forward,belle2-central,besiii-forward")
    parser.add_argument("--set", dest="values", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--anywhere", action="store_true")
    parser.add_argument("--table", type=Path, help="instead of the one that comes with Wayside")
    options = parser.parse_args()
    table = all_pairs()
    if options.table:
        table = read_csv(options.table.read_text(encoding="utf-8"))
    for name in options.scenarios.split(","):
        # With one photon the flights of the table's side are in closed form.
        scenario = load_scenario(name, {"run.radiation": "one-photon"}).with_values(options.values)
        result = closure(scenario, options, table)
        write_text(options.work / f"{name}.json", json_text(result) + "\n")
        print(f"{name}: {result['generated']} decays, {result['followed']} followed")
        print(f"  detected of {result['hopeless']} others: {result['hopeless_detected']}")
        for selection, values in result["selections"].items():
            print(
                f"  {selection}: direct {values['direct']:.4f} (-{values['direct_low']:.4f}"
                f" +{values['direct_high']:.4f}), point {values['point']:.4f}"
                f" +- {values['error']:.4f},"
                f" ratio {values['point'] / max(values['direct'], 1e-9):.3f}"
                f" +- {values['ratio_error']:.3f}; table for the same decays"
                f" {values['same_decays']:.4f}; by channel {values['by_channel']}"
            )


def closure(
    scenario: Scenario, options: argparse.Namespace, table: EfficiencyMap
) -> dict[str, Any]:
    """Direct and tabulated efficiencies of a scenario's first signal detector."""
    detector = scenario.signal[0]
    point = point_of(scenario)
    rows, particles, generated, hopeless = _generate(scenario, options)
    folder = options.work / scenario.name
    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task(f"{scenario.name}: Geant4", total=None)
        simulate(
            scenario,
            particles,
            folder,
            detector=detector,
            seed=options.seed,
            workers=options.workers,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    job = Job(scenario.emulsion, scenario.reconstruction, options.seed, 1000)
    passed = passing_decays(folder, rows, job, anywhere=options.anywhere)
    good = ~hopeless
    result: dict[str, Any] = {
        "generated": generated,
        "followed": int(good.sum()),
        "hopeless": int(hopeless.sum()),
        "hopeless_detected": int(passed["vertex"][hopeless].sum()),
        "selections": {},
    }
    for selection in SELECTIONS:
        number = int(passed[selection][good].sum())
        low, high = interval(number, generated)
        direct = number / generated
        value, error = _from_table(scenario, point, table, selection)
        same, by_channel = 0.0, {}
        for k, channel in enumerate((*ALL_PAIRS, "other")):
            mine = good & (rows["channel"] == k)
            looked = 0.0
            if not mine.any():
                continue
            if channel in table.channels:
                values = table.at(channel, selection, *(rows[axis][mine] for axis in AXES))
                looked = float(np.nansum(values))
            by_channel[channel] = [int(passed[selection][mine].sum()), round(looked, 1)]
            same += looked / generated
        binomial = np.sqrt((1.0 - direct) / max(number, 1))
        relative = np.hypot(binomial, error / max(value, 1e-9))
        result["selections"][selection] = {
            "direct": direct,
            "direct_low": direct - float(low),
            "direct_high": float(high) - direct,
            "point": value,
            "error": error,
            "ratio_error": float(relative) * value / max(direct, 1e-9),
            "same_decays": same,
            "by_channel": by_channel,
        }
    return result


def _from_table(
    scenario: Scenario, point: Point, table: EfficiencyMap, selection: str
) -> tuple[float, float]:
    """Efficiency of the first signal detector at the scenario's couplings, and its error."""
    detector, couplings = scenario.signal[0], scenario.model.couplings
    if isinstance(point, ParticlePoint):
        made = replace(point, table=table, selection=selection)
        value = float(made.detected_fraction(detector, couplings))
        return value, made.detected_error(detector, couplings)
    widths = point.excited_width_hats
    total = sum(widths.values())
    box = point.box(detector)
    excited = excited_detected(
        flight_rule(point.flight, box),
        box,
        point.model,
        {name: width / total for name, width in widths.items()},
        table,
        selection,
    )
    ctau = float(point.ctau(**couplings))
    return float(excited.efficiency(ctau)), excited.error(ctau)


def _generate(scenario: Scenario, options: argparse.Namespace) -> tuple[Any, Any, int, Any]:
    """Rows of `DECAY` and particles of decays to follow, how many were made, which are hopeless."""
    generator = EventGenerator(scenario, (scenario.signal[0],))
    box = require_box(scenario.detectors[scenario.signal[0]].build(), scenario.signal[0], "this")
    flying = flying_of(scenario)
    # Of an excited state the table has hadrons as pairs of pions, and no neutral ones beside.
    beside = int(not is_pair(scenario.model))
    decays: list[Decay] = []
    all_hopeless = []
    generated = followed = lost = 0
    for block in generator.blocks(10_000_000, options.seed):
        frame = DetectorFrame(block, box, flying, ALL_PAIRS, beside)
        momentum = frame.momentum
        slope = np.full(len(momentum), np.inf)
        leaves = frame.charged
        if options.anywhere:
            leaves = leaves | np.isin(np.abs(block.pdg), INDIRECT)
        ahead = leaves & (momentum[:, 2] > 0.0)
        slope[ahead] = np.hypot(momentum[ahead, 0], momentum[ahead, 1]) / momentum[ahead, 2]
        owner = np.repeat(np.arange(len(block.event)), np.diff(block.offsets))
        hopes = np.bincount(owner[slope < SLOPE], minlength=len(block.event))
        for i in range(len(block.event)):
            generated += 1
            hopeless = bool(hopes[i] < (1 if options.anywhere else 2))
            if hopeless and lost >= options.others:
                continue
            lost += hopeless
            followed += not hopeless
            decays.append(frame.decay(i, len(decays)))
            all_hopeless.append(hopeless)
            if followed == options.followed:
                break
        if followed == options.followed:
            break
    rows, particles = zip(*decays, strict=True)
    return (
        np.concatenate(rows),
        np.concatenate(particles),
        generated,
        np.array(all_hopeless),
    )


if __name__ == "__main__":
    main()
