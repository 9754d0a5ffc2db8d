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
}
"""A valid scenario in which every key but mu and rho is written out."""


@pytest.fixture
def base() -> dict[str, Any]:
    return copy.deepcopy(BASE)
