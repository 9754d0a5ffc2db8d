"""Objects that sections build: units, and defaults that stand in one place."""

from dataclasses import fields

import pytest

from wayside.detector.cuts import ReconstructionCuts
from wayside.detector.emulsion import Emulsion
from wayside.detector.physics import Physics
from wayside.detector.readout import Readout
from wayside.detector.stack import CELLULOSE_ACETATE, EMULSION, INVAR, Stack
from wayside.errors import InputError
from wayside.scenario import Scenario, load_scenario
from wayside.scenario.emulsion import EmulsionSection, ReconstructionSection
from wayside.scenario.hardware import Geant4Section, StackSection


def test_nothing_said_is_the_default_of_the_package() -> None:
    assert StackSection().build() == Stack()
    assert EmulsionSection().build() == Emulsion()
    assert EmulsionSection().build_readout() == Readout()
    assert ReconstructionSection().build() == ReconstructionCuts()
    assert Geant4Section().build() == Physics()


def test_defaults_in_the_units_of_a_scenario() -> None:
    """As docs/howto_scenario.md prints them, in m and per 100 um or 1000 um^3."""
    stack, emulsion, geant4 = StackSection(), EmulsionSection(), Geant4Section()
    assert (stack.blocks, stack.layers, stack.argon) == (33, 40, 0.7)
    assert (stack.plate, stack.film, stack.base) == (0.5e-3, 50e-6, 200e-6)
    assert (stack.mpgd, stack.gas_gap, stack.cathode_copper) == (8e-3, 6e-3, 35e-6)
    assert (stack.shield, stack.fibres, stack.clearance) == (0.1, 0.01, 1e-3)
    assert dict(stack.plate_fractions) == dict(INVAR)
    assert dict(stack.film_fractions) == dict(EMULSION)
    assert dict(stack.base_fractions) == dict(CELLULOSE_ACETATE)
    assert (emulsion.crystal, emulsion.halide_fraction, emulsion.tube) == (0.2e-6, 0.45, 0.7e-6)
    assert (emulsion.grain_density, emulsion.fog, emulsion.minimum_loss) == (40.0, 3.0, 0.52)
    assert (emulsion.gas_error, emulsion.gas_time, emulsion.fibre_time) == (50e-6, 5.0, 1.0)
    assert (geant4.production_cut, geant4.margin) == (0.7e-3, 0.1)
    cuts = ReconstructionSection()
    assert (cuts.min_sheets, cuts.max_holes, cuts.veto_sheets) == (5, 2, 3)
    assert (cuts.vertex_chi2, cuts.min_opening) == (16.0, 0.01)
    assert (cuts.fibre_veto, cuts.gas_veto) == ("upstream", False)
    assert cuts.four_dimensional is False


def test_values_reach_the_object_in_its_units() -> None:
    scenario = load_scenario(
        "belle2-forward",
        {
            "stack.film": "60 um",
            "stack.blocks": 20,
            "emulsion.crystal": "0.25 um",
            "emulsion.grain_density": 35,
            "emulsion.fog": 2,
            "emulsion.gas_error": "80 um",
            "geant4.margin": "5 cm",
            "geant4.plate_slabs": 2,
        },
    )
    stack = scenario.stack.build((0.25, 0.4))
    assert (stack.film, stack.blocks, stack.size) == (0.06, 20, (250.0, 400.0))
    emulsion = scenario.emulsion.build()
    assert (emulsion.crystal, emulsion.grain_density, emulsion.fog) == (0.25, 0.35, 2e-3)
    assert scenario.emulsion.build_readout().gas_error == 0.08
    assert scenario.geant4.build() == Physics(margin=50.0, plate_slabs=2)
    assert scenario.collider.build().sqrt_s == scenario.sqrt_s


@pytest.mark.parametrize("section", [StackSection, EmulsionSection, Geant4Section])
def test_defaults_are_not_shared(section: type) -> None:
    one, other = section(), section()
    for name in section.model_fields:
        value = getattr(one, name)
        if isinstance(value, dict):
            assert value is not getattr(other, name)


def test_every_field_has_a_key() -> None:
    """But for the size of a stack, which is that of the detector."""
    for owner, section in (
        (Stack, StackSection),
        (Emulsion, EmulsionSection),
        (Readout, EmulsionSection),
        (ReconstructionCuts, ReconstructionSection),
        (Physics, Geant4Section),
    ):
        names = {field.name for field in fields(owner)}
        assert names - section.model_fields.keys() <= {"size"}


def test_more_grains_than_crystals_are_refused_with_the_scenario() -> None:
    data = load_scenario("belle2-forward").to_dict()
    data["emulsion"] = {**data["emulsion"], "grain_density": 900.0}
    with pytest.raises(InputError, match=r"^emulsion\.grain_density = 900: must be below 337\.5"):
        Scenario.from_dict(data)
