"""The density along one direction of the laboratory, whatever the process: compiled dispatch.

A flight's class registers either the segments of rapidity on which its density is smooth, with the
density there (`register_segments`), or the rapidities of its lines (`register_lines`), where the
direction fixes the energy. Compiled callers (`spectrum`, `place`) then find them by the type of the
named tuple when they are compiled; nothing is looked up while they run.
"""

import math
from typing import Any, Final, NamedTuple

import numpy as np
from numba.core import types
from numba.extending import overload

from wayside.compiled import njit, selected_by
from wayside.production.frames import line_of_sight

MAX_SEGMENTS: Final = 32
"""Segments a direction can need: two ranges, up to eight ridge points, two sides each."""


_USUAL_RATE: Final = 1.15
"""By how much a node reduces the logarithm of the error on a segment of length 10 under its map."""

AT_REST: Final = 1e-18
"""Momentum over mass that stands for none: of no weight, but its logarithm is a number."""

_BEST_RATE: Final = 2.5
"""The most that this can be: on short segments it is not the ridge that limits it."""

_FEWEST: Final = 2
"""Nodes of a segment at least."""


class _Kernels(NamedTuple):
    segments: Any = None
    lines: Any = None


_KERNELS: Final[dict[type, _Kernels]] = {}


_DENSITIES: Final[dict[type, Any]] = {}


def register_segments(flight: type, segments: Any, constants: type, density: Any) -> None:
    """Register compiled functions of a flight whose energies are spread along a direction.

    Parameters
    ----------
    flight
        Class of the flight, a named tuple.
    segments
        ``segments(flight, direction, sight, out) -> count``: fills low and high end, centre and
        width of the map of each segment into ``out``, shape (4, MAX_SEGMENTS). Where the width is
        positive the ends are in s, and the rapidity is ``centre + width sinh(s)``.
    constants
        Class of the field ``constants`` of the flight: a named tuple of numbers alone, which
        compiled code passes on faster than one that holds arrays.
    density
        ``density(constants, sight, momentum, energy)``: probability per steradian and unit
        rapidity in the laboratory, per produced particle.
    """
    _KERNELS[flight] = _Kernels(segments=segments)
    _DENSITIES[constants] = density
    selected_by(flight, segments)
    selected_by(constants, density)


def register_lines(flight: type, lines: Any) -> None:
    """Register the compiled function of a flight whose direction fixes its energy.

    Parameters
    ----------
    flight
        Class of the flight, a named tuple.
    lines
        ``lines(flight, direction, sight, out) -> count``: fills rapidities, probabilities per
        steradian and produced particle, and logarithms of gamma beta into ``out``, shape (3, n).
    """
    _KERNELS[flight] = _Kernels(lines=lines)
    selected_by(flight, lines)


def _segments_of(flight: Any, direction: Any, sight: Any, out: Any) -> Any:
    raise NotImplementedError("for compiled code")


def _density_of(constants: Any, sight: Any, momentum: Any, energy: Any) -> Any:
    raise NotImplementedError("for compiled code")


def _lines_of(flight: Any, direction: Any, sight: Any, out: Any) -> Any:
    raise NotImplementedError("for compiled code")


def _kernels(flight: Any) -> _Kernels:
    if not isinstance(flight, types.NamedTuple):
        return _Kernels()
    return _KERNELS.get(flight.instance_class, _Kernels())


@overload(_segments_of)
def _overload_segments(flight, direction, sight, out):  # type: ignore[no-untyped-def]
    kernel = _kernels(flight).segments
    return lambda flight, direction, sight, out: kernel(flight, direction, sight, out)


@overload(_density_of, jit_options={"error_model": "numpy", "forceinline": True})
def _overload_density(constants, sight, momentum, energy):  # type: ignore[no-untyped-def]
    kernel: Any = _DENSITIES.get(constants.instance_class)
    return lambda constants, sight, momentum, energy: kernel(constants, sight, momentum, energy)


@overload(_lines_of)
def _overload_lines(flight, direction, sight, out):  # type: ignore[no-untyped-def]
    kernel = _kernels(flight).lines
    return lambda flight, direction, sight, out: kernel(flight, direction, sight, out)


