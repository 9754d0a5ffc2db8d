"""Decays to pairs with kaons and of two kinds, against kinematics of their own."""

import numpy as np

from wayside.efficiency.channels import OTHER_PAIRS
from wayside.generator.other_pairs import OtherSpread, draw_other_pairs
from wayside.models.final_states import charge, mass_of
from wayside.scenario import load_scenario


def test_two_prongs_make_what_decays() -> None:
    """Invariant mass, boost and direction of the sum of both, from what Geant4 is handed."""
    stack = load_scenario("belle2-forward").stack.build()
    rows, particles, kept = draw_other_pairs(600, stack, seed=2)
    assert len(particles) == 2 * len(rows)
    assert all(tried >= size for tried, size in kept.values())
    pair = particles.reshape(-1, 2)
    np.testing.assert_array_equal(pair["event"], rows["event"][:, None].repeat(2, axis=1))
    momentum = 1e-3 * np.stack([pair[f"p{axis}"] for axis in "xyz"], axis=-1)
    masses = np.vectorize(mass_of)(pair["pdg"])
    energy = np.sqrt(masses**2 + np.sum(momentum**2, axis=-1))
    total, whole = momentum.sum(axis=1), energy.sum(axis=1)
    mass = np.sqrt(whole**2 - np.sum(total**2, axis=-1))
    np.testing.assert_allclose(mass, rows["splitting"], rtol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(total, axis=-1) / mass, rows["boost"], rtol=1e-6)
    np.testing.assert_allclose(total[:, 2] / np.linalg.norm(total, axis=-1), np.cos(rows["tilt"]),
                               atol=1e-6)  # fmt: skip
    slope = np.max(np.hypot(momentum[..., 0], momentum[..., 1]) / momentum[..., 2], axis=1)
    assert slope.max() < OtherSpread().largest_slope
    # Opposite charges of the kinds that the channel says.
    assert np.all(np.vectorize(charge)(pair["pdg"]).sum(axis=1) == 0)
    for channel, name in enumerate(OTHER_PAIRS):
        own = np.sort(np.abs(pair["pdg"][rows["channel"] == channel]), axis=1)
        assert np.all(own == sorted(OTHER_PAIRS[name]))
