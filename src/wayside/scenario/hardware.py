"""Sections for the layered detector and for Geant4: their keys, units and limits."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StrictStr

from wayside.detector.materials import ELEMENTS
from wayside.detector.stack import CELLULOSE_ACETATE, EMULSION, INVAR
from wayside.scenario.problems import nearest, show
from wayside.scenario.quantities import Quantity, Whole, refuse
from wayside.scenario.sections import Section

if TYPE_CHECKING:
    from wayside.detector.stack import Stack

_UM = 1e-6
_MM = 1e-3
_LENGTHS: Final = (
    *("plate", "film", "base", "mpgd", "cathode_board", "cathode_copper", "gas_gap"),
    *("well_copper", "kapton", "prepreg", "strip_copper", "shield", "fibres", "clearance"),
)

Thickness = Annotated[float, BeforeValidator(Quantity("length", 1e-7, 1.0))]
Optional = Annotated[float, BeforeValidator(Quantity("length", 0.0, 10.0))]
Density = Annotated[float, BeforeValidator(Quantity("density", 1e-6, 30.0))]
Fraction = Annotated[float, BeforeValidator(Quantity("pure number", 0.0, 1.0))]
Blocks = Annotated[int, BeforeValidator(Whole(1, 1000))]
Layers = Annotated[int, BeforeValidator(Whole(1, 1000))]
Cut = Annotated[float, BeforeValidator(Quantity("length", 1e-7, 1.0))]


def _symbol(value: str) -> str:
    if value not in ELEMENTS:
        near = nearest(value, ELEMENTS) if re.fullmatch("[A-Za-z]{1,3}", value) else None
        hint = f'; did you mean "{near}"?' if near else ""
        refuse(f"{show(value)} is no symbol of an element up to uranium{hint}")
    return value


def _whole(value: Mapping[str, float]) -> Mapping[str, float]:
    total = sum(value.values())
    if not abs(total - 1.0) <= 1e-3:
        refuse(f"mass fractions must add up to 1, not {total:.6g}")
    return value


Fractions = Annotated[
    Mapping[Annotated[StrictStr, AfterValidator(_symbol)], Fraction], AfterValidator(_whole)
]


class StackSection(Section):
    """The layers of the detector; the defaults are the study's where it gives them.

    Attributes
    ----------
    blocks, layers
        Blocks of emulsion, and emulsion layers in each: a plate, a film, the base, another film.
    plate, film, base
        Thicknesses in m.
    plate_density, film_density, base_density
        In g/cm^3.
    plate_fractions, film_fractions, base_fractions
        Mass fractions by symbol of the element.
    mpgd
        Thickness in m of the gas detector after each block; 0 for none.
    cathode_board, cathode_copper, gas_gap, well_copper, kapton, prepreg, strip_copper
        Its layers in m; the readout board takes what is left.
    argon
        Share of argon in its gas by volume, the rest carbon dioxide.
    shield, fibres
        Thickness in m of the lead around, and of the scintillating fibres outside it; 0 for none.
    clearance
        Between the blocks and the lead, in m.
    """

    blocks: Blocks = 33
    layers: Layers = 40
    plate: Thickness = 0.5 * _MM
    film: Thickness = 50 * _UM
    base: Thickness = 200 * _UM
    plate_density: Density = 8.1
    film_density: Density = 3.815
    base_density: Density = 1.3
    plate_fractions: Fractions = Field(default_factory=lambda: dict(INVAR))
    film_fractions: Fractions = Field(default_factory=lambda: dict(EMULSION))
    base_fractions: Fractions = Field(default_factory=lambda: dict(CELLULOSE_ACETATE))
    mpgd: Optional = 8 * _MM
    cathode_board: Optional = 0.5 * _MM
    cathode_copper: Optional = 35 * _UM
    gas_gap: Optional = 6 * _MM
    well_copper: Optional = 5 * _UM
    kapton: Optional = 50 * _UM
    prepreg: Optional = 50 * _UM
    strip_copper: Optional = 35 * _UM
    argon: Fraction = 0.7
    shield: Optional = 0.1
    fibres: Optional = 0.01
    clearance: Optional = 1 * _MM

    def build(self, size: tuple[float, float] = (0.2, 0.3)) -> "Stack":
        """The stack these keys describe.

        Parameters
        ----------
        size
            First and second dimension of the detector in m.

        Raises
        ------
        InputError
            If the layers of the gas detector do not fit into it.
        """
        from wayside.detector.stack import Stack

        values = {name: getattr(self, name) for name in type(self).model_fields}
        # Rounded: 50e-6 m is 0.05 mm, and not one bit beside it.
        values |= {name: round(1e3 * values[name], 9) for name in _LENGTHS}
        return Stack(size=(round(1e3 * size[0], 9), round(1e3 * size[1], 9)), **values)


class Geant4Section(Section):
    """How particles are followed through the layers.

    Attributes
    ----------
    physics_list
        Of Geant4.
    production_cut
        Range in m below which secondaries are not followed but counted as deposited on the spot.
    data
        ``"official"``, the ``"stand-in"`` that comes with Wayside, or ``"auto"``: the official
        data where they are installed.
    margin
        Air around everything in m, where a particle may start.
    plate_slabs
        Slabs that a plate is cut into, at the ends of which Geant4 lets a particle scatter.
    """

    physics_list: Literal["FTFP_BERT", "QGSP_BERT", "QGSP_BIC"] = "FTFP_BERT"
    production_cut: Cut = 0.7 * _MM
    data: Literal["auto", "official", "stand-in"] = "auto"
    margin: Thickness = 0.1
    plate_slabs: Annotated[int, BeforeValidator(Whole(1, 50))] = 4
