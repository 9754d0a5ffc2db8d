"""What a model is: a particle that flies and decays, and what it comes from.

Two ideas are kept apart. `LongLived` is all that flight, acceptance and decay need: a particle
with a mass, widths and a code. `Model` is what today's production needs besides: a vector mediator
that couples to an excited and a ground state. Everything has its couplings divided out, so that it
is computed once per mass point; `wayside.models.couplings.Powers` puts them back.

A model is one file with one class, usually derived from `wayside.models.inelastic.InelasticModel`,
and one line in `wayside.models.registry`, or an entry point ``wayside.models`` in a package of its
own. `wayside.testing.check_model` says whether it keeps its promises.
"""

from typing import NamedTuple, Protocol, Self, runtime_checkable

from wayside.models.couplings import Powers
from wayside.models.currents import Current

__all__ = ["Codes", "LongLived", "Model", "Pair", "WidthErrors"]


class Codes(NamedTuple):
    """Particle codes of the Monte Carlo numbering scheme (PDG)."""

    mediator: int
    excited: int
    ground: int


@runtime_checkable
class LongLived(Protocol):
    """A particle that flies and decays to something visible."""

    @property
    def name(self) -> str:
        """What reports call it."""

    @property
    def pdg_id(self) -> int:
        """Code of the Monte Carlo numbering scheme."""

    @property
    def mass(self) -> float:
        """Mass in GeV."""

    @property
    def width_powers(self) -> Powers:
        """How the widths scale with the couplings."""

    def width_hats(self) -> dict[str, float]:
        """Widths in GeV by channel, the couplings of `width_powers` divided out."""


@runtime_checkable
class Pair(Protocol):
    """An excited state 1 and a ground state 2 that a mediator couples to; masses in GeV."""

    @property
    def m_aprime(self) -> float:
        """Mediator mass in GeV."""

    @property
    def m1(self) -> float:
        """Mass of the excited state in GeV."""

    @property
    def m2(self) -> float:
        """Mass of the ground state in GeV."""

    @property
    def current(self) -> Current:
        """Squared dark current: tensor, spin states and statistics of the pair."""


@runtime_checkable
class Model(Pair, Protocol):
    """A vector mediator A' that couples to an excited state 1 and a ground state 2.

    A width with ``_hat`` has its couplings divided out, so it depends on masses alone;
    ``visible_powers``, ``dark_powers`` and ``excited_powers`` say which those are.
    """

    @property
    def kind(self) -> str:
        """Name under which scenarios know the model."""

    @property
    def codes(self) -> Codes:
        """Particle codes for event files."""

    @property
    def visible_powers(self) -> Powers:
        """How `visible_width_hats` scale with the couplings."""

    @property
    def dark_powers(self) -> Powers:
        """How `dark_width_hat` scales with the couplings."""

    @property
    def excited_powers(self) -> Powers:
        """How `excited_width_hats`, and the annihilation of the pair, scale with the couplings."""

    @property
    def long_lived(self) -> LongLived:
        """The excited state as what flies and decays."""

    def with_masses(self, m_aprime: float, m1: float, m2: float) -> Self:
        """Return the same model at other masses (GeV), its other parameters kept."""

    def pair_tensor(self, q2: float) -> tuple[float, float]:
        """Dark current squared, ``(a, b)`` of ``a (-g + q q / q2) + b n n``, in GeV^2.

        Summed over the spins of the pair, per g_D^2, for a pair of invariant mass squared
        ``q2`` (GeV^2); ``n`` is the unit vector along the excited state in the pair's rest frame.
        """

    def dark_width_hat(self) -> float:
        """Width of A' into the dark pair in GeV; 0 where the pair is too heavy."""

    def visible_width_hats(self) -> dict[str, float]:
        """Widths of A' in GeV by channel: ``e``, ``mu``, ``tau``, ``hadrons``."""

    def excited_width_hats(self) -> dict[str, float]:
        """Widths of the excited state in GeV, by the same channels."""


@runtime_checkable
class WidthErrors(Protocol):
    """What a model may say besides: how well its hadronic widths are known.

    Reports leave out the uncertainty of models without these.
    """

    def visible_width_error_hat(self) -> float:
        """Standard uncertainty of the width of A' into hadrons over epsilon^2, in GeV."""

    def excited_width_error_hat(self) -> float:
        """The same of the excited state's over epsilon^2 g_D^2, in GeV."""
