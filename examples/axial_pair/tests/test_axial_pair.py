"""The model by itself, through Wayside's conformance suite, and from a scenario."""

import json
import subprocess
import sys

import numpy as np
import pytest
from wayside_axial_pair import AxialPair

import wayside
from wayside.errors import InputError
from wayside.models.inelastic import PseudoDirac
from wayside.testing import CHECKS

MASSES = (8.0, 4.341, 3.65)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("axial_fraction", [0.0, 0.3, 1.0])
def test_conformance(axial_fraction, check):
    check(AxialPair(*MASSES, axial_fraction))


def test_without_axial_part_it_is_the_pseudo_dirac_pair():
    ours, theirs = AxialPair(*MASSES, axial_fraction=0.0), PseudoDirac(*MASSES)
    assert ours.pair_tensor(100.0) == pytest.approx(theirs.pair_tensor(100.0), rel=1e-12)
    assert ours.excited_width_hats() == pytest.approx(theirs.excited_width_hats(), rel=1e-12)


@pytest.mark.parametrize(
    ("mu", "rho", "delta"), [(4.0, 0.3, 0.0), (0.4, 4.0, 0.0), (1.0, 2.0, 0.7)]
)
def test_masses_and_current_of_the_lagrangian(mu, rho, delta):
    # Takagi's factorisation of the mass matrix of (eta, xi) by a singular value decomposition.
    mass = np.array([[rho, mu * np.exp(1j * delta)], [mu * np.exp(1j * delta), rho]])
    u, masses, v = np.linalg.svd(mass)
    phases = np.diag(np.sqrt(np.diag(u.conj().T @ v.T)))
    fields = u @ phases
    assert np.allclose(fields @ np.diag(masses) @ fields.T, mass)
    current = fields.T @ np.diag([1.0, -1.0]) @ fields.conj()
    assert np.allclose(np.diag(current), 0.0)
    axial_fraction = float(current[0, 1].real ** 2)
    ours = AxialPair.lagrangian_masses(mu, rho, axial_fraction=axial_fraction)
    assert ours == pytest.approx(tuple(masses), rel=1e-9)


def test_lagrangian_masses_that_do_not_go_together():
    with pytest.raises(InputError, match="rho = 1 GeV: does not go with mu = 4 GeV"):
        AxialPair.lagrangian_masses(4.0, 1.0, axial_fraction=1.0)


def command(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "wayside", "point", "belle2-forward", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_point_from_the_command_line():
    done = command(
        *("--set", "model.kind=axial-pair", "--set", "model.axial_fraction=0.25", "--json")
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["scenario"]["model"]["axial_fraction"] == 0.25


def test_a_mistyped_parameter_is_one_line():
    done = command("--set", "model.kind=axial-pair", "--set", "model.axial_fraction=2")
    assert done.returncode == 2
    assert done.stderr.strip().endswith(
        "model.axial_fraction = 2: must be at least 0 and at most 1"
    )


def test_a_scenario_builds_the_model():
    scenario = wayside.load_scenario(
        "belle2-forward", ["model.kind=axial-pair", "model.axial_fraction=0.25"]
    )
    assert scenario.model.build().axial_fraction == 0.25
    assert wayside.Scenario.from_dict(scenario.to_dict()) == scenario
    # Another kind does not have the parameter.
    assert scenario.with_values({"model.kind": PseudoDirac.kind}).model.build() == PseudoDirac(
        *MASSES
    )
    assert wayside.reach(scenario.with_values({"plane.points": 20})).contour
