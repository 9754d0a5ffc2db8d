"""How well two base-tracks continue each other, and how far apart they may be.

Two base-tracks a and b, dz apart, are compared by r = x_b - x_a - dz (t_a + t_b) / 2 and
d = t_b - t_a, along and across their direction. A plate half-way between them scatters into d but
hardly into r, whose width stays small: this is what separates neighbours at high density.
"""

from typing import NamedTuple

import numpy as np

from wayside.compiled import njit
from wayside.reconstruction.films import Depths
from wayside.reconstruction.material import Absorber, highland
from wayside.reconstruction.resolution import Resolution, line_variances
from wayside.typing import FloatArray


class Segment(NamedTuple):
    """One base-track."""

    x: float
    """Position along x in mm."""
    y: float
    """Position along y in mm."""
    tx: float
    """Slope dx/dz."""
    ty: float
    """Slope dy/dz."""
    faces: float
    """Summed variances at the two faces of the base for grains of unit error."""


class Segments(NamedTuple):
    """Columns of all base-tracks, each of shape (n,); fields as in `Segment`."""

    x: FloatArray
    y: FloatArray
    tx: FloatArray
    ty: FloatArray
    faces: FloatArray


class Step(NamedTuple):
    """From one sheet to another, with the scattering in between at normal incidence."""

    dz: float
    """Distance in depth in mm."""
    offset: float
    """Variance of r in mm^2: scattering enters it by its lever around the middle."""
    turn: float
    """Variance of d in rad^2."""


@njit(nogil=True)
def face_variances(front: FloatArray, back: FloatArray) -> FloatArray:
    """Summed variances at the two faces of a base, for grains of unit error.

    Parameters
    ----------
    front, back
        Numbers of grains of the two micro-tracks, shape (n,).
    """
    out = np.empty(len(front))
    for i in range(len(front)):
        out[i] = line_variances(front[i])[0] + line_variances(back[i])[0]
    return out


@njit(nogil=True)
def step_between(
    first: int, last: int, momentum: float, depths: Depths, absorber: Absorber
) -> Step:
    """Way and scattering from one sheet to a later one.

    Parameters
    ----------
    first, last
        Numbers of the sheets.
    momentum
        Momentum times velocity in MeV.
    depths, absorber
        Where the material is, and how much.
    """
    middle = 0.5 * (depths.sheet[first] + depths.sheet[last])
    theta2 = highland(absorber.radiation_lengths, momentum, 1.0) ** 2
    offset = turn = 0.0
    for k in range(first + 1, last + 1):
        offset += theta2 * ((middle - depths.plate[k]) ** 2 + absorber.spread2)
        turn += theta2
        if absorber.gap_radiation_lengths > 0.0 and not np.isnan(depths.gap[k]):
            between = highland(absorber.gap_radiation_lengths, momentum, 1.0) ** 2
            offset += between * ((middle - depths.gap[k]) ** 2 + absorber.gap_spread2)
            turn += between
    return Step(depths.sheet[last] - depths.sheet[first], offset, turn)


@njit(nogil=True)
def search_radius(a: Segment, step: Step, largest: float, resolution: Resolution) -> float:
    """Largest distance in mm of a partner from where a base-track points.

    Parameters
    ----------
    a
        The base-track.
    step
        Way to the partner's sheet.
    largest
        Largest chi-squared of a link.
    resolution
        Errors of measurement.
    """
    slope2 = a.tx**2 + a.ty**2
    secant2 = 1.0 + slope2
    # Widest where the error is along the direction; the partner's is taken as twice this.
    grain = 3.0 * a.faces * (resolution.grain**2 + resolution.depth**2 * slope2)
    stretch = secant2**2.5
    var_d = grain / resolution.base**2 + step.turn * stretch
    var_r = (
        grain / 4.0 + 2.0 * resolution.alignment**2 + 0.25 * step.dz**2 * grain / resolution.base**2
    )
    var_r += step.offset * stretch
    return float(np.sqrt(largest) * (np.sqrt(var_r) + 0.5 * step.dz * np.sqrt(var_d)))


class Match(NamedTuple):
    """How well two base-tracks continue each other."""

    chi2: float
    """Chi-squared of r and d as one particle's, four degrees of freedom."""
    spread: float
    """Product of the four standard deviations, mm^2 rad^2."""


@njit(nogil=True)
def link_match(a: Segment, b: Segment, step: Step, resolution: Resolution) -> Match:
    """Compare two base-tracks as one particle's.

    Parameters
    ----------
    a, b
        The upstream and the downstream base-track.
    step
        Way and scattering between their sheets.
    resolution
        Errors of measurement.
    """
    mx, my = 0.5 * (a.tx + b.tx), 0.5 * (a.ty + b.ty)
    slope2 = mx * mx + my * my
    norm = np.sqrt(slope2)
    ux, uy = (mx / norm, my / norm) if norm > 1e-9 else (1.0, 0.0)
    dz = step.dz
    rx, ry = b.x - a.x - dz * mx, b.y - a.y - dz * my
    sx, sy = b.tx - a.tx, b.ty - a.ty
    faces = a.faces + b.faces
    secant2 = 1.0 + slope2
    # Path and projection: theta^2 grows by sec, and by sec^2 more along the direction.
    scatter = np.sqrt(secant2) * secant2
    across = resolution.grain**2 * faces
    along = (resolution.grain**2 + resolution.depth**2 * slope2) * faces
    aligned = 2.0 * resolution.alignment**2
    base2 = resolution.base**2
    lever = 0.25 + 0.25 * dz * dz / base2
    offset, turn = step.offset * scatter, step.turn * scatter
    r_along, r_across = (
        along * lever + aligned + offset * secant2,
        across * lever + aligned + offset,
    )
    d_along, d_across = along / base2 + turn * secant2, across / base2 + turn
    value = (rx * ux + ry * uy) ** 2 / r_along
    value += (ry * ux - rx * uy) ** 2 / r_across
    value += (sx * ux + sy * uy) ** 2 / d_along
    value += (sy * ux - sx * uy) ** 2 / d_across
    return Match(float(value), float(np.sqrt(r_along * r_across * d_along * d_across)))


@njit(nogil=True, inline="always")
def link_chi2(a: Segment, b: Segment, step: Step, resolution: Resolution) -> float:
    """Chi-squared of two base-tracks as one particle's; parameters as in `link_match`."""
    match: Match = link_match(a, b, step, resolution)
    return match.chi2


@njit(nogil=True, inline="always")
def random_partners(match: Match, density: float) -> float:
    """Expected number of unrelated base-tracks that agree as well as one does.

    Parameters
    ----------
    match
        Comparison with the one.
    density
        Unrelated base-tracks per mm^2 and rad^2.

    Returns
    -------
    float
        The density times the volume of the ellipsoid of this chi-squared, pi^2/2 chi^4 times the
        four standard deviations.
    """
    value: float = 0.5 * np.pi**2 * match.chi2**2 * match.spread * density
    return value
