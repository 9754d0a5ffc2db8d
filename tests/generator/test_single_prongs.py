"""Single particles that start in the detector."""

import numpy as np

from wayside.efficiency.channels import ALONE
from wayside.generator.single_prongs import SingleSpread, draw_single_prongs
from wayside.models.final_states import mass_of
from wayside.scenario import load_scenario

STACK = load_scenario("belle2-forward").stack.build()


def test_rows_are_those_of_the_particles():
    decays, particles, kept = draw_single_prongs(600, STACK, seed=3)
    np.testing.assert_array_equal(decays["event"], np.arange(600))
    np.testing.assert_array_equal(particles["event"], decays["event"])
    momentum = np.stack([particles[name] for name in ("px", "py", "pz")], axis=1) / 1e3
    for channel, (name, code) in enumerate(ALONE.items()):
        mine = decays["channel"] == channel
        assert np.all(particles["pdg"][mine] == code)
        energy = np.sqrt(mass_of(code) ** 2 + np.sum(momentum[mine] ** 2, axis=1))
        np.testing.assert_allclose(decays["energy"][mine], energy, rtol=1e-9)
        softer = energy - mass_of(code)
        np.testing.assert_allclose(decays["softer"][mine], softer, atol=1e-9)
        assert kept[name][1] == mine.sum() <= kept[name][0]
    slope = np.hypot(momentum[:, 0], momentum[:, 1]) / momentum[:, 2]
    np.testing.assert_allclose(decays["slope"], slope, rtol=1e-9)
    assert np.all(decays["opening"] == 0.0)
    for axis, length in zip("xy", STACK.size, strict=True):
        assert np.all(np.abs(particles[axis]) <= 0.5 * length)
    assert np.all((particles["z"] >= 0.0) & (particles["z"] <= STACK.depth))


def test_ranges_and_seeds():
    edge = SingleSpread(least_slope=1.05, largest_slope=1.35, least=0.1, highest=2.0)
    decays, particles, _ = draw_single_prongs(200, STACK, 5, edge)
    assert np.all((decays["slope"] >= 1.05) & (decays["slope"] < 1.35))
    assert np.all((decays["softer"] >= 0.1) & (decays["softer"] <= 2.0))
    again = draw_single_prongs(200, STACK, 5, edge)[1]
    np.testing.assert_array_equal(particles, again)
    assert not np.array_equal(particles["px"], draw_single_prongs(200, STACK, 6, edge)[1]["px"])
