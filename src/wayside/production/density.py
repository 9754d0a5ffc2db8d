"""Density of the excited state in e+ e- -> gamma A', A' -> 1 2, A' directions integrated out.

The production tensor of the virtual-photon-like A' is kept with its full dependence on the
electron mass, so the density stays right (and finite) where the A' goes along a beam. Energies
are in units of sqrt(s) throughout this module. Derived in docs/theory, section "Direction and
energy of the excited state"; the massless limit is Eq. 13 of the study.

The functions are scalar and compiled: they sit inside the quadrature of `wayside.acceptance`.
"""

import math

from wayside.compiled import njit


@njit(error_model="numpy", inline="always")
def _pole_averages(n0, n1, n2, a, b, r):  # type: ignore[no-untyped-def]
    """Average over psi of (n0 + n1 u + n2 u^2)/(a + b u), u = cos psi, r^2 = a^2 - b^2."""
    return (n0 + (n2 * a - n1 * b) / (a + r)) / r


@njit(error_model="numpy", inline="always")
def _double_pole_averages(n0, n1, n2, a, b, r):  # type: ignore[no-untyped-def]
    """The same over (a + b u)^2."""
    return (n0 * a - n1 * b + n2 * (b * b + a * r) / (a + r)) / (r * r * r)


@njit(error_model="numpy", inline="always")
def tensor_terms(shape, x, sin_x, cos_a, sin_a, cos_t, sin_t):  # type: ignore[no-untyped-def]
    """Contracted production tensor as a function of u, the cosine of the azimuth of the A'.

    Parameters as for `averaged_tensor`. With N, P and M of second degree in u (three
    coefficients each) and b = beta sin sin, the tensor is

        N/2 [1/(a_minus - b u) + 1/(a_plus + b u)]
        + m_e^2/s [M/(a_minus - b u)^2 + P/(a_plus + b u)^2]

    over ``((1 - q2)/2)^2``.

    Returns
    -------
    single, minus, plus
        Coefficients of N, M, P; the last two are 0 in the massless limit.
    poles
        a_minus, a_plus, b, and the roots of a^2 - b^2 for either.
    """
    top = shape.beta_top
    bottom = shape.beta_bottom
    q2 = shape.q2
    m2 = shape.mass2
    half = 0.5 * (1.0 - q2)
    half2 = half * half

    # Everything is a polynomial in u = cos(psi): the cosine of the A' direction times beta,
    # and minus twice the products of beam momenta and decay axis.
    c0 = top * cos_a * cos_t
    c1 = top * sin_a * sin_t
    gx = shape.gamma_a * x
    along = gx * c0 + top * sin_x * sin_a * cos_t
    slope = top * sin_t * (gx * sin_a - sin_x * cos_a)
    minus0 = along - gx * shape.beta_a
    plus0 = -along - gx * shape.beta_a

    # Trace part: distances 1 - y of the tensor from its soft limit.
    soft_p0 = 1.0 - half * (1.0 + c0)
    soft_m0 = 1.0 - half * (1.0 - c0)
    soft1 = half * c1

    iso = shape.isotropic
    pol = shape.polarised
    cross = 8.0 * m2 * iso / q2
    squares0 = 2.0 * half2 * (1.0 + c0 * c0) + 2.0 * q2
    squares1 = 4.0 * half2 * c0 * c1
    squares2 = 2.0 * half2 * c1 * c1
    weight = 3.0 * iso + pol
    # soft_p = soft_p0 - soft1 u and soft_m = soft_m0 + soft1 u.
    n0 = (
        weight * (squares0 - 4.0 * m2 * q2)
        - pol * (q2 * (minus0 * minus0 + plus0 * plus0) + 4.0 * m2 * minus0 * plus0)
        + iso * (8.0 * m2 * (1.0 - 2.0 * m2) + 8.0 * m2 * q2)
        - iso * (soft_p0 * soft_p0 + soft_m0 * soft_m0)
        - 0.5 * cross * soft_p0 * soft_m0
    )
    n1 = (
        weight * squares1
        - pol * (2.0 * q2 * (minus0 - plus0) * slope + 4.0 * m2 * (plus0 - minus0) * slope)
        - iso * 2.0 * soft1 * (soft_m0 - soft_p0)
        - 0.5 * cross * soft1 * (soft_p0 - soft_m0)
    )
    n2 = (
        weight * squares2
        - pol * (2.0 * q2 - 4.0 * m2) * slope * slope
        - iso * 2.0 * soft1 * soft1
        + 0.5 * cross * soft1 * soft1
    )

    # Distances of the poles, written so that nothing cancels where the angles nearly agree.
    spread = shape.gap * (1.0 + bottom) * sin_t * sin_t
    across = (sin_a - sin_t) * (sin_a + sin_t)
    if cos_a * cos_t > 0.0:
        near = across / (cos_t + cos_a) + shape.gap * cos_a
        far = cos_t + bottom * cos_a
    else:
        near = cos_t - bottom * cos_a
        far = (across / (cos_t - cos_a) if cos_t != cos_a else 0.0) - shape.gap * cos_a
    r_minus = math.sqrt(near * near + spread)
    r_plus = math.sqrt(far * far + spread)
    product = bottom * cos_a * cos_t
    a_minus = 1.0 - product
    a_plus = 1.0 + product
    b = bottom * sin_a * sin_t
    if m2 > 0.0:
        trace = 2.0 * iso / q2
        constant = -2.0 * q2 * weight - 8.0 * m2 * iso
        minus = (
            constant + 2.0 * pol * minus0 * minus0 + trace * soft_p0 * soft_p0,
            4.0 * pol * minus0 * slope - 2.0 * trace * soft_p0 * soft1,
            2.0 * pol * slope * slope + trace * soft1 * soft1,
        )
        plus = (
            constant + 2.0 * pol * plus0 * plus0 + trace * soft_m0 * soft_m0,
            -4.0 * pol * plus0 * slope + 2.0 * trace * soft_m0 * soft1,
            2.0 * pol * slope * slope + trace * soft1 * soft1,
        )
    else:
        minus = (0.0, 0.0, 0.0)
        plus = (0.0, 0.0, 0.0)
    return (n0, n1, n2), minus, plus, (a_minus, a_plus, b, r_minus, r_plus)


@njit(error_model="numpy", forceinline=True)
def averaged_tensor(shape, x, sin_x, cos_a, sin_a, cos_t, sin_t):  # type: ignore[no-untyped-def]
    """Contracted production tensor averaged over the azimuth of the A' around the excited state.

    Parameters
    ----------
    shape : wayside.production.radiative.RadiativeShape
    x, sin_x
        Cosine and sine of the polar angle of the excited state in the A' rest frame.
    cos_a, sin_a
        Of the angle between excited state and A' in the centre of mass.
    cos_t, sin_t
        Of the angle between excited state and electron beam in the centre of mass.
    """
    single, minus, plus, poles = tensor_terms(shape, x, sin_x, cos_a, sin_a, cos_t, sin_t)
    n0, n1, n2 = single
    a_minus, a_plus, b, r_minus, r_plus = poles
    total = 0.5 * (
        _pole_averages(n0, n1, n2, a_minus, -b, r_minus)
        + _pole_averages(n0, n1, n2, a_plus, b, r_plus)
    )
    if shape.mass2 > 0.0:
        total += shape.mass2 * (
            _double_pole_averages(minus[0], minus[1], minus[2], a_minus, -b, r_minus)
            + _double_pole_averages(plus[0], plus[1], plus[2], a_plus, b, r_plus)
        )
    half = 0.5 * (1.0 - shape.q2)
    return total / (half * half)
