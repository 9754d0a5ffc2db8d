"""Neutrons from K_L0 in a shield: what the table says, and between and beyond its rows."""

import numpy as np
import pytest

from wayside import load_scenario
from wayside.backgrounds import shield_neutrons
from wayside.backgrounds.klong import behind
from wayside.backgrounds.klong_shield import Shield
from wayside.backgrounds.registry import sources
from wayside.backgrounds.setup import DetectorSetup
from wayside.backgrounds.shield_neutrons import depth, for_each, neutrons
from wayside.data import read_table


def test_depth_in_interaction_lengths() -> None:
    """PDG: 16.77 cm of iron, 9.95 of tungsten."""
    assert depth(0.1677, 0.0) == pytest.approx(1.0, rel=0.01)
    assert depth(0.0, 0.0995) == pytest.approx(1.0, rel=0.01)


def test_rows_of_the_table_come_back() -> None:
    table = read_table("klong_shield_neutrons")
    for k in (0, 3, len(table) - 1):
        numbers, errors = for_each("klong", Shield(table["iron"][k], table["tungsten"][k]))
        np.testing.assert_allclose(
            numbers, [table[n][k] for n in ("n100", "n200", "n500", "n1000")]
        )
        assert errors[0] == pytest.approx(table["n100_error"][k])


def test_klong_alone_falls_faster_than_with_its_neutrons() -> None:
    """Deep in the shield neutrons outnumber K_L0, and it gets worse with depth."""
    table = read_table("klong_shield_neutrons")
    ratio = table["n100"] / table["klong"]
    assert ratio[0] < 1.0 < ratio[5] < ratio[-1]
    assert np.all(table["n100"] >= table["n200"])
    assert np.all(table["n200"] >= table["n500"])


def test_klong_are_those_of_the_other_tables() -> None:
    """A shield with sides, simulated at one go, against wide slabs of each metal.

    In iron both are wide: 15 per cent for three errors. In tungsten the sides lose some, up to
    half; but for errors never more comes through than through the wide slab.
    """
    table = read_table("klong_shield_neutrons")
    kaons = behind(DetectorSetup(load_scenario("belle2-forward"), "A"))
    assert kaons.arriving > 0.0
    for k in range(len(table)):
        scenario = load_scenario(
            "belle2-forward",
            {"shielding.iron": table["iron"][k], "shielding.tungsten": table["tungsten"][k]},
        )
        through = behind(DetectorSetup(scenario, "A"))
        ratio = table["klong"][k] / (through.total.value / through.arriving)
        spread = 3.0 * table["klong_error"][k]
        if table["tungsten"][k] == 0.0:
            assert abs(ratio - 1.0) < max(spread, 0.15)
        else:
            assert 0.5 - spread < ratio < 1.0 + spread + 0.1


def test_between_and_beyond() -> None:
    thin = for_each("klong", Shield(0.01))[0]
    assert thin[0] == pytest.approx(0.1 * for_each("klong", Shield(0.1))[0][0])
    depths = np.linspace(0.3, 2.5, 23)
    numbers = np.array([for_each("klong", Shield(0.3, t))[0][0] for t in depths])
    assert np.all(np.diff(np.log(numbers)) < 0.0)
    # Without a shield the neutrons of the collision are there, and K_L0 have made none.
    assert for_each("neutron", Shield())[0][0] == pytest.approx(1.0)
    assert for_each("klong", Shield())[0][0] == 0.0


def test_neutrons_that_come_through_are_a_few_in_a_million() -> None:
    """Of the study's shield, from K_L0 and from neutrons: their cascades are alike within a few."""
    shield = Shield(0.3, 1.3)
    for_klong, for_neutron = for_each("klong", shield)[0][0], for_each("neutron", shield)[0][0]
    assert 3e-7 < for_klong < 2e-5
    assert 0.5 < for_neutron / for_klong < 15.0


def test_sources_are_registered() -> None:
    scenario = load_scenario("belle2-forward")
    by_key = {source.key: source for source in sources(DetectorSetup(scenario, "A"))}
    for key, made_by in (("neutron-shield", "klong"), ("neutron-ip", "neutron")):
        expected = neutrons(
            DetectorSetup(scenario, "A"), "klong" if made_by == "klong" else "neutron"
        )
        assert by_key[key].entering == expected.count
        assert expected.number.sum() == pytest.approx(expected.count.value)
        assert np.all(expected.kinetic > 0.1)
        assert expected.count.systematic > shield_neutrons.MODEL_ERROR * expected.count.value
    assert (
        neutrons(DetectorSetup(scenario, "A"), "klong").entering
        == behind(DetectorSetup(scenario, "A")).arriving
    )
    open_air = scenario.with_values({"shielding.iron": 0.0, "shielding.tungsten": 0.0})
    keys = {source.key: source for source in sources(DetectorSetup(open_air, "A"))}
    assert "neutron-shield" not in keys
    bare = neutrons(DetectorSetup(open_air, "A"), "neutron")
    # Most of them have more than 0.1 GeV.
    assert 0.5 * bare.entering < keys["neutron-ip"].entering.value < bare.entering
