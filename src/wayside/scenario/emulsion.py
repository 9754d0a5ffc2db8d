"""What films, gas and fibres record, and what makes a track or a vertex: two sections."""

from typing import Annotated, Literal

from pydantic import BeforeValidator

from wayside.scenario.quantities import Quantity, Whole, refuse
from wayside.scenario.sections import Section

_Fine = Annotated[float, BeforeValidator(Quantity("length", 1e-9, 1e-3))]
_Zero = Annotated[float, BeforeValidator(Quantity("length", 0.0, 1e-3))]
_Angle = Annotated[float, BeforeValidator(Quantity("angle", 0.0, 1.0))]
_Slope = Annotated[float, BeforeValidator(Quantity("pure number", 0.05, 3.0))]
_Share = Annotated[
    float, BeforeValidator(Quantity("pure number", 0.0, 1.0, open_low=True, open_high=True))
]
_Efficiency = Annotated[float, BeforeValidator(Quantity("pure number", 0.0, 1.0))]
_Density = Annotated[float, BeforeValidator(Quantity("pure number", 0.1, 1e3))]
_Fog = Annotated[float, BeforeValidator(Quantity("pure number", 0.0, 1e3))]
_Loss = Annotated[float, BeforeValidator(Quantity("pure number", 1e-3, 1e2))]
_Nanoseconds = Annotated[float, BeforeValidator(Quantity("pure number", 1e-3, 1e6))]
_Cut = Annotated[float, BeforeValidator(Quantity("pure number", 0.0, 1e6, open_low=True))]
_Grains = Annotated[int, BeforeValidator(Whole(3, 100))]
_Sheets = Annotated[int, BeforeValidator(Whole(2, 1000))]
_Holes = Annotated[int, BeforeValidator(Whole(0, 3))]


def _switch(value: object) -> bool:
    if not isinstance(value, bool):
        refuse("must be true or false")
    return value


class EmulsionSection(Section):
    """How a crossing becomes grains, micro-tracks and hits; origins in docs/theory.

    Attributes
    ----------
    crystal
        Diameter of a silver-bromide crystal in m.
    halide_fraction
        Volume fraction of the crystals.
    grain_density
        Developed grains per 100 um of a minimum-ionising particle.
    minimum_loss
        Energy loss of that particle in the emulsion in keV/um.
    fog
        Random grains per 1000 um^3.
    grain_error
        Error of a grain's measured position along x and y in m, without the crystal's own size.
    depth_error
        The same along z in m.
    distortion
        Random shear of a film in rad: the slope error of a micro-track beyond that of its grains.
    alignment
        Position error common to a sheet in m.
    tube
        Radius of the tube in which grains are counted to a micro-track in m.
    threshold
        Least grains of a micro-track.
    largest_slope
        Largest tangent, along x and y together, that the scanning looks for.
    gas_error, gas_time, gas_efficiency
        Position error in m, time error in ns and efficiency of a gas detector.
    fibre_time, fibre_efficiency
        Time error in ns and efficiency of a layer of scintillating fibres.
    """

    crystal: _Fine = 0.2e-6
    halide_fraction: _Share = 0.45
    grain_density: _Density = 40.0
    minimum_loss: _Loss = 0.52
    fog: _Fog = 3.0
    grain_error: _Zero = 0.3e-6
    depth_error: _Zero = 1.0e-6
    distortion: _Angle = 5e-3
    alignment: _Zero = 0.3e-6
    tube: _Fine = 0.7e-6
    threshold: _Grains = 8
    largest_slope: _Slope = 1.0
    gas_error: _Fine = 50e-6
    gas_time: _Nanoseconds = 5.0
    gas_efficiency: _Efficiency = 0.97
    fibre_time: _Nanoseconds = 1.0
    fibre_efficiency: _Efficiency = 0.98


class ReconstructionSection(Section):
    """What makes a track and a vertex.

    Attributes
    ----------
    min_sheets
        Least base-tracks of a track; the study asks for 5 sheets.
    max_holes
        Most sheets in a row that a track may miss.
    vertex_chi2
        Largest chi-squared, one degree of freedom, of two tracks at a common point.
    min_opening
        Least angle between the two tracks in rad.
    veto_sheets
        Sheets in front of a vertex that must be there, and without a track that ends at it.
    fibre_veto
        Fibres that must be silent when a vertex happens: those ``"upstream"`` of it, or ``"all"``.
    gas_veto
        Whether gas detectors before the vertex's block must be silent then, too.
    """

    min_sheets: _Sheets = 5
    max_holes: _Holes = 2
    vertex_chi2: _Cut = 16.0
    min_opening: _Angle = 0.01
    veto_sheets: Annotated[int, BeforeValidator(Whole(0, 40))] = 3
    fibre_veto: Literal["upstream", "all"] = "upstream"
    gas_veto: Annotated[bool, BeforeValidator(_switch)] = False
