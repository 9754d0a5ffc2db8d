"""Tracks fitted through chains of base-tracks."""

import numba
import numpy as np

from wayside.emulsion.response import Emulsion
from wayside.emulsion.sheets import Sheets
from wayside.reconstruction.errors_of_measurement import line_variances, measurement
from wayside.reconstruction.kalman import (
    IMPOSSIBLE,
    filter_line,
    minus_two_log_likelihood,
    most_likely,
)
from wayside.reconstruction.link import depths
from wayside.reconstruction.material import M_ELECTRON, Layer
from wayside.reconstruction.records import TRACK
from wayside.typing import BoolArray, FloatArray, IntArray, StructuredArray

M_MUON = 105.658
"""MeV; the mass of a track unless it is fitted as an electron's."""

ELECTRON = 6.0
"""Twice the logarithm of the likelihood ratio from which a track is an electron's."""


def fit_tracks(
    rows: StructuredArray,
    members: IntArray,
    first: IntArray,
    emulsion: Emulsion,
    sheets: Sheets,
    layer: Layer | None = None,
    as_electron: BoolArray | None = None,
    momentum: FloatArray | None = None,
    mass: float = M_MUON,
) -> StructuredArray:
    """Fit chains of base-tracks.

    Parameters
    ----------
    rows
        `wayside.emulsion.signals.BASETRACK`.
    members, first
        Chains, from `wayside.reconstruction.chains.chains`, at least two rows each.
    emulsion, sheets, layer
        Errors, depths and material.
    as_electron
        Chains that are fitted as an electron, too; all if None.
    momentum
        Momenta in MeV at the first base-track, if they are known.
    mass
        Of the particle in MeV.

    Returns
    -------
    array of `wayside.reconstruction.records.TRACK`
        One row a chain. A track that is likelier an electron's has that momentum.
    """
    layer = layer or Layer()
    count = len(first) - 1
    tracks = np.zeros(count, dtype=TRACK)
    if count == 0:
        return tracks
    if as_electron is None:
        as_electron = np.ones(count, dtype=np.bool_)
    sheet = rows["sheet"].astype(np.int64)[members]
    z, plate, gap = depths(sheets, layer, int(sheet.max()))
    columns = np.stack([rows[c][members] for c in ("x", "y", "tx", "ty")])
    grains = np.stack([rows[c][members] for c in ("front_grains", "back_grains")])
    numbers, states, frames = _fit_all(
        sheet,
        columns,
        grains.astype(np.float64),
        first,
        measurement(emulsion, sheets),
        layer.numbers(sheets.plate),
        z,
        plate,
        gap,
        as_electron,
        np.full(count, np.nan) if momentum is None else np.log(momentum),
        mass,
    )
    begin, end = first[:-1], first[1:] - 1
    tracks["first_sheet"], tracks["last_sheet"] = sheet[begin], sheet[end]
    tracks["base_tracks"] = end - begin + 1
    tracks["degrees"] = 4 * (end - begin)
    tracks["z"], tracks["end_z"] = z[sheet[begin]], z[sheet[end]]
    ux, uy = frames.T
    tracks["ux"], tracks["uy"] = ux, uy
    for prefix, state in (("", states[:, 0]), ("end_", states[:, 1])):
        along, across = state[:, 0], state[:, 1]
        tracks[f"{prefix}x"] = along[:, 0] * ux - across[:, 0] * uy
        tracks[f"{prefix}y"] = along[:, 0] * uy + across[:, 0] * ux
        tracks[f"{prefix}tx"] = along[:, 1] * ux - across[:, 1] * uy
        tracks[f"{prefix}ty"] = along[:, 1] * uy + across[:, 1] * ux
        tracks[f"{prefix}along"], tracks[f"{prefix}across"] = along[:, 2:5], across[:, 2:5]
    # What sheets share goes the same way along and across.
    tracks["shared"] = 0.5 * (states[:, 0, 0, 5:] + states[:, 0, 1, 5:])
    tracks["momentum"] = np.exp(numbers[:, 0])
    tracks["log_momentum_error"] = numbers[:, 1]
    tracks["chi2"], tracks["electron"] = numbers[:, 2], numbers[:, 3]
    _truth(rows, members, first, tracks)
    return tracks


def momentum_times_beta(tracks: StructuredArray) -> FloatArray:
    """What scattering measures, in MeV: the same whichever mass a track was fitted with."""
    mass = np.where(tracks["electron"] > ELECTRON, M_ELECTRON, M_MUON)
    return np.asarray(tracks["momentum"] ** 2 / np.hypot(tracks["momentum"], mass))


def _truth(
    rows: StructuredArray, members: IntArray, first: IntArray, tracks: StructuredArray
) -> None:
    """The particle most base-tracks come from, the earliest of equals."""
    best, votes = _majority(
        rows["event"][members].astype(np.int64), rows["particle"][members].astype(np.int64), first
    )
    for key in ("event", "particle", "pdg"):
        tracks[key] = rows[key][members[best]]
    tracks["purity"] = votes / np.diff(first)


@numba.njit(cache=True, nogil=True)
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


