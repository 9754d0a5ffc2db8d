"""Momenta of electrons from the beginning of their tracks.

The fit of a whole track takes the mean bremsstrahlung off. An electron of 1 GeV, however, crosses
two radiation lengths and more in its track, and what it loses there is anything between little and
all: the scattering of the later plates is that of another momentum, and a fit over all of them is
low by a third, with errors of a factor of two. Over the first few plates the loss is a correction.
There the mass does not matter either: scattering measures momentum times velocity, which of an
electron is the momentum.
"""

from typing import Final, NamedTuple

import numpy as np

from wayside.reconstruction.chains import Chains
from wayside.reconstruction.films import Films
from wayside.reconstruction.tracks import fit_tracks, momentum_times_beta
from wayside.typing import FloatArray, IntArray, StructuredArray

BASE_TRACKS: Final = 8
"""Number of base-tracks that are used: more measure scattering better, and lose more by
bremsstrahlung. Between 5 and 20 the width of the ratio to the true momentum has its minimum here
(docs/theory/reconstruction.md)."""

FLUCTUATION: Final = 0.26
"""Standard deviation of the logarithm that bremsstrahlung adds on the way through these plates."""


class ElectronMomenta(NamedTuple):
    """Momenta of tracks if they are electrons."""

    momentum: FloatArray
    """Momentum in MeV at the first base-track, shape (n,)."""
    log_error: FloatArray
    """Standard deviation of its logarithm, shape (n,)."""


def electron_momenta(
    rows: StructuredArray,
    chains: Chains,
    which: IntArray,
    films: Films | None = None,
    base_tracks: int = BASE_TRACKS,
) -> ElectronMomenta:
    """Momenta of some tracks as electrons.

    Parameters
    ----------
    rows, chains
        Base-tracks, an array of `wayside.emulsion.signals.BASETRACK`, and the rows of every track.
    which
        Numbers of the tracks, shape (n,).
    films
        Errors, depths and material.
    base_tracks
        Number of base-tracks from the beginning of the track that are used.

    Returns
    -------
    ElectronMomenta
        From the scattering over the first plates, with half of the mean loss by bremsstrahlung
        there, (t/2 for t radiation lengths) put back.
    """
    films = films or Films()
    heads = [chains.of(int(track))[:base_tracks] for track in which]
    first = np.concatenate([[0], np.cumsum([len(head) for head in heads])]).astype(np.int64)
    members = np.concatenate([np.zeros(0, dtype=np.int64), *heads])
    # As muons: what the energy loss of the mass changes over so few plates is small.
    as_electron = np.zeros(len(heads), dtype=np.bool_)
    tracks = fit_tracks(rows, Chains(members, first), films, as_electron)
    sheets = tracks["last_sheet"] - tracks["first_sheet"]
    secant = np.sqrt(1.0 + tracks["tx"] ** 2 + tracks["ty"] ** 2)
    lengths = films.layer.radiation_lengths * sheets * secant
    error = np.hypot(tracks["log_momentum_error"], FLUCTUATION)
    return ElectronMomenta(momentum_times_beta(tracks) * np.exp(0.5 * lengths), error)
