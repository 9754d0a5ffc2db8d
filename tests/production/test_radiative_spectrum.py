"""The forward hole of the study (Sec. 7, Fig. 7): scalars avoid the beam, fermions do not."""

import numpy as np
import pytest
from reference import sampling

from wayside.acceptance.quadrature import gauss_legendre
from wayside.collider.beams import Beams
from wayside.constants import M_ELECTRON
from wayside.models.inelastic import PseudoDirac, ScalarInelastic
from wayside.production.radiative_flight import radiative_flight
from wayside.production.spectrum import MAX_SEGMENTS, spectrum

SQRT_S = 10.58
KINDS = [ScalarInelastic, PseudoDirac]


def per_steradian(flight, theta):
    gauss = gauss_legendre(30)
    out = np.empty((3, MAX_SEGMENTS * 30))
    direction = np.array([np.sin(theta), 0.0, np.cos(theta)])
    return out[1, : spectrum(flight, direction, gauss, out)].sum()


@pytest.mark.parametrize("kind", KINDS)
def test_density_next_to_the_beam_against_sampling(kind):
    """Rings of polar angle about the beam, 4 standard errors, fixed seed."""
    model = kind(8.0, 4.341, 3.65)
    rng = np.random.default_rng(31)
    tensor = model.pair_tensor(64.0)
    masses = (8.0, 4.341, 3.65)
    _, p, weight = sampling.on_shell(1_500_000, rng, SQRT_S, M_ELECTRON, *masses, *tensor)
    theta = np.arctan2(np.hypot(p[:, 0], p[:, 1]), p[:, 2])
    flight = radiative_flight(model, Beams.symmetric(SQRT_S), "printed")
    nodes, weights = gauss_legendre(40)
    for low, high in ((0.0, 0.03), (0.03, 0.08), (0.08, 0.13), (0.2, 0.4)):
        mean, error = sampling.mean_and_error(weight * ((theta >= low) & (theta < high)))
        angles = 0.5 * (high - low) * nodes + 0.5 * (high + low)
        ring = [2 * np.pi * np.sin(a) * per_steradian(flight, a) for a in angles]
        total = 0.5 * (high - low) * np.sum(weights * ring)
        # The first ring holds a cusp at the beam: a quadrature error of some per mille there.
        assert total == pytest.approx(mean, abs=4 * error + 2e-3 * mean)


def test_scalars_leave_a_hole_along_the_beam():
    densities = {}
    for kind in KINDS:
        flight = radiative_flight(kind(8.0, 4.341, 3.65), Beams.symmetric(SQRT_S))
        densities[kind] = [per_steradian(flight, a) for a in (1e-4, 0.1)]
    beam, ring = densities[ScalarInelastic]
    assert beam < 0.3 * ring
    beam, ring = densities[PseudoDirac]
    assert beam > 0.7 * ring
