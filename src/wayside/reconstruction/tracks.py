"""Tracks fitted through chains of base-tracks."""

import numpy as np

from wayside.compiled import njit
from wayside.reconstruction.chains import Chains
from wayside.reconstruction.films import Films
from wayside.reconstruction.material import M_ELECTRON, M_MUON
from wayside.reconstruction.records import TRACK
from wayside.reconstruction.track_fit import ELECTRON, Fits, Measured, fit_all
from wayside.typing import BoolArray, FloatArray, IntArray, StructuredArray


def fit_tracks(
    rows: StructuredArray,
    chains: Chains,
    films: Films | None = None,
    as_electron: BoolArray | None = None,
    momentum: FloatArray | None = None,
    mass: float = M_MUON,
) -> StructuredArray:
    """Fit chains of base-tracks.

    Parameters
    ----------
    rows
        Base-tracks, an array of `wayside.emulsion.signals.BASETRACK`.
    chains
        Rows of every track, at least two each.
    films
        Errors, depths and material.
    as_electron
        Whether each chain is fitted as an electron, too, shape (chains,); all if None.
    momentum
        Momenta in MeV at the first base-track if they are known, shape (chains,).
    mass
        Mass of the particle in MeV.

    Returns
    -------
    array of `wayside.reconstruction.records.TRACK`
        One row a chain. A track that is likelier an electron's has that momentum.
    """
    films = films or Films()
    count = chains.number
    tracks = np.zeros(count, dtype=TRACK)
    if count == 0:
        return tracks
    if as_electron is None:
        as_electron = np.ones(count, dtype=np.bool_)
    members, first = chains
    sheet = rows["sheet"].astype(np.int64)[members]
    constants = films.constants(int(sheet.max()))
    measured = Measured(
        sheet,
        *(rows[name][members] for name in ("x", "y", "tx", "ty")),
        *(rows[f"{side}_grains"][members].astype(np.float64) for side in ("front", "back")),
    )
    known = np.full(count, np.nan) if momentum is None else np.log(momentum)
    fits = fit_all(measured, first, constants, as_electron, known, mass)
    begin, end = first[:-1], first[1:] - 1
    tracks["first_sheet"], tracks["last_sheet"] = sheet[begin], sheet[end]
    tracks["base_tracks"] = end - begin + 1
    tracks["degrees"] = 4 * (end - begin)
    z = constants.depths.sheet
    tracks["z"], tracks["end_z"] = z[sheet[begin]], z[sheet[end]]
    tracks["ux"], tracks["uy"] = fits.ux, fits.uy
    for prefix, place in (("", 0), ("end_", 1)):
        _fill_end(tracks, prefix, fits, place)
    states = fits.states
    for k, shared in enumerate(
        (states.shared_variance, states.shared_covariance, states.shared_slope_variance)
    ):
        # What sheets share goes the same way along and across.
        tracks["shared"][:, k] = 0.5 * (shared[:, 0, 0] + shared[:, 0, 1])
    tracks["momentum"] = np.exp(fits.log_momentum)
    tracks["log_momentum_error"] = fits.error
    tracks["chi2"], tracks["electron"] = fits.chi2, fits.electron
    _truth(rows, chains, tracks)
    return tracks


def _fill_end(tracks: StructuredArray, prefix: str, fits: Fits, end: int) -> None:
    """Columns of the state at one end, from the track's directions to x and y."""
    states, ux, uy = fits.states, fits.ux, fits.uy
    for name, state in (("", states.value), ("t", states.slope)):
        along, across = state[:, end, 0], state[:, end, 1]
        tracks[f"{prefix}{name}x"] = along * ux - across * uy
        tracks[f"{prefix}{name}y"] = along * uy + across * ux
    for plane, name in enumerate(("along", "across")):
        elements = (states.variance, states.covariance, states.slope_variance)
        tracks[f"{prefix}{name}"] = np.stack(
            [element[:, end, plane] for element in elements], axis=1
        )


def momentum_times_beta(tracks: StructuredArray) -> FloatArray:
    """Momentum times velocity, which scattering measures: the same for either mass.

    Parameters
    ----------
    tracks
        Array of `wayside.reconstruction.records.TRACK`.

    Returns
    -------
    array
        Momentum times beta in MeV, shape (n,).
    """
    mass = np.where(tracks["electron"] > ELECTRON, M_ELECTRON, M_MUON)
    return np.asarray(tracks["momentum"] ** 2 / np.hypot(tracks["momentum"], mass))


def _truth(rows: StructuredArray, chains: Chains, tracks: StructuredArray) -> None:
    """The particle most base-tracks come from, the earliest of equals."""
    members, first = chains
    best, votes = _majority(
        rows["event"][members].astype(np.int64), rows["particle"][members].astype(np.int64), first
    )
    for key in ("event", "particle", "pdg"):
        tracks[key] = rows[key][members[best]]
    tracks["purity"] = votes / np.diff(first)


@njit(nogil=True)
def _majority(event: IntArray, particle: IntArray, first: IntArray) -> tuple[IntArray, IntArray]:
    count = len(first) - 1
    best, votes = np.empty(count, np.int64), np.zeros(count, np.int64)
    for t in range(count):
        for i in range(first[t], first[t + 1]):
            n = 0
            for j in range(first[t], first[t + 1]):
                n += event[i] == event[j] and particle[i] == particle[j]
            if n > votes[t]:
                votes[t], best[t] = n, i
            if 2 * n > first[t + 1] - first[t]:
                break
    return best, votes
