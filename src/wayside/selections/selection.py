"""The selection of a search: its cuts, what they keep of the signal, and what fakes it.

One file holds all three, so that they belong together wherever the selection is used. A checksum
refuses a file that was edited: other cuts keep other fakes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

from wayside.candidates.weights import Vetoes
from wayside.efficiency.shipped import shipped
from wayside.efficiency.table import EfficiencyMap
from wayside.errors import InputError
from wayside.files import printable, whole_file
from wayside.reading import reading, sealed_json, unsealed_json
from wayside.selections.cuts import Cut, Cuts
from wayside.selections.fakes import FakeBins, fake_bins
from wayside.selections.names import SEARCH, TIMED
from wayside.selections.signal import SelectedMap, SignalRatio, signal_ratio
from wayside.selections.variables import variable

VERSION: Final = 2
"""Version of the file."""

_FOLDER: Final = "selections"


@dataclass(frozen=True, eq=False)
class SearchSelection:
    """A selection with its efficiency and its tables of fakes.

    Attributes
    ----------
    name
        Name in tables and figures.
    splitting
        Mass splitting m1 - m2 in GeV that it was optimised for.
    cuts
        Thresholds and vetoes.
    signal
        What it keeps of the decays that the efficiency map expects to be timed.
    fakes
        Fakes of one particle that it keeps, by kind and energy.
    about
        How it was found and validated: plain values.
    """

    name: str
    splitting: float
    cuts: Cuts
    signal: SignalRatio
    fakes: Mapping[str, FakeBins]
    about: Mapping[str, Any] = field(default_factory=dict)

    def efficiency_map(
        self, scale: float = 1.0, scale_error: float = 0.0, timed: EfficiencyMap | None = None
    ) -> SelectedMap:
        """Efficiency of the selection, for the detector of the map that comes with Wayside.

        Parameters
        ----------
        scale, scale_error
            Fraction of the decays that unrelated tracks in the films leave, and its standard error
            over it; see `wayside.sensitivity.selected.selected_map`.
        timed
            Table of timed decays, in place of that map.
        """
        return SelectedMap(shipped() if timed is None else timed, self.signal, scale, scale_error)

    def text(self) -> str:
        """Contents of the file."""
        values = {
            "wayside-selection": VERSION,
            "name": self.name,
            "splitting_gev": self.splitting,
            **self.cuts.plain(),
            "signal": self.signal.plain(),
            "fakes": {kind: bins.plain() for kind, bins in self.fakes.items()},
            "about": dict(self.about),
        }
        return sealed_json(values, indent=1) + "\n"

    def write(self, path: Path) -> None:
        """Write the file, whole or not at all."""
        with whole_file(path) as part:
            part.write_text(self.text(), encoding="utf-8")

    def words(self) -> list[str]:
        """The cuts, one line each."""
        return [cut.words() for cut in self.cuts.cuts]


def parse_selection(path: Path, text: str | bytes) -> SearchSelection:
    """Selection from the contents of a file.

    Parameters
    ----------
    path
        Name of the file, for messages.
    text
        Its contents.

    Raises
    ------
    InputError
        If it is no selection, of another version, or edited.
    """
    values = unsealed_json(path, text)
    if "wayside-selection" not in values:
        raise InputError(f"{printable(path)}: holds no selection of a search")
    if values["wayside-selection"] != VERSION:
        version = values["wayside-selection"]
        raise InputError(f"{printable(path)}: a selection of version {version}, not {VERSION}")
    with reading(path, "a selection"):
        cuts = tuple(
            Cut(name, float(threshold))
            for name, threshold in values["cuts"].items()
            if variable(name)
        )
        return SearchSelection(
            str(values["name"]),
            float(values["splitting_gev"]),
            Cuts(cuts, Vetoes(**values["vetoes"])),
            signal_ratio(values["signal"]),
            {kind: fake_bins(bins) for kind, bins in values["fakes"].items()},
            values["about"],
        )


def read_selection(path: Path) -> SearchSelection:
    """Read a selection file; errors as in `parse_selection`."""
    with reading(path, "a selection"):
        text = path.read_bytes()
    return parse_selection(path, text)


@cache
def shipped_selections() -> tuple[SearchSelection, ...]:
    """Selections that come with Wayside, by falling splitting."""
    folder = resources.files("wayside.data") / _FOLDER
    if not folder.is_dir():
        return ()
    files = sorted(file.name for file in folder.iterdir() if file.name.endswith(".json"))
    read = [parse_selection(Path(name), (folder / name).read_bytes()) for name in files]
    return tuple(sorted(read, key=lambda selection: -selection.splitting))


def automatic(background_counts: bool) -> str:
    """Name of the selection of scenarios that do not say which.

    Parameters
    ----------
    background_counts
        Whether there is a background that a search could reduce.
    """
    return SEARCH if background_counts and shipped_selections() else TIMED


def nearest_selection(splitting: float, fibre_layers: int = 1) -> SearchSelection:
    """Selection of the nearest splitting, by the logarithm, among those that come with Wayside.

    Parameters
    ----------
    splitting
        m1 - m2 in GeV.
    fibre_layers
        Number of layers of fibres that veto.

    Raises
    ------
    InputError
        If none comes with it.
    """
    known = [
        selection
        for selection in shipped_selections()
        if selection.cuts.vetoes.fibre_layers == fibre_layers
    ]
    if not known:
        raise InputError("no selection of a search comes with this version; see `wayside search`")

    def distance(selection: SearchSelection) -> float:
        ratio = selection.splitting / splitting
        return max(ratio, 1.0 / ratio)

    return min(known, key=distance)
