"""Two leading products of decays, against a choice made decay by decay."""

from itertools import combinations

import numpy as np
import pytest

from wayside.decays.leading_pairs import TWO_PIONS, leading_pairs
from wayside.decays.particle_decays import ParticleDecaySampler
from wayside.models.final_states import FinalState, Hadrons, charge, mass_of
from wayside.models.particle import Width
from wayside.models.registry import particle_class

STATES = {
    "four pions": FinalState(1.0, (211, -211, 211, -211)),
    "pions and kaons": FinalState(1.0, (321, -321, 211, -211)),
    "two neutral": FinalState(1.0, (211, -211, 111, 111)),
    "muon and pions": FinalState(1.0, (13, 211, 211, -211)),
    "any number": FinalState(1.0, hadrons=Hadrons.PIONS),
}


@pytest.mark.parametrize("name", STATES)
def test_no_other_pair_is_faster_along_the_flight(name):
    """Means over the pairs against those of a choice among all pairs of drawn decays."""
    state, mass = STATES[name], 2.5
    model = particle_class("dark-higgs")(mass)
    width = model.widths()[0]
    pairs = leading_pairs(mass, state, 8_000)
    assert sum(float(pair.points.weight.sum()) for pair in pairs) == pytest.approx(1.0)
    for pair in pairs:
        for k, code in enumerate(pair.codes):
            own2 = pair.points.energy[:, k] ** 2 - np.sum(pair.points.momentum[:, k] ** 2, axis=1)
            np.testing.assert_allclose(own2, mass_of(code) ** 2, atol=1e-9)

    class One:
        """The same particle with this final state alone."""

        name, kind, invisible = "S", "dark-higgs", frozenset()

        def __init__(self):
            self.mass = mass

        def final_states(self, _):
            return (state,)

    own = Width("own", width.powers, 1.0)
    drawn = ParticleDecaySampler(One(), {"sin_theta": 1.0}, (own,)).draw(
        8_000, np.random.default_rng(3)
    )
    along, opening = np.zeros(8_000), np.zeros(8_000)
    kinds = []
    for i in range(8_000):
        mine = range(drawn.offsets[i], drawn.offsets[i + 1])
        charged = [k for k in mine if charge(int(drawn.pdg[k]))]
        best = max(combinations(charged, 2), key=lambda ks: sum(drawn.momentum[k, 2] for k in ks))
        along[i] = sum(drawn.momentum[k, 2] for k in best)
        one, two = drawn.momentum[list(best)]
        opening[i] = one @ two / np.linalg.norm(one) / np.linalg.norm(two)
        kinds.append(tuple(sorted(abs(int(drawn.pdg[k])) for k in best)))
    ours = {"along": 0.0, "opening": 0.0}
    for pair in pairs:
        weight, momentum = pair.points.weight, pair.points.momentum
        ours["along"] += float(weight @ momentum[..., 2].sum(axis=1))
        sizes = np.linalg.norm(momentum, axis=2)
        ours["opening"] += float(
            weight @ (np.sum(momentum[:, 0] * momentum[:, 1], axis=1) / sizes.prod(axis=1))
        )
        fraction = np.mean([kind == pair.codes for kind in kinds])
        # 5 errors of both samples fail once in 2e6.
        assert float(weight.sum()) == pytest.approx(fraction, abs=5 * np.sqrt(0.5 / 8_000))
    for key, values in (("along", along), ("opening", opening)):
        assert ours[key] == pytest.approx(values.mean(), abs=7.1 * values.std() / np.sqrt(8_000))


def test_photons_and_kaons_take_the_place_of_charged_ones():
    def fractions(*products):
        pairs = leading_pairs(1.5, FinalState(1.0, products), 10_000)
        return {pair.codes: float(pair.points.weight.sum()) for pair in pairs}

    assert fractions(22, 22) == {(22, 22): pytest.approx(1.0)}
    assert fractions(14, 111) == {(22, 22): pytest.approx(1.0)}
    assert fractions(14, 22) == {}
    # 5 errors of 10,000 decays, which fail once in 2e6.
    assert fractions(310, 130) == {(211, 211): pytest.approx(TWO_PIONS, abs=0.024)}
    both = 1.0 - (1.0 - TWO_PIONS) ** 2
    assert fractions(310, 310) == {(211, 211): pytest.approx(both, abs=0.015)}
    kinds = fractions(310, 111)
    assert kinds[211, 211] + kinds[22, 22] == pytest.approx(1.0)


def test_photons_of_a_pion_carry_its_momentum():
    (pair,) = leading_pairs(0.5, FinalState(1.0, (14, 111)), 2_000)
    total = pair.points.momentum.sum(axis=1)
    energy = pair.points.energy.sum(axis=1)
    mass = mass_of(111)
    np.testing.assert_allclose(energy**2 - np.sum(total**2, axis=1), mass**2, rtol=1e-9)
    np.testing.assert_allclose(energy, (0.5**2 + mass**2) / (2.0 * 0.5), rtol=1e-9)
