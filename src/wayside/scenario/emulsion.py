"""What films, gas and fibres record, and what makes a track or a vertex: two sections."""

from typing import Annotated, Final

from pydantic import BeforeValidator

from wayside.detector.cuts import FibreVeto, ReconstructionCuts
from wayside.detector.emulsion import Emulsion
from wayside.detector.readout import Readout
from wayside.scenario.domain import DomainFields
from wayside.scenario.quantities import Quantity, Whole, switch
from wayside.scenario.sections import Section

_Fine = Annotated[float, BeforeValidator(Quantity("length", 1e-9, 1e-3))]
_Zero = Annotated[float, BeforeValidator(Quantity("length", 0.0, 1e-3))]
_Angle = Annotated[float, BeforeValidator(Quantity("angle", 0.0, 1.0))]
_Slope = Annotated[float, BeforeValidator(Quantity("pure number", 0.05, 3.0))]
_Fraction = Annotated[
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


_FILM: Final = DomainFields(
    Emulsion,
    {
        **dict.fromkeys(("crystal", "grain_error", "depth_error", "alignment", "tube"), 1e6),
        "grain_density": 0.01,
        "fog": 1e-3,
    },
)
"""Lengths in m and grains per 100 um or 1000 um^3 in the scenario; um in the package."""

_READOUT: Final = DomainFields(Readout, {"gas_error": 1e3})
"""Lengths in m in the scenario, in mm in the package."""

_CUTS: Final = DomainFields(ReconstructionCuts)


class EmulsionSection(Section):
    """How a crossing becomes grains, micro-tracks and hits: the fields of two classes.

    `wayside.detector.emulsion.Emulsion` and `wayside.detector.readout.Readout` describe them. Here
    lengths are in m, ``grain_density`` is for 100 um of path, and ``fog`` for 1000 um^3.
    """

    crystal: _Fine = _FILM.default("crystal")
    halide_fraction: _Fraction = _FILM.default("halide_fraction")
    grain_density: _Density = _FILM.default("grain_density")
    minimum_loss: _Loss = _FILM.default("minimum_loss")
    fog: _Fog = _FILM.default("fog")
    grain_error: _Zero = _FILM.default("grain_error")
    depth_error: _Zero = _FILM.default("depth_error")
    distortion: _Angle = _FILM.default("distortion")
    alignment: _Zero = _FILM.default("alignment")
    tube: _Fine = _FILM.default("tube")
    threshold: _Grains = _FILM.default("threshold")
    largest_slope: _Slope = _FILM.default("largest_slope")
    gas_error: _Fine = _READOUT.default("gas_error")
    gas_time: _Nanoseconds = _READOUT.default("gas_time")
    gas_efficiency: _Efficiency = _READOUT.default("gas_efficiency")
    fibre_time: _Nanoseconds = _READOUT.default("fibre_time")
    fibre_efficiency: _Efficiency = _READOUT.default("fibre_efficiency")

    def build(self) -> Emulsion:
        """The response of a film that these keys describe.

        Raises
        ------
        InputError
            If the grain density is beyond what the crystals allow.
        """
        return Emulsion(**_FILM.values(self))

    def build_readout(self) -> Readout:
        """Errors and efficiencies of gas detectors and fibres."""
        return Readout(**_READOUT.values(self))


class ReconstructionSection(Section):
    """What makes a track and a vertex: the fields of `wayside.detector.cuts.ReconstructionCuts`."""

    min_sheets: _Sheets = _CUTS.default("min_sheets")
    max_holes: _Holes = _CUTS.default("max_holes")
    vertex_chi2: _Cut = _CUTS.default("vertex_chi2")
    min_opening: _Angle = _CUTS.default("min_opening")
    veto_sheets: Annotated[int, BeforeValidator(Whole(0, 40))] = _CUTS.default("veto_sheets")
    fibre_veto: FibreVeto = _CUTS.default("fibre_veto")
    gas_veto: Annotated[bool, BeforeValidator(switch)] = _CUTS.default("gas_veto")
    four_dimensional: Annotated[bool, BeforeValidator(switch)] = _CUTS.default("four_dimensional")

    def build(self) -> ReconstructionCuts:
        """Cuts that these keys describe."""
        return ReconstructionCuts(**_CUTS.values(self))
