"""Where films are: the planes at which micro-tracks are measured."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from wayside.detector.stack import Stack
from wayside.typing import FloatArray

_STACK: Final = Stack()


@dataclass(frozen=True)
class Sheets:
    """Depths in the stack in mm; ``layers`` plates and sheets make a block, a gap follows.

    The defaults are those of `wayside.detector.stack.Stack`.

    Parameters
    ----------
    plate, film, base
        Thickness of the metal, of one film, and of the base between two films in mm.
    layers
        Number of sheets in a block.
    gap
        Thickness of the gas detector behind a block in mm.
    blocks
        Number of blocks, each with its gas detector.
    width, height
        Size of a sheet along x and y in mm; the origin is in its middle.
    """

    plate: float = _STACK.plate
    film: float = _STACK.film
    base: float = _STACK.base
    layers: int = _STACK.layers
    gap: float = _STACK.mpgd
    blocks: int = _STACK.blocks
    width: float = _STACK.size[0]
    height: float = _STACK.size[1]

    @classmethod
    def from_stack(cls, stack: Stack) -> "Sheets":
        """Depths of the films in the layers of a detector."""
        return cls(
            plate=stack.plate,
            film=stack.film,
            base=stack.base,
            layers=stack.layers,
            gap=stack.mpgd,
            blocks=stack.blocks,
            width=stack.size[0],
            height=stack.size[1],
        )

    @property
    def pitch(self) -> float:
        """Distance in mm from one sheet to the next inside a block."""
        return self.plate + 2.0 * self.film + self.base

    @property
    def block_pitch(self) -> float:
        """Distance in mm from one block to the next."""
        return self.layers * self.pitch + self.gap

    @property
    def count(self) -> int:
        """Number of sheets."""
        return self.layers * self.blocks

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Lowest and highest x, lowest and highest y of a sheet in mm."""
        return -0.5 * self.width, 0.5 * self.width, -0.5 * self.height, 0.5 * self.height

    def plate_front(self, sheet: npt.ArrayLike) -> FloatArray:
        """Depth in mm of the front of the plate that lies before a sheet."""
        block, layer = np.divmod(np.asarray(sheet), self.layers)
        return np.asarray(block * self.block_pitch + layer * self.pitch, dtype=np.float64)

    def middle(self, sheet: npt.ArrayLike) -> FloatArray:
        """Depth in mm of the middle of a sheet's base, where base-tracks are given."""
        return self.plate_front(sheet) + self.plate + self.film + 0.5 * self.base

    def face(self, film: npt.ArrayLike) -> FloatArray:
        """Depth in mm of the face of a film toward the base, where micro-tracks are given."""
        sheet, side = np.divmod(np.asarray(film), 2)
        return self.middle(sheet) + (side - 0.5) * self.base

    def gas_middle(self, gap: npt.ArrayLike) -> FloatArray:
        """Depth in mm of the middle of the gap behind a block."""
        return (np.asarray(gap) + 1.0) * self.block_pitch - 0.5 * self.gap