@numba.njit(cache=True, nogil=True)
def _guess(
    lines: FloatArray, errors: FloatArray, stretch: FloatArray, sheet: IntArray, lengths: float
) -> float:
    """Logarithm of the momentum from the mean square of turns, what errors add taken off."""
    n = lines.shape[1]
    turns = plates = 0.0
    for plane in range(2):
        for i in range(n - 1):
            turn = lines[2 * plane + 1, i + 1] - lines[2 * plane + 1, i]
            noise = errors[plane, i, 2] + errors[plane, i + 1, 2]
            turns += (turn * turn - noise) / stretch[plane, i]
            plates += sheet[i + 1] - sheet[i]
    # Errors alone may exceed the turns; then any stiff momentum will do to start from.
    theta2 = max(turns / plates, 1e-7)
    return float(0.5 * np.log((13.6 * 0.87) ** 2 * lengths / theta2))


@numba.njit(cache=True, nogil=True)
def _fit_all(
    sheet: IntArray,
    columns: FloatArray,
    grains: FloatArray,
    first: IntArray,
    setup: FloatArray,
    material: FloatArray,
    z: FloatArray,
    plate: FloatArray,
    gap: FloatArray,
    as_electron: BoolArray,
    known: FloatArray,
    mass: float,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    count = len(first) - 1
    numbers = np.empty((count, 4))
    states = np.empty((count, 2, 2, 8))
    frames = np.empty((count, 2))
    longest = 0
    for t in range(count):
        longest = max(longest, first[t + 1] - first[t])
    lines_all = np.empty((4, longest))
    errors_all = np.empty((2, longest, 3))
    depth_all, slope2_all = np.empty(longest), np.empty(longest)
    stretch_all = np.ones((2, longest))
    scatter_all = np.empty((longest, 3))
    state = np.empty(8)
    for t in range(count):
        begin, n = first[t], first[t + 1] - first[t]
        lines, errors = lines_all[:, :n], errors_all[:, :n]
        depth, slope2 = depth_all[:n], slope2_all[:n]
        stretch, scatter = stretch_all[:, :n], scatter_all[:n]
        own = sheet[begin : begin + n]
        mx = my = 0.0
        for i in range(n):
            mx += columns[2, begin + i] / n
            my += columns[3, begin + i] / n
        norm = np.sqrt(mx * mx + my * my)
        ux, uy = (mx / norm, my / norm) if norm > 1e-9 else (1.0, 0.0)
        frames[t, 0], frames[t, 1] = ux, uy
        for i in range(n):
            x, y, tx, ty = columns[:, begin + i]
            lines[0, i], lines[2, i] = x * ux + y * uy, y * ux - x * uy
            lines[1, i], lines[3, i] = tx * ux + ty * uy, ty * ux - tx * uy
            depth[i] = z[own[i]]
            own2 = tx * tx + ty * ty
            slope2[i] = own2
            front = line_variances(grains[0, begin + i])[0]
            back = line_variances(grains[1, begin + i])[0]
            for plane in range(2):
                component2 = lines[2 * plane + 1, i] ** 2
                grain = setup[0] ** 2 + setup[1] ** 2 * component2
                errors[plane, i, 0] = grain * (front + back) / 4.0 + setup[2] ** 2
                errors[plane, i, 1] = grain * (back - front) / (2.0 * setup[5])
                errors[plane, i, 2] = grain * (front + back) / setup[5] ** 2
        for i in range(n - 1):
            slope2[i] = 0.5 * (slope2[i] + slope2[i + 1])
            for plane in range(2):
                component = 0.5 * (lines[2 * plane + 1, i] + lines[2 * plane + 1, i + 1])
                stretch[plane, i] = 1.0 + component**2
        if np.isnan(known[t]):
            guess = _guess(lines, errors, stretch, own, material[1])
            u, error, best = most_likely(
                guess, mass, False, own, lines, errors, depth, slope2, stretch, material, z, plate,
                gap, scatter, state,
            )  # fmt: skip
            ratio, own_mass, radiates = np.nan, mass, False
            if as_electron[t]:
                u_e, error_e, best_e = most_likely(
                    u, M_ELECTRON, True, own, lines, errors, depth, slope2, stretch, material, z,
                    plate, gap, scatter, state,
                )  # fmt: skip
                ratio = best - best_e
                if ratio > ELECTRON:
                    u, error, own_mass, radiates = u_e, error_e, M_ELECTRON, True
        else:
            u, error, ratio = known[t], 0.0, np.nan
            own_mass, radiates = mass, mass < 1.0
        # Also lays down the scattering that the states below are filtered with.
        chi2 = minus_two_log_likelihood(
            u, own_mass, radiates, own, lines, errors, depth, slope2, stretch, material, z, plate,
            gap, scatter, state,
        )[1]  # fmt: skip
        if chi2 == IMPOSSIBLE:
            scatter[:] = 0.0
        numbers[t, 0], numbers[t, 1], numbers[t, 2], numbers[t, 3] = u, error, chi2, ratio
        for plane in range(2):
            for end in range(2):
                filter_line(
                    lines[2 * plane], lines[2 * plane + 1], errors[plane], depth, scatter,
                    stretch[plane], end == 0, setup[2] ** 2, material[8], material[9],
                    states[t, end, plane],
                )  # fmt: skip
    return numbers, states, frames
