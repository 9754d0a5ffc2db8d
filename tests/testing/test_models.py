"""The conformance suite: all registered models pass it, models with a flaw do not."""

import dataclasses

import pytest

from wayside.models.currents import Current, Term
from wayside.models.inelastic import PseudoDirac, ScalarInelastic
from wayside.models.protocol import Codes
from wayside.models.registry import kinds, model_class
from wayside.testing import CHECKS, check_model

MASSES = [(8.0, 4.341, 3.65), (3.0, 1.6, 0.2)]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("masses", MASSES, ids=str)
@pytest.mark.parametrize("kind", kinds())
def test_registered_models(kind, masses, check):
    check(model_class(kind)(*masses))


def flawed(base=PseudoDirac, **attributes):
    return dataclasses.dataclass(frozen=True)(type("Flawed", (base,), attributes))(*MASSES[0])


VECTOR = PseudoDirac.current
FLAWS = {
    "counts_spins_by_statistics": {"current": dataclasses.replace(VECTOR, spin_states=(1, 1))},
    "squares_are_positive": {"current": dataclasses.replace(VECTOR, along=(Term(-2.5),))},
    "scales_with_energy": {
        "current": dataclasses.replace(VECTOR, isotropic=(Term(-2.0, d=1, s=1),))
    },
    "powers_multiply": {"excited_powers": PseudoDirac.dark_powers},
    "declares_what_it_is": {"codes": Codes(55, 51, 51)},
}


@pytest.mark.parametrize("check", FLAWS)
def test_a_flaw_is_found_and_named(check):
    model = flawed(**FLAWS[check])
    named = next(function for function in CHECKS if function.__name__ == check)
    with pytest.raises(AssertionError):
        named(model)


def test_a_width_that_is_not_that_of_the_current_is_found():
    class Wider(ScalarInelastic):
        def excited_width_hats(self):
            return {name: 1.01 * width for name, width in super().excited_width_hats().items()}

    with pytest.raises(AssertionError, match="excited_widths_by_phase_space: width into e = "):
        check_model(Wider(*MASSES[0]))


@pytest.mark.parametrize(
    "current",
    [
        # An axial current is the vector one with the sign of m2 changed: d and s change places.
        Current((Term(-2.0, s=1),), (Term(-2.0),), spin_states=(2, 2), fermions=True),
        # Coefficients that depend on the masses: half of each, written with m1 m2 = (s - d)/4.
        Current(
            (Term(-2.0, d=1), Term(-4.0, m1=1, m2=1)),
            (Term(-2.0),),
            spin_states=(2, 2),
            fermions=True,
        ),
    ],
    ids=["axial", "half"],
)
@pytest.mark.parametrize("masses", MASSES, ids=str)
def test_currents_that_wayside_does_not_have(current, masses):
    check_model(flawed(current=current).with_masses(*masses))
