"""Base-tracks of the toy transport, made once."""

import numpy as np
import pytest
from reference.toy_transport import beam, cosmic, transport

from wayside.detector.emulsion import Emulsion
from wayside.emulsion.alignment import misalign
from wayside.emulsion.microtracks import microtracks
from wayside.emulsion.sheets import Sheets
from wayside.reconstruction.basetracks import basetracks
from wayside.reconstruction.material import Layer

EMULSION, SHEETS = Emulsion(), Sheets()
WIDE = Sheets(width=4000.0, height=4000.0)
TOY = Layer(0.0342, 0.4786, 0.5 / 12**0.5, 0.0, 0.0, core=1.0, tail_fraction=0.0)
"""What the toy transport goes through: plates alone, normal angles."""


def respond(crossings, rng, seed=7, emulsion=EMULSION):
    micro = microtracks(crossings, emulsion, SHEETS, rng)
    return basetracks(misalign(micro, emulsion.alignment, seed), emulsion, SHEETS)


def apart(n, step=10.1):
    """Places a patch of alignment apart, so that tracks share no error."""
    side = int(np.ceil(np.sqrt(n)))
    return step * (np.arange(n) % side) - 0.5 * step * side, step * (
        np.arange(n) // side
    ) - 0.5 * step * side


def straight_rows(n, momentum, sheets, slope, seed, mass=105.66, **options):
    """One particle a place, all of one momentum and polar angle."""
    rng = np.random.default_rng(seed)
    x, y = apart(n)
    angle = rng.uniform(0, 2 * np.pi, n)
    particles = beam(x, y, -0.1, slope * np.cos(angle), slope * np.sin(angle), momentum, mass)
    return respond(transport(particles, sheets, rng, **options), rng)


def crowd(density_cm2, half, sheets, seed, low=500.0):
    """Muons through a square of +-half mm, some from beside it; only what is inside is seen."""
    rng = np.random.default_rng(seed)
    wide = half + 0.9 * 0.8 * sheets
    n = int(density_cm2 / 100 * (2 * wide) ** 2)
    particles = cosmic(n, wide, rng)
    particles.p[:] = np.exp(rng.uniform(np.log(low), np.log(2e4), n))
    crossings = transport(particles, sheets, rng)
    inside = (np.abs(crossings["x_in"]) < half) & (np.abs(crossings["y_in"]) < half)
    return respond(crossings[inside], rng)


def pairs(n, momentum, opening, sheets, seed, mass=105.66, pdg=13):
    """Two particles from each of n points in plates: rows, and the points (x, y, z)."""
    rng = np.random.default_rng(seed)
    x, y = apart(n)
    z = 0.8 * 5 + rng.uniform(0.0, 0.5, n)
    angle, tilt, turn = (rng.uniform(0, high, n) for high in (2 * np.pi, 0.3, 2 * np.pi))
    half = np.tan(opening / 2)
    sign = np.repeat([1.0, -1.0], n)
    particles = beam(
        np.tile(x, 2), np.tile(y, 2), np.tile(z, 2),
        np.tile(tilt * np.cos(turn), 2) + sign * half * np.tile(np.cos(angle), 2),
        np.tile(tilt * np.sin(turn), 2) + sign * half * np.tile(np.sin(angle), 2),
        momentum, mass, pdg, event=np.tile(np.arange(n), 2), track=np.repeat([1, 2], n),
    )  # fmt: skip
    crossings = transport(particles, sheets, rng)
    return respond(crossings, rng), (x, y, z), crossings


@pytest.fixture(scope="session")
def muon_pairs():
    return pairs(1200, 1000.0, 0.2, 25, 21)
