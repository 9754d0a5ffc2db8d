"""What a model is: a vector mediator that decays to an excited and a ground state.

The chain needs four things of a model, all with the couplings taken out, so that they are
computed once per mass point: how strongly the mediator couples to the dark pair (the tensor
below), how wide it is, and how fast the excited state decays.
"""

from typing import Protocol, runtime_checkable


@runtime_checkable
class Model(Protocol):
    """A mediator A' of mass ``m_aprime`` that couples to an excited state 1 and a ground state 2.

    Masses in GeV. A width with ``_hat`` has its couplings divided out, so it depends on masses
    alone: visible A' widths scale with epsilon^2, the dark one with g_D^2, those of the excited
    state with epsilon^2 g_D^2.
    """

    @property
    def kind(self) -> str:
        """Name under which scenarios know the model."""

    @property
    def m_aprime(self) -> float:
        """Mediator mass in GeV."""

    @property
    def m1(self) -> float:
        """Mass of the excited state in GeV."""

    @property
    def m2(self) -> float:
        """Mass of the ground state in GeV."""

    def pair_tensor(self, q2: float) -> tuple[float, float]:
        """Dark current squared, ``(a, b)`` of ``a (-g + q q / q2) + b n n``, in GeV^2.

        Summed over the spins of the pair, per g_D^2, for a pair of invariant mass squared
        ``q2`` (GeV^2); ``n`` is the unit vector along the excited state in the pair's rest frame.
        """

    def dark_width_hat(self) -> float:
        """Width of A' into the dark pair over g_D^2, in GeV; 0 where the pair is too heavy."""

    def visible_width_hats(self) -> dict[str, float]:
        """Widths of A' over epsilon^2 in GeV by channel: ``e``, ``mu``, ``tau``, ``hadrons``."""

    def excited_width_hats(self) -> dict[str, float]:
        """Widths of the excited state over epsilon^2 g_D^2 in GeV, by the same channels."""


@runtime_checkable
class WidthErrors(Protocol):
    """What a model may tell besides: how well its hadronic widths are known.

    Reports leave out the uncertainty of models without these.
    """

    def visible_width_error_hat(self) -> float:
        """Standard uncertainty of the width of A' into hadrons over epsilon^2, in GeV."""

    def excited_width_error_hat(self) -> float:
        """The same of the excited state's over epsilon^2 g_D^2, in GeV."""