@njit(error_model="numpy")
def _fill(mass, segment, gauss, number, out, moving, count):  # type: ignore[no-untyped-def]
    """Nodes on one segment, from the first columns of ``gauss``, without the density."""
    start = segment[0]
    centre = segment[2]
    width = segment[3]
    half = 0.5 * (segment[1] - start)
    for i in range(number):
        s = start + half * (1.0 + gauss[0, i])
        weight = half * gauss[1, i]
        rapidity = s
        if width > 0.0:
            grow = math.exp(s)
            shrink = 1.0 / grow
            rapidity = centre + 0.5 * width * (grow - shrink)
            weight *= 0.5 * width * (grow + shrink)
        grow = math.exp(rapidity)
        shrink = 1.0 / grow
        flight = 0.5 * (grow - shrink)
        out[0, count] = rapidity
        out[1, count] = weight
        out[2, count] = math.log(max(flight, AT_REST))
        moving[0, count] = mass * flight
        moving[1, count] = 0.5 * mass * (grow + shrink)
        count += 1
    return count


@njit(error_model="numpy")
def _weigh(flight, sight, moving, out, count):  # type: ignore[no-untyped-def]
    """Multiply weights with the density."""
    constants = flight.constants
    # A loop without exponentials and calls, of which the compiler makes vector instructions.
    for i in range(count):
        out[1, i] *= _density_of(constants, sight, moving[0, i], moving[1, i])


@njit(error_model="numpy")
def _spread_nodes(flight, direction, gauss, out):  # type: ignore[no-untyped-def]
    sight = line_of_sight(flight.frames, direction)
    parts = np.empty((4, MAX_SEGMENTS))
    moving = np.empty((2, out.shape[1]))
    count = 0
    for k in range(_segments_of(flight, direction, sight, parts)):
        count = _fill(flight.mass, parts[:, k], gauss, gauss.shape[1], out, moving, count)
    _weigh(flight, sight, moving, out, count)
    return count


@njit(error_model="numpy")
def _needed(low, high, digits):  # type: ignore[no-untyped-def]
    """Nodes of a mapped segment for an error of exp(-digits)."""
    half = 0.5 * (high - low)
    along = 0.5 * (low + high) / half
    across = 0.5 * math.pi / half
    # The ellipse about the segment through the ridge, at i pi/2 under the map.
    axis = 0.5 * (math.hypot(along + 1.0, across) + math.hypot(along - 1.0, across))
    rate = min(_BEST_RATE, 2.0 * math.log(axis + math.sqrt(axis * axis - 1.0)))
    return max(_FEWEST, math.ceil(digits / rate))


@njit(error_model="numpy")
def _nodes_by_length(flight, direction, rules, usual, relief, out):  # type: ignore[no-untyped-def]
    sight = line_of_sight(flight.frames, direction)
    parts = np.empty((4, MAX_SEGMENTS))
    moving = np.empty((2, out.shape[1]))
    digits = _USUAL_RATE * usual - relief
    count = 0
    for k in range(_segments_of(flight, direction, sight, parts)):
        number = usual
        if relief >= 0.0 and parts[3, k] > 0.0:
            number = min(len(rules) - 1, _needed(parts[0, k], parts[1, k], digits))
        count = _fill(flight.mass, parts[:, k], rules[number], number, out, moving, count)
    _weigh(flight, sight, moving, out, count)
    return count


@njit(error_model="numpy")
def _line_nodes_of(flight, direction, rules, usual, relief, out):  # type: ignore[no-untyped-def]
    return _line_nodes(flight, direction, rules[0], out)


@njit(error_model="numpy")
def _line_nodes(flight, direction, gauss, out):  # type: ignore[no-untyped-def]
    return _lines_of(flight, direction, line_of_sight(flight.frames, direction), out)


def spectrum(flight: Any, direction: Any, gauss: Any, out: Any) -> Any:
    """Rapidities and weights whose sum integrates over the flight along one direction.

    For compiled code, and for Python.

    Parameters
    ----------
    flight : wayside.production.flight.Flight
    direction
        Unit vector in the laboratory, shape (3,).
    gauss
        Gauss-Legendre nodes and weights on [-1, 1], shape (2, n).
    out
        Room for rapidities, weights (per steradian) and logarithms of gamma beta,
        shape (3, MAX_SEGMENTS n).

    Returns
    -------
    count
        How many columns of ``out`` were filled.
    """
    nodes = _line_nodes if _KERNELS[type(flight)].lines is not None else _spread_nodes
    return nodes(flight, direction, gauss, out)


