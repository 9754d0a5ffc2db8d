"""Eq. 3 of the study against the full density: the table of docs/theory/relic.md, recomputed."""

import math
import re
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.special import kve

from wayside.constants import ALPHA
from wayside.cosmology.annihilation import strength
from wayside.cosmology.dof import dof
from wayside.cosmology.relic import omega_h2
from wayside.cosmology.universe import CRITICAL_DENSITY, ENTROPY_TODAY, PLANCK_MASS
from wayside.models.inelastic import ScalarInelastic

DOCUMENT = Path(__file__).parents[2] / "docs/theory/relic.md"


def number(text):
    text = text.replace("$", "").strip()
    power = re.fullmatch(r"(?:([\d.]+)\\times)?10\^\{(-?\d+)\}", text)
    return float(power[1] or 1) * 10.0 ** int(power[2]) if power else float(text)


def rows():
    _, table = DOCUMENT.read_text().split("## Where Eq. 3 fails")
    for line in table.split("\n## ")[0].splitlines():
        if line.startswith("|") and line[2].isdigit():
            masses, couplings, plain, with_k = line.strip("|").split("|")
            values = [number(re.sub(r"\(.*", "", each)) for each in masses.split(",")[:3]]
            yield [*values, *map(number, couplings.split(",")), number(plain), number(with_k)]


def density_by_equation_3(m_aprime, m1, m2, epsilon, g_d, k):
    """Omega h^2, <v^2> = 3T/mu, densities of equilibrium relativistic."""
    plasma = dof("drees2015")
    below = (m1 + m2) ** 2 - m_aprime**2
    per_v2 = 8 * math.pi * epsilon**2 * ALPHA * g_d**2 / (4 * math.pi) * m1 * m2 / (3 * below**2)

    def right(u, w):
        x = math.exp(u)
        t = m2 / x
        root, h, _ = (float(value) for value in plasma.at(t))
        heavy = m1**2 * kve(2, m1 / t) * math.exp(-(m1 - m2) / t)
        light = m2**2 * kve(2, m2 / t)
        sigma_v = 2 * k * per_v2 * 3 * t * (m1 + m2) / (m1 * m2)
        sigma_v *= heavy * light / (heavy + light) ** 2
        entropy = 2 * math.pi**2 / 45 * h * t**3
        ln_eq = math.log(t / (2 * math.pi**2) * (heavy + light) / entropy) - x
        rate = math.sqrt(math.pi / 45) * PLANCK_MASS * m2 / x * root * sigma_v
        return [-rate * (math.exp(w[0]) - math.exp(2 * ln_eq - w[0]))]

    t = m2 / 2.0
    heavy, light = m1**2 * kve(2, m1 / t) * math.exp(-(m1 - m2) / t), m2**2 * kve(2, 2.0)
    entropy = 2 * math.pi**2 / 45 * float(plasma.at(t)[1]) * t**3
    start = math.log(t / (2 * math.pi**2) * (heavy + light) / entropy) - 2.0
    result = solve_ivp(
        right, (math.log(2.0), math.log(3e4)), [start], method="Radau", rtol=1e-7, atol=1e-7
    )
    assert result.success
    return math.exp(result.y[0, -1]) * m2 * ENTROPY_TODAY / CRITICAL_DENSITY


def test_the_table_is_read():
    assert len(list(rows())) == 8


@pytest.mark.parametrize("row", list(rows()), ids=lambda row: f"{row[0]:g}-{row[3]:g}-{row[4]:g}")
def test_table(row):
    *point, plain, with_k = row
    full = float(omega_h2(ScalarInelastic, *point))
    k = float(strength("r-ratio")(point[1] + point[2]))
    # Two or three digits are printed.
    assert density_by_equation_3(*point, 1.0) / full == pytest.approx(plain, rel=0.03)
    assert density_by_equation_3(*point, k) / full == pytest.approx(with_k, rel=0.03)


def test_it_is_right_far_from_the_pole():
    # M = 30 over m1 + m2 = 2.01: corrections of order x^-1 = 1/20 times a few for what K(s) and
    # (m1 + m2)^2 change over the thermal spread. A wrong factor of two shows.
    point = (30.0, 1.01, 1.0, 0.3, 3.0)
    k = float(strength("quarks")(2.01))
    full = float(omega_h2(ScalarInelastic, *point, hadrons="quarks"))
    assert density_by_equation_3(*point, k) / full == pytest.approx(1.0, abs=0.15)
    assert np.isfinite(full)
