"""Search for the selections that come with Wayside.

Usage::

    OMP_NUM_THREADS=1 nice python scripts/make_selections.py --candidates FOLDER
        [--write FOLDER --date DATE]

Runs a search on the candidates of a folder (scripts/make_candidates.py --write) for the actual
beams of Belle II and several splittings, and prints what each is worth on the half that it was not
tuned on; for more planes of fibres with the cuts found for one, as more planes leave fewer
candidates to tune on. ``--write`` writes the selection files there;
``src/wayside/data/selections`` has those of the package.
"""

from dataclasses import replace
from pathlib import Path
from typing import Final

from table_script import arguments

from wayside.candidates.samples import Samples, read_samples
from wayside.scenario import load_scenario
from wayside.search.environment import environment
from wayside.search.run import SearchResult, Settings, evaluated, search
from wayside.selections.measure import measured
from wayside.selections.names import SELECTED

SCENARIO: Final = "belle2-forward-beams"

COMMAND: Final = "python scripts/make_selections.py --candidates src/wayside/data/candidates"

CASES: Final = (
    ("0.691", (), (1, 2, 3)),
    ("0.3", ("model.m1=3.95",), (1,)),
    ("0.1", ("model.m1=3.75",), (1,)),
)
"""Splitting in GeV, values of the scenario, and planes of fibres on each side, one first."""


def with_planes(result: SearchResult, samples: Samples, planes: int) -> SearchResult:
    """The same cuts and more planes of fibres, on the half that they were not tuned on."""
    own = result.selection
    vetoes = own.cuts.vetoes._replace(fibre_layers=planes)
    selection = measured(
        own.name,
        own.splitting,
        samples.candidates,
        samples.decays,
        own.cuts._replace(vetoes=vetoes),
        "untouched",
        {**own.about, "tuned_with_planes": 1},
    )
    around = environment(result.scenario, samples)
    return evaluated(result.scenario, around, samples, selection, result.optimum)


def line(result: SearchResult, planes: int) -> str:
    """One line of what a selection is worth."""
    background, timed = result.backgrounds[SELECTED], result.backgrounds["timed"]
    cuts = "; ".join(result.selection.words()) or "no cuts"
    return (
        f"{result.selection.name:14} {planes} planes: signal"
        f" {result.efficiency / result.timed:.3f} of timed ({100 * result.efficiency:.3g} +-"
        f" {100 * result.efficiency_error:.1g} %), background {background.value:.3g} +-"
        f" {background.error:.2g} (timed {timed.value:.3g}), N {background.n_limit:.3g}, epsilon"
        f" {result.epsilon():.3g}; fibres {result.selection.cuts.vetoes.fibre_veto}, gas"
        f" {result.selection.cuts.vetoes.gas_veto}; {cuts}"
    )


def main() -> None:
    """Search, print, write."""
    parser = arguments(__doc__)
    parser.add_argument("--candidates", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--write", type=Path, metavar="FOLDER")
    parser.add_argument("--date", default="", metavar="YYYY-MM-DD")
    options = parser.parse_args()
    samples = read_samples(options.candidates)
    for splitting, values, numbers in CASES:
        scenario = load_scenario(SCENARIO).with_values(list(values))
        of_first = search(scenario, samples, Settings(fibre_layers=numbers[0]))
        for planes in numbers:
            result = of_first if planes == numbers[0] else with_planes(of_first, samples, planes)
            print(line(result, planes), flush=True)
            if options.write is not None:
                options.write.mkdir(parents=True, exist_ok=True)
                about = {**result.selection.about, "command": COMMAND, "date": options.date}
                selection = replace(result.selection, about=about)
                selection.write(options.write / f"splitting-{splitting}-planes-{planes}.json")


if __name__ == "__main__":
    main()