@overload(spectrum)
def _overload_spectrum(flight, direction, gauss, out):  # type: ignore[no-untyped-def]
    nodes = _line_nodes if _kernels(flight).lines is not None else _spread_nodes
    return lambda flight, direction, gauss, out: nodes(flight, direction, gauss, out)


def spectrum_by_length(
    flight: Any, direction: Any, rules: Any, usual: Any, relief: Any, out: Any
) -> Any:
    """`spectrum` with fewer nodes where a segment is short, or the direction counts for little.

    For compiled code.

    Parameters
    ----------
    flight : wayside.production.flight.Flight
    direction
        Unit vector in the laboratory, shape (3,).
    rules
        Gauss-Legendre nodes and weights by their number, shape (n + 1, 2, n).
    usual
        Number of nodes of a segment of usual length.
    relief
        Logarithm of the factor by which errors may be larger; negative for the usual number
        everywhere.
    out
        As of `spectrum`, for up to n nodes a segment.

    Returns
    -------
    count
        How many columns of ``out`` were filled.
    """
    raise NotImplementedError("for compiled code")


@overload(spectrum_by_length)
def _overload_by_length(flight, direction, rules, usual, relief, out):  # type: ignore[no-untyped-def]
    nodes = _line_nodes_of if _kernels(flight).lines is not None else _nodes_by_length
    return lambda flight, direction, rules, usual, relief, out: nodes(
        flight, direction, rules, usual, relief, out
    )


@njit(error_model="numpy")
def _place_on_line(flight, ray, u, parts):  # type: ignore[no-untyped-def]
    number = _lines_of(flight, ray, line_of_sight(flight.frames, ray), parts)
    if number == 0:
        return 0.0, 0.0
    k = min(number - 1, int(u * number))
    return parts[0, k], number * parts[1, k]


@njit(error_model="numpy")
def rapidity_at(parts, number, u):  # type: ignore[no-untyped-def]
    """Rapidity at a fraction u of segments, and its derivative with respect to u.

    Parameters
    ----------
    parts, number
        Segments, shape (4, MAX_SEGMENTS), and how many there are, as in `register_segments`.
    u
        Fraction of the total length of the segments, from 0 to 1.

    Returns
    -------
    rapidity, slope
        Both 0 for none.
    """
    total = 0.0
    for k in range(number):
        total += parts[1, k] - parts[0, k]
    if total <= 0.0:
        return 0.0, 0.0
    rest = u * total
    chosen = 0
    for k in range(number):
        chosen = k
        length = parts[1, k] - parts[0, k]
        if rest <= length:
            break
        rest -= length
    s = min(parts[0, chosen] + rest, parts[1, chosen])
    rapidity = s
    slope = total
    width = parts[3, chosen]
    if width > 0.0:
        rapidity = parts[2, chosen] + width * math.sinh(s)
        slope *= width * math.cosh(s)
    if rapidity <= 0.0:
        return 0.0, 0.0
    return rapidity, slope


@njit(error_model="numpy")
def _place_on_segments(flight, ray, u, parts):  # type: ignore[no-untyped-def]
    sight = line_of_sight(flight.frames, ray)
    rapidity, slope = rapidity_at(parts, _segments_of(flight, ray, sight, parts), u)
    if rapidity <= 0.0:
        return 0.0, 0.0
    momentum = flight.mass * math.sinh(rapidity)
    energy = flight.mass * math.cosh(rapidity)
    return rapidity, slope * _density_of(flight.constants, sight, momentum, energy)


def place(flight: Any, ray: Any, u: Any, parts: Any) -> Any:
    """Rapidity at a fraction u of the segments, or lines, along a ray.

    Parameters
    ----------
    flight : wayside.production.flight.Flight
    ray
        Unit vector in the laboratory, shape (3,).
    u
        Fraction of the segments, or of the lines by their probabilities, from 0 to 1.
    parts
        Room, shape (4, MAX_SEGMENTS).

    Returns
    -------
    rapidity, density
        Density in rapidity times the derivative of the rapidity with respect to u; 0 for none.
    """
    kernel = _place_on_line if _KERNELS[type(flight)].lines is not None else _place_on_segments
    return kernel(flight, ray, u, parts)


@overload(place)
def _overload_place(flight, ray, u, parts):  # type: ignore[no-untyped-def]
    kernel = _place_on_line if _kernels(flight).lines is not None else _place_on_segments
    return lambda flight, ray, u, parts: kernel(flight, ray, u, parts)
