"""From the sections of a scenario to the settings of reconstruction."""

from wayside.emulsion.sheets import Sheets
from wayside.reconstruction.films import Films
from wayside.reconstruction.linking import Linking
from wayside.reconstruction.material import Layer
from wayside.reconstruction.pipeline import Setup
from wayside.reconstruction.timing import Timing
from wayside.reconstruction.vertices import Vertexing
from wayside.scenario.emulsion import EmulsionSection, ReconstructionSection


def setup_of(
    emulsion: EmulsionSection,
    reconstruction: ReconstructionSection,
    sheets: Sheets | None = None,
    layer: Layer | None = None,
) -> Setup:
    """Settings of reconstruction that two sections of a scenario describe.

    Parameters
    ----------
    emulsion
        Response of films, gas detectors and fibres, whose errors reconstruction takes as known.
    reconstruction
        Cuts on tracks and vertices.
    sheets
        Depths of the films in mm, those of the default stack if None.
    layer
        Material between two films, that of the default stack if None.

    Returns
    -------
    Setup
        Settings of every step; the whole sheets are scanned.

    Raises
    ------
    InputError
        If the grain density is beyond what the crystals allow.

    Examples
    --------
    >>> import wayside
    >>> scenario = wayside.load_scenario("belle2-forward", {"reconstruction.min_sheets": 6})
    >>> setup = setup_of(scenario.emulsion, scenario.reconstruction)
    >>> setup.min_sheets, setup.linking.max_holes, setup.timing.time_error
    (6, 2, 5.0)
    """
    readout, cuts = emulsion.build_readout(), reconstruction.build()
    return Setup(
        films=Films(emulsion.build(), sheets or Sheets(), layer or Layer()),
        linking=Linking(max_holes=cuts.max_holes),
        vertexing=Vertexing(
            largest_chi2=cuts.vertex_chi2,
            min_opening=cuts.min_opening,
            max_holes=cuts.max_holes,
            veto_sheets=cuts.veto_sheets,
        ),
        timing=Timing(
            position_error=readout.gas_error,
            time_error=readout.gas_time,
            fibre_veto=cuts.fibre_veto,
            gas_veto=cuts.gas_veto,
            birth_gap=cuts.four_dimensional,
            distinct_hits=cuts.four_dimensional,
        ),
        min_sheets=cuts.min_sheets,
        time_first=cuts.four_dimensional,
    )
