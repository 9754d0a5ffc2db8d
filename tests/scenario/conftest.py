import copy
from typing import Any

import pytest

BASE: dict[str, Any] = {
    "name": "test",
    "description": "",
    "model": {
        "kind": "scalar",
        "m_aprime": 8.0,
        "m1": 4.341,
        "m2": 3.65,
        "epsilon": 1e-4,
        "g_d": 1.0,
        "ctau_m": 3.0,
    },
    "collider": {
        "electron_energy": 7.007,
        "positron_energy": 4.0,
        "crossing_angle": 0.083,
        "regulator": "exact",
        "energy_spread": 6e-4,
    },
    "run": {
        "luminosity_fb": 50000.0,
        "production": "auto",
        "signal": ["A"],
        "confidence_level": 0.9,
        "background": 0.0,
        "decays": "exact",
        "recast": "study",
    },
    "detectors": {
        "A": {
            "position": [1.0, 0.0, 7.0],
            "size": [0.2, 0.3, 1.32],
            "facing": [-1.0, 0.0, -7.0],
            "roll": 0.0,
        },
        "B": {"position": [1.4, 0.0, 7.0], "size": [0.2, 0.4, 1.32], "facing": "ip", "roll": 0.1},
    },
    "plane": {
        "kind": "epsilon-g_d",
        "hold": "sum",
        "epsilon": [1e-6, 1e-2],
        "g_d": [1e-3, 3.0],
        "m2": [1.0, 4.0],
        "delta": [0.01, 1.0],
        "points": 200,
    },
    "cosmology": {"hadrons": "quarks", "dof": "saikawa2018"},
    "emulsion": {
        "crystal": 2e-7,
        "halide_fraction": 0.45,
        "grain_density": 40.0,
        "minimum_loss": 0.52,
        "fog": 3.0,
        "grain_error": 3e-7,
        "depth_error": 1e-6,
        "distortion": 0.005,
        "alignment": 3e-7,
        "tube": 7e-7,
        "threshold": 8,
        "largest_slope": 1.0,
        "gas_error": 5e-5,
        "gas_time": 5.0,
        "gas_efficiency": 0.97,
        "fibre_time": 1.0,
        "fibre_efficiency": 0.98,
    },
    "reconstruction": {
        "min_sheets": 5,
        "max_holes": 2,
        "vertex_chi2": 9.0,
        "min_opening": 0.01,
        "veto_sheets": 3,
    },
    "stack": {
        "blocks": 30,
        "layers": 38,
        "plate": 0.001,
        "film": 4e-5,
        "base": 0.00018,
        "plate_density": 19.3,
        "film_density": 3.6,
        "base_density": 1.05,
        "plate_fractions": {"W": 1.0},
        "film_fractions": {"Ag": 0.5, "Br": 0.4, "C": 0.1},
        "base_fractions": {"C": 0.92, "H": 0.08},
        "mpgd": 0.009,
        "cathode_board": 0.0004,
        "cathode_copper": 2e-5,
        "gas_gap": 0.005,
        "well_copper": 4e-6,
        "kapton": 6e-5,
        "prepreg": 4e-5,
        "strip_copper": 3e-5,
        "argon": 0.8,
        "shield": 0.05,
        "fibres": 0.005,
        "clearance": 0.002,
    },
    "geant4": {
        "physics_list": "QGSP_BERT",
        "production_cut": 1e-5,
        "data": "stand-in",
        "margin": 0.2,
    },
    "site": {
        "overburden": 11.0,
        "rock_density": 2.5,
        "exposure": 3652.5,
        "film_replacement": 100.0,
        "muon_flux": "study",
    },
    "beam_backgrounds": {
        "touschek": {
            "particle": "photon",
            "flux": 3.0,
            "energy": [0.01, 0.1],
            "weights": [2.0, 1.0],
            "duty": 0.5,
            "detectors": ["A"],
        },
        "neutrons": {"particle": "neutron", "rate": 2.0, "energy": [0.002], "duty": 1.0},
    },
}
"""A valid scenario in which every key but mu and rho is written out."""


@pytest.fixture
def base() -> dict[str, Any]:
    return copy.deepcopy(BASE)
