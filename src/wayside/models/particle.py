"""A particle that is produced, flies and decays by itself: what models of one particle share.

Its widths are sums of monomials of the couplings, each with the couplings divided out, so that
everything but those monomials is computed once for each mass. A model is one file with one class
derived from `ParticleModel` and a line in `wayside.models.registry`.
"""

import dataclasses
import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from wayside.constants import HBAR_C
from wayside.errors import InputError
from wayside.models.couplings import Couplings, Powers
from wayside.models.final_states import FinalState, named_states
from wayside.models.parameters import AnyParameter, Coupling
from wayside.typing import FloatArray

__all__ = ["ParticleModel", "Width", "total_width", "widths_by_channel"]


class Width(NamedTuple):
    """A partial width: a monomial of the couplings times a number that the mass determines."""

    channel: str
    """Final state; a channel may have several entries, which add up."""
    powers: Powers
    """Exponents of the couplings that ``hat`` leaves out."""
    hat: float
    """Width in GeV with these couplings equal to 1."""


@dataclass(frozen=True)
class ParticleModel(ABC):
    """A particle of a mass in GeV that flies and decays.

    Parameters
    ----------
    mass : float
        Positive and finite, in GeV.

    Raises
    ------
    InputError
        If the mass, or a parameter, is not allowed.

    Notes
    -----
    A derived class is a frozen dataclass that sets the class variables below and `widths`.
    Parameters besides the mass are fields with defaults, each described in ``parameters``.
    """

    mass: float

    kind: ClassVar[str]
    """Name under which scenarios know the model."""
    name: ClassVar[str]
    """What reports call the particle."""
    pdg_id: ClassVar[int]
    """Code of the Monte Carlo numbering scheme."""
    couplings: ClassVar[tuple[Coupling, ...]]
    """Keys of ``[model]`` of which rates are monomials."""
    parameters: ClassVar[tuple[AnyParameter, ...]] = ()
    """Further keys of ``[model]``."""
    production: ClassVar[str]
    """Place of the function that makes its production processes, ``"module:function"``
    (`wayside.production.particle_processes`): a name, as models know nothing of colliders."""
    invisible: ClassVar[tuple[str, ...]] = ()
    """Channels of which no detector sees anything: decays to neutrinos alone are no events."""

    def __post_init__(self) -> None:
        """Refuse masses and parameters that are not allowed."""
        if not (math.isfinite(self.mass) and self.mass > 0.0):
            raise InputError(f"mass = {self.mass:g} GeV: must be positive and finite")
        for parameter in self.parameters:
            parameter.check(getattr(self, parameter.name))

    @classmethod
    def parameter_defaults(cls) -> dict[str, Any]:
        """Defaults of those of ``parameters`` that have one, by name."""
        names = {parameter.name for parameter in cls.parameters}
        return {
            field.name: field.default
            for field in dataclasses.fields(cls)
            if field.name in names and field.default is not dataclasses.MISSING
        }

    @property
    def flying_code(self) -> int:
        """PDG code of the particle in files of events."""
        return self.pdg_id

    @abstractmethod
    def widths(self) -> tuple[Width, ...]:
        """Partial widths of the particle, those of closed channels left out."""

    def width_spread(self) -> Mapping[str, float]:
        """Factors, at least 1, by which widths of channels may be larger or smaller.

        Standard uncertainties of what theory and data leave open, all in one direction at a time;
        channels that are known well are left out.
        """
        return {}

    def final_states(self, width: Width) -> tuple[FinalState, ...]:
        """Products of what one of `widths` counts, which events are drawn from.

        Parameters
        ----------
        width
            One of a visible channel.

        Returns
        -------
        tuple
            Ways in which it ends with their weights. Unless a derived class says so, products are
            the words of the channel's name, in even phase space.

        Raises
        ------
        InputError
            If they are not known.
        """
        return named_states(width.channel)


def widths_by_channel(widths: tuple[Width, ...], couplings: Couplings) -> dict[str, FloatArray]:
    """Partial widths in GeV by channel at given couplings.

    Parameters
    ----------
    widths
        From `ParticleModel.widths`.
    couplings
        Values by name, shapes that broadcast.
    """
    by_channel: dict[str, FloatArray] = {}
    for channel, powers, hat in widths:
        value = np.asarray(hat * powers.of(**couplings))
        by_channel[channel] = by_channel[channel] + value if channel in by_channel else value
    return by_channel


def total_width(widths: tuple[Width, ...], couplings: Couplings) -> FloatArray:
    """Total width in GeV at given couplings, of the shape to which all of them broadcast.

    Examples
    --------
    >>> widths = (Width("e", Powers(epsilon=2), 1e-3), Width("mu", Powers(epsilon=2), 2e-3))
    >>> round(float(total_width(widths, {"epsilon": 1e-2})), 12)
    3e-07
    """
    return sum_of_monomials(hats_by_powers(widths), couplings)


def hats_by_powers(widths: Iterable[Width]) -> dict[Powers, float]:
    """Sums of the widths that scale alike, in GeV with the couplings divided out."""
    sums: dict[Powers, float] = {}
    for _, powers, hat in widths:
        sums[powers] = sums.get(powers, 0.0) + hat
    return sums


def sum_of_monomials(hats: Mapping[Powers, float], couplings: Couplings) -> FloatArray:
    """Sum of monomials of the couplings, of the shape to which all of them broadcast.

    Parameters
    ----------
    hats
        Factors of the monomials.
    couplings
        Values by name, shapes that broadcast.
    """
    total = np.zeros(np.broadcast_shapes(*(np.shape(value) for value in couplings.values())))
    for powers, hat in hats.items():
        total = total + hat * powers.of(**couplings)
    return np.asarray(total)


def proper_decay_length(width: FloatArray) -> FloatArray:
    """Proper decay length c tau in m of a width in GeV; inf where the width vanishes."""
    with np.errstate(divide="ignore"):
        return np.asarray(HBAR_C / np.asarray(width, dtype=np.float64))
