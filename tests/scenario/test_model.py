"""The section ``[model]`` follows what the kinds of models declare."""

from dataclasses import dataclass
from importlib.metadata import EntryPoint
from typing import ClassVar

import pytest

from wayside.errors import InputError
from wayside.models import registry
from wayside.models.inelastic import PseudoDirac, ScalarInelastic
from wayside.models.parameters import Parameter
from wayside.scenario import Scenario


@dataclass(frozen=True)
class Tilted(PseudoDirac):
    """A model with parameters of its own, one of them required."""

    tilt: float = 0.5
    scale: float = 0.0

    kind: ClassVar[str] = "tilted"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("tilt", "a fraction", low=0.0, high=1.0),
        Parameter("scale", "a mass", low=0.0, high=100.0, dimension="energy"),
    )

    @classmethod
    def lagrangian_masses(cls, mu, rho, **parameters):
        return mu + rho, mu - rho * parameters["tilt"]


@pytest.fixture
def tilted(monkeypatch, base):
    entries = [
        EntryPoint("tilted", f"{__name__}:Tilted", registry.GROUP),
        EntryPoint("broken", "no_such_module:X", registry.GROUP),
    ]
    monkeypatch.setattr(registry, "entry_points", lambda group: entries * (group == registry.GROUP))
    base["model"]["kind"] = "tilted"
    return base


def test_a_section_builds_its_model(base):
    section = Scenario.from_dict(base).model
    assert section.build() == ScalarInelastic(section.m_aprime, section.m1, section.m2)


def test_parameters_of_a_kind_are_keys(tilted):
    tilted["model"]["scale"] = "200 MeV"
    scenario = Scenario.from_dict(tilted)
    assert scenario.model.build() == Tilted(*_masses(scenario), tilt=0.5, scale=0.2)
    assert Scenario.from_dict(scenario.to_dict()) == scenario
    assert scenario.with_values(["model.tilt=1"]).model.build().tilt == 1.0


def _masses(scenario):
    return scenario.model.m_aprime, *scenario.masses


def test_parameters_of_the_old_kind_go_with_it(tilted):
    scenario = Scenario.from_dict(tilted).with_values(["model.tilt=1"])
    assert type(scenario.with_values(["model.kind=scalar"]).model.build()) is ScalarInelastic


def test_lagrangian_masses_get_the_parameters(tilted):
    for key in ("m1", "m2"):
        del tilted["model"][key]
    tilted["model"] |= {"mu": 1.0, "rho": 0.2, "tilt": 0.25}
    assert Scenario.from_dict(tilted).masses == (1.2, 0.95)
    assert Tilted.from_lagrangian(3.0, 1.0, 0.2) == Tilted(3.0, 1.2, 0.9)


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"tilt": 2.0}, "model.tilt = 2.0: must be at least 0 and at most 1"),
        ({"scale": "1 m"}, "model.scale = '1 m': a length, but must be an energy"),
        ({"tlt": 0.5}, "model.tlt: unknown key"),
        (
            {"kind": "tilt"},
            "model.kind = 'tilt': must be 'scalar', 'pseudo-dirac', 'broken', 'tilted'",
        ),
        ({"kind": "broken"}, "model.kind = 'broken': the package no_such_module could not be"),
        ({"kind": 3}, "model.kind = 3: must be"),
        ({"kind": "scalar", "tilt": 0.5}, "model.tilt: unknown key"),
    ],
)
def test_what_is_refused(tilted, values, line):
    tilted["model"] |= values
    with pytest.raises(InputError) as caught:
        Scenario.from_dict(tilted)
    assert str(caught.value).startswith(line)
    assert "\n" not in str(caught.value)
