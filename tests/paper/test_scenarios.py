"""The built-in scenarios of figs. 14 to 16 are where their comments say."""

from dataclasses import replace

import pytest

from wayside.paper import fig15, relation
from wayside.paper.conventions import at_masses, masses_at_gap, scenario, setup
from wayside.scenario import builtin_names

STUDY = [name for name in builtin_names() if name.startswith("study-")]


def test_all_parts_are_there():
    assert [f"study-fig{n}" for n in ("14a", "14b", "14c", "14d", "15a", "15b", "15c", "15d")] == [
        name for name in STUDY if "16" not in name
    ]


@pytest.mark.parametrize("name", STUDY)
def test_conventions_of_the_study(name):
    loaded = scenario(name)
    assert (loaded.run.decays, loaded.run.recast) == ("mean-flight", "printed")
    assert loaded.collider.electron_energy == loaded.collider.positron_energy
    assert loaded.collider.crossing_angle == 0.0
    assert loaded.mode == "off-shell" or loaded.collider.regulator == "printed"
    assert len(loaded.signal) == (1 if "16" in name else 2)


@pytest.mark.parametrize("name", ["study-fig14a", "study-fig14b"])
def test_besiii_masses_are_near_the_best_acceptance(name):
    point = setup(name)
    model = point.model
    delta = model.m1 / model.m2 - 1.0
    assert delta == pytest.approx(0.15, abs=1e-3)  # masses to a tenth of an MeV
    _, best = relation.optimum(model.m_aprime, delta, name)
    # The acceptance falls within a few per cent of the gap: a wrong relation would show.
    assert point.face("A").value > 0.97 * best


@pytest.mark.parametrize("name", ["study-fig14d", "study-fig15a", "study-fig15c", "study-fig15d"])
def test_belle2_masses_follow_the_relation(name):
    model = setup(name).model
    gap = 1.0 - (model.m1 + model.m2) / model.m_aprime
    # Masses are given to 10 keV.
    assert gap == pytest.approx(relation.relation(model.m_aprime), abs=1e-5 / model.m_aprime)


def test_both_boxes_see_the_same():
    point = replace(setup("study-fig14c"), rtol=1e-6)
    assert point.face("A").value == pytest.approx(point.face("A2").value, rel=1e-5)


def test_masses_of_fig_15_follow_the_relation():
    for ground in (0.8, 2.0, 4.5):
        m_aprime, m1, m2 = fig15.on_relation(ground, 0.1)
        assert m2 == pytest.approx(ground, rel=1e-10)
        assert m1 / m2 == pytest.approx(1.1, rel=1e-12)
        assert 1.0 - (m1 + m2) / m_aprime == pytest.approx(relation.relation(m_aprime), rel=1e-9)


def test_gap_and_splitting():
    m_aprime, m1, m2 = masses_at_gap(8.0, 1e-3, 0.19)
    assert (m_aprime - m1 - m2) / m_aprime == pytest.approx(1e-3, rel=1e-10)
    assert at_masses(setup("belle2-forward"), (m_aprime, m1, m2)).model.m1 == m1
