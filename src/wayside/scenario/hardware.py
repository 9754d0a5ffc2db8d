"""Sections for the layered detector and for Geant4: their keys, units and limits."""

import re
from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, StrictStr

from wayside.detector.materials import ELEMENTS
from wayside.detector.physics import Physics, PhysicsList
from wayside.detector.stack import Stack
from wayside.scenario.domain import DomainFields, in_units
from wayside.scenario.problems import nearest, show
from wayside.scenario.quantities import Quantity, Whole, refuse
from wayside.scenario.sections import Section

_STACK: Final = DomainFields(
    Stack,
    dict.fromkeys(
        (
            *("plate", "film", "base", "mpgd", "cathode_board", "cathode_copper", "gas_gap"),
            *("well_copper", "kapton", "prepreg", "strip_copper", "shield", "fibres", "clearance"),
        ),
        1e3,
    ),
)
_PHYSICS: Final = DomainFields(Physics, {"production_cut": 1e3, "margin": 1e3})
"""Lengths in m in the scenario, in mm in the package."""

Thickness = Annotated[float, BeforeValidator(Quantity("length", 1e-7, 1.0))]
Optional = Annotated[float, BeforeValidator(Quantity("length", 0.0, 10.0))]
Density = Annotated[float, BeforeValidator(Quantity("density", 1e-6, 30.0))]
Fraction = Annotated[float, BeforeValidator(Quantity("pure number", 0.0, 1.0))]
Blocks = Annotated[int, BeforeValidator(Whole(1, 1000))]
Layers = Annotated[int, BeforeValidator(Whole(1, 1000))]
Planes = Annotated[int, BeforeValidator(Whole(1, 10))]
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
        Densities in g/cm^3.
    plate_fractions, film_fractions, base_fractions
        Mass fractions by symbol of the element.
    mpgd
        Thickness in m of the gas detector after each block; 0 for none.
    cathode_board, cathode_copper, gas_gap, well_copper, kapton, prepreg, strip_copper
        Thicknesses of its layers in m; the readout board takes what is left.
    argon
        Volume fraction of argon in its gas, the rest carbon dioxide.
    shield, fibres
        Thickness in m of the lead around, and of the scintillating fibres outside it; 0 for none.
    clearance
        Between the blocks and the lead, in m.
    fibre_planes
        Planes of fibres on each side that veto, with independent inefficiencies.
    """

    blocks: Blocks = _STACK.default("blocks")
    layers: Layers = _STACK.default("layers")
    plate: Thickness = _STACK.default("plate")
    film: Thickness = _STACK.default("film")
    base: Thickness = _STACK.default("base")
    plate_density: Density = _STACK.default("plate_density")
    film_density: Density = _STACK.default("film_density")
    base_density: Density = _STACK.default("base_density")
    plate_fractions: Fractions = _STACK.default("plate_fractions")
    film_fractions: Fractions = _STACK.default("film_fractions")
    base_fractions: Fractions = _STACK.default("base_fractions")
    mpgd: Optional = _STACK.default("mpgd")
    cathode_board: Optional = _STACK.default("cathode_board")
    cathode_copper: Optional = _STACK.default("cathode_copper")
    gas_gap: Optional = _STACK.default("gas_gap")
    well_copper: Optional = _STACK.default("well_copper")
    kapton: Optional = _STACK.default("kapton")
    prepreg: Optional = _STACK.default("prepreg")
    strip_copper: Optional = _STACK.default("strip_copper")
    argon: Fraction = _STACK.default("argon")
    shield: Optional = _STACK.default("shield")
    fibres: Optional = _STACK.default("fibres")
    clearance: Optional = _STACK.default("clearance")
    fibre_planes: Planes = 1

    def build(self, size: tuple[float, float] | None = None) -> Stack:
        """The stack these keys describe.

        Parameters
        ----------
        size
            First and second dimension of the detector in m; None for those of the study's.

        Raises
        ------
        InputError
            If the layers of the gas detector do not fit into it.
        """
        values = _STACK.values(self)
        if size is not None:
            values["size"] = tuple(in_units(1e3 * length) for length in size)
        return Stack(**values)


class Geant4Section(Section):
    """How particles are followed through the layers.

    Attributes
    ----------
    physics_list
        Name of the physics list of Geant4.
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

    physics_list: PhysicsList = _PHYSICS.default("physics_list")
    production_cut: Cut = _PHYSICS.default("production_cut")
    data: Literal["auto", "official", "stand-in"] = "auto"
    margin: Thickness = _PHYSICS.default("margin")
    plate_slabs: Annotated[int, BeforeValidator(Whole(1, 50))] = _PHYSICS.default("plate_slabs")

    def build(self) -> Physics:
        """How particles are followed, by these keys; ``data`` is for the installation."""
        return Physics(**_PHYSICS.values(self))
