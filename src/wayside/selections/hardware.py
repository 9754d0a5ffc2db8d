"""The selection of a search with other layers that veto: their number and their efficiencies.

Vetoes are weights of candidates, so that the same candidates serve any number of layers. The cuts
stay: tuned anew for each number of layers they would follow the fluctuations of the sample.
"""

from functools import lru_cache

from wayside.candidates.samples import shipped_samples
from wayside.selections.measure import measured
from wayside.selections.selection import SearchSelection


@lru_cache(maxsize=64)
def with_layers(
    selection: SearchSelection, fibre_layers: int, fibre_efficiency: float, gas_efficiency: float
) -> SearchSelection:
    """A selection that comes with Wayside, measured with other layers that veto.

    Parameters
    ----------
    selection
        The selection.
    fibre_layers
        Number of layers of fibres on each side, with independent inefficiencies.
    fibre_efficiency, gas_efficiency
        Probability that a layer of fibres, or a gas gap, has a hit where it is crossed.

    Returns
    -------
    SearchSelection
        The same one where nothing differs; else its cuts, and what they keep of signal and fakes in
        the half of the candidates that they were not tuned on, with the weights of these layers.

    Raises
    ------
    InputError
        If this installation has no candidates, or pyarrow is not there to read them.
    """
    vetoes = selection.cuts.vetoes._replace(
        fibre_layers=fibre_layers, fibre_efficiency=fibre_efficiency, gas_efficiency=gas_efficiency
    )
    if vetoes == selection.cuts.vetoes:
        return selection
    samples = shipped_samples()
    return measured(
        selection.name,
        selection.splitting,
        samples.candidates,
        samples.decays,
        selection.cuts._replace(vetoes=vetoes),
        "untouched",
        selection.about,
    )
