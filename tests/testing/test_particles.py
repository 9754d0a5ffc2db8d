"""Every kind of single particle is run through the conformance suite, which can fail."""

from dataclasses import dataclass
from importlib.metadata import EntryPoint

import pytest

from wayside import load_scenario
from wayside.collider.beams import Beams
from wayside.errors import InputError
from wayside.models import registry
from wayside.models.alp_photon import AlpPhoton
from wayside.models.final_states import FinalState
from wayside.models.particle import Width
from wayside.models.registry import particle_class, particle_kinds
from wayside.production.particle_processes import processes
from wayside.testing import PARTICLE_CHECKS, check_particle

BELLE2 = Beams(7.007, 4.0, 0.083)
OF_A_FILE = {"from-file"}
"""Kinds that are nothing without a file; tests of their own have one."""
MORE = {"dark-higgs-aprime": {"m_aprime": 2.0}}
"""Parameters that have no default."""


@pytest.mark.parametrize("check", PARTICLE_CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("kind", sorted(set(particle_kinds()) - OF_A_FILE))
def test_conformance(kind, check):
    check(particle_class(kind)(0.6, **MORE.get(kind, {})), BELLE2)


@dataclass(frozen=True)
class Wrong(AlpPhoton):
    """A width by a coupling that no scenario has."""

    kind = "alp-photon"

    def widths(self):
        return tuple(Width("x", type(one.powers)(other=2), 1.0) for one in super().widths())


def test_the_suite_fails_for_what_is_wrong():
    with pytest.raises(AssertionError, match="a coupling that is not declared"):
        check_particle(Wrong(0.6), BELLE2)


@dataclass(frozen=True)
class Charged(AlpPhoton):
    """A final state that has a charge."""

    def final_states(self, _width):
        return (FinalState(1.0, (13, 211)), FinalState(1.0, (13, 13)))


@dataclass(frozen=True)
class Negative(AlpPhoton):
    """A squared amplitude that is not positive."""

    def final_states(self, _width):
        return (FinalState(1.0, (22, 22, 111), lambda products: products.p12 - products.p13),)


@dataclass(frozen=True)
class TooHeavy(AlpPhoton):
    """Products that together are heavier."""

    def final_states(self, _width):
        return (FinalState(1.0, (15, -15)),)


@pytest.mark.parametrize(
    ("model", "line"),
    [
        (Charged, "gamma gamma: 13 13: charges must add up to 0"),
        (Negative, "negative amplitude"),
        (TooHeavy, "gamma gamma: 15 -15: heavier than the particle"),
    ],
)
def test_the_suite_fails_for_wrong_final_states(model, line):
    with pytest.raises(AssertionError, match=line):
        check_particle(model(0.6), BELLE2)


@dataclass(frozen=True)
class OfAPackage(AlpPhoton):
    """Differs in its name alone."""

    kind = "my-alp"


def test_a_package_adds_a_kind(monkeypatch):
    groups = {
        registry.PARTICLE_GROUP: [
            EntryPoint("my-alp", f"{__name__}:OfAPackage", registry.PARTICLE_GROUP),
            EntryPoint("broken", "no_such_module:X", registry.PARTICLE_GROUP),
        ],
    }
    monkeypatch.setattr(registry, "entry_points", lambda group: groups.get(group, []))
    values = ["model.kind=my-alp", "model.mass=0.5", "model.g_photon=1e-6"]
    scenario = load_scenario("gazelle", values)
    assert scenario.particle.build() == OfAPackage(0.5)
    assert scenario.processes == ("gamma a",)
    with pytest.raises(InputError, match=r"kind = 'broken': the package .* could not be loaded"):
        load_scenario("gazelle", ["model.kind=broken"])


@pytest.mark.parametrize("place", ["no_such_module:processes", "wayside.models.hnl:none", "x y"])
def test_a_function_that_is_not_there_is_one_line(place):
    class Lost(AlpPhoton):
        production = place

    line = f'kind = "alp-photon": {place} cannot be loaded: '
    with pytest.raises(InputError, match=line) as error:
        processes(Lost(0.5), BELLE2)
    assert "\n" not in str(error.value)
