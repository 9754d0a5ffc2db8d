"""The tables and their loader."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from particle import Particle

from wayside.data import read_table, table_names
from wayside.errors import InputError

SCRIPT = Path(__file__).parents[2] / "scripts" / "make_r_ratio_table.py"


@pytest.mark.parametrize("name", table_names())
def test_every_table_says_where_it_comes_from(name):
    table = read_table(name)
    for key in ("origin", "version", "units", "date", "licence"):
        assert table.header[key], key
    assert len(table) > 0
    for column in table:
        assert table[column].shape == (len(table),)
        assert table[column].dtype == np.float64


def test_tables_cannot_be_changed():
    table = read_table("r_ratio")
    assert read_table("r_ratio") is table
    with pytest.raises(ValueError, match="read-only"):
        table["r"][0] = 1
    with pytest.raises(TypeError):
        table.columns["r"] = np.zeros(3)  # type: ignore[index]


def test_errors_name_what_there_is():
    with pytest.raises(InputError, match=r"no table 'nonsense'.*r_ratio"):
        read_table("nonsense")
    with pytest.raises(InputError, match=r"no column 'x'.*sqrt_s"):
        read_table("r_ratio")["x"]


def test_r_ratio_table():
    table = read_table("r_ratio")
    energy = table["sqrt_s"]
    assert len(table) == 1322
    assert (energy[0], energy[-1]) == (0.30, 188.7)
    assert (np.diff(energy) > 0).all()
    assert table["points"].sum() == 1400
    assert (table["r"] > 0).all()
    assert (table["stat"] > 0).all()


def test_measurements_at_one_energy_are_combined():
    spec = importlib.util.spec_from_file_location("make_r_ratio_table", SCRIPT)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    rows = np.array([[3, 3, 3, 2.0, 0.3, 0.3, 0.0], [3, 3, 3, 4.0, 0.0, 0.0, 10.0]])
    energy, r, stat, syst, points = script.combine(rows)
    # By hand: weights 1/0.09 and 1/0.16, that is 0.64 and 0.36.
    assert (energy, points) == (3, 2)
    assert r == pytest.approx(0.64 * 2 + 0.36 * 4)
    assert stat == pytest.approx(0.64 * 0.3)
    assert syst == pytest.approx(0.36 * 0.4)


@pytest.mark.parametrize("name", ["narrow_vector_states", "broad_vector_states"])
def test_vector_states_agree_with_particle(name):
    table = read_table(name)
    for pdgid, mass, width in zip(table["pdgid"], table["mass"], table["width"], strict=True):
        particle = Particle.from_pdgid(int(pdgid))
        # Within the errors of the listings; editions move values inside them.
        assert mass * 1e3 == pytest.approx(particle.mass, abs=particle.mass_upper)
        assert width * 1e3 == pytest.approx(particle.width, abs=particle.width_upper)


def test_electronic_widths_fit_the_total_ones():
    # B(ee) of the PDG, measured largely apart from Gamma_ee: lepton universality and the width.
    table = read_table("narrow_vector_states")
    expected = [5.97e-2, 7.94e-3, 2.43e-2, 1.92e-2, 2.18e-2]
    assert table["width_ee"] / table["width"] == pytest.approx(expected, rel=0.03)


def test_electronic_widths_of_broad_states_are_those_of_their_branching_ratios():
    table = read_table("broad_vector_states")
    expected = np.array([2.979e-4, 9.6e-6, 1.57e-5])
    apart = np.abs(table["width_ee"] - expected * table["width"])
    assert np.all(apart < 2.0 * table["width_ee_error"])
