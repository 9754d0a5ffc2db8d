"""Search for the selections that come with Wayside.

Usage::

    OMP_NUM_THREADS=1 nice python scripts/make_selections.py --candidates FOLDER
        [--write FOLDER --date DATE]

Runs a search on the candidates of a folder (scripts/make_candidates.py --write) for the actual
beams of Belle II, for several splittings and numbers of planes of fibres, and prints what each is
worth on the half that it was not tuned on. ``--write`` writes the selection files there;
``src/wayside/data/selections`` has those of the package.
"""

from dataclasses import replace
from pathlib import Path
from typing import Final

from table_script import arguments

from wayside.candidates.samples import read_samples
from wayside.results.search import SearchResult, search
from wayside.scenario import load_scenario
from wayside.search.run import Settings
from wayside.selections.names import SELECTED

SCENARIO: Final = "belle2-forward-beams"

COMMAND: Final = "python scripts/make_selections.py --candidates src/wayside/data/candidates"

CASES: Final = (
    ("0.691", (), 1),
    ("0.691", (), 2),
    ("0.691", (), 3),
    ("0.3", ("model.m1=3.95",), 1),
    ("0.1", ("model.m1=3.75",), 1),
)
"""Splitting in GeV, values of the scenario, and planes of fibres on each side."""


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
    for splitting, values, planes in CASES:
        scenario = load_scenario(SCENARIO).with_values(list(values))
        result = search(scenario, samples, Settings(fibre_layers=planes))
        print(line(result, planes), flush=True)
        if options.write is not None:
            options.write.mkdir(parents=True, exist_ok=True)
            about = {**result.selection.about, "command": COMMAND, "date": options.date}
            selection = replace(result.selection, about=about)
            selection.write(options.write / f"splitting-{splitting}-planes-{planes}.json")


if __name__ == "__main__":
    main()
