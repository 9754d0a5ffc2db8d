"""From the sections of a scenario to the settings of reconstruction."""

from wayside.emulsion.sheets import Sheets
from wayside.reconstruction.pipeline import Setup
from wayside.reconstruction.setup import setup_of
from wayside.scenario.emulsion import EmulsionSection, ReconstructionSection


def test_default_sections_are_the_default_setup():
    assert setup_of(EmulsionSection(), ReconstructionSection()) == Setup()


def test_every_key_reaches_its_step():
    sheets = Sheets(blocks=2)
    emulsion = EmulsionSection(gas_error=80e-6, gas_time=7.0, grain_error=0.4e-6)
    cuts = ReconstructionSection(
        min_sheets=6,
        max_holes=1,
        vertex_chi2=9.0,
        min_opening=0.02,
        veto_sheets=4,
        fibre_veto="all",
        gas_veto=True,
        four_dimensional=True,
    )
    setup = setup_of(emulsion, cuts, sheets)
    assert (setup.films.sheets, setup.films.emulsion.grain_error) == (sheets, 0.4)
    assert (setup.min_sheets, setup.linking.max_holes) == (6, 1)
    vertexing, timing = setup.vertexing, setup.timing
    assert (vertexing.largest_chi2, vertexing.min_opening) == (9.0, 0.02)
    assert (vertexing.max_holes, vertexing.veto_sheets) == (1, 4)
    assert (timing.position_error, timing.time_error) == (0.08, 7.0)
    assert (timing.fibre_veto, timing.gas_veto) == ("all", True)
    assert (setup.time_first, timing.birth_gap, timing.distinct_hits) == (True, True, True)
