"""The layered detector as data: plates, films, gas detectors, shield and fibres.

One description, from which the simulation's geometry, the positions of all layers and the
cross-section figure are made. Lengths in mm in the detector's own frame: origin at the centre of
the front face, x and y along the first two dimensions of the box, z into its depth.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Final, Literal

import numpy as np

from wayside.detector.materials import (
    COPPER,
    FR4,
    KAPTON,
    LEAD,
    POLYSTYRENE,
    Material,
    argon_co2,
)
from wayside.errors import InputError
from wayside.typing import FloatArray

Kind = Literal["plate", "film", "base", "gas", "passive"]

SENSITIVE: Final[tuple[Kind, ...]] = ("film", "gas")
"""Kinds of layers that record."""

INVAR: Final = MappingProxyType({"Fe": 0.638, "Ni": 0.36, "C": 0.002})
"""The study, section 8."""

CELLULOSE_ACETATE: Final = MappingProxyType({"C": 0.5000, "H": 0.0559, "O": 0.4441})
"""Cellulose triacetate, C12H16O8."""

EMULSION: Final = MappingProxyType(
    {
        "H": 0.0141,
        "C": 0.072261,
        "N": 0.01932,
        "O": 0.066101,
        "S": 0.00189,
        "Br": 0.349103,
        "Ag": 0.474105,
        "I": 0.00312,
    }
)
"""Standard nuclear emulsion, 3.815 g/cm^3 (ICRU; PDG, Atomic and nuclear properties)."""


@dataclass(frozen=True)
class Layer:
    """A slab across the stack.

    Parameters
    ----------
    kind
        What it is for.
    material
        What it is made of.
    thickness
        Thickness in mm.
    """

    kind: Kind
    material: Material
    thickness: float

    @property
    def is_sensitive(self) -> bool:
        """Whether it records the particles that cross it."""
        return self.kind in SENSITIVE

    @property
    def is_absorber(self) -> bool:
        """Whether it is a plate, in which particles interact and decay."""
        return self.kind == "plate"


@dataclass(frozen=True)
class Stack:
    """Blocks of emulsion layers, each followed by a gas detector; around them lead and fibres.

    The defaults are the study's (section 8); what it does not give (the layers of the gas
    detector, the fibres' thickness) follows G. Bencivenni et al., JINST 10 (2015) P02008, where
    the 50 um Kapton foil and its 5 um of copper come from, and is chosen where that says nothing.

    Parameters
    ----------
    size
        First and second dimension of the layers, in mm.
    blocks, layers
        Blocks, and emulsion layers in each.
    plate, film, base
        Thicknesses in mm; a layer is a plate, a film, the base and another film.
    plate_density, film_density, base_density
        Densities in g/cm^3.
    plate_fractions, film_fractions, base_fractions
        Mass fractions by element.
    mpgd
        Thickness of the gas detector after each block, in mm; 0 for none.
    cathode_board, cathode_copper, gas_gap, well_copper, kapton, prepreg, strip_copper
        Thicknesses of its layers in mm; the readout board takes what is left.
    argon
        Fraction of argon in the gas by volume, the rest carbon dioxide.
    shield, fibres
        Thickness of lead on all six sides and of scintillating fibres outside it, in mm; 0 for
        none.
    clearance
        Between the stack and the lead, in mm.

    Raises
    ------
    InputError
        If there is no layer, a thickness is not positive, or the gas detector's layers do not fit.
    """

    size: tuple[float, float] = (200.0, 300.0)
    blocks: int = 33
    layers: int = 40
    plate: float = 0.5
    film: float = 0.05
    base: float = 0.2
    plate_density: float = 8.1
    film_density: float = 3.815
    base_density: float = 1.3
    plate_fractions: Mapping[str, float] = field(default_factory=lambda: dict(INVAR), hash=False)
    film_fractions: Mapping[str, float] = field(default_factory=lambda: dict(EMULSION), hash=False)
    base_fractions: Mapping[str, float] = field(
        default_factory=lambda: dict(CELLULOSE_ACETATE), hash=False
    )
    mpgd: float = 8.0
    cathode_board: float = 0.5
    cathode_copper: float = 0.035
    gas_gap: float = 6.0
    well_copper: float = 0.005
    kapton: float = 0.05
    prepreg: float = 0.05
    strip_copper: float = 0.035
    argon: float = 0.7
    shield: float = 100.0
    fibres: float = 10.0
    clearance: float = 1.0

    def __post_init__(self) -> None:
        """Check."""
        if self.blocks < 1 or self.layers < 1:
            raise InputError(f"{self.blocks} blocks of {self.layers} layers: at least one of each")
        for name in ("plate", "film", "base"):
            if not getattr(self, name) > 0.0:
                raise InputError(f"{name} = {getattr(self, name):g} mm: must be positive")
        if self.mpgd > 0.0 and self.readout_board < -1e-9:
            raise InputError(
                f"mpgd = {self.mpgd:g} mm: its layers take {self.mpgd - self.readout_board:g} mm"
            )

    @property
    def readout_board(self) -> float:
        """Board of the gas detector in mm: what its other layers leave."""
        taken = self.cathode_board + self.cathode_copper + self.gas_gap + self.well_copper
        return self.mpgd - taken - self.kapton - self.prepreg - self.strip_copper

    @cached_property
    def emulsion_layer(self) -> tuple[Layer, ...]:
        """Plate, film, base, film: what a block repeats."""
        film = Layer(
            "film", Material("Emulsion", self.film_density, self.film_fractions), self.film
        )
        return (
            Layer("plate", Material("Plate", self.plate_density, self.plate_fractions), self.plate),
            film,
            Layer("base", Material("Base", self.base_density, self.base_fractions), self.base),
            film,
        )

    @cached_property
    def gas_detector(self) -> tuple[Layer, ...]:
        """Drift cathode, gas, copper-clad wells, readout; what has no thickness is left out."""
        if self.mpgd == 0.0:
            return ()
        layers = (
            Layer("passive", FR4, self.cathode_board),
            Layer("passive", COPPER, self.cathode_copper),
            Layer("gas", argon_co2(self.argon), self.gas_gap),
            Layer("passive", COPPER, self.well_copper),
            Layer("passive", KAPTON, self.kapton),
            Layer("passive", FR4, self.prepreg),
            Layer("passive", COPPER, self.strip_copper),
            Layer("passive", FR4, self.readout_board),
        )
        return tuple(layer for layer in layers if layer.thickness > 1e-9)

    @property
    def shield_material(self) -> Material:
        """Material of the shield."""
        return LEAD

    @property
    def fibre_material(self) -> Material:
        """Material of the fibres."""
        return POLYSTYRENE

    @property
    def pitch(self) -> float:
        """Depth of an emulsion layer in mm."""
        return sum(layer.thickness for layer in self.emulsion_layer)

    @property
    def block_depth(self) -> float:
        """Depth of a block without its gas detector, in mm."""
        return self.layers * self.pitch

    @property
    def period(self) -> float:
        """Depth of a block and its gas detector in mm."""
        return self.block_depth + self.mpgd

    @property
    def depth(self) -> float:
        """Depth of all blocks in mm."""
        return self.blocks * self.period

    @property
    def sheets(self) -> int:
        """Number of emulsion sheets; there are twice as many films."""
        return self.blocks * self.layers

    def block(self) -> Iterator[tuple[float, Layer]]:
        """Front of each layer of a block and its gas detector (from the block's front) in mm."""
        z = 0.0
        for layer in self.emulsion_layer * self.layers + self.gas_detector:
            yield z, layer
            z += layer.thickness

    @cached_property
    def films(self) -> FloatArray:
        """Front and back of every film in mm, shape (2 * sheets, 2); sheet s has 2s and 2s + 1."""
        return self._faces("film")

    @cached_property
    def plates(self) -> FloatArray:
        """Front and back of every plate in mm, shape (sheets, 2)."""
        return self._faces("plate")

    @cached_property
    def gas_gaps(self) -> FloatArray:
        """Front and back of every gas gap in mm, shape (blocks, 2), none without gas detectors."""
        return self._faces("gas")

    def _faces(self, kind: Kind) -> FloatArray:
        block = [(z, z + layer.thickness) for z, layer in self.block() if layer.kind == kind]
        starts = self.period * np.arange(self.blocks)[:, None, None]
        return np.asarray((starts + np.reshape(block, (1, -1, 2))).reshape(-1, 2))

    def grammage(self) -> float:
        """Mass per area of all blocks in g/cm^2."""
        return self.blocks * sum(
            layer.material.density * layer.thickness / 10.0 for _, layer in self.block()
        )

    @property
    def density(self) -> float:
        """Mean density of the blocks in g/cm^3."""
        return self.grammage() / (self.depth / 10.0)

    @property
    def radiation_lengths(self) -> float:
        """Radiation lengths from the front to the back."""
        return self.blocks * sum(
            layer.material.density * layer.thickness / 10.0 / layer.material.radiation_length
            for _, layer in self.block()
        )

    @property
    def interaction_lengths(self) -> float:
        """Nuclear interaction lengths from the front to the back."""
        return self.blocks * sum(
            layer.material.density * layer.thickness / 10.0 / layer.material.interaction_length
            for _, layer in self.block()
        )

    def check_fits(self, depth: float) -> None:
        """Refuse a box that the blocks do not fit into.

        Parameters
        ----------
        depth
            Depth of the box in mm.

        Raises
        ------
        InputError
            If the blocks are deeper, by more than rounding.
        """
        if self.depth > depth * (1.0 + 1e-9):
            fit = int(depth * (1.0 + 1e-9) / self.period)
            raise InputError(
                f"stack.blocks = {self.blocks}: {self.blocks} blocks of {self.period:g} mm take"
                f" {self.depth:g} mm, but the detector is {depth:g} mm deep; {fit} would fit"
            )

    def outer(self) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
        """Lowest and highest corner of everything, fibres included, in mm."""
        edge = (
            (self.clearance if self.shield + self.fibres > 0 else 0.0) + self.shield + self.fibres
        )
        half_x, half_y = 0.5 * self.size[0] + edge, 0.5 * self.size[1] + edge
        return (-half_x, -half_y, -edge), (half_x, half_y, self.depth + edge)
