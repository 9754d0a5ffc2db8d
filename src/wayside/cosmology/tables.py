"""What the compiled solver reads besides masses and couplings, in one piece."""

from typing import NamedTuple

from wayside.cosmology.annihilation import Strength
from wayside.cosmology.bessel import coefficients
from wayside.cosmology.dof import Dof
from wayside.typing import BoolArray, FloatArray


class Tables(NamedTuple):
    """Arrays that are the same for all points."""

    breaks: FloatArray
    """This and the five below: fields of `annihilation.Strength`."""
    values: FloatArray
    opens: BoolArray
    masses: FloatArray
    weights: FloatArray
    narrow: FloatArray
    ln_t: FloatArray
    """This and the two below: fields of `dof.Dof`."""
    sqrt_gstar: FloatArray
    heff: FloatArray
    k1: FloatArray
    """This and the one below: series of `bessel.coefficients`."""
    k2: FloatArray


def tables(visible: Strength, plasma: Dof) -> Tables:
    """Return the tables for a visible strength and degrees of freedom."""
    return Tables(
        visible.breaks, visible.values, visible.opens,
        visible.masses, visible.weights, visible.narrow,
        plasma.ln_t, plasma.sqrt_gstar, plasma.heff, coefficients(1), coefficients(2),
    )  # fmt: skip
