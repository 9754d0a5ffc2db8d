"""The section ``[model]`` of a single particle, and stages that have no meaning for one."""

import pytest

from wayside import load_scenario, relic
from wayside.errors import InputError
from wayside.models.dark_photon import DarkPhoton
from wayside.scenario import Scenario

PHOTON = ["model.kind=dark-photon", "model.mass=300 MeV", "model.epsilon=1e-6"]


def test_another_kind_replaces_the_parameters_of_the_old_one():
    scenario = load_scenario("belle2-forward", PHOTON)
    assert scenario.particle.build() == DarkPhoton(0.3)
    assert scenario.model.couplings == {"epsilon": 1e-6}
    assert set(scenario.to_dict()["model"]) == {"kind", "mass", "epsilon"}
    assert Scenario.from_dict(scenario.to_dict()) == scenario
    assert scenario.processes == ("gamma A'",)
    back = ["model.kind=scalar", "model.m_aprime=8", "model.m1=4.341", "model.m2=3.65"]
    assert scenario.with_values([*back, "model.g_d=1"]).masses == (4.341, 3.65)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["model.mas=1"], 'model.mas: unknown key; did you mean "model.mass"?'),
        (["model.g_d=1"], "model.g_d: unknown key"),
        (["model.mass=11"], "model.mass = 11: must be below sqrt_s = 10.58"),
        (["model.epsilon=0"], "model.epsilon = 0: must be at least 1e-30.*nothing is produced"),
        (["model.mass=70"], "model.mass = 70 GeV: must be at most 61.3 GeV"),
        (["run.production=on-shell"], "run.production = 'on-shell': for pairs with a mediator"),
        (["run.processes=gamma"], 'run.processes: no process "gamma"; there are gamma A\''),
        (["run.decays=mean-flight"], 'run.decays = "mean-flight": an approximation'),
        (["run.radiation=all"], "run.radiation, run.vacuum_polarisation: for pairs"),
        (["run.radiation=none"], "run.radiation, run.vacuum_polarisation: for pairs"),
    ],
)
def test_what_is_refused(values, message):
    with pytest.raises(InputError, match=message) as caught:
        load_scenario("belle2-forward", [*PHOTON, *values])
    assert "\n" not in str(caught.value)


def test_one_coupling_at_least():
    heavy = ["model.kind=hnl", "model.mass=0.5"]
    with pytest.raises(InputError, match=r"model.u2_e, model.u2_mu, model.u2_tau: all 0"):
        load_scenario("gazelle", heavy)
    scenario = load_scenario("gazelle", [*heavy, "model.u2_mu=1e-6", "model.nature=dirac"])
    assert scenario.particle.build().nature == "dirac"
    with pytest.raises(InputError, match=r"model.nature = 'weyl': must be 'majorana' or 'dirac'"):
        load_scenario("gazelle", [*heavy, "model.u2_mu=1e-6", "model.nature=weyl"])


def test_processes_of_a_pair_can_be_restricted():
    both = {"run.production": ["on-shell", "off-shell"]}
    scenario = load_scenario("belle2-forward", {**both, "run.processes": ["off-shell"]})
    assert scenario.processes == ("off-shell",)
    with pytest.raises(InputError, match=r"run.processes = .*none of on-shell"):
        load_scenario("belle2-forward", {"run.processes": ["off-shell"]})


def test_the_relic_density_has_no_meaning():
    with pytest.raises(InputError, match=r'model.kind = "dark-photon": a single particle'):
        relic(load_scenario("belle2-forward", PHOTON))
